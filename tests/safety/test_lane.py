from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from bot.safety.lane import Lane, LaneStuckError


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """Set when the test ends, so that no thread is left."""
    event = threading.Event()
    yield event
    event.set()


async def run(lane: Lane, do: Callable[[], str], key: str, cost: float = 1, work: float = 5, queue: float = 5) -> str:
    return await lane.run(do, key, cost, work, queue)


async def test_who_sends_little_goes_before_who_sends_much(released: threading.Event) -> None:
    lane, order, begun = Lane("t", 1), [], threading.Event()
    first = asyncio.create_task(run(lane, lambda: str(begun.set() or released.wait(5)), "flood"))
    assert await asyncio.to_thread(begun.wait, 5)
    flood = [asyncio.create_task(run(lane, lambda: order.append("flood") or "", "flood", 4_000)) for _ in range(20)]
    await asyncio.sleep(0.05)
    quiet = [asyncio.create_task(run(lane, lambda: order.append("quiet") or "", f"q{n}", 40)) for n in range(5)]
    await asyncio.sleep(0.05)
    released.set()
    await asyncio.gather(first, *flood, *quiet)
    assert order[:5] == ["quiet"] * 5


async def test_the_time_for_work_counts_from_its_beginning() -> None:
    lane = Lane("t", 1)
    slow = [run(lane, lambda: time.sleep(0.2) or "", f"k{n}", work=0.4) for n in range(5)]
    assert await asyncio.gather(*slow) == [""] * 5


async def test_waiting_has_a_bound(released: threading.Event) -> None:
    lane = Lane("t", 1)
    first = asyncio.create_task(run(lane, lambda: str(released.wait(5)), "a"))
    await asyncio.sleep(0.05)
    with pytest.raises(TimeoutError):
        await run(lane, lambda: "", "b", queue=0.1)
    released.set()
    await first
    assert await run(lane, lambda: "there", "b") == "there"


async def test_nobody_waits_for_threads_that_hang_and_one_that_comes_back_is_used(released: threading.Event) -> None:
    lane = Lane("t", 2)
    hanging = [asyncio.create_task(run(lane, lambda: str(released.wait(5)), f"h{n}", work=0.2)) for n in range(2)]
    await asyncio.sleep(0.05)
    started = time.monotonic()
    with pytest.raises(LaneStuckError):
        await run(lane, lambda: "", "waiting")
    with pytest.raises(LaneStuckError):
        await run(lane, lambda: "", "new")
    assert time.monotonic() - started < 1
    assert [type(error) for error in await asyncio.gather(*hanging, return_exceptions=True)] == [TimeoutError] * 2
    released.set()
    await asyncio.sleep(0.1)
    assert await run(lane, lambda: "there", "new") == "there"


async def test_a_place_is_not_lost_with_one_who_leaves(released: threading.Event) -> None:
    lane = Lane("t", 1)
    first = asyncio.create_task(run(lane, lambda: str(released.wait(5)), "a"))
    await asyncio.sleep(0.05)
    leaving = asyncio.create_task(run(lane, lambda: "", "b"))
    await asyncio.sleep(0.05)
    leaving.cancel()
    released.set()
    await first
    assert await run(lane, lambda: "there", "c") == "there"
