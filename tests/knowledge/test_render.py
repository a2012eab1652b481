import re
from datetime import date

import pytest

from knowledge.checks.prose import NUMBER, digits_of, numbers_of, without_references
from knowledge.errors import EntryError
from knowledge.material.base import KnowledgeBase, load_knowledge
from knowledge.material.registry import LANGUAGES, Source
from knowledge.material.render import format_date, render_body, render_status, render_text


@pytest.fixture
def base(small) -> KnowledgeBase:
    return load_knowledge(small.directory)


@pytest.mark.parametrize(
    ("reference", "language", "shown"),
    [
        ("{{help-center}}", "en", "Help Center: 1-888-466-2219"),
        ("{{help-center}}", "es", "Centro de Ayuda: 1-888-466-2219"),
        ("{{ help-center.call }}", "en", "1-888-466-2219"),
        ("{{help-center.text}}", "es", "AYUDA al 741741"),
        ("{{lifeline-988.call}}", "en", "988"),
        ("{{status.hawaii}}", "en", "Hawaii (newest source: May 8, 2025): The last strike ended in 2023."),
        (
            "{{status.hawaii}}",
            "es",
            "Hawái (fuente más reciente: 8 de mayo de 2025): La última huelga terminó en 2023.",
        ),
        ("{{status.check}}", "es", "el sindicato (nuhw.org)"),
    ],
)
def test_references_are_filled(base, reference, language, shown) -> None:
    assert render_text(f"a {reference} b", language, base.contacts, base.status, "x") == f"a {shown} b"


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("{{nobody}}", "unknown reference"),
        ("{{help-center.fax}}", "no field 'fax'"),
        ("{{help-center.chat}}", "has no chat"),
        ("{{old-line}}", "unverified"),
        ("{{old-line.name}}", "unverified"),
        ("{{status.mars}}", "unknown reference"),
        ("{{status}}", "unknown reference"),
    ],
)
def test_reference_that_cannot_be_shown_is_named(base, reference, message) -> None:
    with pytest.raises(EntryError, match=rf"^here\.md: .*{message}"):
        render_text(reference, "en", base.contacts, base.status, "here.md")


def test_every_region_says_how_new_its_source_is(real) -> None:
    for name, region in real.status.regions.items():
        for language in LANGUAGES:
            shown = render_status(real.status, name, language)
            assert region.state.get(language) in shown
            assert format_date(region.as_of, language) in shown


@pytest.mark.parametrize(("language", "shown"), [("en", "March 5, 2027"), ("es", "5 de marzo de 2027")])
def test_dates_are_written_as_people_read_them(language, shown) -> None:
    assert format_date(date(2027, 3, 5), language) == shown


def test_every_number_of_every_answer_resolves_to_contacts(real) -> None:
    known = numbers_of({key: contact for key, contact in real.contacts.items() if contact.may_be_shown})
    unknown = [
        (key, number)
        for key, entry in real.entries.items()
        for number in NUMBER.findall(render_body(entry, real.contacts, real.status))
        if digits_of(number) not in known
    ]
    assert unknown == []
    assert len(known) > 25


def test_no_answer_writes_a_number_itself(real) -> None:
    assert [key for key, entry in real.entries.items() if NUMBER.search(without_references(entry.body))] == []


def test_no_answer_uses_a_fact_that_may_not_be_shown(real) -> None:
    hidden = {name for name, fact in real.facts.items() if not fact.may_be_shown}
    assert hidden
    assert [key for key, entry in real.entries.items() if hidden & set(entry.facts)] == []


def test_every_answer_is_short_and_leaves_no_reference_unfilled(real) -> None:
    for key, entry in real.entries.items():
        body = render_body(entry, real.contacts, real.status)
        assert len(body) <= 1_200, key
        assert not re.search(r"[{}]", body), key


def test_answers_about_todays_strike_are_rendered_from_the_status(real) -> None:
    for faq in ("strike-status", "norcal-2026-status", "strike-duration"):
        for language in LANGUAGES:
            assert "{{status." in real.entries[faq, language].body


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("2025-05-08", "2025-05-08"),
        ("2024-10 (day not shown)", "2024-10"),
        ("2024-10/11 (day not shown)", "2024-10"),
        ("not shown (older page)", ""),
        ("2020 data; page date not shown", ""),
        (None, ""),
    ],
)
def test_people_are_shown_a_date_without_our_notes_on_it(printed: str | None, shown: str) -> None:
    source = Source(id="a", publisher="A", kind="news", date=printed, url="https://example.org")
    assert source.shown_date == shown
