"""The whole knowledge base in memory, and what follows from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from knowledge.errors import KnowledgeError
from knowledge.material.entry import Entry, EntryFile, read_entry
from knowledge.material.finding import Finding, error, raise_first
from knowledge.material.registries import Registries, read_registries
from knowledge.material.registry import CatalogueItem, Contact, Fact, Language, OutOfScope, Source, Status
from knowledge.material.render import reference_faults
from knowledge.material.rules import Rule, rule_faults


@dataclass(frozen=True)
class KnowledgeBase:
    """Entries by (id, language), the registries they refer to, and the out-of-scope messages."""

    entries: dict[tuple[str, Language], Entry]
    catalogue: dict[str, CatalogueItem]
    contacts: dict[str, Contact]
    sources: dict[str, Source]
    facts: dict[str, Fact]
    status: Status
    out_of_scope: tuple[OutOfScope, ...]
    rules: dict[str, Rule] = field(default_factory=dict)

    def get(self, faq: str, language: Language) -> Entry | None:
        """Give the entry in the language, or in English where the other is missing."""
        return self.entries.get((faq, language)) or self.entries.get((faq, "en"))

    def ids(self) -> list[str]:
        """Give the answered ids in catalogue order."""
        answered = {faq for faq, _ in self.entries}
        return [faq for faq in self.catalogue if faq in answered]

    def topics(self) -> dict[str, list[str]]:
        """Give the answered ids of every topic, in catalogue order."""
        grouped: dict[str, list[str]] = {}
        for faq in self.ids():
            grouped.setdefault(self.catalogue[faq].topic, []).append(faq)
        return grouped

    def answer_for_plan(self, plan: str) -> str | None:
        """Give the answer for a kind of plan, None where the steps of every answer are already its own."""
        return self._by_plan.get(plan)

    @cached_property
    def _by_plan(self) -> dict[str, str]:
        return {entry.plan: faq for (faq, _), entry in self.entries.items() if entry.plan}

    def content_hash(self) -> str:
        """Hash everything an answer or the index depends on."""
        digest = hashlib.sha256()
        for part in self._parts():
            digest.update(part.encode())
            digest.update(b"\0")
        return digest.hexdigest()

    def _parts(self) -> Iterator[str]:
        for key in sorted(self.entries):
            yield self.entries[key].model_dump_json()
        for registry in (self.catalogue, self.contacts, self.sources, self.rules):
            yield from (item.model_dump_json() for item in registry.values())
        yield self.status.model_dump_json()
        for message in self.out_of_scope:
            yield f"{message.kind}\t{message.lang}\t{message.text}"


@dataclass(frozen=True)
class Material:
    """What one reading of a knowledge base gave: all that could be read, and what is wrong with it.

    Attributes:
        entries: the answer files that fit the schema.
        findings: every fault that would reach a person as a hole in an answer, or keep an answer from being read.
    """

    directory: Path
    registries: Registries
    entries: list[EntryFile]
    findings: list[Finding]

    def knowledge(self) -> KnowledgeBase:
        """Give the knowledge base.

        Raises:
            KnowledgeError: naming the first file, line and value at fault. Use ``carebot check`` for all of them.
        """
        raise_first(self.findings)
        if not self.entries:
            raise KnowledgeError(f"{self.directory / 'faq'}: no answer files. Check CAREBOT_KNOWLEDGE_DIR.")
        registries = self.registries
        return KnowledgeBase(
            entries={(found.entry.id, found.entry.language): found.entry for found in self.entries},
            catalogue=registries.catalogue,
            contacts=registries.contacts,
            sources=registries.sources,
            facts=registries.facts,
            status=registries.status,
            out_of_scope=tuple(message for message, _, _ in registries.out_of_scope),
            rules=registries.rules,
        )


def load_knowledge(directory: Path) -> KnowledgeBase:
    """Read a knowledge base that is right.

    Raises:
        KnowledgeError: naming the first file, line and value at fault. Use ``carebot check`` for all of them.
    """
    return read_material(directory).knowledge()


def read_material(directory: Path) -> Material:
    """Read a knowledge base, right or wrong.

    Args:
        directory: holds faq/, out_of_scope/ and the registries.

    Raises:
        KnowledgeError: the directory does not exist.
    """
    if not directory.is_dir():
        raise KnowledgeError(f"{directory}: no such directory. Check CAREBOT_KNOWLEDGE_DIR.")
    registries = read_registries(directory)
    entries: list[EntryFile] = []
    findings = [*registries.findings, *_rule_findings(registries)]
    for path in sorted((directory / "faq").glob("*/*.md")):
        found, faults = read_entry(path)
        findings += faults
        if found:
            entries.append(found)
    for found in entries:
        findings += _reference_findings(found, registries)
    return Material(directory, registries, entries, [*findings, *_second_files(entries)])


def _rule_findings(registries: Registries) -> Iterator[Finding]:
    # A day counted by a limit that rests on nothing would be given to a person as the law.
    path, fields = registries.directory / "rules.yml", registries.files["rules"]
    if {"facts", "sources"} & registries.broken:
        return
    for row, rule in enumerate(registries.rules.values()):
        for key, value, message, remedy in rule_faults(rule, registries.facts, registries.sources):
            if value not in registries.broken:
                yield error(path, fields.line_of((row, key)), value, message, remedy)


def _reference_findings(found: EntryFile, registries: Registries) -> Iterator[Finding]:
    # A dead contact or source would reach a person as a hole in an answer, so it stops loading, not only the linter.
    entry, path = found.entry, found.path
    if registries.misses("catalogue", entry.id):
        message = "the id is not in catalogue.yml"
        yield error(path, found.line("id"), entry.id, message, "Add it there or mend the id.")
    for source in entry.sources:
        if registries.misses("sources", source):
            yield error(path, found.line("sources"), source, "unknown source", "Use an id of sources.json.")
    broken = registries.broken
    faults = reference_faults(
        entry.body,
        entry.language,
        registries.contacts,
        registries.status,
        lambda name: name in broken or (name != "status" and "contacts" in broken),
    )
    for offset, value, message, remedy in faults:
        yield error(path, found.body_line + entry.body.count("\n", 0, offset), value, message, remedy)


def _second_files(entries: list[EntryFile]) -> Iterator[Finding]:
    first: dict[tuple[str, Language], EntryFile] = {}
    for found in entries:
        entry = found.entry
        other = first.setdefault((entry.id, entry.language), found)
        if other is not found:
            value, message = f"{entry.id}; also {other.path}", "a second file for the id and language"
            yield error(found.path, found.line("id"), value, message, "Keep one.")
