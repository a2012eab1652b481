"""Rasa: its client, its process, its model, and the actions it calls back."""
