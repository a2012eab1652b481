"""A lock that lets urgent threads go before the others."""

from __future__ import annotations

import heapq
import itertools
import threading
from types import TracebackType

_this_thread = threading.local()


def go_first() -> None:
    """Let this thread go before all that are not urgent, at every lock of this kind and for good."""
    _this_thread.urgent = True


class PriorityLock:
    """One thread at a time: the urgent ones first, and each kind in the order of asking."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._held = False
        self._waiting: list[tuple[bool, int]] = []
        self._tickets = itertools.count()

    def __enter__(self) -> None:
        with self._condition:
            ticket = (not getattr(_this_thread, "urgent", False), next(self._tickets))
            heapq.heappush(self._waiting, ticket)
            self._condition.wait_for(lambda: not self._held and self._waiting[0] == ticket)
            heapq.heappop(self._waiting)
            self._held = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._condition:
            self._held = False
            self._condition.notify_all()
