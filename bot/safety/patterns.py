"""The small language that the files of the lexicon are written in, and its compilation to regular expressions.

A pattern is a line of words. ``a/b_c`` is one of several (an underscore is a space), ``word?`` may be missing, ``..3``
stands for at most three words, ``#`` for a number, ``<name>`` for a group of sets.yml. Nothing can be nested, so no
pattern can backtrack without bound: that is why the files do not hold regular expressions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import regex  # type: ignore[import-untyped]

from bot.safety.errors import LexiconError

# A gap never jumps over a denial: "I am not ... suicidal" is not "I am ... suicidal".
ANY_WORD = "(?!(?:not|never|nunca|isnt|aint|wasnt) )[a-z0-9]++ "
Sets = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Pattern:
    """One compiled line.

    Attributes:
        source: the line as written.
        expression: matches in normalised text; a match starts after a space and ends with one.
        anchors: words of which a text must have at least one for the pattern to match (empty: always look).
        words: every literal word, for the normaliser's vocabulary.
    """

    source: str
    expression: Any
    anchors: frozenset[str]
    words: frozenset[str]


def compile_pattern(source: str, sets: Sets) -> Pattern:
    """Compile one line.

    Raises:
        LexiconError: naming the line.
    """
    parts: list[str] = []
    anchors: frozenset[str] = frozenset()
    words: set[str] = set()
    for item in source.split():
        if item.startswith(".."):
            if not (item[2:] or "3").isdigit():
                raise LexiconError(f"pattern {source!r}: {item!r} is no gap. Write .. and a number, as in ..3.")
            parts.append(f"(?:{ANY_WORD}){{0,{item[2:] or 3}}}?")
            continue
        optional = item.endswith("?")
        choices = _expand(item.rstrip("?"), source, sets)
        parts.append(_alternatives(choices) + ("?" if optional else ""))
        split = [choice.split() for choice in choices if choice != "#"]
        words.update(word for choice in split for word in choice)
        # The item with the rarest words decides soonest that a text cannot match; long words stand in for rare ones.
        heads = frozenset(max(choice, key=len) for choice in split)
        if not optional and "#" not in choices and (not anchors or _rarity(heads) > _rarity(anchors)):
            anchors = heads
    if not words:
        raise LexiconError(f"pattern {source!r} has no word. Give it one or take it out.")
    return Pattern(source, regex.compile("(?<= )" + "".join(parts)), anchors, frozenset(words))


def _rarity(words: frozenset[str]) -> float:
    return min(len(word) for word in words) - len(words) / 8


def _expand(item: str, source: str, sets: Sets) -> list[str]:
    choices: list[str] = []
    for choice in item.split("/"):
        if choice.startswith("<"):
            if choice[1:-1] not in sets:
                raise LexiconError(f"pattern {source!r}: {choice} is not in sets.yml. Add it there or mend the name.")
            choices.extend(sets[choice[1:-1]])
        elif choice:
            choices.append(choice.replace("_", " "))
    return choices


def _alternatives(choices: list[str]) -> str:
    # Longest first, so that "right now" is taken before "right".
    ordered = sorted(set(choices), key=lambda choice: (-len(choice), choice))
    return "(?:" + "|".join("[0-9]++ " if choice == "#" else f"{choice} " for choice in ordered) + ")"
