"""The state of the knowledge base on one HTML page: what is covered, how old it is, what is due."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from knowledge.checks.registries import VERIFY_DAYS
from knowledge.material.base import KnowledgeBase
from knowledge.material.entry import Entry
from knowledge.material.registry import LANGUAGES, Fact, Source
from knowledge.report.charts import bar_chart, grouped_bar_chart

SOON_DAYS = 30
TEMPLATES = Path(__file__).parent / "templates"
PRINTED_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
AGES = ((182, "under 6 months"), (365, "6 to 12 months"), (730, "1 to 2 years"), (1_826, "2 to 5 years"))
OLDEST, UNDATED = "over 5 years", "no date"


@dataclass(frozen=True)
class TopicRow:
    """Counts of one topic: ids in the catalogue, and answers and ways of asking by language."""

    topic: str
    ids: int
    answers: dict[str, int]
    variants: dict[str, int]


@dataclass(frozen=True)
class Chart:
    """A picture as a data address, and what it says in words."""

    title: str
    picture: str
    words: str


def write_report(knowledge: KnowledgeBase, today: date, out_path: Path) -> None:
    """Write the report as one HTML file that needs no other file.

    Args:
        knowledge: a loaded knowledge base.
        today: what ages and due dates are counted from.
        out_path: the file to write; its directory is made.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    entries = list(knowledge.entries.values())
    html = environment.get_template("report.html.jinja").render(
        today=today,
        topics=topic_rows(knowledge),
        languages=LANGUAGES,
        charts=_charts(knowledge, today),
        answers=len(entries),
        overdue=due_reviews(entries, today, 0),
        soon=[entry for entry in due_reviews(entries, today, SOON_DAYS) if not entry.is_stale(today)],
        soon_days=SOON_DAYS,
        unverified=[contact for contact in knowledge.contacts.values() if not _is_verified(contact.verified_on, today)],
        verify_days=VERIFY_DAYS,
        contacts=len(knowledge.contacts),
        facts=len(knowledge.facts),
        hidden=sum(not fact.may_be_shown for fact in knowledge.facts.values()),
        out_of_scope=Counter(message.lang for message in knowledge.out_of_scope),
    )
    out_path.parent.mkdir(parents=True, exist_ok=True)
    out_path.write_text(html, encoding="utf-8")


def topic_rows(knowledge: KnowledgeBase) -> list[TopicRow]:
    """Count answers and ways of asking of every topic of the catalogue."""
    rows = []
    for topic in dict.fromkeys(item.topic for item in knowledge.catalogue.values()):
        ids = [faq for faq, item in knowledge.catalogue.items() if item.topic == topic]
        found = {
            language: [entry for faq in ids if (entry := knowledge.entries.get((faq, language)))]
            for language in LANGUAGES
        }
        rows.append(
            TopicRow(
                topic,
                len(ids),
                {language: len(entries) for language, entries in found.items()},
                {language: sum(len(entry.variants) for entry in entries) for language, entries in found.items()},
            )
        )
    return rows


def due_reviews(entries: list[Entry], today: date, within_days: int) -> list[Entry]:
    """Give the answers whose review falls due within some days, the oldest first; 0 gives those past it."""
    due = [entry for entry in entries if (entry.review_by - today).days < within_days]
    return sorted(due, key=lambda entry: (entry.review_by, entry.id, entry.language))


def fact_age(fact: Fact, sources: dict[str, Source], today: date) -> str:
    """Name how long ago the newest source of a fact appeared; a printed date may lack its day or month."""
    days = [
        (today - day).days
        for name in fact.sources
        if name in sources and (day := printed_day(sources[name].date)) is not None
    ]
    if not days:
        return UNDATED
    return next((name for limit, name in AGES if min(days) < limit), OLDEST)


def printed_day(text: str | None) -> date | None:
    """Read "2019-12 (day not shown)" as December 1, 2019; None where no year is printed."""
    match = PRINTED_DATE.match(text or "")
    if match is None:
        return None
    try:
        return date(int(match.group(1)), int(match.group(2) or 1), int(match.group(3) or 1))
    except ValueError:
        return None


def _is_verified(day: date | None, today: date) -> bool:
    return day is not None and (today - day).days <= VERIFY_DAYS


def _charts(knowledge: KnowledgeBase, today: date) -> list[Chart]:
    rows = topic_rows(knowledge)
    topics = [row.topic for row in rows]
    entries = list(knowledge.entries.values())
    ages = Counter(fact_age(fact, knowledge.sources, today) for fact in knowledge.facts.values())
    age_names = [*(name for _, name in AGES), OLDEST, UNDATED]
    speakers = Counter(entry.speaker for entry in entries)
    kinds = Counter(knowledge.sources[source].kind for entry in entries for source in set(entry.sources))
    by_language: dict[str, list[int]] = {language: [row.answers[language] for row in rows] for language in LANGUAGES}
    asked: dict[str, list[int]] = {language: [row.variants[language] for row in rows] for language in LANGUAGES}
    months = Counter(entry.review_by.strftime("%Y-%m") for entry in entries)
    overdue = {entry.review_by.strftime("%Y-%m") for entry in due_reviews(entries, today, 0)}
    due = [(f"{month} (overdue)" if month in overdue else month, months[month]) for month in sorted(months)]
    return [
        Chart("Answers by topic and language", grouped_bar_chart(topics, by_language), _words_of(by_language)),
        Chart("Ways of asking by topic and language", grouped_bar_chart(topics, asked), _words_of(asked)),
        _counted("Age of facts (newest source)", [(name, ages[name]) for name in age_names]),
        _counted("Answers by who says the main claim", speakers.most_common()),
        _counted("Sources cited, by kind", kinds.most_common()),
        _counted("Reviews due, by month", due),
    ]


def _counted(title: str, counts: Sequence[tuple[str, int]]) -> Chart:
    return Chart(title, bar_chart(counts), ", ".join(f"{name}: {count}" for name, count in counts))


def _words_of(series: dict[str, list[int]]) -> str:
    return ", ".join(f"{name}: {sum(values)}" for name, values in series.items())
