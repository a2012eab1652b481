"""The fixed crisis cards (``cards.yml``): which one a verdict gets. Nothing here is generated or retrieved."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from bot.message import SafetyVerdict
from knowledge.material.registry import Language
from knowledge.material.source import read_yaml

FILE = Path(__file__).with_suffix(".yml")
AFTER_CARD = Path(__file__).with_name("after_card.yml")
# Cards of these name Poison Control themselves.
NAMES_POISON_CONTROL: Final = ("medical_emergency",)
# Their card fits a doubtful message better than the soft words about not wanting to live.
PLAIN_IN_DOUBT: Final = ("abuse_violence", "medical_emergency", "medication_gap", "psychosis_mania", "third_party_risk")
# Said when even the cards or the contacts cannot be read: the two numbers every phone in the country knows.
LAST_RESORT: Final[dict[Language, str]] = {
    "en": "If you are in danger, call 911 now. Call or text 988 at any hour (24 hours, free).",
    "es": "Si está en peligro, llame al 911 ahora. Llame al 988 y oprima 2, o mande AYUDA al 988, a cualquier hora "
    "(24 horas, gratis).",
}


@lru_cache(maxsize=1)
def load_cards() -> Any:
    """Read every crisis text: ``cards`` by tier and category, ``short`` by tier, ``text_instead``.

    Raises:
        RegistryError: the file is missing or no YAML.
    """
    return read_yaml(FILE)


def card_text(verdict: SafetyVerdict, language: Language, shown_before: int) -> str:
    """Choose the card of a T1 or T2 verdict; its contact references are still in it.

    Args:
        verdict: what the gate found.
        language: the language of the reply.
        shown_before: how many cards of this tier and category the conversation has had.
    """
    card = _card_of(verdict, language, shown_before)
    if verdict.poison and verdict.category not in NAMES_POISON_CONTROL:
        return f"{card}\n\n{load_after_card()['poison'][language]}"
    return card


def _card_of(verdict: SafetyVerdict, language: Language, shown_before: int) -> str:
    tier = verdict.tier.value
    cards = load_cards()["cards"][tier]
    # The second card of the same kind in one conversation is short; it is never left out.
    if shown_before:
        return _text_of(load_cards()["short"][tier], verdict.category, language)
    if verdict.soft and verdict.category not in PLAIN_IN_DOUBT and "soft" in cards:
        return str(cards["soft"][language])
    return _text_of(cards, verdict.category, language)


def _text_of(by_category: Any, category: str, language: Language) -> str:
    return str(by_category.get(category, by_category["default"])[language])


def text_instead(language: Language) -> str:
    """Say whom to text or chat with, for someone who cannot call."""
    return str(load_cards()["text_instead"][language])


@lru_cache(maxsize=1)
def load_after_card() -> Any:
    """Read what is said after a card: ``words`` by what was written and category, ``line`` by category, ``poison``.

    Raises:
        RegistryError: the file is missing or no YAML.
    """
    return read_yaml(AFTER_CARD)


def words_after_card(kind: str, category: str, language: Language) -> str:
    """Choose the words for exactly what someone wrote after a card of a category."""
    words = load_after_card()["words"]
    return _text_of(words.get(kind, words["other"]), category, language)


def line_to_call(category: str, language: Language, poison: bool = False) -> str:
    """Name the line to call after a card of a category; Poison Control too, where something was swallowed."""
    line = _text_of(load_after_card()["line"], category, language)
    if poison and category not in NAMES_POISON_CONTROL:
        line += "\n" + str(load_after_card()["poison"][language])
    return line
