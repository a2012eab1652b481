"""The program's own words keep the rules of the answers: 988 with its Spanish option, the names of the glossary."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot.safety.cards import LAST_RESORT
from bot.settings import ROOT
from knowledge.checks.rules import read_rules
from knowledge.checks.words import lacks_spanish_option
from knowledge.material.base import KnowledgeBase
from knowledge.material.registry import LANGUAGES, Language
from knowledge.material.render import render_text
from knowledge.material.source import read_yaml

FILES = ("bot/reply/texts.yml", "bot/safety/cards.yml", "bot/safety/after_card.yml", "bot/telegram/wording.yml")
SCRIPT = "bot/web/static/strings.js"
STRING = re.compile(r'(\w+):\s*((?:"(?:[^"\\]|\\.)*"[\s+]*)+)')
# Two buttons beside a line that says to press 2; the text button writes AYUDA by itself.
BUTTONS = {"call988", "text988"}


def texts_in(node: Any, place: str = "") -> Iterator[tuple[str, dict[Language, str]]]:
    if isinstance(node, dict) and set(node) == set(LANGUAGES):
        yield place, node
    elif isinstance(node, dict):
        for key, below in node.items():
            yield from texts_in(below, f"{place}/{key}")


def spoken(real: KnowledgeBase) -> Iterator[tuple[str, Language, str]]:
    """List every text of the program that people read: where, language, words with their numbers."""
    for file in FILES:
        for place, words in texts_in(read_yaml(ROOT / file), file):
            for language in LANGUAGES:
                yield place, language, render_text(words[language], language, real.contacts, real.status, place)
    for language in LANGUAGES:
        yield "last resort", language, LAST_RESORT[language]
    script = (ROOT / SCRIPT).read_text(encoding="utf-8")
    english, found, spanish = script.partition("\n  es: {")
    assert found
    for language, part in zip(LANGUAGES, (english, spanish), strict=True):
        for key, value in STRING.findall(part):
            if key not in BUTTONS:
                yield f"{SCRIPT}/{key}", language, "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', value))


def test_988_in_spanish_says_how_to_be_answered_in_spanish(real) -> None:
    wrong = [
        (place, paragraph)
        for place, language, words in spoken(real)
        if language == "es"
        for paragraph in words.replace("\\n", "\n").split("\n\n")
        if lacks_spanish_option(paragraph)
    ]
    assert wrong == []


def test_every_file_has_texts(real) -> None:
    places = {place for place, _, _ in spoken(real)}
    for file in (*FILES, SCRIPT):
        assert any(place.startswith(file) for place in places), file


def test_the_program_calls_things_by_the_names_of_the_glossary(real) -> None:
    rules = read_rules(ROOT / "knowledge")
    wrong = [
        (place, name, right)
        for place, language, words in spoken(real)
        for _, name, right in rules.refused_names(words, language)
    ]
    assert wrong == []


@pytest.mark.parametrize("words", ["Llame al 988.", "Llame o mande mensaje al 988."])
def test_a_text_without_the_option_would_be_found(words) -> None:
    assert lacks_spanish_option(words)
