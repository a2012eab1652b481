"""The checks of one answer file after another, and of what the answers owe each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from knowledge.checks.finding import Finding, error, warning
from knowledge.checks.prose import numbers_of, prose_faults, reference_faults, script_scheme
from knowledge.checks.reading_level import MAX_GRADE, MIN_EASE, is_hard, reading_level
from knowledge.checks.registries import FACTS_ELSEWHERE, Registries, schema_findings
from knowledge.checks.source import Fields, read_source, split_source
from knowledge.errors import EntryError
from knowledge.material.entry import Entry
from knowledge.material.registry import LANGUAGES
from knowledge.material.render import render_body

MAX_CHARACTERS = 1_200
# How long an answer may go unread: a quarter where a phone line or a changing fact is in it, else half a year.
REVIEW_DAYS_CHANGING = 92
REVIEW_DAYS = 185


@dataclass(frozen=True)
class Checked:
    """An answer file that fits the schema, with the lines of its fields."""

    path: Path
    entry: Entry
    fields: Fields
    body_line: int

    def line(self, *location: str | int) -> int:
        """Give the line of a field."""
        return self.fields.line_of(location)


def read_entries(directory: Path) -> tuple[list[Checked], list[Finding]]:
    """Read every answer file; those that fit the schema come back for further checks."""
    checked: list[Checked] = []
    findings: list[Finding] = []
    for path in sorted((directory / "faq").rglob("*")):
        if path.is_dir():
            continue
        if path.suffix != ".md" or path.parent.parent != directory / "faq":
            remedy = "Keep answers as faq/TOPIC/ID.LANGUAGE.md."
            findings.append(error(path, 1, path.name, "a file that is never read", remedy))
            continue
        found, faults = read_entry(path)
        findings += faults
        if found:
            checked.append(found)
    return checked, findings


def read_entry(path: Path) -> tuple[Checked | None, list[Finding]]:
    """Read one answer file and check it against the schema."""
    text, findings = read_source(path)
    if text is None:
        return None, findings
    parts = split_source(text)
    if parts is None:
        remedy = "Put the fields between two lines of ---."
        return None, [*findings, error(path, 1, text[:40], "no front matter", remedy)]
    front, body, body_line = parts
    fields = Fields(path, front, first_line=2)
    findings += fields.findings
    if fields.data is None:
        if not fields.findings:
            findings.append(error(path, 2, "", "the front matter is empty", "See docs/editing.md for the fields."))
        return None, findings
    if not isinstance(fields.data, dict):
        return None, [*findings, error(path, 2, type(fields.data).__name__, "no fields", "Write 'field: value' lines.")]
    try:
        entry = Entry.model_validate({**fields.data, "body": body})
    except ValidationError as failure:
        faults = schema_findings(failure, path, fields, ())
        return None, [*findings, *(_at_body(fault, failure, body_line) for fault in faults)]
    found = Checked(path, entry, fields, body_line)
    return found, findings + _name_findings(found)


def _at_body(fault: Finding, failure: ValidationError, body_line: int) -> Finding:
    at_body = fault.message.startswith("body:")
    return error(fault.path, body_line, fault.value, fault.message, fault.remedy) if at_body else fault


def _name_findings(found: Checked) -> list[Finding]:
    entry, findings = found.entry, []
    expected = f"{entry.id}.{entry.language}.md"
    if found.path.name != expected:
        remedy = f"Rename it to {expected} or mend id and language."
        findings.append(error(found.path, found.line("id"), found.path.name, "the file's name differs", remedy))
    if found.path.parent.name != entry.topic:
        remedy = f"Move it to faq/{entry.topic}/ or mend the topic."
        findings.append(error(found.path, found.line("topic"), entry.topic, "the file's folder differs", remedy))
    return findings


def check_entry(found: Checked, registries: Registries, today: date) -> list[Finding]:
    """Check one answer against the catalogue, the registries and the rules for its words."""
    findings = _reference_findings(found, registries)
    findings += _catalogue_findings(found, registries)
    findings += _date_findings(found, registries, today)
    findings += _word_findings(found, registries)
    return findings


def _reference_findings(found: Checked, registries: Registries) -> list[Finding]:
    entry, path = found.entry, found.path
    findings = []
    for name in entry.facts:
        fact, line = registries.facts.get(name), found.line("facts")
        if fact and not fact.may_be_shown:
            message = f"fact {name} has confidence {fact.confidence} and may not be shown"
            findings.append(error(path, line, name, message, "Take the fact and what it says out of the answer."))
        elif name not in FACTS_ELSEWHERE and registries.misses("facts", name):
            findings.append(error(path, line, name, "unknown fact", "Use an id of facts.json."))
    line = found.line("sources")
    backing = {source for name in entry.facts if name in registries.facts for source in registries.facts[name].sources}
    for source in entry.sources:
        if registries.misses("sources", source):
            findings.append(error(path, line, source, "unknown source", "Use an id of sources.json."))
        elif source not in backing and not FACTS_ELSEWHERE & set(entry.facts) and not registries.broken:
            message = "a source that stands behind none of the facts"
            findings.append(error(path, line, source, message, "Add the fact it backs, or take it out."))
    line = found.line("related")
    for number, other in enumerate(entry.related):
        if other == entry.id or other in entry.related[:number]:
            findings.append(
                error(path, line, other, "a related id that is the answer itself or stands twice", "Drop it.")
            )
        elif registries.misses("catalogue", other):
            findings.append(error(path, line, other, "unknown related id", "Use an id of catalogue.yml."))
    return findings


def _catalogue_findings(found: Checked, registries: Registries) -> list[Finding]:
    entry, path = found.entry, found.path
    item = registries.catalogue.get(entry.id)
    if item is None:
        if registries.misses("catalogue", entry.id):
            message, remedy = "the id is not in catalogue.yml", "Add it there or mend the id."
            return [error(path, found.line("id"), entry.id, message, remedy)]
        return []
    findings = []
    for name in ("topic", "audience", "care_delay"):
        here, there = getattr(entry, name), getattr(item, name)
        if here != there:
            message = f"{name} differs from the catalogue's {str(there).lower()!r}"
            findings.append(error(path, found.line(name), here, message, "Make them agree."))
    return findings


def _date_findings(found: Checked, registries: Registries, today: date) -> list[Finding]:
    entry, path, line = found.entry, found.path, found.line("review_by")
    if entry.as_of > today:
        return [error(path, found.line("as_of"), entry.as_of, "as_of lies ahead", "Mend the date.")]
    if entry.review_by <= entry.as_of:
        return [error(path, line, entry.review_by, "review_by is not after as_of", "Mend the dates.")]
    findings = []
    if entry.is_stale(today):
        what = "expired: the bot refuses this answer" if entry.expires else "past review_by: the bot says it may be old"
        findings.append(warning(path, line, entry.review_by, what, "Check it against its sources and set both dates."))
    changing = [name for name in entry.facts if name in registries.facts and registries.facts[name].time_sensitive]
    limit = REVIEW_DAYS_CHANGING if changing or "{{" in entry.body else REVIEW_DAYS
    if (entry.review_by - entry.as_of).days > limit:
        why = "facts or phone lines that change" if limit == REVIEW_DAYS_CHANGING else "any answer"
        message = f"review_by is more than {limit} days after as_of, too long for {why}"
        findings.append(error(path, line, entry.review_by, message, "Set an earlier date."))
    return findings


def _word_findings(found: Checked, registries: Registries) -> list[Finding]:
    entry, path = found.entry, found.path
    numbers = numbers_of(registries.contacts)
    findings = []
    for text, first, inside in ((entry.title, found.line("title"), False), (entry.body, found.body_line, True)):
        faults = list(prose_faults(text, numbers))
        if inside:
            faults += reference_faults(
                text,
                entry.language,
                registries.contacts,
                registries.status,
                lambda name: name in registries.broken or (name != "status" and "contacts" in registries.broken),
            )
        for offset, value, message, remedy in faults:
            findings.append(error(path, first + text.count("\n", 0, offset), value, message, remedy))
    for row, variant in enumerate(entry.variants):
        if scheme := script_scheme(variant):
            line = found.line("variants", row)
            findings.append(error(path, line, scheme, "a link with a script scheme", "Take it out."))
    level = reading_level(entry.body, entry.language)
    if is_hard(level, entry.language):
        limit = f"Fernández-Huerta under {MIN_EASE:.0f}" if entry.language == "es" else f"grade above {MAX_GRADE:.0f}"
        remedy = "Use shorter sentences and commoner words."
        findings.append(error(path, found.body_line, f"{level:.1f}", f"hard to read: {limit}", remedy))
    try:
        length = len(render_body(entry, registries.contacts, registries.status))
    except EntryError:  # a dead reference, reported above
        return findings
    if length > MAX_CHARACTERS:
        message = f"longer than {MAX_CHARACTERS} characters when rendered"
        findings.append(error(path, found.body_line, length, message, "Shorten the answer."))
    return findings


def check_together(entries: list[Checked], registries: Registries, read_ids: set[tuple[str, str]]) -> list[Finding]:
    """Check what only shows over all answers: missing languages, second files, titles alike.

    Args:
        entries: the answers that fit the schema.
        registries: what they refer to.
        read_ids: (id, language) of every file there is by its name, right or wrong inside.
    """
    findings: list[Finding] = []
    findings += _doubled(
        entries, "a second file for the id and language", lambda c: (c.entry.id, c.entry.language), "id"
    )
    findings += _doubled(
        entries,
        "another answer has this title",
        lambda c: (c.entry.language, c.entry.title.casefold().strip()),
        "title",
    )
    for faq, item in registries.catalogue.items():
        for language in LANGUAGES:
            if (faq, language) not in read_ids:
                path = registries.directory / "faq" / item.topic / f"{faq}.{language}.md"
                message = f"the answer is missing in {language!r}"
                findings.append(error(path, 1, faq, message, "Write it; docs/editing.md shows how."))
    return findings


def _doubled(entries: Iterable[Checked], message: str, key_of: Any, field: str) -> list[Finding]:
    first: dict[Any, Checked] = {}
    findings = []
    for found in entries:
        other = first.setdefault(key_of(found), found)
        if other is not found:
            value = f"{getattr(found.entry, field)}; also {other.path.name}"
            findings.append(error(found.path, found.line(field), value, message, "Keep one."))
    return findings
