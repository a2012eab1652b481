"""How fast one may write: by sender, by address and by what reading the messages costs."""

from __future__ import annotations

import math

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

MAX_SENDERS = 20_000


class RateLimiter:
    """Allows ``burst`` at once and ``per_second`` in the long run, for each key."""

    def __init__(self, burst: int, per_second: float) -> None:
        self._burst = burst
        # A window of so many seconds that a burst in each is the rate; the windows slide.
        self._item = RateLimitItemPerSecond(burst, max(1, math.ceil(burst / per_second)))
        self._window = SlidingWindowCounterRateLimiter(MemoryStorage())

    def allow(self, key: str, cost: int = 1) -> bool:
        """Take a cost off a key's allowance; False when there is not so much left."""
        return self._window.hit(self._item, key, cost=min(max(cost, 1), self._burst))


class Limits:
    """All that limits a message.

    Args:
        messages: by sender.
        characters: by sender.
        addresses: messages by address.
    """

    def __init__(self, messages: RateLimiter, characters: RateLimiter, addresses: RateLimiter) -> None:
        self._messages = messages
        self._characters = characters
        self._addresses = addresses

    def allow(self, sender: str, address: str, characters: int) -> bool:
        """Take a message off its sender's and its address's allowance; "" is an address that is spared."""
        return (
            self._messages.allow(sender)
            and self._characters.allow(sender, characters)
            and (not address or self._addresses.allow(address))
        )
