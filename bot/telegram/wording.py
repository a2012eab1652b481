"""What only Telegram says: ``wording.yml``; the rest is in ``bot.reply.texts``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from bot.reply.texts import Texts, load_texts
from knowledge.material.registry import Language

FILE = Path(__file__).with_suffix(".yml")


@lru_cache(maxsize=1)
def all_wording() -> Texts:
    """Every sentence of Telegram's own by its key."""
    return load_texts(FILE)


def wording(key: str, language: Language) -> str:
    """Look one of Telegram's own sentences up."""
    return all_wording()[key][language]
