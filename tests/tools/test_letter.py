"""Letters, calendar files and handouts: what a person gave is in them, and nothing else of them is anywhere."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from bot.settings import ROOT
from bot.tools.calendar import Deadline, calendar_file
from bot.tools.handout import KEPT_SECONDS, MOST, Handout, Handouts
from bot.tools.letter import Told, letter_pdf, letter_texts, write_letter, write_with_copy
from bot.tools.plain import plain_text
from knowledge.material.registries import load_rules

RULES = load_rules(ROOT / "knowledge/rules.yml")
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TOLD = Told(
    name="Ana María Núñez",
    member="0123456",
    reach="ana@example.org",
    rule=RULES["first-visit"],
    requested=date(2026, 11, 3),
    offered=date(2026, 12, 13),
    was_offered=True,
    last=date(2026, 11, 18),
    story="They cancelled on the 3rd.",
)


def test_a_grievance_says_who_when_and_what_is_asked_for() -> None:
    letter = write_letter("grievance", TOLD, "en", TODAY)
    for said in ("Ana María Núñez", "0123456", "November 3, 2026", "December 13, 2026", "November 18, 2026",
                 "They cancelled on the 3rd.", "outside it", "in writing"):  # fmt: skip
        assert said in letter
    assert "{" not in letter and "[" not in letter


def test_a_spanish_letter_comes_with_an_english_copy() -> None:
    spanish, english = write_with_copy("state", TOLD, "es", TODAY)
    assert "Queja" in spanish and "3 de noviembre de 2026" in spanish and "[el día que la puso]" in spanish
    assert "Complaint" in english and "November 3, 2026" in english
    assert len(write_with_copy("state", TOLD, "en", TODAY)) == 1


@pytest.mark.parametrize("kind", ["grievance", "state"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_skipped_stays_as_a_placeholder(kind, language) -> None:
    letter = write_letter(kind, Told(), language, TODAY)
    assert letter.count("[") == (7 if kind == "grievance" else 8) and "{" not in letter


def test_a_letter_speaks_of_no_danger_and_no_clinician_of_its_own() -> None:
    said = " ".join(text for words in letter_texts().values() for text in words.values())
    danger = r"suicid|danger|peligro|harm|dañ|urgent|emergen|crisis|die|morir|clinician|diagnos|doctor|risk|riesgo"
    assert not re.search(danger, said, re.IGNORECASE)


def test_own_words_are_neither_filled_in_nor_read_as_markup() -> None:
    told = Told(name="{story} <b>Bob</b> **x**", story="{name} & <script>\x00\u202eevil\r\nend")
    letter = write_letter("grievance", told, "en", TODAY)
    assert "{story} <b>Bob</b> **x**" in letter and "{name} & <script>evil\nend" in letter


def test_a_long_story_is_kept_to_its_limit() -> None:
    letter = write_letter("grievance", Told(story="tale " * 1_000), "en", TODAY)
    assert letter.count("tale") == 1_000
    assert len(plain_text("word " * 5_000, 5_000)) <= 5_000


def test_a_pdf_takes_every_script_and_is_ready_in_two_seconds() -> None:
    told = Told(name="Нина Ω Nguyễn 李 محمد", story="word " * 1_000)
    start = time.perf_counter()
    pdf = letter_pdf(write_with_copy("grievance", told, "es", TODAY), "es")
    assert pdf.startswith(b"%PDF") and len(pdf) < 200_000
    assert time.perf_counter() - start < 2


def test_a_calendar_has_the_deadline_as_a_day_with_a_reminder() -> None:
    found = Calendar.from_ical(calendar_file([Deadline(date(2026, 12, 3), "Last day; a, b\nc", "Call\x07 them")], NOW))
    (event,) = found.walk("VEVENT")
    assert event["dtstart"].dt == date(2026, 12, 3) and event["summary"] == "Last day; a, b c"
    assert event["description"] == "Call them" and event["class"] == "PRIVATE" and len(found.walk("VALARM")) == 1


@settings(max_examples=50)
@given(st.text(max_size=300))
def test_no_text_adds_a_line_of_its_own_to_a_calendar(text: str) -> None:
    found = Calendar.from_ical(calendar_file([Deadline(TODAY, text, text)], NOW))
    assert [event["dtstart"].dt for event in found.walk("VEVENT")] == [TODAY]


def test_a_handout_is_found_by_its_token_until_its_time_is_over() -> None:
    now = [0.0]
    handouts = Handouts(clock=lambda: now[0])
    token = handouts.put(Handout("letter.pdf", "application/pdf", b"x", "ana"))
    assert handouts.get(token) and len(token) >= 32 and handouts.get("guess") is None
    now[0] = KEPT_SECONDS
    assert handouts.get(token) is None and len(handouts) == 0


def test_handouts_go_with_their_owner_and_when_there_are_too_many() -> None:
    handouts = Handouts()
    kept = handouts.put(Handout("a", "text/calendar", b"", "ana"))
    gone = handouts.put(Handout("b", "text/calendar", b"", "bob"))
    handouts.forget("bob")
    assert handouts.get(kept) and handouts.get(gone) is None
    for _ in range(MOST + 5):
        handouts.put(Handout("c", "text/calendar", b""))
    assert len(handouts) == MOST and handouts.get(kept) is None
