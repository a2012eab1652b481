"""The timely-access clock: the last lawful day for a visit, and what is left until it.

Pure functions: the limits come from ``knowledge/rules.yml``, today is told. What is not known is never guessed; it
makes a range out of a date, and the range says why it is one. It is information, not legal advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

import holidays

from knowledge.material.registry import PLANS
from knowledge.material.rules import Rule

DAY = timedelta(days=1)
SATURDAY = 5
FRIDAY = 4
END_OF_DAY = time(23, 59)
# In the library's list for California, but not days on which every office closes. Nobody should lose or gain a day by
# our reading of the law, so these make a range.
DOUBTFUL = ("Juneteenth", "Diwali", "Susan B. Anthony", "Lunar New Year", "Genocide", "Lincoln", "Columbus")

Why = Literal["visit", "requested", "hour", "holiday"]
Verdict = Literal["none", "unknown", "in_time", "late", "unclear"]
Regime = Literal["held", "unknown", "other"]


@dataclass(frozen=True)
class Asked:
    """What the person said; None for what they did not.

    Attributes:
        visit: a rule's id.
        requested: the day of the request, or of the visit before it where the rule counts from that.
        hour: the time of day, for limits in hours.
        offered: the day that was offered.
        was_offered: False where nothing was offered, None where that was not said.
    """

    visit: str | None = None
    requested: date | None = None
    hour: time | None = None
    offered: date | None = None
    was_offered: bool | None = None


@dataclass(frozen=True)
class Count:
    """What the clock found.

    Attributes:
        visits: ids of the rules it counted by; several where the kind of visit is not known.
        first: the earliest the limit can be; None where the day of the request is not known.
        last: the latest it can be.
        why: what makes a range of it; empty where ``first`` is ``last``.
        skipped: the holidays not counted.
        verdict: what the offered day means.
        left: calendar days from today to ``first`` and ``last``; below 0 the limit has passed.
        late_by: calendar days the offered day lies past ``last`` and past ``first``; 0 and 0 if it is not late.
    """

    visits: tuple[str, ...]
    first: datetime | None
    last: datetime
    why: tuple[Why, ...]
    skipped: tuple[date, ...]
    verdict: Verdict
    left: tuple[int, int]
    late_by: tuple[int, int]


@lru_cache(maxsize=16)
def _holidays_of(year: int) -> Mapping[date, str]:
    return dict(holidays.country_holidays("US", subdiv="CA", years=year))


def holiday_on(day: date) -> Literal["", "sure", "doubtful"]:
    """Say whether a day is a holiday of California; "doubtful" where offices may well be open."""
    name = _holidays_of(day.year).get(day, "")
    if not name:
        return ""
    # The state moves a holiday from a Sunday to Monday; moving one from a Saturday to Friday is a federal rule.
    moved_back = "(observed)" in name and day.weekday() == FRIDAY
    return "doubtful" if moved_back or all(_is_doubtful(part) for part in name.split(";")) else "sure"


def _is_doubtful(name: str) -> bool:
    return any(word in name for word in DOUBTFUL)


def is_business_day(day: date, doubtful_counts: bool) -> bool:
    """Say whether a day counts: no weekend, no holiday; a doubtful one counts or not as told."""
    holiday = holiday_on(day)
    return day.weekday() < SATURDAY and (not holiday or (holiday == "doubtful" and doubtful_counts))


def add_business_days(day: date, number: int, doubtful_counts: bool = False) -> date:
    """Count business days on from a day; the first is the next business day after it."""
    while number:
        day += DAY
        number -= is_business_day(day, doubtful_counts)
    return day


def limit_of(rule: Rule, requested: date, hour: time | None = None) -> tuple[datetime, datetime]:
    """Give the earliest and the latest the limit of a rule can be for a request on a day."""
    if rule.unit == "business-days":
        days = (add_business_days(requested, rule.limit, counts) for counts in (True, False))
        first, last = (datetime.combine(day, END_OF_DAY) for day in days)
        return first, last
    wait = timedelta(**{rule.unit: rule.limit})
    return (
        datetime.combine(requested, hour or time()) + wait,
        datetime.combine(requested, hour or END_OF_DAY) + wait,
    )


def count(asked: Asked, rules: Mapping[str, Rule], today: date) -> Count:
    """Count what a person has a right to.

    Args:
        asked: what they said.
        rules: the limits.
        today: in California.
    """
    counted = rules_for(asked.visit, rules)
    requested = asked.requested or today
    limits = [limit_of(rule, requested, asked.hour) for rule in counted]
    first, last = min(limit[0] for limit in limits), max(limit[1] for limit in limits)
    known_first = first if asked.requested else None
    return Count(
        visits=tuple(rule.id for rule in counted),
        first=known_first,
        last=last,
        why=tuple(_why(asked, counted, requested)),
        skipped=_skipped(requested, last.date()) if counted[0].unit == "business-days" else (),
        verdict=_verdict(asked, known_first, last),
        left=((first.date() - today).days, (last.date() - today).days),
        late_by=_late_by(asked, known_first, last),
    )


def rules_for(visit: str | None, rules: Mapping[str, Rule]) -> tuple[Rule, ...]:
    """Name the rules to count by: that of the visit; all counted in days where it is not known."""
    if visit is not None and visit in rules:
        return (rules[visit],)
    return tuple(rule for rule in rules.values() if rule.unit == "business-days")


def regime_of(plan: str | None, rules: Iterable[Rule]) -> Regime:
    """Say whether the limits hold for a kind of plan: held, other, or unknown while the plan is not known."""
    if plan not in PLANS:
        return "unknown"
    return "held" if all(plan in rule.plans for rule in rules) else "other"


def _why(asked: Asked, counted: tuple[Rule, ...], requested: date) -> Iterable[Why]:
    if len(counted) > 1:
        yield "visit"
    if asked.requested is None:
        yield "requested"
    if asked.hour is None and any(rule.unit != "business-days" for rule in counted):
        yield "hour"
    if any(rule.unit == "business-days" and len(set(limit_of(rule, requested))) > 1 for rule in counted):
        yield "holiday"


def _skipped(start: date, end: date) -> tuple[date, ...]:
    days = (start + number * DAY for number in range(1, (end - start).days + 1))
    return tuple(day for day in days if day.weekday() < SATURDAY and holiday_on(day))


def _verdict(asked: Asked, first: datetime | None, last: datetime) -> Verdict:
    if asked.offered is None:
        return "none" if asked.was_offered is False else "unknown"
    if datetime.combine(asked.offered, time()) > last:
        return "late"
    return "in_time" if first and datetime.combine(asked.offered, END_OF_DAY) <= first else "unclear"


def _late_by(asked: Asked, first: datetime | None, last: datetime) -> tuple[int, int]:
    if asked.offered is None or datetime.combine(asked.offered, time()) <= last:
        return 0, 0
    return (asked.offered - last.date()).days, (asked.offered - (first or last).date()).days
