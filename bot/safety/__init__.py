"""The safety gate: what stands before everything else. It imports no network, no Rasa, no Telegram and no search."""
