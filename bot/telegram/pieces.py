"""Messages sent in quick pieces ("hi" "they cancelled" "my visit") are joined and answered once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.turn.incoming import MAX_CHARACTERS

QUIET_SECONDS = 0.7
# What ends like a sentence or is this long is a whole message; it does not wait for more.
WHOLE_LENGTH = 30
SENTENCE_ENDS = (".", "?", "!", "…")


@dataclass(eq=False)
class _Gathering:
    pieces: list[str] = field(default_factory=list)
    message_ids: list[int] = field(default_factory=list)
    more: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Pieces:
    """Gathers the pieces of each chat until it is quiet for a moment.

    Args:
        quiet_seconds: how long to wait for a further piece.
    """

    def __init__(self, quiet_seconds: float = QUIET_SECONDS) -> None:
        self._quiet_seconds = quiet_seconds
        self._open: dict[int, _Gathering] = {}

    async def join(
        self, chat_id: int, message_id: int, text: str, answer: Callable[[str, list[int]], Awaitable[None]]
    ) -> None:
        """Answer a message, together with those that follow at once.

        The first piece waits and calls ``answer`` with the joined text and the ids of all pieces. The others return
        when that is done, so that none counts as answered before.
        """
        gathering = self._open.get(chat_id)
        if gathering is not None and self._fits(gathering, text):
            gathering.pieces.append(text)
            gathering.message_ids.append(message_id)
            gathering.more.set()
            await gathering.done.wait()
            return
        gathering = _Gathering([text], [message_id])
        self._open[chat_id] = gathering
        try:
            await self._wait_until_quiet(gathering)
            self._close(chat_id, gathering)
            await answer("\n".join(gathering.pieces), gathering.message_ids)
        finally:
            self._close(chat_id, gathering)
            gathering.done.set()

    async def _wait_until_quiet(self, gathering: _Gathering) -> None:
        while not _is_whole(gathering.pieces[-1]):
            gathering.more.clear()
            try:
                await asyncio.wait_for(gathering.more.wait(), self._quiet_seconds)
            except TimeoutError:
                return

    def _close(self, chat_id: int, gathering: _Gathering) -> None:
        if self._open.get(chat_id) is gathering:
            del self._open[chat_id]

    def _fits(self, gathering: _Gathering, text: str) -> bool:
        return sum(len(piece) + 1 for piece in gathering.pieces) + len(text) <= MAX_CHARACTERS


def _is_whole(text: str) -> bool:
    return len(text) >= WHOLE_LENGTH or text.rstrip().endswith(SENTENCE_ENDS)
