"""``python -m bot`` is the ``carebot`` command."""

from bot.cli import main

if __name__ == "__main__":
    main()
