"""Everything ``carebot check`` says about the knowledge base, all files and not only the first wrong one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from knowledge.checks.entries import check_entry, check_together, stray_files
from knowledge.checks.follow_ups import check_follow_ups
from knowledge.checks.neighbours import check_neighbours
from knowledge.checks.registries import check_registries
from knowledge.checks.rules import read_rules
from knowledge.checks.topics import check_topics
from knowledge.checks.translations import check_translations
from knowledge.checks.variants import check_variants, places_of
from knowledge.checks.words import check_figures_agree, check_words
from knowledge.material.base import read_material
from knowledge.material.finding import Finding
from knowledge.retrieval.embedding_store import EmbeddingStore
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.index import Index

ORDER = ("error", "warning", "notice")


def check_knowledge(
    directory: Path,
    today: date,
    index: Index | None = None,
    encoder: Encoder | None = None,
    store: EmbeddingStore | None = None,
) -> list[Finding]:
    """Check every file of a knowledge base.

    Args:
        directory: holds faq/, out_of_scope/ and the registries.
        today: what dates are compared with.
        index: adds the check for ways of asking in the wrong place; without it that is left out.
        encoder: with ``store``, adds the check for facts that do not speak of their answer.
        store: embeddings already made.

    Returns:
        What was found, errors first, then by file and line. Warnings and notices do not make the knowledge wrong.

    Raises:
        KnowledgeError: the directory does not exist.
    """
    material = read_material(directory)
    entries, registries, rules = material.entries, material.registries, read_rules(directory)
    findings = material.findings + rules.findings + stray_files(directory) + check_registries(registries, rules, today)
    for found in entries:
        findings += check_entry(found, registries, today)
        findings += check_words(found, registries, rules)
    findings += check_figures_agree(entries)
    findings += check_together(entries, registries)
    findings += check_follow_ups(entries, registries)
    findings += check_variants(entries, registries)
    findings += check_translations(entries, directory / "faq")
    if encoder is not None and store is not None:
        findings += check_topics(entries, registries, encoder, store)
    if index is not None:
        findings += check_neighbours(index, list(places_of(entries, registries)))
    return sorted(findings, key=lambda found: (ORDER.index(found.level), str(found.path), found.line))
