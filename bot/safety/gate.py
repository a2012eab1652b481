"""The gate: both layers, the last two messages, the highest tier. Nothing in here can keep a card from being shown."""

from __future__ import annotations

import logging
from typing import Protocol

from bot.message import CARDED, SAFE, SafetyVerdict, Tier
from bot.safety.lexicon import Hit, Lexicon, load_lexicon

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
        return higher(self.assess_lexicon_only(text, previous), self.assess_learned_only(text, previous))

    def assess_lexicon_only(self, text: str, previous: str | None = None) -> SafetyVerdict:
        """Give the verdict of the first layer, in milliseconds, whatever else is down."""
        verdict = _highest_hit(self._lexicon.find(text))
        if previous is None or verdict.tier is Tier.T1:
            return verdict
        head = previous[-PIECE_CHARACTERS:]
        joined = f"{head} {text[:PIECE_CHARACTERS]}"
        # Only what needs both messages counts: what the first alone says was answered when it came.
        border = len(self._lexicon.normalizer.normalize(head).text) - 1
        spanning = [hit for hit in self._lexicon.find(joined) if hit.start < border < hit.end - 1]
        return higher(verdict, _highest_hit(spanning))

    def assess_learned_only(self, text: str, previous: str | None = None) -> SafetyVerdict:
        """Give the verdict of the second layer; it costs an embedding or three."""
        if self._learned is None:
            return SAFE
        try:
            verdict = self._learned.judge(text)
            if previous is not None and _may_be_a_piece(text, previous, verdict):
                verdict = higher(verdict, self._judge_pieces(self._learned, text, previous))
        except Exception as error:  # whatever it is, the first layer's verdict must still get out
            self.count_learned_failure(type(error).__name__)
            return SAFE
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
        joined = learned.judge(f"{previous} {text}")
        return joined if joined.tier in CARDED else SAFE


def _may_be_a_piece(text: str, previous: str, verdict: SafetyVerdict) -> bool:
    # Long messages stand for themselves, and each look costs an embedding.
    return verdict.tier not in CARDED and max(len(text), len(previous)) <= PIECE_CHARACTERS // 2


def _highest_hit(hits: list[Hit]) -> SafetyVerdict:
    return SafetyVerdict(hits[0].tier, hits[0].category, "lexicon") if hits else SAFE


def higher(first: SafetyVerdict, second: SafetyVerdict) -> SafetyVerdict:
    """Choose the higher verdict; among equals the firm one, then the first."""
    if second.tier is first.tier:
        return second if first.soft and not second.soft else first
    return second if second.tier.rank > first.tier.rank else first
