"""Whether both languages of an answer were read side by side since either changed.

The Spanish file keeps a stamp of both texts, ``translated_from: ENGLISH-SPANISH``, which ``carebot check --accept ID``
writes when a person has read them beside each other.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from knowledge.errors import KnowledgeError
from knowledge.material.base import KnowledgeBase
from knowledge.material.entry import Entry, EntryFile, dump_entry
from knowledge.material.finding import Finding, warning

ALL = "all"


def stamp_of(english: Entry, spanish: Entry) -> str:
    """Give the stamp of a pair: eight digits for each, of title and body."""
    return f"{_digits(english)}-{_digits(spanish)}"


def check_translations(entries: list[EntryFile], folder: Path) -> list[Finding]:
    """Name the answers of which one language changed, and count those never read side by side, in one line."""
    english = {found.entry.id: found.entry for found in entries if found.entry.language == "en"}
    findings, never = [], 0
    for found in entries:
        entry = found.entry
        other = english.get(entry.id)
        if entry.language == "en" or other is None:
            continue
        if not entry.translated_from:
            never += 1
        elif changed := _what_changed(entry, other):
            remedy = f"Read both side by side, mend the other, then `carebot check --accept {entry.id}`."
            message = f"{changed} since both languages were last read side by side"
            findings.append(warning(found.path, found.line("translated_from"), entry.id, message, remedy))
    if never:
        message = "answers whose languages were never accepted side by side"
        findings.append(warning(folder, 1, str(never), message, "Read each pair, then `carebot check --accept ID`."))
    return findings


def accept(knowledge: KnowledgeBase, directory: Path, faq: str) -> list[Path]:
    """Write the stamp into the Spanish file of an answer, or of all.

    Args:
        knowledge: as it is on disk.
        directory: where it is.
        faq: an id, or "all".

    Returns:
        The files written.

    Raises:
        KnowledgeError: no answer of that id has both languages.
    """
    chosen = knowledge.ids() if faq == ALL else [faq]
    written = []
    for name in chosen:
        english, spanish = knowledge.entries.get((name, "en")), knowledge.entries.get((name, "es"))
        if english is None or spanish is None:
            raise KnowledgeError(f"{name!r} has no answer in both languages. Write both before you accept them.")
        stamped = spanish.model_copy(update={"translated_from": stamp_of(english, spanish)})
        if stamped != spanish:
            path = directory / "faq" / spanish.topic / f"{name}.es.md"
            path.write_text(dump_entry(stamped), encoding="utf-8")
            written.append(path)
    return written


def _what_changed(spanish: Entry, english: Entry) -> str:
    before_english, _, before_spanish = spanish.translated_from.partition("-")
    changed = [
        language
        for language, before, now in (
            ("the English", before_english, _digits(english)),
            ("the Spanish", before_spanish, _digits(spanish)),
        )
        if before != now
    ]
    return f"{' and '.join(changed)} changed" if changed else ""


def _digits(entry: Entry) -> str:
    return hashlib.sha256(f"{entry.title}\0{entry.body}".encode()).hexdigest()[:8]
