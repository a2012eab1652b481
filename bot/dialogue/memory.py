"""What is remembered of a conversation outside Rasa: in memory only, for some hours, never written anywhere."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from knowledge.material.registry import Language

KEPT_SECONDS = 6 * 3_600
MAX_CONVERSATIONS = 20_000
PIECE_WORDS, CHAIN_WORDS = 3, 9


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
        rasa_name: the name Rasa knows the conversation by; a forgotten one gets another, so Rasa starts it afresh.
    """

    chosen: Language | None = None
    language: Language | None = None
    last_text: str = ""
    pending_question: str = ""
    cards: dict[str, int] = field(default_factory=dict)
    asked_if_safe: bool = False
    misses: int = 0
    touched: float = 0.0
    rasa_name: str = ""

    def remember(self, text: str) -> None:
        """Keep a message for the check of the next one; one sent word by word is kept as a whole."""
        pieces = [self.last_text, text]
        in_pieces = len(text.split()) <= PIECE_WORDS and len(self.last_text.split()) <= CHAIN_WORDS
        self.last_text = " ".join(filter(None, pieces)) if in_pieces else text


class Conversations:
    """Conversations by sender; the oldest go when there are too many."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._items: OrderedDict[str, Conversation] = OrderedDict()
        self._generation = 0

    def get(self, sender: str) -> Conversation:
        """Give the conversation of a sender, a new one where there is none or it is too old."""
        now = self._clock()
        found = self._items.get(sender)
        if found is None or now - found.touched > KEPT_SECONDS:
            self._generation += 1
            found = Conversation(rasa_name=f"{sender}#{self._generation}")
        found.touched = now
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
