"""Telegram's limits on sending: 30 messages a second, 20 a minute to a group, and 429 waited out by its chat alone."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine
from typing import Any

from aiolimiter import AsyncLimiter
from telegram.constants import FloodLimit
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

RETRIES = 5
# Passed with a call whose caller has waited for its turn and minds 429 itself.
PACED = 1
# These are no messages: counted as such they would halve how fast answers go out.
UNCOUNTED = frozenset({"sendChatAction", "answerCallbackQuery", "answerInlineQuery"})
GROUP_SECONDS = 60.0
MAX_CHATS = 5_000

Result = bool | dict[str, Any] | list[dict[str, Any]]
Key = int | str


class ChatRateLimiter(BaseRateLimiter[int]):
    """Paces messages; a chat that Telegram asks to wait for waits alone.

    The library's own limiter stops every chat for the 429 of one, and a crisis card with them.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._overall = AsyncLimiter(FloodLimit.MESSAGES_PER_SECOND, 1)
        self._paused: OrderedDict[Key, float] = OrderedDict()
        self._sent: OrderedDict[Key, deque[float]] = OrderedDict()

    async def initialize(self) -> None:
        """Need nothing."""

    async def shutdown(self) -> None:
        """Hold nothing."""

    def free_at(self, key: Key, urgent: bool = False) -> float:
        """Give the moment on the clock at which a chat may get its next message.

        Args:
            key: the chat's id.
            urgent: goes past the limit we keep for groups, never past a wait that Telegram asked for.
        """
        paused = self._paused.get(key, 0.0)
        sent = self._sent.get(key)
        if urgent or sent is None or len(sent) < FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP:
            return paused
        return max(paused, sent[0] + GROUP_SECONDS)

    def pause(self, key: Key, seconds: float) -> None:
        """Let a chat wait as long as Telegram asks."""
        self._paused[key] = self._clock() + seconds
        self._paused.move_to_end(key)
        _trim(self._paused)

    async def take_turn(self) -> None:
        """Wait for one of the 30 messages a second."""
        await self._overall.acquire()

    def count(self, key: Key) -> None:
        """Count a message to a chat; only groups have a limit of their own."""
        if not isinstance(key, int) or key >= 0:
            return
        sent = self._sent.setdefault(key, deque(maxlen=FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP))
        sent.append(self._clock())
        self._sent.move_to_end(key)
        _trim(self._sent)

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Result:
        """Let a call through at once or in its turn; see the base class."""
        if endpoint in UNCOUNTED:
            return await callback(*args, **kwargs)
        key = data.get("chat_id", endpoint)
        tries = 1 if rate_limit_args == PACED else RETRIES + 1
        while True:
            tries -= 1
            if rate_limit_args != PACED:
                await self._wait(key)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                self.pause(key, seconds_to_wait(error))
                if not tries:
                    raise

    async def _wait(self, key: Key) -> None:
        while (left := self.free_at(key) - self._clock()) > 0:  # noqa: ASYNC110 - time passes, and no event says so
            await asyncio.sleep(left)
        if isinstance(key, int):
            self.count(key)
            await self.take_turn()


def seconds_to_wait(error: RetryAfter) -> float:
    """Give the seconds of a 429; the library is on its way from a number to a timedelta."""
    wait = error.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()


def _trim(items: OrderedDict[Key, Any]) -> None:
    while len(items) > MAX_CHATS:
        items.popitem(last=False)
