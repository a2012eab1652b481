"""A bounded number of places, and a fair order of those who wait for one."""

from __future__ import annotations

import asyncio
import heapq
import itertools

MAX_KEYS = 10_000


class FairQueue:
    """Whoever sends much waits behind those who send little.

    Start-time fair queueing (Goyal, Vin and Cheng, 1996): each key's work starts, in virtual time, when its own last
    work ends.

    Args:
        places: how many may be in at once.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._now = 0.0
        self._ends: dict[str, float] = {}

    async def take(self, key: str, cost: float, seconds: float) -> None:
        """Wait for a place.

        Args:
            key: whom it is counted to.
            cost: its weight beside others.
            seconds: how long to wait at most.

        Raises:
            TimeoutError: none became free.
        """
        start = self._start_of(key, cost)
        if self._free:
            self._free -= 1
            self._now = max(self._now, start)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (start, next(self._numbers), turn))
        try:
            await asyncio.wait({turn}, timeout=seconds)
        except asyncio.CancelledError:
            if not turn.cancel() and turn.exception() is None:
                self.give_back()
            raise
        if turn.cancel():
            raise TimeoutError
        turn.result()

    def give_back(self) -> None:
        """Free a place, or hand it to whose turn it is."""
        while self._waiting:
            start, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                self._now = max(self._now, start)
                turn.set_result(None)
                return
        self._free += 1

    def send_away(self, error: Exception) -> None:
        """End the waiting of all with an error."""
        for _, _, turn in self._waiting:
            if not turn.done():
                turn.set_exception(error)
        self._waiting.clear()

    def _start_of(self, key: str, cost: float) -> float:
        if len(self._ends) > MAX_KEYS:
            self._ends = {known: end for known, end in self._ends.items() if end > self._now}
        start = max(self._now, self._ends.get(key, 0.0))
        self._ends[key] = start + cost
        return start
