"""The first layer: patterns by category and tier, and what lowers a span (negation, past, quotation, idiom, others).

Read docs/safety-protocol.md for what the tiers mean. A hit that is lowered never takes another hit with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.message import Tier
from bot.safety.context import (
    CLOSE_FIRST_PERSON,
    EXPERIENCER_OTHER,
    FIRST_PERSON,
    HISTORICAL,
    HISTORICAL_VERB,
    LAUGHTER,
    NEGATED_AFTER,
    PSEUDO_EXPERIENCER,
    PSEUDO_NEGATION,
    RECENT,
    RECENT_VERB,
    SAID,
    is_negated,
)
from bot.safety.errors import LexiconError
from bot.safety.normalize import CoreWords, NormalizedText, Normalizer
from bot.safety.patterns import Pattern, Sets, compile_pattern
from bot.safety.phrases import Phrases, read_phrases

LEXICON_DIR = Path(__file__).resolve().parent / "lexicon"
SELF_CATEGORIES = ("suicide_imminent", "suicide_ideation", "self_harm")
# How many words before a hit tell its tense.
WORDS_BEFORE = 3
FAREWELL_CHARACTERS = 120
# What may stand around a goodbye; of other words (a name) there may be one.
FAREWELL_FILLERS = frozenset(
    ". and so then ok okay well just now im i to you all everyone everybody guys mom dad my the for really sorry "
    "please thanks thank y ya pues entonces bueno a todos todas mama papa mi mis que les la el de por vos usted hoy "
    "perdon gracias".split()
)
MOST_STRANGE_WORDS = 1
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
    historical: bool
    laughing: bool
    told: bool


@dataclass(frozen=True)
class Lexicon:
    """Loaded patterns; matching reads no file and raises nothing."""

    normalizer: Normalizer
    rules: tuple[Rule, ...]
    harmless: dict[str, tuple[Pattern, ...]]
    signs: dict[str, tuple[Pattern, ...]]
    phrases: Phrases

    def find_highest(self, normalized: NormalizedText, border: int | None = None) -> Hit | None:
        """Give the hit of the highest tier in a normalised message, or None.

        Args:
            normalized: the message.
            border: where given, only what begins before it and ends behind it counts.
        """
        words = frozenset(normalized.text.split())
        found = [
            (rule, match.span())
            for rule in self.rules
            if _may_match(rule.pattern, words)
            for match in rule.pattern.expression.finditer(normalized.text)
            if border is None or match.start() < border < match.end() - 1
        ]
        if not found:
            return None
        spans = {kind: list(_spans(patterns, normalized.text, words)) for kind, patterns in self.harmless.items()}
        covered = bytearray(len(normalized.text) + 1)
        for low, high in spans["idiom"]:
            covered[low : high - 1] = b"\1" * (high - 1 - low)
        sentences: dict[int, Sentence] = {}
        highest: Hit | None = None
        # Weighing only lowers, so the first that nothing lowers ends the search.
        for rule, (start, end) in sorted(found, key=lambda pair: -pair[0].tier.rank):
            if highest is not None and highest.tier.rank >= rule.tier.rank:
                break
            if any(covered[start : end - 1]):
                continue
            low = max(normalized.text.rfind(" . ", 0, start + 1) + 2, 0) if start > 2 else 0
            if low not in sentences:
                sentences[low] = _read_sentence(low, normalized.text, spans)
            hit = _weigh(Hit(rule.category, rule.tier, start, end), rule, sentences[low], normalized)
            if hit is not None and (highest is None or hit.tier.rank > highest.tier.rank):
                highest = hit
        return highest

    def is_poisoning(self, normalized: NormalizedText) -> bool:
        """Tell whether someone swallowed or was given what poisons, now and not years ago, whoever it is."""
        text = normalized.text
        words = frozenset(text.split())
        idioms = list(_spans(self.harmless["idiom"], text, words))
        return any(
            not any(low < stop and start < high for low, high in idioms) and not _is_historical(start, text)
            for start, stop in _spans(self.signs["poison"], text, words)
        )

    def has_danger_word(self, text: str) -> bool:
        """Tell whether a core word of danger is in a text, misspelt or not, whatever stands around it."""
        normalized = self.normalizer.normalize(text).text
        return any(_spans(self.signs["danger"], normalized, frozenset(normalized.split())))

    def is_farewell(self, text: str) -> bool:
        """Tell whether a message is nothing but a goodbye, as those write who are leaving (the chat, or life)."""
        normalized = self.normalizer.normalize(text[: FAREWELL_CHARACTERS + 1]).text
        words = frozenset(normalized.split())
        spans = [*_spans(self.signs["farewell"], normalized, words)]
        if not spans or len(text) > FAREWELL_CHARACTERS:
            return False
        said = "".join(
            char if not any(low <= at < high for low, high in spans) else " " for at, char in enumerate(normalized)
        )
        return len(set(said.split()) - FAREWELL_FILLERS) <= MOST_STRANGE_WORDS


def _is_historical(start: int, text: str) -> bool:
    low = max(text.rfind(" . ", 0, start + 1) + 2, 0)
    return _read_sentence(low, text, {}).historical


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
        historical=HISTORICAL.search(sentence) is not None and RECENT.search(sentence) is None,
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
    other_experiencer = (
        rule.category in TOLD_CATEGORIES
        and EXPERIENCER_OTHER.search(before)
        and not PSEUDO_EXPERIENCER.search(f"{before}{normalized.text[hit.start : hit.end]}")
    )
    if other_experiencer or (quoted and sentence.told and "relative" in sentence.about):
        # "Patients want to die on hold" is rhetoric; "he wants to die" is a person at risk.
        rhetoric = other_experiencer and "others" in sentence.about
        return None if rhetoric else replace(hit, category="third_party_risk", tier=Tier.T2)
    negated = not rule.firm and is_negated(before) and PSEUDO_NEGATION.search(before) is None
    # The answer to a question often stands in the next sentence: "They asked if I want to die. No."
    answered_no = "asked" in sentence.about and NEGATED_AFTER.search(normalized.text, hit.end - 1, hit.end + 60)
    hypothetical = "form" in sentence.about or answered_no
    historical = sentence.historical and (
        HISTORICAL_VERB.search(before) or not RECENT_VERB.search(_with_words_before(before, normalized, hit))
    )
    if negated or historical or (hypothetical and rule.category in SELF_CATEGORIES):
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


@cache
def load_lexicon(directory: Path = LEXICON_DIR) -> Lexicon:
    """Read and compile the files of a directory, once: it takes a second, and what comes of it is never changed.

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
    signs: dict[str, tuple[Pattern, ...]] = {}
    for path in sorted(directory.glob("??-*.yml")):
        for group in _read(path):
            try:
                compiled = [compile_pattern(line, sets) for line in group["patterns"]]
                firm = [compile_pattern(line, sets) for line in group.get("firm", ())]
                if "kind" in group:
                    harmless[group["kind"]] = (*harmless.get(group["kind"], ()), *compiled)
                if "sign" in group:
                    signs[group["sign"]] = (*signs.get(group["sign"], ()), *compiled)
                if "category" not in group:
                    continue
                tier, weak = Tier(group["tier"]), bool(group.get("weak", False))
                emergency = group["category"] == "medical_emergency"
                rules += [Rule(pattern, group["category"], tier, weak, emergency) for pattern in compiled]
                rules += [Rule(pattern, group["category"], tier, weak, True) for pattern in firm]
            except (KeyError, TypeError, ValueError, LexiconError) as error:
                raise LexiconError(f"{path.name}: {error}. See the other groups of the file for the form.") from error
    words = _read(directory / "words.yml")
    groups = (*harmless.values(), *signs.values())
    patterns = [rule.pattern for rule in rules] + [pattern for group in groups for pattern in group]
    known = {word for pattern in patterns for word in pattern.words} | set(words["vocabulary"].split())
    edits = {word: most for most in (1, 2) for word in words["core"][most].split()}
    core = CoreWords(edits, words["others"].split())
    phrases = read_phrases(_read(directory / "phrases.yml"))
    return Lexicon(
        Normalizer(known, words["misspellings"], words["emoji"], core), tuple(rules), harmless, signs, phrases
    )


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LexiconError(
            f"lexicon file {path.name} cannot be read ({error}). Restore it from the repository."
        ) from error
