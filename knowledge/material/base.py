"""The whole knowledge base in memory, and what follows from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.errors import EntryError, KnowledgeError
from knowledge.json_lines import read_json_lines
from knowledge.material.entry import Entry, load_entry
from knowledge.material.registry import (
    LANGUAGES,
    CatalogueItem,
    Contact,
    Fact,
    Language,
    Source,
    Status,
    load_catalogue,
    load_contacts,
    load_facts,
    load_sources,
    load_status,
)


@dataclass(frozen=True)
class OutOfScope:
    """A message the bot must not answer from its entries."""

    kind: str
    lang: Language
    text: str


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
        for registry in (self.catalogue, self.contacts, self.sources):
            yield from (item.model_dump_json() for item in registry.values())
        yield self.status.model_dump_json()
        for message in self.out_of_scope:
            yield f"{message.kind}\t{message.lang}\t{message.text}"


def load_out_of_scope(directory: Path) -> tuple[OutOfScope, ...]:
    """Read the JSON-lines files of out-of-scope messages.

    Raises:
        KnowledgeError: naming file, line and value.
    """
    paths = sorted(directory.glob("*.jsonl"))
    return tuple(item for path in paths for item in read_json_lines(path, _parse_out_of_scope, "kind, lang and text"))


def _parse_out_of_scope(row: dict[str, Any]) -> OutOfScope:
    if row["lang"] not in LANGUAGES or not row["text"].strip():
        raise ValueError(f"lang {row['lang']!r} must be en or es, and text not empty")
    return OutOfScope(kind=row["kind"], lang=row["lang"], text=row["text"])


def entry_paths(directory: Path) -> list[Path]:
    """List the answer files below ``directory/faq``."""
    return sorted((directory / "faq").glob("*/*.md"))


def load_knowledge(directory: Path) -> KnowledgeBase:
    """Read the whole knowledge base.

    Raises:
        KnowledgeError: naming the first file, line and value at fault. Use ``carebot check`` for all of them.
    """
    catalogue = load_catalogue(directory / "catalogue.yml")
    entries: dict[tuple[str, Language], Entry] = {}
    for path in entry_paths(directory):
        entry = load_entry(path)
        if entry.id not in catalogue:
            raise EntryError(f"{path}: the id {entry.id!r} is not in catalogue.yml. Add it there or mend the id.")
        if (entry.id, entry.language) in entries:
            raise EntryError(f"{path}: a second file for {entry.id!r} in {entry.language!r}. Keep one.")
        entries[entry.id, entry.language] = entry
    if not entries:
        raise KnowledgeError(f"{directory / 'faq'}: no answer files. Check CAREBOT_KNOWLEDGE_DIR.")
    knowledge = KnowledgeBase(
        entries=entries,
        catalogue=catalogue,
        contacts=load_contacts(directory / "contacts.yml"),
        sources=load_sources(directory / "sources.json"),
        facts=load_facts(directory / "facts.json"),
        status=load_status(directory / "status.yml"),
        out_of_scope=load_out_of_scope(directory / "out_of_scope"),
    )
    _check_references(knowledge)
    return knowledge


def _check_references(knowledge: KnowledgeBase) -> None:
    # A dead contact or source would reach a person as a hole in an answer, so it stops loading, not only the linter.
    from knowledge.material.render import render_body

    for (faq, language), entry in knowledge.entries.items():
        for source in entry.sources:
            if source not in knowledge.sources:
                raise EntryError(f"{faq}.{language}.md: unknown source {source!r}. Use an id of sources.json.")
        render_body(entry, knowledge.contacts, knowledge.status)
