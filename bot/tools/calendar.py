"""Deadlines as a calendar file that a phone can open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from icalendar import Alarm, Calendar, Event

from bot.tools.plain import plain_text

LONGEST_TITLE = 200
LONGEST_NOTE = 2_000


@dataclass(frozen=True)
class Deadline:
    """One day of the calendar: what it is, and what to do then."""

    day: date
    title: str
    note: str = ""


def calendar_file(deadlines: Sequence[Deadline], now: datetime) -> bytes:
    """Write deadlines as iCalendar (RFC 5545): all-day events with a reminder on the day before.

    Args:
        deadlines: the days; their texts are escaped and their control characters left out.
        now: with a time zone, for the stamp.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//carebot//deadlines//EN")
    calendar.add("version", "2.0")
    for deadline in deadlines:
        calendar.add_component(_event(deadline, now))
    return bytes(calendar.to_ical())


def _event(deadline: Deadline, now: datetime) -> Event:
    event = Event()
    # An id that says nothing of anyone, and is never the same for two people.
    event.add("uid", f"{uuid4()}@carebot")
    event.add("dtstamp", now)
    event.add("dtstart", deadline.day)
    event.add("dtend", deadline.day + timedelta(days=1))
    event.add("summary", plain_text(deadline.title, LONGEST_TITLE).replace("\n", " "))
    if deadline.note:
        event.add("description", plain_text(deadline.note, LONGEST_NOTE))
    # Others who see the calendar see only that the time is taken.
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    reminder = Alarm()
    reminder.add("action", "DISPLAY")
    reminder.add("trigger", timedelta(hours=-15))
    reminder.add("description", plain_text(deadline.title, LONGEST_TITLE).replace("\n", " "))
    event.add_component(reminder)
    return event
