"""Measurements of the running parts on messages they have not seen."""
