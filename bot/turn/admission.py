"""How many answers may be under way: when many people write at once, answers are what is left out, never safety."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator

from bot.fair_queue import FairQueue

# More at once finish later, and past some number none in time.
MAX_ANSWERS = 16
# One payer may hold half of the places.
SHARE = 2
WAIT_SECONDS = 6.0


class Admission:
    """Lets in a bounded number at once; the others wait for some seconds, in fair order."""

    def __init__(self, places: int = MAX_ANSWERS) -> None:
        self._queue = FairQueue(places)
        self._share = max(1, places // SHARE)
        self._held: Counter[str] = Counter()

    @contextlib.asynccontextmanager
    async def enter(self, payer: str, seconds: float = WAIT_SECONDS) -> AsyncIterator[bool]:
        """Take a place while the context lasts; gives False where none became free in the time."""
        admitted = self._held[payer] < self._share and await self._wait(payer, seconds)
        self._held[payer] += admitted
        try:
            yield admitted
        finally:
            self._held[payer] -= admitted
            if not self._held[payer]:
                del self._held[payer]
            if admitted:
                self._queue.give_back()

    async def _wait(self, payer: str, seconds: float) -> bool:
        try:
            await self._queue.take(payer, 1, seconds)
        except TimeoutError:
            return False
        return True
