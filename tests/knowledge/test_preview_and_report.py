import shutil
from datetime import date

import pytest

from bot.reply.texts import text
from bot.telegram.formatting import decorate
from knowledge.errors import KnowledgeError
from knowledge.material.base import load_knowledge
from knowledge.material.registry import LANGUAGES, Fact
from knowledge.material.render import render_body
from knowledge.report.preview import FOOTER, WORDS, preview_entry, telegram_text
from knowledge.report.write import due_reviews, fact_age, printed_day, topic_rows, write_report

from .conftest import TODAY


def test_preview_shows_answer_sources_date_footer_and_buttons(small) -> None:
    shown = preview_entry(small.path("strike-status", "es"), small.directory)
    for piece in (
        "+1-888-466-2219",
        "• Hawái (fuente más reciente: 8 de mayo de 2025)",
        "Fuentes: The Press (2025-05-08)",
        "<https://example.org/a>",
        "Revisado 8 de mayo de 2025",
        FOOTER,
        "[ Title of demand-pay in es? ]",
        "Title of strike-status in es?",
    ):
        assert piece in shown


def test_preview_shows_a_draft_outside_the_knowledge_base(small, tmp_path) -> None:
    draft = tmp_path / "demand-pay.en.md"
    shutil.copy(small.path(), draft)
    assert "The union asked for a raise." in preview_entry(draft, small.directory)
    assert FOOTER not in preview_entry(draft, small.directory)


@pytest.mark.parametrize(
    ("old", "new"), [("sources: [union]", "sources: [x]"), ("Ask", "{{x}} Ask"), ("speaker: union", "speaker: x")]
)
def test_preview_names_what_is_wrong(small, old, new) -> None:
    path = small.replace(small.path(), old, new)
    with pytest.raises(KnowledgeError, match=r"demand-pay\.en\.md:.*x"):
        preview_entry(path, small.directory)


def test_preview_writes_as_the_bot_does(real) -> None:
    for entry in real.entries.values():
        body = render_body(entry, real.contacts, real.status)
        assert telegram_text(entry, body, []).startswith(decorate(body))
    for name, words in WORDS.items():
        for language in LANGUAGES:
            assert words[language] == text(name, language)


def test_report_is_one_page_with_charts(small, tmp_path) -> None:
    path = tmp_path / "made" / "report.html"
    write_report(load_knowledge(small.directory), TODAY, path)
    html = path.read_text(encoding="utf-8")
    assert html.count('src="data:image/svg+xml;base64,') == 6
    assert "<script" not in html
    assert "http://" not in html and "https://" not in html.replace("https://988lifeline.org", "")
    first = path.read_bytes()
    write_report(load_knowledge(small.directory), TODAY, path)
    assert path.read_bytes() == first


def test_report_escapes_what_the_files_say(small, tmp_path) -> None:
    small.replace("contacts.yml", "source: Read at https://988lifeline.org", "source: <script>alert(1)</script>")
    write_report(load_knowledge(small.directory), date(2027, 11, 24), tmp_path / "report.html")
    assert "<script>" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_report_lists_overdue_answers_the_oldest_first(small, tmp_path) -> None:
    small.replace(small.path("strike-status", "es"), "review_by: 2027-02-22", "review_by: 2027-01-01")
    base = load_knowledge(small.directory)
    entries = list(base.entries.values())
    assert due_reviews(entries, date(2027, 1, 1), 0) == []
    assert [(e.id, e.language) for e in due_reviews(entries, date(2027, 1, 2), 0)] == [("strike-status", "es")]
    assert due_reviews(entries, date(2027, 2, 23), 0)[0].id == "strike-status"
    assert len(due_reviews(entries, date(2027, 2, 23), 0)) == 4
    write_report(base, date(2027, 2, 23), tmp_path / "report.html")
    assert "shown as possibly old" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_coverage_counts_what_is_missing(small) -> None:
    small.path("demand-pay", "es").unlink()
    rows = {row.topic: row for row in topic_rows(load_knowledge(small.directory))}
    assert (rows["demands"].ids, rows["demands"].answers) == (1, {"en": 1, "es": 0})
    assert rows["duration"].variants == {"en": 45, "es": 45}


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2025-05-08", date(2025, 5, 8)),
        ("2019-12 (day not shown)", date(2019, 12, 1)),
        ("2015", date(2015, 1, 1)),
        ("2025-13-40", None),
        ("day not shown", None),
        (None, None),
    ],
)
def test_printed_dates_are_read_as_far_as_they_go(printed, day) -> None:
    assert printed_day(printed) == day


def test_age_of_a_fact_is_that_of_its_newest_source(small) -> None:
    base = load_knowledge(small.directory)
    fields = {"id": "A1", "topic": "t", "claim": "c", "said_by": "s", "confidence": "high", "time_sensitive": False}
    assert fact_age(Fact(**fields, sources=["press", "union"]), base.sources, TODAY) == "1 to 2 years"
    assert fact_age(Fact(**fields, sources=["union"]), base.sources, TODAY) == "no date"
