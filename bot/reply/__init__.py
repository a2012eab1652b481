"""From decisions to the words and buttons a person sees."""
