from __future__ import annotations

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


def test_one_payer_does_not_take_every_place() -> None:
    places = Admission(8)
    with contextlib.ExitStack() as stack:
        entered = [stack.enter_context(places.enter("flood")) for _ in range(8)]
        assert entered == [True, True] + [False] * 6
        with places.enter("someone") as admitted:
            assert admitted
    with places.enter("flood") as admitted:
        assert admitted
