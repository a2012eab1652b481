"""The registries as they stand on disk: reading them is checking their form.

Every fault is a finding with its line; the ``load_*`` raise on the first.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from knowledge.material.finding import Finding, error, raise_first
from knowledge.material.ladder import Rung
from knowledge.material.registry import (
    LANGUAGES,
    CatalogueItem,
    CheckPlace,
    Contact,
    Fact,
    OutOfScope,
    RegionStatus,
    Source,
    Status,
)
from knowledge.material.rules import Rule
from knowledge.material.source import Fields, read_fields, read_source

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
    rules: dict[str, Rule] = field(default_factory=dict)
    status: Status = field(default_factory=lambda: Status(regions={}, check_now=[]))
    out_of_scope: list[tuple[OutOfScope, Path, int]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    files: dict[str, Fields] = field(default_factory=dict)

    def misses(self, registry: str, item: str) -> bool:
        """Say whether an id is in no item, right or wrong, of a registry that could be read."""
        return item not in getattr(self, registry) and item not in self.broken and registry not in self.broken


def read_registries(directory: Path) -> Registries:
    """Read everything but the answers."""
    found = Registries(directory)
    found.contacts = _read_list(found, "contacts", "contacts.yml", Contact)
    found.sources = _read_list(found, "sources", "sources.json", Source)
    found.facts = _read_list(found, "facts", "facts.json", Fact)
    found.catalogue = _read_list(found, "catalogue", "catalogue.yml", CatalogueItem)
    found.rules = _read_list(found, "rules", "rules.yml", Rule)
    found.status = _read_status(found, "status.yml")
    _read_out_of_scope(found)
    return found


def load_contacts(path: Path) -> dict[str, Contact]:
    """Read ``contacts.yml``: contact by id."""
    return _load_list(path, "contacts", Contact)


def load_catalogue(path: Path) -> dict[str, CatalogueItem]:
    """Read ``catalogue.yml``: item by id, in the file's order."""
    return _load_list(path, "catalogue", CatalogueItem)


def load_rules(path: Path) -> dict[str, Rule]:
    """Read ``rules.yml``: the limit on waiting by kind of visit, in the file's order."""
    return _load_list(path, "rules", Rule)


def load_ladder(path: Path) -> tuple[Rung, ...]:
    """Read ``ladder.yml``: the next steps, in the file's order."""
    return tuple(_load_list(path, "ladder", Rung).values())


def load_status(path: Path) -> Status:
    """Read ``status.yml``."""
    found = Registries(path.parent)
    status = _read_status(found, path.name)
    raise_first(found.findings)
    return status


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


def _load_list(path: Path, registry: str, model: type[Model]) -> dict[str, Model]:
    found = Registries(path.parent)
    items = _read_list(found, registry, path.name, model)
    raise_first(found.findings)
    return items


def _read_data(found: Registries, registry: str, name: str) -> Any:
    fields = found.files[registry] = read_fields(found.directory / name)
    found.findings += fields.findings
    if fields.data is None:
        found.broken.add(registry)
    return fields.data


def _read_list(found: Registries, registry: str, name: str, model: type[Model]) -> dict[str, Model]:
    path = found.directory / name
    data = _read_data(found, registry, name)
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


def _read_status(found: Registries, name: str) -> Status:
    path = found.directory / name
    data = _read_data(found, "status", name)
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
    for key, raw in data.items():
        try:
            if key == "check_now":
                places = [CheckPlace.model_validate(place) for place in raw or []]
            else:
                regions[str(key)] = RegionStatus.model_validate(raw)
        except ValidationError as failure:
            found.findings += schema_findings(failure, path, found.files["status"], (str(key),))
            found.broken.add("status")
    return Status(regions=regions, check_now=places)


def _read_out_of_scope(found: Registries) -> None:
    for path in sorted((found.directory / "out_of_scope").glob("*.jsonl")):
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
