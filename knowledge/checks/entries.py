"""The checks of one answer file after another, and of what the answers owe each other."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from knowledge.checks.prose import numbers_of, prose_faults, script_scheme
from knowledge.checks.reading_level import MAX_GRADE, MIN_EASE, is_hard, reading_level
from knowledge.checks.registries import FACTS_ELSEWHERE
from knowledge.errors import EntryError
from knowledge.material.entry import EntryFile
from knowledge.material.finding import Finding, error, warning
from knowledge.material.registries import Registries
from knowledge.material.registry import LANGUAGES, Language
from knowledge.material.render import render_body

MAX_CHARACTERS = 1_200
# How long an answer may go unread: a quarter where a phone line or a changing fact is in it, else half a year.
REVIEW_DAYS_CHANGING = 92
REVIEW_DAYS = 185


def stray_files(directory: Path) -> list[Finding]:
    """Find files among the answers that nobody reads."""
    remedy = "Keep answers as faq/TOPIC/ID.LANGUAGE.md."
    folder = directory / "faq"
    return [
        error(path, 1, path.name, "a file that is never read", remedy)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (path.suffix != ".md" or path.parent.parent != folder)
    ]


def check_entry(found: EntryFile, registries: Registries, today: date) -> list[Finding]:
    """Check one answer against the catalogue, the registries and the rules for its words."""
    findings = _reference_findings(found, registries)
    findings += _catalogue_findings(found, registries)
    findings += _date_findings(found, registries, today)
    findings += _word_findings(found, registries)
    return findings


def _reference_findings(found: EntryFile, registries: Registries) -> list[Finding]:
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
        if (
            source not in backing
            and source in registries.sources
            and not FACTS_ELSEWHERE & set(entry.facts)
            and not registries.broken
        ):
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


def _catalogue_findings(found: EntryFile, registries: Registries) -> list[Finding]:
    entry, path = found.entry, found.path
    item = registries.catalogue.get(entry.id)
    if item is None:
        return []
    findings = []
    if path.parent.name != entry.topic:
        remedy = f"Move it to faq/{entry.topic}/ or mend the topic."
        findings.append(error(path, found.line("topic"), entry.topic, "the file's folder differs", remedy))
    for name in ("topic", "audience", "care_delay"):
        here, there = getattr(entry, name), getattr(item, name)
        if here != there:
            message = f"{name} differs from the catalogue's {str(there).lower()!r}"
            findings.append(error(path, found.line(name), here, message, "Make them agree."))
    return findings


def _date_findings(found: EntryFile, registries: Registries, today: date) -> list[Finding]:
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
    if (entry.review_by - max(today, entry.as_of)).days > limit:
        why = "facts or phone lines that change" if limit == REVIEW_DAYS_CHANGING else "any answer"
        message = f"review_by is more than {limit} days ahead, too long for {why}"
        findings.append(error(path, line, entry.review_by, message, "Set an earlier date."))
    return findings


def _word_findings(found: EntryFile, registries: Registries) -> list[Finding]:
    entry, path = found.entry, found.path
    numbers = numbers_of(registries.contacts)
    findings = []
    for text, first in ((entry.title, found.line("title")), (entry.body, found.body_line)):
        for offset, value, message, remedy in prose_faults(text, numbers):
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


def check_together(entries: list[EntryFile], registries: Registries) -> list[Finding]:
    """Check what only shows over all answers: missing languages, titles alike."""
    findings: list[Finding] = []
    first: dict[tuple[Language, str], EntryFile] = {}
    for found in entries:
        other = first.setdefault((found.entry.language, found.entry.title.casefold().strip()), found)
        if other.entry.id != found.entry.id:
            value, message = f"{found.entry.title}; also {other.path.name}", "another answer has this title"
            findings.append(error(found.path, found.line("title"), value, message, "Keep one."))
    # By name: a file that is wrong inside is not missing.
    names = {path.name for path in (registries.directory / "faq").glob("*/*.md")}
    for faq, item in registries.catalogue.items():
        for language in LANGUAGES:
            name = f"{faq}.{language}.md"
            if name not in names:
                path = registries.directory / "faq" / item.topic / name
                message = f"the answer is missing in {language!r}"
                findings.append(error(path, 1, faq, message, "Write it; `carebot new` begins it."))
    return findings
