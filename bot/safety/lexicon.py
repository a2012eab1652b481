"""The first layer: patterns by category and tier, and what lowers a span (negation, past, quotation, idiom, others).

Read docs/safety-protocol.md for what the tiers mean. A hit that is lowered never takes another hit with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from bot.message import Tier
from bot.safety.context import (
    CLOSE_FIRST_PERSON,
    DENIED_AFTER,
    FIRST_PERSON,
    I_HAVE,
    LAUGHTER,
    NO_DENIAL,
    OTHER_SUBJECT,
    PAST,
    PRESENT,
    SAID,
    SAID_OF_NOW,
    USED_TO,
    is_denied,
)
from bot.safety.errors import LexiconError
from bot.safety.normalize import NormalizedText, Normalizer
from bot.safety.patterns import Pattern, Sets, compile_pattern

LEXICON_DIR = Path(__file__).resolve().parent / "lexicon"
SELF_CATEGORIES = ("suicide_imminent", "suicide_ideation", "self_harm")
# How many words before a hit tell its tense.
WORDS_BEFORE = 3
TOLD_CATEGORIES = (*SELF_CATEGORIES, "harm_to_others", "psychosis_mania")


@dataclass(frozen=True)
class Rule:
    """A pattern with what a hit means."""

    pattern: Pattern
    category: str
    tier: Tier
    weak: bool
    firm: bool


@dataclass(frozen=True)
class Hit:
    """What was found, after the words around it had their say; ``start`` and ``end`` are in normalised text."""

    category: str
    tier: Tier
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """The sentence a hit stands in, with what it is about; worked out once, however many hits it has."""

    start: int
    text: str
    about: frozenset[str]
    past: bool
    laughing: bool
    told: bool


@dataclass(frozen=True)
class Lexicon:
    """Loaded patterns; matching reads no file and raises nothing."""

    normalizer: Normalizer
    rules: tuple[Rule, ...]
    harmless: dict[str, tuple[Pattern, ...]]

    def find(self, text: str) -> list[Hit]:
        """Give the hits in a message, highest tier first."""
        normalized = self.normalizer.normalize(text)
        words = frozenset(normalized.text.split())
        found = [
            (rule, match.span())
            for rule in self.rules
            if _may_match(rule.pattern, words)
            for match in rule.pattern.expression.finditer(normalized.text)
        ]
        if not found:
            return []
        spans = {kind: list(_spans(patterns, normalized.text, words)) for kind, patterns in self.harmless.items()}
        covered = bytearray(len(normalized.text) + 1)
        for low, high in spans["idiom"]:
            covered[low : high - 1] = b"\1" * (high - 1 - low)
        sentences: dict[int, Sentence] = {}
        hits: list[Hit] = []
        for rule, (start, end) in found:
            if any(covered[start : end - 1]):
                continue
            low = max(normalized.text.rfind(" . ", 0, start + 1) + 2, 0) if start > 2 else 0
            if low not in sentences:
                sentences[low] = _read_sentence(low, normalized.text, spans)
            hit = _weigh(Hit(rule.category, rule.tier, start, end), rule, sentences[low], normalized)
            if hit is not None:
                hits.append(hit)
        return sorted(hits, key=lambda hit: -hit.tier.rank)


def _may_match(pattern: Pattern, words: frozenset[str]) -> bool:
    return not pattern.anchors or not pattern.anchors.isdisjoint(words)


def _spans(patterns: Iterable[Pattern], text: str, words: frozenset[str]) -> Iterator[tuple[int, int]]:
    for pattern in patterns:
        if _may_match(pattern, words):
            for match in pattern.expression.finditer(text):
                yield match.span()


def _read_sentence(start: int, text: str, spans: dict[str, list[tuple[int, int]]]) -> Sentence:
    stop = text.find(" . ", start + 1)
    end = stop + 1 if stop >= 0 else len(text)
    sentence = f" {text[start:end].strip()} "
    return Sentence(
        start=start,
        text=sentence,
        about=frozenset(kind for kind, found in spans.items() if any(start <= low < end for low, _ in found)),
        past=PAST.search(sentence) is not None and PRESENT.search(sentence) is None,
        laughing=LAUGHTER.search(sentence) is not None,
        told=SAID.search(sentence) is not None,
    )


def _weigh(hit: Hit, rule: Rule, sentence: Sentence, normalized: NormalizedText) -> Hit | None:
    """Let the words around a hit lower it (to T4), hand it to another category, or drop it."""
    if rule.tier in (Tier.T4, Tier.T3):
        return hit
    # The tail is enough: at most seven words can stand between what lowers and what is lowered.
    before = " " + normalized.text[max(sentence.start, hit.start - 80) : hit.start].lstrip()
    quoted = any(low <= hit.start and hit.end <= high + 1 for low, high in normalized.quoted)
    if _says_nothing(hit, rule, sentence, normalized, before, quoted):
        return None
    told_by_other = (
        rule.category in TOLD_CATEGORIES
        and OTHER_SUBJECT.search(before)
        and not I_HAVE.search(f"{before}{normalized.text[hit.start : hit.end]}")
    )
    if told_by_other or (quoted and sentence.told and "relative" in sentence.about):
        # "Patients want to die on hold" is rhetoric; "he wants to die" is a person at risk.
        rhetoric = told_by_other and "others" in sentence.about
        return None if rhetoric else replace(hit, category="third_party_risk", tier=Tier.T2)
    denied = not rule.firm and is_denied(before) and NO_DENIAL.search(before) is None
    # The answer to a question often stands in the next sentence: "They asked if I want to die. No."
    answered_no = "asked" in sentence.about and DENIED_AFTER.search(normalized.text, hit.end - 1, hit.end + 60)
    asked = "form" in sentence.about or answered_no
    past = sentence.past and (
        USED_TO.search(before) or not SAID_OF_NOW.search(_with_words_before(before, normalized, hit))
    )
    if denied or past or (asked and rule.category in SELF_CATEGORIES):
        return replace(hit, category="past_or_denied", tier=Tier.T4)
    return hit


def _with_words_before(before: str, normalized: NormalizedText, hit: Hit) -> str:
    return f" {' '.join(before.split()[-WORDS_BEFORE:])} {normalized.text[hit.start : hit.end]}"


def _says_nothing(
    hit: Hit, rule: Rule, sentence: Sentence, normalized: NormalizedText, before: str, quoted: bool
) -> bool:
    """Tell whether a hit is a bare keyword, a joke, a headline or a line of a song."""
    about = sentence.about
    if rule.weak:
        if CLOSE_FIRST_PERSON.search(before):
            return bool(about & {"question", "news", "form"})
        # A bare keyword says nothing of the writer; but standing alone it is taken seriously.
        return normalized.text.count(" ") > 4 or bool(about)
    if rule.category == "abuse_violence" and sentence.laughing:
        return True
    if "news" not in about:
        return False
    of_self = FIRST_PERSON.search(before) or FIRST_PERSON.search(f" {normalized.text[hit.start : hit.end]}")
    return quoted or not of_self


def load_lexicon(directory: Path = LEXICON_DIR) -> Lexicon:
    """Read and compile the files of a directory.

    Raises:
        LexiconError: naming the file, the pattern and the remedy.
    """
    listed = _read(directory / "sets.yml")
    sets: Sets = {
        name: tuple(word.replace("_", " ") for word in "".join(str(line).split()).split("/") if word)
        for name, line in listed.items()
    }
    rules: list[Rule] = []
    harmless: dict[str, tuple[Pattern, ...]] = {}
    for path in sorted(directory.glob("??-*.yml")):
        for group in _read(path):
            try:
                compiled = [compile_pattern(line, sets) for line in group["patterns"]]
                firm = [compile_pattern(line, sets) for line in group.get("firm", ())]
                if "kind" in group:
                    harmless[group["kind"]] = (*harmless.get(group["kind"], ()), *compiled)
                    continue
                tier, weak = Tier(group["tier"]), bool(group.get("weak", False))
                emergency = group["category"] == "medical_emergency"
                rules += [Rule(pattern, group["category"], tier, weak, emergency) for pattern in compiled]
                rules += [Rule(pattern, group["category"], tier, weak, True) for pattern in firm]
            except (KeyError, TypeError, ValueError, LexiconError) as error:
                raise LexiconError(f"{path.name}: {error}. See the other groups of the file for the form.") from error
    words = _read(directory / "words.yml")
    patterns = [rule.pattern for rule in rules] + [pattern for group in harmless.values() for pattern in group]
    known = {word for pattern in patterns for word in pattern.words} | set(words["vocabulary"].split())
    return Lexicon(Normalizer(known, words["misspellings"], words["emoji"]), tuple(rules), harmless)


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LexiconError(
            f"lexicon file {path.name} cannot be read ({error}). Restore it from the repository."
        ) from error
