"""What is sent: one message, where it goes, and the form in which it outlives a restart."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.message import Button
from bot.telegram.rendering import Bubble


@dataclass(frozen=True)
class Target:
    """Where messages go.

    Attributes:
        chat_id: the chat.
        thread_id: the topic of a forum.
        reply_to: the message they answer, shown above them; None in private chats.
    """

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None


class Dispatch:
    """The messages of one reply on their way.

    Attributes:
        ids: Telegram's ids of those sent, growing as they are sent.
        durable: done once all are on the disk.
        settled: set once all are safe: on the disk, or sent, or known to be in vain.
    """

    def __init__(self, count: int, on_sent: Callable[[int], None] | None = None, ids: list[int] | None = None) -> None:
        self.ids = ids if ids is not None else []
        self.settled = asyncio.Event()
        self.durable: asyncio.Future[None] | None = None
        self._left = count
        self._on_sent = on_sent
        if not count:
            self.settled.set()

    def count_sent(self, message_id: int) -> None:
        """Note the id of one that was sent."""
        self.ids.append(message_id)
        if self._on_sent is not None:
            self._on_sent(message_id)
        self.count_ended()

    def count_ended(self) -> None:
        """Note that one more is sent or given up."""
        self._left -= 1
        if self._left <= 0:
            self.settled.set()
            if self.durable is not None:
                self.durable.cancel()  # nobody waits for the disk any more


@dataclass
class UpdateUnderWay:
    """The update being answered, for the replies to it: they are kept together with the note that it is answered."""

    update_id: int
    dispatches: list[Dispatch] = field(default_factory=list)


under_way: contextvars.ContextVar[UpdateUnderWay | None] = contextvars.ContextVar("under_way", default=None)


@dataclass(eq=False)
class Letter:
    """One message to send.

    Attributes:
        number: orders all letters, over restarts too; about the microsecond it was written in.
        made: when it was written, seconds since 1970.
        tries: how often sending failed.
        not_before: the moment on the monotonic clock of the next try.
    """

    number: int
    target: Target
    bubble: Bubble
    made: float
    dispatch: Dispatch | None = None
    tries: int = 0
    not_before: float = 0.0

    @property
    def rank(self) -> tuple[bool, int]:
        """Order within a chat and among chats: urgent first, then by age."""
        return (not self.bubble.urgent, self.number)

    def to_json(self) -> dict[str, Any]:
        """Give what a restart needs."""
        return {"target": asdict(self.target), "bubble": asdict(self.bubble), "made": self.made}


def letter_from_json(number: int, data: dict[str, Any]) -> Letter:
    """Read what :meth:`Letter.to_json` gave.

    Raises:
        KeyError, TypeError: it is of another version.
    """
    bubble = dict(data["bubble"])
    bubble["buttons"] = tuple(Button(**button) for button in bubble["buttons"])
    bubble["address"] = tuple(bubble["address"]) if bubble["address"] else None
    return Letter(number, Target(**data["target"]), Bubble(**bubble), float(data["made"]))


@dataclass(eq=False)
class ChatLetters:
    """The letters of one chat that wait; ``busy`` while one is being sent."""

    chat_id: int
    waiting: list[tuple[tuple[bool, int], Letter]] = field(default_factory=list)
    busy: bool = False
