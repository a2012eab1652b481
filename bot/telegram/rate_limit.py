"""Telegram's limits on sending: 30 messages a second, 20 a minute to one group, and 429 waited out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from telegram.ext import AIORateLimiter

RETRIES = 5
# These are no messages: counted as such they would halve how fast answers go out.
UNCOUNTED = frozenset({"sendChatAction"})

Result = bool | dict[str, Any] | list[dict[str, Any]]


class MessageRateLimiter(AIORateLimiter):
    """The library's limiter, for messages only."""

    def __init__(self) -> None:
        super().__init__(max_retries=RETRIES)

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
        return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)
