from __future__ import annotations

from bot.turn.limits import RateLimiter


def test_allows_a_burst_and_then_the_rate() -> None:
    now = 0.0
    limiter = RateLimiter(burst=3, per_second=2, clock=lambda: now)
    assert [limiter.allow("a") for _ in range(4)] == [True, True, True, False]
    assert limiter.allow("b")
    now = 0.5
    assert [limiter.allow("a") for _ in range(2)] == [True, False]
