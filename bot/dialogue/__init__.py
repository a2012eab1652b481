"""What a message asks for: decisions, what is remembered, which language."""
