from __future__ import annotations

import asyncio
import contextlib
import time

import pytest

from bot.turn.admission import Admission
from bot.turn.limits import Limits, RateLimiter


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, at the beginning of a window of any length up to ten seconds."""
    clock = [1_000_000_000.0]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    return clock


def test_allows_a_burst_and_then_the_rate(now: list[float]) -> None:
    limiter = RateLimiter(burst=4, per_second=2)
    assert [limiter.allow("a") for _ in range(5)] == [True] * 4 + [False]
    assert limiter.allow("b")
    now[0] += 3
    assert [limiter.allow("a") for _ in range(3)] == [True, True, False]


def test_a_cost_counts_for_more_and_the_largest_still_fits(now: list[float]) -> None:
    limiter = RateLimiter(burst=100, per_second=50)
    assert [limiter.allow("a", 40) for _ in range(3)] == [True, True, False]
    assert limiter.allow("b", 10_000) and not limiter.allow("b")


def test_counts_by_sender_by_characters_and_by_address(now: list[float]) -> None:
    limits = Limits(RateLimiter(3, 1), RateLimiter(1_000, 100), RateLimiter(5, 1))
    assert [limits.allow("a", "", 10) for _ in range(4)] == [True] * 3 + [False]
    assert [limits.allow("b", "", 600) for _ in range(2)] == [True, False]
    assert [limits.allow(f"c{n}", "192.0.2.1", 10) for n in range(6)] == [True] * 5 + [False]
    assert limits.allow("d", "192.0.2.2", 10)


async def test_one_payer_does_not_take_every_place() -> None:
    places = Admission(4)
    async with contextlib.AsyncExitStack() as stack:
        entered = [await stack.enter_async_context(places.enter("flood", 0.1)) for _ in range(4)]
        assert entered == [True, True, False, False]
        async with places.enter("someone", 0.1) as admitted:
            assert admitted
    async with places.enter("flood", 0.1) as admitted:
        assert admitted


async def test_who_finds_no_place_waits_for_one_and_not_without_end() -> None:
    places = Admission(1)
    async with places.enter("a") as admitted, places.enter("b", 0.1) as late:
        assert admitted and not late
    first = places.enter("a")
    await first.__aenter__()
    asyncio.get_running_loop().call_later(0.1, asyncio.ensure_future, first.__aexit__(None, None, None))
    async with places.enter("b", 5) as admitted:
        assert admitted
