"""Dates as people give them, read on Tuesday, November 24, 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tools.dates import Direction, read_date

TODAY = date(2026, 11, 24)
PAST = {
    # English
    "yesterday": "2026-11-23",
    "it was the day before yesterday": "2026-11-22",
    "today": "2026-11-24",
    "two weeks ago": "2026-11-10",
    "10 days ago": "2026-11-14",
    "a month ago": "2026-10-24",
    "last Tuesday": "2026-11-17",
    "last friday i think": "2026-11-20",
    "the 3rd": "2026-11-03",
    "on the 30th": "2026-10-30",
    "3": "2026-11-03",
    "nov 3": "2026-11-03",
    "I called on November 3rd": "2026-11-03",
    "3 november 2026": "2026-11-03",
    "Tuesday, November 3": "2026-11-03",
    "Tuesday the 3rd": "2026-11-03",
    "dec 30": "2025-12-30",
    "2026-11-03": "2026-11-03",
    "11/13": "2026-11-13",
    "11/13/26": "2026-11-13",
    # Spanish
    "hace dos semanas": "2026-11-10",
    "hace 15 días": "2026-11-09",
    "hace un mes": "2026-10-24",
    "ayer": "2026-11-23",
    "antier": "2026-11-22",
    "antes de ayer": "2026-11-22",
    "hoy mismo": "2026-11-24",
    "el martes pasado": "2026-11-17",
    "el viernes": "2026-11-20",
    "el 3": "2026-11-03",
    "el dia 3": "2026-11-03",
    "el 3 de marzo": "2026-03-03",
    "3 de noviembre del 2026": "2026-11-03",
    "LLAMÉ EL 3 DE NOV": "2026-11-03",
    "13/11/2026": "2026-11-13",
    # other digits
    "١٣/١١/٢٠٢٦": "2026-11-13",
}
FUTURE = {
    "the 3rd": "2026-12-03",
    "december 12": "2026-12-12",
    "jan 5": "2027-01-05",
    "friday": "2026-11-27",
    "next Monday": "2026-11-30",
    "in three weeks": "2026-12-15",
    "day after tomorrow": "2026-11-26",
    "el 5 de enero": "2027-01-05",
    "el lunes que viene": "2026-11-30",
    "dentro de 3 semanas": "2026-12-15",
    "pasado mañana": "2026-11-26",
    "mañana": "2026-11-25",
}


@pytest.mark.parametrize(
    ("text", "direction", "expected"),
    [*((text, "past", day) for text, day in PAST.items()), *((text, "future", day) for text, day in FUTURE.items())],
)
def test_reads_a_date(text: str, direction: Direction, expected: str) -> None:
    found = read_date(text, TODAY, direction)
    assert ([day.isoformat() for day in found.dates], found.problem) == ([expected], "")


@pytest.mark.parametrize(
    ("text", "direction", "expected"),
    [
        ("3/4", "past", ["2026-03-04", "2026-04-03"]),
        ("11/3/26", "past", ["2026-03-11", "2026-11-03"]),
        ("last Monday", "past", ["2026-11-16", "2026-11-23"]),
        ("el lunes pasado", "past", ["2026-11-16", "2026-11-23"]),
        ("Tuesday", "past", ["2026-11-17", "2026-11-24"]),
        ("next Friday", "future", ["2026-11-27", "2026-12-04"]),
        ("el próximo viernes", "future", ["2026-11-27", "2026-12-04"]),
        ("the 3rd or the 5th", "past", ["2026-11-03", "2026-11-05"]),
    ],
)
def test_gives_both_readings_of_an_ambiguous_date(text: str, direction: Direction, expected: list[str]) -> None:
    assert [day.isoformat() for day in read_date(text, TODAY, direction).dates] == expected


def test_one_of_two_readings_that_lies_ahead_is_no_day_of_a_request() -> None:
    assert read_date("12/3/2026", TODAY, "past").dates == (date(2026, 3, 12),)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("february 30", "impossible"),
        ("31 de abril", "impossible"),
        ("13/13/2026", "impossible"),
        ("the 32nd", "impossible"),
        ("2026-02-29", "impossible"),
        ("5 Ramadan 1448", "calendar"),
        ("2569-11-03", "calendar"),
        ("5787-09-03", "calendar"),
        ("tomorrow", "future"),
        ("mañana", "future"),
        ("2026-12-24", "future"),
        ("12/30/2019", "far"),
        ("last week", "vague"),
        ("la semana pasada", "vague"),
        ("november", "vague"),
        ("hace unos días", "vague"),
        ("why are they on strike", "none"),
        ("", "none"),
        ("<b>x</b> \u202e\x00", "none"),
        ("the 3rd " * 2_000, "none"),
    ],
)
def test_says_why_there_is_no_date(text: str, problem: str) -> None:
    found = read_date(text, TODAY, "past")
    assert (found.dates, found.problem) == ((), problem)


@given(st.text(max_size=80), st.sampled_from(["past", "future"]))
def test_any_text_is_read_without_failing(text: str, direction: Direction) -> None:
    found = read_date(text, TODAY, direction)
    assert bool(found.dates) != bool(found.problem) and len(found.dates) <= 2


@given(st.integers(0, 700))
def test_a_day_written_out_is_read_back(days: int) -> None:
    day = TODAY - timedelta(days=days)
    assert read_date(day.isoformat(), TODAY, "past").dates == (day,)
    assert read_date(f"{day:%B} {day.day}, {day.year}", TODAY, "past").dates == (day,)
