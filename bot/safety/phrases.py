"""Weighed phrases: what no single pattern says, said by many small words together.

The weights are those of a logistic regression over words, pairs of words, and pairs with up to three words between, fit
to the training messages by ``python -m bot.safety.training.weigh_phrases``. They are a file of words like the patterns:
nothing but a dictionary is needed to use them, and each can be read, questioned and taken out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.message import Tier
from bot.safety.errors import LexiconError

MOST_BETWEEN = 3
# What these phrases tell of is danger now; the others may be older, and get the card of T2.
URGENT_CATEGORIES = frozenset({"suicide_imminent", "medical_emergency"})


@dataclass(frozen=True)
class Phrases:
    """Weights by phrase, and the category that a phrase of danger speaks for ("" for one that speaks against it)."""

    weights: Mapping[str, tuple[float, str]]
    bias: float
    threshold: float

    def judge(self, text: str) -> tuple[Tier, str]:
        """Give tier and category of a normalised message; T0 and "" where its phrases do not weigh enough."""
        found = [self.weights[phrase] for phrase in set(phrases_of(text)) if phrase in self.weights]
        if self.bias + sum(weight for weight, _ in found) <= self.threshold:
            return Tier.T0, ""
        said: dict[str, float] = defaultdict(float)
        for weight, category in found:
            if category:
                said[category] += weight
        category = max(said, key=lambda name: said[name])
        return (Tier.T1 if category in URGENT_CATEGORIES else Tier.T2), category


def phrases_of(text: str) -> Iterator[str]:
    """Give the words of a normalised text, its pairs ("a b") and its pairs with words between ("a .. b")."""
    words = text.split()
    for at, word in enumerate(words):
        yield word
        if at + 1 < len(words):
            yield f"{word} {words[at + 1]}"
        for later in words[at + 2 : at + 2 + MOST_BETWEEN]:
            yield f"{word} .. {later}"


def read_phrases(content: Any) -> Phrases:
    """Read what phrases.yml holds.

    Raises:
        LexiconError: naming the line.
    """
    weights: dict[str, tuple[float, str]] = {}
    line = ""
    try:
        for line in content["phrases"].splitlines():
            weight, category, phrase = line.split(" ", 2)
            weights[phrase] = (float(weight), "" if category == "-" else category)
        return Phrases(weights, float(content["bias"]), float(content["threshold"]))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise LexiconError(
            f"phrases.yml, line {line!r}: {error!r}. Make the file again: python -m bot.safety.training.weigh_phrases"
        ) from error
