"""What is remembered of a conversation outside Rasa: in memory only, for some hours, never written anywhere."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.message import CARDED, Reply, SafetyVerdict
from knowledge.material.registry import Language

KEPT_SECONDS = 6 * 3_600
MAX_CONVERSATIONS = 20_000
PIECE_WORDS, CHAIN_WORDS = 3, 9
# How long the bot stays with a person after a card, unless they ask something else before.
CRISIS_SECONDS = 2 * 3_600
# So many replies after a card, or after the crisis lines, they are still on the screen or a thumb away.
NEAR_REPLIES = 3
LONG_AGO = 1_000


@dataclass(frozen=True)
class Crisis:
    """What the last crisis card was about: its category, and whether something was swallowed."""

    category: str = ""
    poison: bool = False


@dataclass
class Conversation:
    """The state of one conversation.

    Attributes:
        chosen: the language the person chose, if they did.
        language: the language of the last reply.
        last_text: the last message, or the last few where each was a word or three, only to check it together with
            the next one.
        pending_question: a question that came with a T1 message, to be answered on request.
        cards: how many cards of each category were shown.
        crisis: what the last card was about, None before the first.
        in_crisis: whether the bot stays with the person; ends with a question of theirs, a denial, or time.
        since_card: replies since the last card.
        since_lines: replies since the crisis lines ended one.
        rasa_name: the name Rasa knows the conversation by; a forgotten one gets another, so Rasa starts it afresh.
    """

    chosen: Language | None = None
    language: Language | None = None
    last_text: str = ""
    pending_question: str = ""
    cards: dict[str, int] = field(default_factory=dict)
    crisis: Crisis | None = None
    in_crisis: bool = False
    since_card: int = LONG_AGO
    since_lines: int = LONG_AGO
    asked_if_safe: bool = False
    misses: int = 0
    touched: float = 0.0
    card_shown: float = 0.0
    rasa_name: str = ""

    def remember(self, text: str) -> None:
        """Keep a message for the check of the next one; one sent word by word is kept as a whole."""
        pieces = [self.last_text, text]
        in_pieces = len(text.split()) <= PIECE_WORDS and len(self.last_text.split()) <= CHAIN_WORDS
        self.last_text = " ".join(filter(None, pieces)) if in_pieces else text

    def take_note_of(self, verdict: SafetyVerdict) -> None:
        """Stay with a person whose message deserves a card."""
        if verdict.tier in CARDED:
            self.crisis = Crisis(verdict.category, verdict.poison or bool(self.crisis and self.crisis.poison))
            self.in_crisis = True
            self.card_shown = self.touched

    @property
    def is_near_card(self) -> bool:
        """Whether a card was shown in the last few replies, so that each still names a line to call."""
        return self.crisis is not None and self.since_card < NEAR_REPLIES

    def count_reply(self, reply: Reply) -> None:
        """Take note of what a reply showed."""
        kinds = {part.kind for part in reply.parts}
        self.language = reply.language
        self.since_card = 0 if "card" in kinds else self.since_card + 1
        self.since_lines = 0 if kinds & {"card", "footer"} else self.since_lines + 1


class Conversations:
    """Conversations by sender; the oldest go when there are too many."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._items: OrderedDict[str, Conversation] = OrderedDict()
        self._generation = 0

    def get(self, sender: str) -> Conversation:
        """Find the conversation of a sender, or begin one where there is none or it is too old."""
        now = self._clock()
        found = self._items.get(sender)
        if found is None or now - found.touched > KEPT_SECONDS:
            self._generation += 1
            found = Conversation(rasa_name=f"{sender}#{self._generation}")
        found.touched = now
        found.in_crisis = found.in_crisis and now - found.card_shown <= CRISIS_SECONDS
        self._items[sender] = found
        self._items.move_to_end(sender)
        while len(self._items) > MAX_CONVERSATIONS or self._oldest_is_stale(now):
            self._items.popitem(last=False)
        return found

    def forget(self, sender: str) -> Conversation | None:
        """Drop all that is known of a sender; what it was is given back, None where nothing was known."""
        return self._items.pop(sender, None)

    def __len__(self) -> int:
        return len(self._items)

    def _oldest_is_stale(self, now: float) -> bool:
        oldest = next(iter(self._items.values()))
        return now - oldest.touched > KEPT_SECONDS
