"""Dates as people give them, in English and Spanish: "last Tuesday", "the 3rd", "hace dos semanas".

A date with two readings is given back with both, so that the person can be asked; none is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

import dateparser

from knowledge.retrieval.lexical import fold

Direction = Literal["past", "future"]
Problem = Literal["", "none", "vague", "impossible", "calendar", "future", "far"]
# Longer ago, or further ahead, is more likely a slip than a visit.
FAR = timedelta(days=730)
WEEK = timedelta(days=7)
MOST_WORDS = 60
WEEKDAYS = {
    **{name: number for number, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())},
    **{name: number for number, name in enumerate("lunes martes miercoles jueves viernes sabado domingo".split())},
    **{name: number for number, name in enumerate("mon tue wed thu fri sat sun".split())},
    **{"tues": 1, "weds": 2, "thur": 3, "thurs": 3},
}
_NAME = r"(?:" + "|".join(sorted(WEEKDAYS, key=len, reverse=True)) + r")"
_NUMBER = (
    r"(?:\d{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|un|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince|veinte)"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|ene(?:ro)?|febrero|marzo|abr(?:il)?|mayo|junio|julio|ago(?:sto)?|septiembre|setiembre"
    r"|octubre|noviembre|dic(?:iembre)?)"
)
_YEAR = r"(?:,? ?(?:of |de |del )?(?P<{}>\d{{4}}))?"
ISO = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
NUMERIC = re.compile(r"\b(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2}))?\b")
NAMED = re.compile(
    rf"\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th|o)? (?:de |of )?(?P<m1>{_MONTH})\b\.?{_YEAR.format('y1')}"
    rf"|\b(?P<m2>{_MONTH})\.? (?:the )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:){_YEAR.format('y2')}"
)
RELATIVE = re.compile(
    rf"\b{_NUMBER} (?:days?|weeks?|months?) ago\b|\bin {_NUMBER} (?:days?|weeks?|months?)\b"
    rf"|\b{_NUMBER} (?:days?|weeks?|months?) from now\b"
    rf"|\bhace {_NUMBER} (?:dias?|semanas?|mes(?:es)?)\b|\b(?:dentro de|en) {_NUMBER} (?:dias?|semanas?|mes(?:es)?)\b"
    r"|\b(?:the )?day before yesterday\b|\b(?:the )?day after tomorrow\b|\byesterday\b|\btoday\b|\btomorrow\b"
    r"|\bantes de ayer\b|\banteayer\b|\bantier\b|\bayer\b|\bhoy\b|\bpasado manana\b|\bmanana\b"
)
WEEKDAY = re.compile(
    rf"\b(?:(?P<before>last|this past|past|this|next|on|el|este|proximo|pasado) )?(?:proximo |pasado )?"
    rf"(?P<name>{_NAME})s?\b"
    r"(?: (?P<after>pasado|que viene|proximo|que paso))?"
)
DAY_OF_MONTH = re.compile(
    r"(?:\b(?:the|el|dia|day|on) (?P<d1>\d{1,2})(?:st|nd|rd|th)?|\b(?P<d2>\d{1,2})(?:st|nd|rd|th)|^(?P<d3>\d{1,2}))"
    r"\b(?! ?(?::|am|pm|days?|dias?|weeks?|semanas?|months?|mes))"
)
VAGUE = re.compile(
    r"\b(?:last|this|next|past) (?:week|month|year)\b|\b(?:few|couple)(?: of)? (?:days|weeks|months)\b|\ba while\b"
    r"|\b(?:la|esta) (?:proxima )?semana(?: pasada| que viene)?\b"
    r"|\b(?:el|este) (?:proximo )?(?:mes|ano)(?: pasado| que viene)?\b"
    rf"|\bhace (?:tiempo|mucho|rato|unos|unas|varios|varias)\b|\b(?:in |en |early |late )?{_MONTH}\b"
)
OTHER_CALENDAR = re.compile(
    r"\b(?:muharram|safar|rabi|jumada|rajab|shaaban|shaban|ramad[ah]n|shawwal|dhu|hijri|nisan|iyar|sivan|tammuz|tishre[iy]"
    r"|cheshvan|kislev|tevet|shevat|adar|elul|farvardin|ordibehesht|khordad|mehr|aban|azar|bahman|esfand|reiwa|heisei"
    r"|buddhist|budista|lunar)\b"
)


@dataclass(frozen=True)
class Reading:
    """What a text says of a date: one date, two it may be, or none and why."""

    dates: tuple[date, ...] = ()
    problem: Problem = ""


def read_date(text: str, today: date, direction: Direction) -> Reading:
    """Read the date in a text.

    Args:
        text: as written; other words around the date are passed over.
        today: in California.
        direction: where a date without a year or month lies: past for a request, future for an offered visit.
    """
    plain = _plain(text)
    if len(plain.split()) > MOST_WORDS:
        return Reading(problem="none")
    if OTHER_CALENDAR.search(plain):
        return Reading(problem="calendar")
    found, rest, impossible = _find(plain, today, direction)
    if found:
        return _checked(found, today, direction)
    if impossible:
        return Reading(problem=impossible)
    return Reading(problem="vague" if VAGUE.search(rest) else "none")


def _plain(text: str) -> str:
    # Digits of any script.
    digits = "".join(str(unicodedata.decimal(char, char)) for char in text[:5_000])
    return " ".join(re.sub(r"[^\w/.,:\- ]", " ", fold(digits)).split())


def _find(plain: str, today: date, direction: Direction) -> tuple[list[date], str, Problem]:
    """Find every date; one found by a fuller form is not read again by a shorter."""
    found: list[date] = []
    problem: Problem = ""
    for pattern, read in READERS:
        for match in pattern.finditer(plain):
            dates, fault = read(match, today, direction)
            found += [day for day in dates if day not in found]
            problem = problem or fault
        plain = pattern.sub(" ; ", plain)
        # "Tuesday the 3rd", "Tuesday, November 3": the day of the month tells, the weekday only says it again.
        if found and read is not _relative:
            break
    return found, plain, problem


Found = tuple[list[date], Problem]


def _iso(match: re.Match[str], today: date, direction: Direction) -> Found:
    year, month, day = (int(part) for part in match.groups())
    return _made(year, month, day)


def _numeric(match: re.Match[str], today: date, direction: Direction) -> Found:
    """Read 3/4 both ways: people from two countries write it, and neither is wrong."""
    one, two = int(match[1]), int(match[2])
    dates: list[date] = []
    problem: Problem = ""
    for month, day in dict.fromkeys([(one, two), (two, one)]):
        if match[3]:
            made, fault = _made(int(match[3]) + (2000 if len(match[3]) == 2 else 0), month, day)
        else:
            made, fault = _nearest(month, day, today, direction)
        dates += made
        problem = problem or fault
    return dates, "" if dates else problem


def _named(match: re.Match[str], today: date, direction: Direction) -> Found:
    name, day, year = match["m1"] or match["m2"], match["d1"] or match["d2"], match["y1"] or match["y2"]
    parsed = _parse(f"1 {name} 2000", today, direction)
    if parsed is None:
        return [], "impossible"
    return _made(int(year), parsed.month, int(day)) if year else _nearest(parsed.month, int(day), today, direction)


def _relative(match: re.Match[str], today: date, direction: Direction) -> Found:
    words = " ".join(_WORDS.get(word, word) for word in match[0].removeprefix("the ").split())
    parsed = _parse(words, today, direction)
    return ([parsed], "") if parsed else ([], "impossible")


def _weekday(match: re.Match[str], today: date, direction: Direction) -> Found:
    number = WEEKDAYS[match["name"]]
    before, after = match["before"] or "", match["after"] or ""
    backwards = before in ("last", "this past", "past", "pasado") or after in ("pasado", "que paso")
    forwards = before in ("next", "proximo") or after in ("que viene", "proximo") or " proximo " in match[0]
    if backwards or (direction == "past" and not forwards):
        recent = today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)
        if not backwards:
            # Said on a Tuesday, "Tuesday" may be today.
            return ([recent, today] if today.weekday() == number else [recent]), ""
        same_week = recent.isocalendar()[:2] == today.isocalendar()[:2]
        return ([recent, recent - WEEK] if same_week else [recent]), ""
    coming = today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    same_week = coming.isocalendar()[:2] == today.isocalendar()[:2]
    return ([coming, coming + WEEK] if forwards and same_week else [coming]), ""


def _day_of_month(match: re.Match[str], today: date, direction: Direction) -> Found:
    day = int(match["d1"] or match["d2"] or match["d3"])
    if not 1 <= day <= 31:
        return [], "impossible"
    step = -1 if direction == "past" else 1
    year, month = today.year, today.month
    for _ in range(3):
        made, _fault = _made(year, month, day)
        if made and (made[0] <= today if direction == "past" else made[0] >= today):
            return made, ""
        month += step
        year, month = (year + (month - 1) // 12, (month - 1) % 12 + 1)
    return [], "impossible"


_WORDS = {
    **dict(zip("a an one two three four five six seven eight nine ten eleven twelve".split(),
               "1 1 1 2 3 4 5 6 7 8 9 10 11 12".split(), strict=True)),
    **dict(zip("un una dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte".split(),
               "1 1 2 3 4 5 6 7 8 9 10 11 12 15 20".split(), strict=True)),
    "antier": "anteayer",
}  # fmt: skip


READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date, Direction], Found]], ...] = (
    (ISO, _iso),
    (NUMERIC, _numeric),
    (NAMED, _named),
    (DAY_OF_MONTH, _day_of_month),
    (RELATIVE, _relative),
    (WEEKDAY, _weekday),
)


def _parse(words: str, today: date, direction: Direction) -> date | None:
    words = {"antes de ayer": "anteayer", "pasado manana": "in 2 days", "manana": "tomorrow"}.get(words, words)
    settings = {"RELATIVE_BASE": datetime.combine(today, time(12)), "PREFER_DATES_FROM": direction}
    parsed = dateparser.parse(words.replace("dentro de", "en"), languages=["en", "es"], settings=settings)
    return parsed.date() if parsed else None


def _made(year: int, month: int, day: int) -> Found:
    if not 1900 <= year <= 2100:
        return [], "calendar"
    try:
        return [date(year, month, day)], ""
    except ValueError:
        return [], "impossible"


def _nearest(month: int, day: int, today: date, direction: Direction) -> Found:
    """Find the day without a year that is nearest in its direction; February 29 may be some years away."""
    years = range(today.year, today.year - 5, -1) if direction == "past" else range(today.year, today.year + 5)
    for year in years:
        made, _fault = _made(year, month, day)
        if made and (made[0] <= today if direction == "past" else made[0] >= today):
            return made, ""
    return [], "impossible"


def _checked(found: list[date], today: date, direction: Direction) -> Reading:
    """Leave out what cannot be: a request that lies ahead, anything years away."""
    near = [day for day in found if abs(day - today) <= FAR]
    if not near:
        return Reading(problem="far")
    fitting = [day for day in near if day <= today] if direction == "past" else near
    if not fitting:
        return Reading(problem="future")
    return Reading(tuple(sorted(fitting)[:2]))
