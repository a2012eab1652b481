"""Threads that are safety's own, so that nothing else can keep a message from being read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.fair_queue import FairQueue
from bot.message import SafetyVerdict
from bot.safety.gate import SafetyGate
from knowledge.retrieval.priority import go_first

Result = TypeVar("Result")
# What a message costs beside its characters.
BASE_COST = 200
# Many times what they take: only patterns that hang are given up.
PATTERN_SECONDS = 3.0


class LaneStuckError(Exception):
    """Every thread of a lane hangs, so there is no use in waiting for one."""


class Lane:
    """A few threads and a fair queue before them.

    Args:
        name: of the threads.
        threads: how many pieces of work run at once.
        begin: what each thread does first.
    """

    def __init__(self, name: str, threads: int, begin: Callable[[], None] | None = None) -> None:
        self._pool = ThreadPoolExecutor(threads, name, begin)
        self._threads = threads
        self._queue = FairQueue(threads)
        self._late: set[asyncio.Future[Any]] = set()

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
        if len(self._late) == self._threads:
            raise LaneStuckError
        await self._queue.take(key, cost, queue_seconds)
        running = asyncio.get_running_loop().run_in_executor(self._pool, work)
        running.add_done_callback(self._end)
        # Not wait_for: a thread cannot be cancelled, and its place is free only when it comes back.
        await asyncio.wait({running}, timeout=work_seconds)
        if not running.done():
            self._count_late(running)
            raise TimeoutError
        return running.result()

    def _end(self, running: asyncio.Future[Any]) -> None:
        if not running.cancelled():
            running.exception()  # of a late one nobody else asks for it
        self._late.discard(running)
        self._queue.give_back()

    def _count_late(self, running: asyncio.Future[Any]) -> None:
        self._late.add(running)
        if len(self._late) == self._threads:
            self._queue.send_away(LaneStuckError())


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
