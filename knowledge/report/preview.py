"""One answer as people will see it, for the one who is editing it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from knowledge.checks.entries import MAX_CHARACTERS
from knowledge.checks.reading_level import reading_level
from knowledge.errors import EntryError
from knowledge.material.entry import Entry, load_entry
from knowledge.material.finding import raise_first
from knowledge.material.registries import read_registries
from knowledge.material.registry import Language, Source
from knowledge.material.render import format_date, render_body

TELEGRAM_LIMIT = 4_096
BUTTONS = 3
WORDS: dict[str, dict[Language, str]] = {
    "sources": {"en": "Sources", "es": "Fuentes"},
    "checked": {"en": "Checked", "es": "Revisado"},
}
FOOTER = "[here the bot adds the crisis lines: 988 and 911]"
# As bot/telegram/formatting.py shows them (a test compares the two): round bullets, numbers that a tap calls.
BULLET = re.compile(r"^- ", re.MULTILINE)
PHONE_NUMBER = re.compile(r"(?<![\w+.(/@-])(1[-. ])?(\(?[2-9]\d{2}\)?[-. ]\s?\d{3}[-. ]\d{4})(?![\w-])")


def preview_entry(path: Path, directory: Path) -> str:
    """Render an answer as Telegram and the web page show it.

    Args:
        path: the answer file; it need not stand in the knowledge base yet.
        directory: the knowledge base, for contacts, sources, status and the titles of related answers.

    Raises:
        KnowledgeError: naming the file, the field and the remedy.
    """
    entry = load_entry(path)
    registries = read_registries(directory)
    raise_first(registries.findings)
    sources = registries.sources
    for source in entry.sources:
        if source not in sources:
            raise EntryError(f"{path}: sources: unknown source {source!r}. Use an id of sources.json.")
    body = render_body(entry, registries.contacts, registries.status)
    cited = [sources[source] for source in entry.sources]
    related = [_title(directory, other, entry.language) for other in entry.related]
    facts = f"{len(body)} of at most {MAX_CHARACTERS} characters, reading level {_level(entry)}"
    blocks = [
        f"{entry.id} ({entry.language}): {facts}, review by {entry.review_by.isoformat()}",
        "",
        "---- Telegram ----",
        telegram_text(entry, body, cited),
        *_buttons(related[:BUTTONS]),
        "",
        "---- Web page ----",
        web_text(entry, body, cited),
        *(f"  > {title}" for title in related),
    ]
    return "\n".join(blocks) + "\n"


def telegram_text(entry: Entry, body: str, sources: list[Source]) -> str:
    """Give the message: the answer, its sources on one line, the date, the footer."""
    words = PHONE_NUMBER.sub(lambda match: f"+{match.group(1) or '1-'}{match.group(2)}", body)
    parts = [BULLET.sub("• ", words)]
    lines = []
    if sources:
        lines.append(f"{WORDS['sources'][entry.language]}: " + "; ".join(_named(source) for source in sources))
    lines.append(_checked(entry.as_of, entry.language))
    parts.append("\n".join(lines))
    if entry.care_delay:
        parts.append(FOOTER)
    return "\n\n".join(parts)


def web_text(entry: Entry, body: str, sources: list[Source]) -> str:
    """Give the page: the title, the answer, a list of sources with their addresses, the date, the footer."""
    parts = [entry.title, body]
    if sources:
        listed = "\n".join(f"- {_named(source)} <{source.shown_url}>".replace(" <>", "") for source in sources)
        parts.append(f"{WORDS['sources'][entry.language]}\n{listed}")
    parts.append(_checked(entry.as_of, entry.language))
    if entry.care_delay:
        parts.append(FOOTER)
    return "\n\n".join(parts)


def _named(source: Source) -> str:
    return f"{source.shown_publisher} ({source.shown_date})" if source.shown_date else source.shown_publisher


def _checked(day: date, language: Language) -> str:
    return f"{WORDS['checked'][language]} {format_date(day, language)}"


def _level(entry: Entry) -> str:
    level = reading_level(entry.body, entry.language)
    return f"{level:.0f} (60 or more)" if entry.language == "es" else f"grade {level:.0f} (8 or less)"


def _buttons(titles: list[str]) -> list[str]:
    return [f"  [ {title} ]" for title in titles]


def _title(directory: Path, faq: str, language: Language) -> str:
    for path in sorted((directory / "faq").glob(f"*/{faq}.{language}.md")):
        try:
            return load_entry(path).title
        except EntryError:  # that file's own fault; `carebot check` tells of it
            break
    return f"{faq} (no such answer)"
