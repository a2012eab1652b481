"""Threads that are safety's own, so that nothing else can keep a message from being read."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.message import SafetyVerdict
from bot.safety.gate import SafetyGate
from knowledge.retrieval.priority import go_first

Result = TypeVar("Result")
# What a message costs beside its characters.
BASE_COST = 200
MAX_KEYS = 10_000
# Many times what they take: only patterns that hang are given up.
PATTERN_SECONDS = 3.0


class LaneStuckError(Exception):
    """Every thread of a lane hangs, so there is no use in waiting for one."""


class Lane:
    """A few threads and a fair queue before them.

    Whoever sends much waits behind those who send little: start-time fair queueing (Goyal, Vin and Cheng, 1996), where
    each key's work starts, in virtual time, when its own last work ends.

    Args:
        name: of the threads.
        threads: how many pieces of work run at once.
        begin: what each thread does first.
    """

    def __init__(self, name: str, threads: int, begin: Callable[[], None] | None = None) -> None:
        self._pool = ThreadPoolExecutor(threads, name, begin)
        self._threads = self._free = threads
        self._late: set[asyncio.Future[Any]] = set()
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._now = 0.0
        self._ends: dict[str, float] = {}

    async def run(
        self, work: Callable[[], Result], key: str, cost: float, work_seconds: float, queue_seconds: float
    ) -> Result:
        """Run a piece of work when its turn has come.

        Args:
            work: what to run in a thread.
            key: whom it is counted to.
            cost: its weight beside other work.
            work_seconds: how long it may take once it has begun.
            queue_seconds: how long it may wait before that.

        Raises:
            TimeoutError: it waited or took too long.
            LaneStuckError: every thread hangs.
            Exception: whatever the work raises.
        """
        await self._wait_for_turn(key, cost, queue_seconds)
        running = asyncio.get_running_loop().run_in_executor(self._pool, work)
        running.add_done_callback(self._end)
        # Not wait_for: a thread cannot be cancelled, and its place is free only when it comes back.
        await asyncio.wait({running}, timeout=work_seconds)
        if not running.done():
            self._count_late(running)
            raise TimeoutError
        return running.result()

    async def _wait_for_turn(self, key: str, cost: float, seconds: float) -> None:
        if len(self._late) == self._threads:
            raise LaneStuckError
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
                self._pass_on()
            raise
        if turn.cancel():
            raise TimeoutError
        turn.result()

    def _start_of(self, key: str, cost: float) -> float:
        if len(self._ends) > MAX_KEYS:
            self._ends = {known: end for known, end in self._ends.items() if end > self._now}
        start = max(self._now, self._ends.get(key, 0.0))
        self._ends[key] = start + cost
        return start

    def _end(self, running: asyncio.Future[Any]) -> None:
        if not running.cancelled():
            running.exception()  # of a late one nobody else asks for it
        self._late.discard(running)
        self._pass_on()

    def _pass_on(self) -> None:
        while self._waiting:
            start, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                self._now = max(self._now, start)
                turn.set_result(None)
                return
        self._free += 1

    def _count_late(self, running: asyncio.Future[Any]) -> None:
        self._late.add(running)
        if len(self._late) < self._threads:
            return
        for _, _, turn in self._waiting:
            if not turn.done():
                turn.set_exception(LaneStuckError())
        self._waiting.clear()


@dataclass(frozen=True)
class Patience:
    """How long the second layer may take once it has begun, and how long it may wait before that (seconds)."""

    work: float
    queue: float


class SafetyLanes:
    """The lanes of both layers; what came too fast is read in a lane of its own, in turn with the answers."""

    def __init__(self) -> None:
        self._patterns = Lane("patterns", 2)
        self._learned = Lane("safety", 2, go_first)
        self._limited = Lane("safety-limited", 1)

    async def read_patterns(
        self, gate: SafetyGate, text: str, previous: str | None, key: str, *, alone: bool = False
    ) -> SafetyVerdict:
        """Give the first layer's verdict, in milliseconds; ``alone`` where the second does not answer."""
        assess = gate.assess_lexicon_only if alone else gate.assess_patterns
        cost = BASE_COST + len(text)
        return await self._patterns.run(lambda: assess(text, previous), key, cost, PATTERN_SECONDS, PATTERN_SECONDS)

    async def read_learned(
        self, gate: SafetyGate, text: str, previous: str | None, key: str, patience: Patience, *, limited: bool
    ) -> SafetyVerdict | None:
        """Give the second layer's verdict; None where it does not answer."""
        lane = self._limited if limited else self._learned
        cost = BASE_COST + len(text)
        return await lane.run(
            lambda: gate.assess_learned_only(text, previous), key, cost, patience.work, patience.queue
        )
