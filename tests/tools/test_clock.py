"""The clock against tables written out by hand, and what must hold for every date."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import ROOT
from bot.tools.clock import Asked, count, holiday_on, limit_of, regime_of
from knowledge.material.registries import load_rules

RULES = load_rules(ROOT / "knowledge/rules.yml")
TODAY = date(2026, 11, 24)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


# The request, and the tenth business day after it.
TEN_DAYS = [
    # plain weeks and weekends
    ("2026-03-02", "2026-03-16"),
    ("2026-03-06", "2026-03-20"),
    ("2026-03-07", "2026-03-20"),
    ("2026-03-08", "2026-03-20"),
    ("2026-03-09", "2026-03-23"),
    # every holiday of 2026, the year's end before and after it
    ("2025-12-23", "2026-01-08"),
    ("2026-01-12", "2026-01-27"),
    ("2026-02-09", "2026-02-24"),
    ("2026-03-25", "2026-04-09"),
    ("2026-05-18", "2026-06-02"),
    ("2026-08-31", "2026-09-15"),
    ("2026-11-04", "2026-11-19"),
    ("2026-11-17", "2026-12-03"),
    ("2026-12-21", "2027-01-06"),
    # every holiday of 2027
    ("2027-01-11", "2027-01-26"),
    ("2027-02-08", "2027-02-23"),
    ("2027-03-25", "2027-04-09"),
    ("2027-05-24", "2027-06-08"),
    ("2027-06-28", "2027-07-13"),
    ("2027-08-30", "2027-09-14"),
    ("2027-11-04", "2027-11-19"),
    ("2027-11-22", "2027-12-08"),
    # made on a holiday, and on a weekend before one
    ("2026-11-26", "2026-12-11"),
    ("2026-02-14", "2026-03-02"),
]


@pytest.mark.parametrize(("requested", "limit"), TEN_DAYS)
def test_counts_ten_business_days(requested: str, limit: str) -> None:
    first, last = limit_of(RULES["first-visit"], day(requested))
    assert (first.date(), last.date()) == (day(limit), day(limit))


@pytest.mark.parametrize(
    ("requested", "first", "last"),
    [
        # Juneteenth and Diwali; a holiday on a Saturday that only some offices keep on the Friday before
        ("2026-06-15", "2026-06-29", "2026-06-30"),
        ("2026-06-29", "2026-07-13", "2026-07-14"),
        ("2027-06-14", "2027-06-28", "2027-06-29"),
        ("2027-10-25", "2027-11-08", "2027-11-09"),
        ("2027-12-20", "2028-01-03", "2028-01-05"),
    ],
)
def test_a_day_some_offices_are_open_makes_a_range(requested: str, first: str, last: str) -> None:
    found = count(Asked("first-visit", day(requested)), RULES, TODAY)
    assert found.first is not None
    assert (found.first.date(), found.last.date()) == (day(first), day(last))
    assert found.why == ("holiday",)


def test_a_psychiatrist_has_fifteen_business_days() -> None:
    assert limit_of(RULES["psychiatrist"], day("2026-03-02"))[1].date() == day("2026-03-23")


SURE = (
    "2026-01-01 2026-01-19 2026-02-16 2026-03-31 2026-05-25 2026-07-04 2026-09-07 2026-11-11 2026-11-26 2026-11-27 "
    "2026-12-25 2027-01-01 2027-01-18 2027-02-15 2027-03-31 2027-05-31 2027-07-04 2027-07-05 2027-09-06 2027-11-11 "
    "2027-11-25 2027-11-26 2027-12-25"
).split()


def test_the_holidays_of_two_years_are_these() -> None:
    days = (date(2026, 1, 1) + timedelta(days=number) for number in range(730))
    assert [found.isoformat() for found in days if holiday_on(found) == "sure"] == SURE


@pytest.mark.parametrize(
    ("visit", "hour", "first", "last"),
    [
        ("urgent", time(9, 30), "2026-11-26T09:30", "2026-11-26T09:30"),
        ("urgent", None, "2026-11-26T00:00", "2026-11-26T23:59"),
        ("urgent-approval", None, "2026-11-28T00:00", "2026-11-28T23:59"),
        ("phone-triage", time(23, 45), "2026-11-25T00:15", "2026-11-25T00:15"),
    ],
)
def test_hours_run_on_through_weekends_and_holidays(visit: str, hour: time | None, first: str, last: str) -> None:
    found = count(Asked(visit, TODAY, hour), RULES, TODAY)
    assert (found.first, found.last) == (datetime.fromisoformat(first), datetime.fromisoformat(last))
    assert found.why == (() if hour else ("hour",)) and found.skipped == ()


@pytest.mark.parametrize(
    ("offered", "verdict", "late_by"),
    [("2026-12-02", "in_time", 0), ("2026-12-03", "in_time", 0), ("2026-12-04", "late", 1), ("2026-12-27", "late", 24)],
)
def test_says_what_an_offered_day_means(offered: str, verdict: str, late_by: int) -> None:
    found = count(Asked("first-visit", day("2026-11-17"), offered=day(offered), was_offered=True), RULES, TODAY)
    assert (found.verdict, found.late_by, found.left) == (verdict, (late_by, late_by), (9, 9))
    assert found.skipped == (day("2026-11-26"), day("2026-11-27"))


def test_nothing_offered_is_not_the_same_as_not_said() -> None:
    assert count(Asked("first-visit", TODAY, was_offered=False), RULES, TODAY).verdict == "none"
    assert count(Asked("first-visit", TODAY), RULES, TODAY).verdict == "unknown"


def test_an_unknown_kind_of_visit_gives_a_range() -> None:
    found = count(Asked(None, day("2026-03-02"), offered=day("2026-03-20"), was_offered=True), RULES, TODAY)
    assert found.first is not None
    assert (found.first.date(), found.last.date()) == (day("2026-03-16"), day("2026-03-23"))
    assert (found.why, found.verdict) == (("visit",), "unclear")


def test_an_unknown_request_gives_the_latest_the_limit_can_be() -> None:
    found = count(Asked("first-visit", offered=day("2027-01-15"), was_offered=True), RULES, TODAY)
    assert (found.first, found.last.date(), found.why) == (None, day("2026-12-10"), ("requested",))
    # Whenever they asked, that is too late.
    assert found.verdict == "late"
    assert count(Asked("first-visit", offered=day("2026-12-01")), RULES, TODAY).verdict == "unclear"


def test_a_limit_that_has_passed_is_below_nought() -> None:
    assert count(Asked("first-visit", day("2026-03-02")), RULES, day("2026-03-20")).left == (-4, -4)


@pytest.mark.parametrize(
    ("plan", "regime"),
    [("commercial", "held"), ("medi-cal", "held"), ("medicare", "other"), ("self-funded", "other"), (None, "unknown")],
)
def test_says_for_which_plans_the_limits_hold(plan: str | None, regime: str) -> None:
    assert regime_of(plan, RULES.values()) == regime


@given(earlier=DAYS, days=st.integers(0, 60), visit=st.sampled_from([None, *RULES]))
def test_a_later_request_never_gives_an_earlier_limit(earlier: date, days: int, visit: str | None) -> None:
    one = count(Asked(visit, earlier), RULES, TODAY)
    other = count(Asked(visit, earlier + timedelta(days=days)), RULES, TODAY)
    assert one.first and other.first
    assert one.first <= other.first and one.last <= other.last
    assert one.first <= one.last


@given(requested=DAYS, offered=DAYS, visit=st.sampled_from([None, *RULES]))
def test_what_is_not_known_never_makes_an_offer_late_that_is_in_time(
    requested: date, offered: date, visit: str | None
) -> None:
    known = count(Asked(visit, requested, offered=offered, was_offered=True), RULES, requested)
    unknown = count(Asked(visit, None, offered=offered, was_offered=True), RULES, requested)
    assert unknown.verdict != "in_time"
    assert known.verdict == "late" or unknown.verdict != "late"


@given(requested=DAYS)
def test_a_business_day_limit_is_a_business_day(requested: date) -> None:
    for end in limit_of(RULES["first-visit"], requested):
        assert end.weekday() < 5 and holiday_on(end.date()) != "sure"
