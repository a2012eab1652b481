"""Everything ``carebot check`` says about the knowledge base, all files and not only the first wrong one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from knowledge.checks.entries import check_entry, check_together, read_entries
from knowledge.checks.finding import Finding
from knowledge.checks.neighbours import check_neighbours
from knowledge.checks.registries import check_registries
from knowledge.checks.variants import check_variants, places_of
from knowledge.errors import KnowledgeError
from knowledge.retrieval.index import Index

ORDER = ("error", "warning", "notice")


def check_knowledge(directory: Path, today: date, index: Index | None = None) -> list[Finding]:
    """Check every file of a knowledge base.

    Args:
        directory: holds faq/, out_of_scope/ and the registries.
        today: what dates are compared with.
        index: adds the checks by embedding; without it they are left out.

    Returns:
        What was found, errors first, then by file and line. Warnings and notices do not make the knowledge wrong.

    Raises:
        KnowledgeError: the directory does not exist.
    """
    if not directory.is_dir():
        raise KnowledgeError(f"{directory}: no such directory. Check CAREBOT_KNOWLEDGE_DIR.")
    registries = check_registries(directory, today)
    entries, findings = read_entries(directory)
    findings += registries.findings
    for found in entries:
        findings += check_entry(found, registries, today)
    names = {(path.name.split(".")[0], path.name.split(".")[1]) for path in (directory / "faq").glob("*/*.*.md")}
    findings += check_together(entries, registries, names)
    findings += check_variants(entries, registries)
    if index is not None:
        findings += check_neighbours(index, list(places_of(entries, registries)))
    return sorted(findings, key=lambda found: (ORDER.index(found.level), str(found.path), found.line))
