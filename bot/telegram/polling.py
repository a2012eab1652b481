"""Long polling that loses nothing: an update is confirmed to Telegram only after it was answered.

The library's own poller confirms updates as it reads them, so a crash would lose those still waiting. Here the offset
stays at the oldest update under way; Telegram then sends the later ones again, and they are known by their ids.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.telegram.store import Store

logger = logging.getLogger(__name__)
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "inline_query", "my_chat_member"]
POLL_SECONDS = 25
READ_MARGIN = 10
# How long to leave Telegram alone while updates are under way and it has no others.
BUSY_SECONDS = 0.1
BATCH = 100
# Past this an update counts as failed, so that one that hangs does not hold the offset for ever.
LONGEST_ANSWER = 300
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


class Poller:
    """Reads updates and hands each to ``handle`` once, many at a time."""

    def __init__(self, bot: ExtBot[None], handle: Callable[[object], Awaitable[None]], store: Store) -> None:
        self._bot = bot
        self._handle = handle
        self._store = store
        self._offset: int | None = None
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self.healthy = False

    async def run(self) -> None:
        """Poll until cancelled, or until Telegram no longer takes the token."""
        pause = FIRST_PAUSE
        while True:
            try:
                found = await self._read()
                self.healthy = True
                pause = FIRST_PAUSE
                if not self._take(found) and self._under_way:
                    await asyncio.wait(self._under_way.values(), timeout=BUSY_SECONDS, return_when="FIRST_COMPLETED")
                continue
            except (InvalidToken, EndPointNotFound):
                self.healthy = False
                logger.error("Telegram no longer takes CAREBOT_TELEGRAM_TOKEN; polling has ended. Set a new one.")
                return
            except RetryAfter as error:
                await asyncio.sleep(seconds_to_wait(error))
                continue
            except Conflict:
                logger.error("another program polls with the same token. Stop one of the two.")
            except TelegramError as error:
                logger.warning("polling failed (%s); trying again in %.0f s", type(error).__name__, pause)
            except Exception as error:  # whatever a broken answer holds, polling goes on
                logger.error("polling failed (%s)", type(error).__name__)
            self.healthy = False
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def finish(self, seconds: float) -> None:
        """Let what is under way end, and confirm it; what takes longer is answered after the next start."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=seconds)
        for task in list(self._under_way.values()):
            task.cancel()

    async def _read(self) -> list[object]:
        # The raw answer, because one update the library cannot read would take the whole batch with it.
        data = {"timeout": POLL_SECONDS, "limit": BATCH, "allowed_updates": ALLOWED_UPDATES}
        offset = min(self._under_way, default=self._offset)
        if offset is not None:
            data["offset"] = offset
        found = await self._bot._post("getUpdates", data, read_timeout=POLL_SECONDS + READ_MARGIN)
        return found if isinstance(found, list) else []

    def _take(self, found: list[object]) -> int:
        """Start a task for every new update; give how many there were."""
        taken = 0
        for raw in found:
            update_id = raw.get("update_id") if isinstance(raw, dict) else None
            if not isinstance(update_id, int):
                continue
            self._offset = max(self._offset or 0, update_id + 1)
            if update_id in self._under_way or self._store.is_answered(update_id):
                continue
            taken += 1
            self._under_way[update_id] = asyncio.create_task(self._handle_one(update_id, raw))
        return taken

    async def _handle_one(self, update_id: int, raw: object) -> None:
        try:
            async with asyncio.timeout(LONGEST_ANSWER):
                await self._handle(raw)
            self._store.mark_answered(update_id)
        except Exception as error:  # recorded all the same: an update that fails must not come back for ever
            logger.error("an update failed (%s)", type(error).__name__)
            self._store.mark_answered(update_id)
        finally:
            self._under_way.pop(update_id, None)


def seconds_to_wait(error: RetryAfter) -> float:
    """Give the seconds of a 429; the library is on its way from a number to a timedelta."""
    wait = error.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()
