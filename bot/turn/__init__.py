"""One message on its way: what comes in, what a press does, the care around an answer."""
