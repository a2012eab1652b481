"""Every update is handled once, whether it came by polling or by webhook, and whatever it holds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram import Update
from telegram.ext import ExtBot

from bot.telegram.letters import UpdateUnderWay, under_way
from bot.telegram.store import Store

logger = logging.getLogger(__name__)
# Past this an update counts as failed, so that one that hangs is not kept for ever.
LONGEST_ANSWER = 300
# More are left with Telegram until some of these are answered.
MOST_UNDER_WAY = 2_000
KEEP_SECONDS = 5.0


class Intake:
    """Starts a task for each new update and records it as answered when its replies cannot be lost any more.

    Args:
        take: answers an update.
        apologise: says that one could not be answered.
    """

    def __init__(
        self,
        bot: ExtBot[int],
        take: Callable[[Update], Awaitable[None]],
        apologise: Callable[[Update], None],
        store: Store,
    ) -> None:
        self._bot = bot
        self._take = take
        self._apologise = apologise
        self._store = store
        self.under_way: dict[int, asyncio.Task[None]] = {}
        self._raw: dict[int, object] = {}
        self._kept: set[int] = set()

    @property
    def unkept(self) -> list[int]:
        """Give the updates under way that Telegram must not forget yet."""
        return [update_id for update_id in self.under_way if update_id not in self._kept]

    async def keep_under_way(self) -> None:
        """Record the updates under way on the disk, so that Telegram may forget them and give out later ones."""
        updates = {update_id: self._raw[update_id] for update_id in self.unkept}
        if not updates or not self._store.available or len(self.under_way) >= MOST_UNDER_WAY:
            return
        done, _ = await asyncio.wait([self._store.keep_updates(updates)], timeout=KEEP_SECONDS)
        if done:
            self._kept |= updates.keys() & self.under_way.keys()

    def start(self, raw: object) -> int | None:
        """Start on a raw update.

        Args:
            raw: what JSON gave; anything that has no integer ``update_id`` is left alone.

        Returns:
            The update's id, or None when it is no update, is under way or was answered before.
        """
        update_id = read_update_id(raw)
        if update_id is None or update_id in self.under_way or self._store.is_answered(update_id):
            return None
        self._raw[update_id] = raw
        self.under_way[update_id] = asyncio.create_task(self._handle(update_id, raw))
        return update_id

    async def wait(self, seconds: float) -> None:
        """Let what is under way end, for so many seconds."""
        if self.under_way:
            await asyncio.wait(self.under_way.values(), timeout=seconds)

    async def cancel(self) -> None:
        """Give up what is under way; it is answered after the next start."""
        left = list(self.under_way.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _handle(self, update_id: int, raw: object) -> None:
        current = UpdateUnderWay(update_id)
        under_way.set(current)
        try:
            await self._answer(raw)
            # In the outbox on the disk, or sent: only then may Telegram forget the update.
            for dispatch in current.dispatches:
                await dispatch.settled.wait()
        finally:
            self.under_way.pop(update_id, None)
            self._raw.pop(update_id, None)
            self._kept.discard(update_id)
        self._store.mark_answered(update_id)

    async def _answer(self, raw: object) -> None:
        try:
            update = Update.de_json(raw, self._bot)  # type: ignore[arg-type]
        except Exception as error:  # recorded all the same: an update that cannot be read must not come back for ever
            logger.error("an update cannot be read (%s)", type(error).__name__)
            return
        try:
            async with asyncio.timeout(LONGEST_ANSWER):
                await self._take(update)
        except Exception as error:
            logger.error("an update failed (%s)", type(error).__name__)
            self._apologise(update)


def read_update_id(raw: object) -> int | None:
    """Give the id of a raw update, or None where it has none."""
    update_id = raw.get("update_id") if isinstance(raw, dict) else None
    return update_id if isinstance(update_id, int) and not isinstance(update_id, bool) else None
