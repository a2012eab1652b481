"""The running program: channels, safety first, dialogue through Rasa, answers from ``knowledge``."""
