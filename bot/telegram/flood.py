"""A limit on how fast one chat may write. The caller lets messages pass that may be a crisis."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MAX_CHATS = 20_000


@dataclass
class _Bucket:
    tokens: float
    filled: float
    told: bool = False


class FloodLimit:
    """A token bucket for each chat.

    Args:
        burst: messages at once.
        per_second: messages a second after that.
        clock: seconds, never going back.
    """

    def __init__(self, burst: int, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = float(burst)
        self._per_second = per_second
        self._clock = clock
        self._buckets: OrderedDict[int, _Bucket] = OrderedDict()

    def allows(self, chat_id: int) -> bool:
        """Take one message off a chat's allowance, or say that there is none left."""
        now = self._clock()
        bucket = self._buckets.get(chat_id)
        if bucket is None:
            bucket = self._buckets[chat_id] = _Bucket(self._burst, now)
        self._buckets.move_to_end(chat_id)
        while len(self._buckets) > MAX_CHATS:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.filled) * self._per_second)
        bucket.filled = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        bucket.told = False
        return True

    def should_tell(self, chat_id: int) -> bool:
        """Say whether a chat over its limit was not told so yet; a note for every message would be a flood too."""
        bucket = self._buckets.get(chat_id)
        if bucket is None or bucket.told:
            return False
        bucket.told = True
        return True
