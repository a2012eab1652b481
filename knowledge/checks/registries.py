"""The checks of what answers refer to: contacts, sources, facts, catalogue, status, out-of-scope messages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from knowledge.checks.finding import Finding, error, warning
from knowledge.checks.prose import WEB_ADDRESS, prose_faults, script_scheme
from knowledge.checks.source import Fields, read_source
from knowledge.material.base import OutOfScope
from knowledge.material.registry import (
    LANGUAGES,
    CatalogueItem,
    CheckPlace,
    Contact,
    Fact,
    RegionStatus,
    Source,
    Status,
)

VERIFY_DAYS = 90
STATUS_DAYS = 30
# Names that stand for something other than a line of facts.json: the strike article and contacts.yml.
FACTS_ELSEWHERE = frozenset({"seed", "contacts"})
# Named by the catalogue for lack of a fact; an answer may not use it.
FACTS_MISSING = frozenset({"refill_law"})
Model = TypeVar("Model", bound=BaseModel)


@dataclass
class Registries:
    """What could be read of the registries.

    Attributes:
        broken: ids with an error of their own and names of files that cannot be read, so that a reference to one of
            them is not reported a second time.
    """

    directory: Path
    contacts: dict[str, Contact] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    catalogue: dict[str, CatalogueItem] = field(default_factory=dict)
    status: Status = field(default_factory=lambda: Status(regions={}, check_now=[]))
    out_of_scope: list[tuple[OutOfScope, Path, int]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    files: dict[str, Fields] = field(default_factory=dict)

    def misses(self, registry: str, item: str) -> bool:
        """Say whether an id is in no item, right or wrong, of a registry that could be read."""
        return item not in getattr(self, registry) and item not in self.broken and registry not in self.broken


def schema_findings(
    failure: ValidationError, path: Path, fields: Fields, place: tuple[str | int, ...]
) -> list[Finding]:
    """Turn every error of a validation into a finding with its line."""
    findings = []
    for item in failure.errors(include_url=False, include_context=False):
        name = ".".join(str(part) for part in item["loc"]) or "the item"
        line = fields.line_of((*place, *item["loc"]))
        if item["type"] == "missing":
            findings.append(error(path, line, name, f"the field {name} is missing", f"Add a line '{name}: ...'."))
        elif item["type"] == "extra_forbidden":
            findings.append(
                error(path, line, item["input"], f"there is no field {name}", "Mend its name or delete it.")
            )
        else:
            message = f"{name}: {item['msg'].removeprefix('Value error, ')}"
            findings.append(
                error(path, line, item["input"], message, "Mend the value; docs/editing.md lists the fields.")
            )
    return findings


def check_registries(directory: Path, today: date) -> Registries:
    """Read and check everything but the answers."""
    found = Registries(directory)
    found.contacts = _read_list(found, "contacts", "contacts.yml", Contact)
    found.sources = _read_list(found, "sources", "sources.json", Source)
    found.facts = _read_list(found, "facts", "facts.json", Fact)
    found.catalogue = _read_list(found, "catalogue", "catalogue.yml", CatalogueItem)
    found.status = _read_status(found)
    _check_contacts(found, today)
    _check_links(found)
    _check_facts(found)
    _check_status(found, today)
    _read_out_of_scope(found)
    return found


def _read_fields(found: Registries, registry: str, name: str) -> Any:
    path = found.directory / name
    text, findings = read_source(path)
    found.findings += findings
    if text is None:
        found.broken.add(registry)
        return None
    fields = found.files[registry] = Fields(path, text)
    found.findings += fields.findings
    if fields.data is None:
        found.broken.add(registry)
        if not fields.findings:
            found.findings.append(error(path, 1, "", "the file is empty", "Restore it from version control."))
    return fields.data


def _read_list(found: Registries, registry: str, name: str, model: type[Model]) -> dict[str, Model]:
    path = found.directory / name
    data = _read_fields(found, registry, name)
    if data is None:
        return {}
    if not isinstance(data, list):
        found.broken.add(registry)
        found.findings.append(error(path, 1, type(data).__name__, "not a list of items", "Start every item with '- '."))
        return {}
    items: dict[str, Model] = {}
    for row, raw in enumerate(data):
        name_of_item = str(raw.get("id", "")) if isinstance(raw, dict) else ""
        try:
            item = model.model_validate(raw)
        except ValidationError as failure:
            found.findings += schema_findings(failure, path, found.files[registry], (row,))
            found.broken.add(name_of_item or registry)
            continue
        if name_of_item in items:
            line = found.files[registry].line_of((row, "id"))
            found.findings.append(error(path, line, name_of_item, "the id stands twice", "Keep one."))
        items.setdefault(name_of_item, item)
    return items


def _read_status(found: Registries) -> Status:
    path = found.directory / "status.yml"
    data = _read_fields(found, "status", "status.yml")
    regions: dict[str, RegionStatus] = {}
    places: list[CheckPlace] = []
    if not isinstance(data, dict):
        if data is not None:
            found.findings.append(error(path, 1, type(data).__name__, "not a list of regions", "See docs/editing.md."))
        found.broken.add("status")
        return Status(regions={}, check_now=[])
    if not data.get("check_now"):
        found.findings.append(
            error(path, 1, "check_now", "check_now is missing", "Say where people can check today's status.")
        )
    for name, raw in data.items():
        try:
            if name == "check_now":
                places = [CheckPlace.model_validate(place) for place in raw or []]
            else:
                regions[str(name)] = RegionStatus.model_validate(raw)
        except ValidationError as failure:
            found.findings += schema_findings(failure, path, found.files["status"], (str(name),))
            found.broken.add("status")
    return Status(regions=regions, check_now=places)


def _check_contacts(found: Registries, today: date) -> None:
    path = found.directory / "contacts.yml"
    for line, contact in _lines(found, "contacts", found.contacts, "verified_on"):
        if contact.verified_on and contact.verified_on > today:
            found.findings.append(error(path, line, contact.verified_on, "verified_on lies ahead", "Mend the date."))
        elif contact.may_be_shown and contact.verified_on is None:
            message = f"{contact.id} was never verified by us: verified_on is empty"
            found.findings.append(warning(path, line, contact.call.en, message, "Dial it and write today's date."))
        elif contact.may_be_shown and contact.verified_on and (today - contact.verified_on).days > VERIFY_DAYS:
            message = f"verified_on of {contact.id} is older than {VERIFY_DAYS} days"
            found.findings.append(warning(path, line, contact.verified_on, message, "Dial it and write today's date."))
        if not any((contact.call.en, contact.text.en, contact.web.en, contact.chat.en)):
            found.findings.append(error(path, line, contact.id, "no call, text, chat or web", "Add one."))
    for line, contact in _lines(found, "contacts", found.contacts, "source"):
        if " " not in contact.source.strip() and found.misses("sources", contact.source):
            remedy = "Use an id of sources.json, or say in words where it was read."
            found.findings.append(error(path, line, contact.source, "unknown source", remedy))


def _check_links(found: Registries) -> None:
    links: list[tuple[Path, int, str]] = []
    for key in ("web", "chat"):
        for line, contact in _lines(found, "contacts", found.contacts, key):
            value = getattr(contact, key)
            links += [(found.directory / "contacts.yml", line, link) for link in {value.en, value.es} if link]
    for row, place in enumerate(found.status.check_now):
        line = found.files["status"].line_of(("check_now", row, "web"))
        links.append((found.directory / "status.yml", line, place.web))
    for path, line, link in links:
        if not WEB_ADDRESS.fullmatch(link) or script_scheme(link):
            found.findings.append(error(path, line, link, "not a web address", "Give a https address or a domain."))
    path = found.directory / "sources.json"
    for line, source in _lines(found, "sources", found.sources, "url"):
        if not (source.url.startswith(("https://", "http://")) and WEB_ADDRESS.fullmatch(source.url)):
            found.findings.append(error(path, line, source.url, "not a http(s) address", "Give a https address."))


def _check_facts(found: Registries) -> None:
    path = found.directory / "facts.json"
    for line, fact in _lines(found, "facts", found.facts, "sources"):
        for source in fact.sources:
            if found.misses("sources", source):
                message = f"unknown source of fact {fact.id}"
                found.findings.append(error(path, line, source, message, "Use an id of sources.json."))
    path = found.directory / "catalogue.yml"
    for line, item in _lines(found, "catalogue", found.catalogue, "facts"):
        for name in item.facts:
            if name not in FACTS_ELSEWHERE | FACTS_MISSING and found.misses("facts", name):
                found.findings.append(error(path, line, name, f"unknown fact of {item.id}", "Use an id of facts.json."))


def _check_status(found: Registries, today: date) -> None:
    path = found.directory / "status.yml"
    for name, region in found.status.regions.items():
        line = found.files["status"].line_of((name, "facts"))
        for fact_id in region.facts:
            fact = found.facts.get(fact_id)
            if fact is None and found.misses("facts", fact_id):
                found.findings.append(error(path, line, fact_id, f"unknown fact of {name}", "Use an id of facts.json."))
            elif fact and not fact.may_be_shown:
                message = f"fact {fact_id} of {name} has confidence {fact.confidence}"
                found.findings.append(error(path, line, fact_id, message, "Use facts of high or medium confidence."))
        line = found.files["status"].line_of((name, "sources"))
        for source in region.sources:
            if found.misses("sources", source):
                message = f"unknown source of {name}"
                found.findings.append(error(path, line, source, message, "Use an id of sources.json."))
        line = found.files["status"].line_of((name, "as_of"))
        if region.as_of > today:
            found.findings.append(error(path, line, region.as_of, "as_of lies ahead", "Mend the date."))
        elif (today - region.as_of).days > STATUS_DAYS:
            message = f"nobody looked at {name} for {(today - region.as_of).days} days"
            found.findings.append(warning(path, line, region.as_of, message, "Look again and write today's date."))
        for language in LANGUAGES:
            line = found.files["status"].line_of((name, "state", language))
            state = region.state.get(language)
            if not state.strip():
                found.findings.append(error(path, line, name, f"no state in {language!r}", "Write it."))
            for _, value, message, remedy in prose_faults(state, {}):
                found.findings.append(error(path, line, value, message, remedy))


def _read_out_of_scope(found: Registries) -> None:
    folder = found.directory / "out_of_scope"
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        remedy = "Restore en.jsonl and es.jsonl from version control."
        found.findings.append(error(folder, 1, "*.jsonl", "no out-of-scope messages", remedy))
    for path in paths:
        text, findings = read_source(path)
        found.findings += findings
        for number, line in enumerate((text or "").split("\n"), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                message = OutOfScope(kind=row["kind"], lang=row["lang"], text=row["text"])
                if message.lang not in LANGUAGES or not message.text.strip():
                    raise ValueError("lang must be en or es, and text not empty")
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as failure:
                remedy = 'Write {"kind": "...", "lang": "en", "text": "..."} on one line.'
                found.findings.append(error(path, number, failure, "not an out-of-scope message", remedy))
                continue
            found.out_of_scope.append((message, path, number))


def _lines(found: Registries, registry: str, items: dict[str, Model], key: str) -> Iterable[tuple[int, Model]]:
    """Give every item with the line of one of its fields."""
    fields = found.files.get(registry)
    rows = (
        {raw.get("id"): row for row, raw in enumerate(fields.data) if isinstance(raw, dict)} if fields and items else {}
    )
    for name, item in items.items():
        yield (fields.line_of((rows[name], key)) if fields else 1), item
