"""The checks of the ways of asking: how many, and none in two places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from knowledge.material.entry import EntryFile
from knowledge.material.finding import Finding, error
from knowledge.material.registries import Registries
from knowledge.material.registry import Language
from knowledge.retrieval.lexical import fold

MIN_VARIANTS: dict[Language, int] = {"en": 45, "es": 40}
OUT_OF_SCOPE = "out-of-scope"


class Place(NamedTuple):
    """A way of asking, and where it stands."""

    text: str
    faq: str
    language: Language
    path: Path
    line: int


def places_of(entries: list[EntryFile], registries: Registries) -> Iterator[Place]:
    """List every variant and every out-of-scope message."""
    for found in entries:
        for row, text in enumerate(found.entry.variants):
            yield Place(text, found.entry.id, found.entry.language, found.path, found.line("variants", row))
    for message, path, line in registries.out_of_scope:
        yield Place(message.text, OUT_OF_SCOPE, message.lang, path, line)


def folded(text: str) -> str:
    """Give a text without case, accents, punctuation and spacing, as far as it has letters or digits."""
    bare = " ".join(re.findall(r"\w+", fold(text)))
    return bare or text.strip()


def check_variants(entries: list[EntryFile], registries: Registries) -> list[Finding]:
    """Count the ways of asking and find those that stand twice."""
    findings = []
    for found in entries:
        wanted = MIN_VARIANTS[found.entry.language]
        number = len({folded(text) for text in found.entry.variants})
        if number < wanted:
            message = f"fewer than {wanted} different ways of asking"
            remedy = "Add some that real people would write."
            findings.append(error(found.path, found.line("variants"), number, message, remedy))
    first: dict[str, Place] = {}
    for place in places_of(entries, registries):
        other = first.setdefault(folded(place.text), place)
        # The same words in the other language's file of the same id teach nothing wrong.
        if other is place or (other.faq == place.faq and other.language != place.language):
            continue
        where = "this id" if other.faq == place.faq else other.faq
        message = f"also a way of asking {where} ({other.path.name}:{other.line})"
        findings.append(error(place.path, place.line, place.text, message, "Keep it where it belongs."))
    return findings
