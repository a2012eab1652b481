"""Answers and registries: reading them is checking them."""
