"""The gate: both layers, the last two messages, the highest tier. Nothing in here can keep a card from being shown."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Protocol

from bot.message import CARDED, SAFE, SafetyVerdict, Tier
from bot.safety.lexicon import Hit, Lexicon, load_lexicon
from bot.safety.normalize import NormalizedText

logger = logging.getLogger(__name__)
# What either message may be cut to before they are joined: pieces of one sentence are short.
PIECE_CHARACTERS = 300


class LearnedLayer(Protocol):
    """What the gate needs of the second layer."""

    def judge(self, text: str) -> SafetyVerdict:
        """Give the verdict on one message; may raise."""


class SafetyGate:
    """Assesses messages. Safe to share between threads: it keeps no message.

    Attributes:
        learned_failures: how often the second layer raised, or came too late, since the start.
        learned_available: whether the second layer is there and answered the last time it was asked.
    """

    def __init__(self, learned: LearnedLayer | None = None, lexicon: Lexicon | None = None) -> None:
        """Take the layers.

        Args:
            learned: the second layer, or None to work with the first alone.
            lexicon: loaded patterns; by default the packaged ones are loaded.
        """
        self._lexicon = lexicon or load_lexicon()
        self._learned = learned
        self.learned_failures = 0
        self.learned_available = learned is not None

    def use(self, learned: LearnedLayer) -> None:
        """Put the second layer in service, which takes longer to load than the first."""
        self._learned = learned
        self.learned_available = True

    @property
    def learned(self) -> LearnedLayer | None:
        """The second layer, for those who measure it."""
        return self._learned

    def assess(self, text: str, previous: str | None = None) -> SafetyVerdict:
        """Give the verdict of both layers on a message.

        Args:
            text: the message.
            previous: what the same person wrote before it, for messages sent in pieces.
        """
        learned = self.assess_learned_only(text, previous)
        if learned is None:
            return self.assess_lexicon_only(text, previous)
        return join(self.assess_patterns(text, previous), learned)

    def assess_patterns(self, text: str, previous: str | None = None) -> SafetyVerdict:
        """Give the verdict of the patterns, in milliseconds; a tier below T2 may bear ``poison`` for :func:`join`."""
        normalized = self._lexicon.normalizer.normalize(text)
        verdict = self._look_up(text, normalized, previous)
        # The category may be suicide, a relative's danger or a medical one: what was swallowed is asked of the words.
        return replace(verdict, poison=True) if self._lexicon.is_poisoning(normalized) else verdict

    def assess_lexicon_only(self, text: str, previous: str | None = None) -> SafetyVerdict:
        """Give the verdict of the first layer with what it has for want of the second, whatever else is down."""
        patterns = self.assess_patterns(text, previous)
        # A pattern that saw danger denied or long past is believed: the same words must not weigh as danger after all.
        if patterns.tier in CARDED or patterns.category == "past_or_denied":
            return join(patterns, SAFE)
        return join(patterns, self._weigh_phrases(self._lexicon.normalizer.normalize(text)))

    def has_danger_word(self, text: str) -> bool:
        """Tell whether a core word of danger stands in a text, misspelt or not, without asking what it means there."""
        return self._lexicon.has_danger_word(text)

    def is_farewell(self, text: str) -> bool:
        """Tell whether a message is nothing but a goodbye; after "I want to die" it is more than politeness."""
        return self._lexicon.is_farewell(text)

    def _look_up(self, text: str, normalized: NormalizedText, previous: str | None) -> SafetyVerdict:
        verdict = _verdict_on(self._lexicon.find_highest(normalized))
        if previous is None or verdict.tier is Tier.T1:
            return verdict
        head = previous[-PIECE_CHARACTERS:]
        normalize = self._lexicon.normalizer.normalize
        # Only what needs both messages counts: what the first alone says was answered when it came.
        border = len(normalize(head).text) - 1
        joined = normalize(f"{head} {text[:PIECE_CHARACTERS]}")
        return higher(verdict, _verdict_on(self._lexicon.find_highest(joined, border)))

    def _weigh_phrases(self, normalized: NormalizedText) -> SafetyVerdict:
        # They stand in for the second layer, which has learned the same and more: where it answers, they are not asked.
        tier, category = self._lexicon.phrases.judge(normalized.text)
        return SafetyVerdict(tier, category, "lexicon") if category else SAFE

    def assess_learned_only(self, text: str, previous: str | None = None) -> SafetyVerdict | None:
        """Give the verdict of the second layer; it costs an embedding or three. None where it does not answer."""
        if self._learned is None:
            return None
        try:
            verdict = self._learned.judge(text)
            if previous is not None and _may_be_a_piece(text, previous, verdict):
                verdict = higher(verdict, self._judge_pieces(self._learned, text, previous))
        except Exception as error:  # whatever it is, the first layer's verdict must still get out
            self.count_learned_failure(type(error).__name__)
            return None
        self.learned_available = True
        return verdict

    def count_learned_failure(self, kind: str) -> None:
        """Record that the second layer raised, or did not answer in time."""
        self.learned_failures += 1
        self.learned_available = False
        logger.error("second safety layer failed (%s); the lexicon answers alone", kind)

    @staticmethod
    def _judge_pieces(learned: LearnedLayer, text: str, previous: str) -> SafetyVerdict:
        # A joined message counts only if the first piece alone was no alarm; else "thanks" would alarm again.
        if learned.judge(previous).tier in CARDED:
            return SAFE
        # Two messages may have nothing to do with each other: a doubt about their sum is none about a person.
        joined = learned.judge(f"{previous} {text}")
        return joined if joined.tier in CARDED and not joined.soft else SAFE


def _may_be_a_piece(text: str, previous: str, verdict: SafetyVerdict) -> bool:
    # Long messages stand for themselves, and each look costs an embedding.
    return verdict.tier not in CARDED and max(len(text), len(previous)) <= PIECE_CHARACTERS // 2


def _verdict_on(hit: Hit | None) -> SafetyVerdict:
    return SafetyVerdict(hit.tier, hit.category, "lexicon") if hit else SAFE


def join(patterns: SafetyVerdict, other: SafetyVerdict) -> SafetyVerdict:
    """Choose the higher verdict of two layers; what the patterns saw swallowed goes with a card, whoever found it."""
    verdict = higher(patterns, other)
    return replace(verdict, poison=patterns.poison and verdict.tier in CARDED)


def higher(first: SafetyVerdict, second: SafetyVerdict) -> SafetyVerdict:
    """Choose the higher verdict; among equals the firm one, then the first."""
    if second.tier is first.tier:
        return second if first.soft and not second.soft else first
    return second if second.tier.rank > first.tier.rank else first
