"""Long polling that loses nothing: an update is confirmed to Telegram only after it was answered.

The library's own poller confirms updates as it reads them, so a crash would lose those still waiting. Here the offset
stays at the oldest update under way; Telegram then sends the later ones again, and they are known by their ids.
It gives out a hundred at a time: when all of these are under way they are kept on the disk and the offset moves on.
"""

from __future__ import annotations

import asyncio
import logging
import time

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.telegram.intake import Intake, read_update_id
from bot.telegram.rate_limit import seconds_to_wait

logger = logging.getLogger(__name__)
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member")
POLL_SECONDS = 25
READ_MARGIN = 10
# An answer this much over its time is overdue.
HEALTH_MARGIN = 5
# How long to leave Telegram alone while updates are under way and it has no others.
BUSY_SECONDS = 0.1
BATCH = 100
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


class Poller:
    """Reads updates and hands them to the intake."""

    def __init__(self, bot: ExtBot[int], intake: Intake) -> None:
        self._bot = bot
        self._intake = intake
        self._next: int | None = None
        self._answer_due = 0.0
        self._connected = False

    @property
    def healthy(self) -> bool:
        """Whether the last poll was answered, and the one under way is not overdue."""
        return self._connected and time.monotonic() < self._answer_due

    async def run(self) -> None:
        """Poll until cancelled."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self._poll_once()
                pause = FIRST_PAUSE
                continue
            except InvalidToken:
                # A proxy may say so too, so this is not the end.
                pause = LONGEST_PAUSE
                logger.error("Telegram no longer takes CAREBOT_TELEGRAM_TOKEN. Set a new one and start again.")
            except RetryAfter as error:
                await asyncio.sleep(seconds_to_wait(error))
                continue
            except Conflict:
                logger.error("another program polls with the same token. Stop one of the two.")
            except TelegramError as error:
                logger.warning("polling failed (%s); trying again in %.0f s", type(error).__name__, pause)
            except Exception as error:  # whatever a broken answer holds, polling goes on
                logger.error("polling failed (%s)", type(error).__name__)
            self._connected = False
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def stop(self) -> None:
        """Say that no poll follows."""
        self._connected = False

    async def confirm(self) -> None:
        """Tell Telegram what was answered; called at the end, for otherwise the next poll does it."""
        await self._read(wait_seconds=0, limit=1)

    async def _poll_once(self) -> None:
        started, found = 0, 0
        # The first poll after a start or a failure does not wait, so that health is known at once.
        for raw in await self._read(POLL_SECONDS if self._connected else 0, BATCH):
            found += 1
            update_id = read_update_id(raw)
            if update_id is not None:
                self._next = max(self._next or 0, update_id + 1)
            started += self._intake.start(raw) is not None
        under_way = self._intake.under_way.values()
        if not started and found >= BATCH:
            # All that Telegram gives is under way or answered; what waits behind it, a danger perhaps, is not seen.
            await self._intake.keep_under_way()
        if not started and under_way:
            await asyncio.wait(under_way, timeout=BUSY_SECONDS)

    async def _read(self, wait_seconds: int, limit: int) -> list[object]:
        data = {"timeout": wait_seconds, "limit": limit, "allowed_updates": ALLOWED_UPDATES}
        offset = min(self._intake.unkept, default=self._next)
        if offset is not None:
            data["offset"] = offset
        # The raw answer, because one update the library cannot read would take the whole batch with it.
        self._answer_due = time.monotonic() + wait_seconds + HEALTH_MARGIN
        # The library's time-out is one of each read, which a server that trickles never reaches.
        async with asyncio.timeout(wait_seconds + READ_MARGIN):
            found = await self._bot._post("getUpdates", data, read_timeout=wait_seconds + READ_MARGIN)
        self._connected, self._answer_due = True, time.monotonic() + HEALTH_MARGIN
        return found if isinstance(found, list) else []
