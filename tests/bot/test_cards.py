from __future__ import annotations

import re

import pytest

from bot.message import SafetyVerdict, Tier
from bot.reply.texts import all_texts
from bot.safety.cards import LAST_RESORT, card_text, load_after_card, load_cards
from bot.settings import ROOT
from knowledge.material.registries import load_contacts, load_status
from knowledge.material.registry import LANGUAGES, Language
from knowledge.material.render import render_text

CONTACTS = load_contacts(ROOT / "knowledge/contacts.yml")
STATUS = load_status(ROOT / "knowledge/status.yml")
ALL_CARDS = [
    (f"{tier}:{category}", language, cards[category][language])
    for tier, cards in load_cards()["cards"].items()
    for category in cards
    for language in LANGUAGES
]
# Words that safe-messaging guidance keeps out, and methods.
NEVER = re.compile(
    r"\b(commit|committed|failed|successful|promise|overdose on|bridge|rope|gun|prometa|cometi[oó])\b", re.I
)


def render(text: str, language: Language) -> str:
    return render_text(text, language, CONTACTS, STATUS, "test")


@pytest.mark.parametrize(("name", "language", "text"), ALL_CARDS)
def test_a_card_names_911_and_988_from_the_contacts(name: str, language: Language, text: str) -> None:
    assert not re.search(r"\d{3}", re.sub(r"\{\{.*?\}\}", "", text)), "numbers come from contacts.yml"
    shown = render(text, language)
    assert "911" in shown
    assert "988" in shown
    assert not NEVER.search(shown)
    if name.startswith("T1"):
        assert shown.index("911") < shown.index("988")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_renders_in_both_languages(language: Language) -> None:
    short = [words for by_category in load_cards()["short"].values() for words in by_category.values()]
    after = load_after_card()
    said = [words for by_category in after["words"].values() for words in by_category.values()]
    fixed = (*short, *said, *after["line"].values(), after["poison"], load_cards()["text_instead"], LAST_RESORT)
    for words in (*fixed, *all_texts().values()):
        assert render(words[language].replace("{publishers}", "X"), language).strip()


def test_the_medical_card_names_poison_control() -> None:
    for language in LANGUAGES:
        assert "1-800-222-1222" in render(load_cards()["cards"]["T1"]["medical_emergency"][language], language)


def test_the_second_card_is_short_and_never_left_out() -> None:
    verdict = SafetyVerdict(Tier.T2, "suicide_ideation", "lexicon")
    first, second = (card_text(verdict, "en", shown) for shown in (0, 1))
    assert 0 < len(second) < len(first) / 2


def test_a_doubtful_verdict_gets_soft_words() -> None:
    text = card_text(SafetyVerdict(Tier.T2, "suicide_ideation", "learned", soft=True), "es", 0)
    assert text.startswith("Si algo de esto")
