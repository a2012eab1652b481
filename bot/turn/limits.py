"""How fast one sender may write: a token bucket each, in memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MAX_SENDERS = 20_000


class RateLimiter:
    """Allows ``burst`` messages at once and ``per_second`` after that, for each sender."""

    def __init__(self, burst: int, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._per_second = per_second
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, sender: str) -> bool:
        """Take one message from a sender's allowance; False when it is used up."""
        now = self._clock()
        tokens, then = self._buckets.get(sender, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - then) * self._per_second)
        allowed = tokens >= 1
        self._buckets[sender] = (tokens - 1 if allowed else tokens, now)
        self._buckets.move_to_end(sender)
        if len(self._buckets) > MAX_SENDERS:
            self._buckets.popitem(last=False)
        return allowed
