"""What Rasa loads. Runs in Rasa's environment (Python 3.10) and imports nothing of the bot."""
