"""One answer: a Markdown file with YAML front matter, read and checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from knowledge.errors import EntryError
from knowledge.material.finding import Finding, error, raise_first
from knowledge.material.registries import schema_findings
from knowledge.material.registry import Language, Plan
from knowledge.material.source import FENCE, Fields, read_source, split_source

Speaker = Literal["regulator", "law", "kaiser", "union", "news", "neutral"]
# What a short message asks on for ("how long?", "who do I call?"); the front matter names the answer to it.
FollowUp = Literal["how_long", "who_to_call", "cost", "if_refused", "why", "for_child"]
OPTIONAL = ("follow_ups", "plan", "plan_matters", "risky_wording", "translated_from")


class Entry(BaseModel):
    """An FAQ answer in one language.

    ``body`` is plain text with blank lines between paragraphs, ``1. `` steps, ``- `` bullets and
    ``{{contact}}`` or ``{{status.region}}`` references. ``facts`` and ``sources`` are ids of the registries.

    Attributes:
        follow_ups: the id that answers a short message after this answer ("how long?"), where another one does.
        plan: the kind of plan this answer is for; a person who names theirs gets it.
        plan_matters: whether the steps differ by plan, so that the plan is asked once after them.
        risky_wording: whether its ways of asking read like those of someone at risk; the safety model does not take
            them for harmless.
        translated_from: in a Spanish file, the stamp of both languages as they were last read side by side.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=48)
    language: Language
    topic: str
    audience: Literal["patient", "worker", "both"]
    title: str = Field(min_length=5, max_length=80)
    facts: list[str]
    sources: list[str]
    speaker: Speaker
    as_of: date
    review_by: date
    care_delay: bool = False
    expires: bool = False
    related: list[str] = []
    follow_ups: dict[FollowUp, str] = {}
    plan: Plan | None = None
    plan_matters: bool = False
    risky_wording: bool = False
    translated_from: str = ""
    variants: list[str] = Field(min_length=1)
    body: str = Field(min_length=20, max_length=5_000)

    @field_validator("variants")
    @classmethod
    def _variants_say_something(cls, variants: list[str]) -> list[str]:
        for variant in variants:
            if not variant.strip() or len(variant) > 1_000:
                raise ValueError("every variant has 1 to 1,000 characters")
        return variants

    def is_stale(self, today: date) -> bool:
        """Say whether the answer is past its review date."""
        return today > self.review_by


@dataclass(frozen=True)
class EntryFile:
    """An answer file that fits the schema, with the lines of its fields."""

    path: Path
    entry: Entry
    fields: Fields
    body_line: int

    def line(self, *location: str | int) -> int:
        """Give the line of a field."""
        return self.fields.line_of(location)


def parse_entry(text: str, path: Path) -> tuple[EntryFile | None, list[Finding]]:
    """Check the text of one answer file against the schema, its name and its folder."""
    parts = split_source(text)
    if parts is None:
        return None, [error(path, 1, text[:40], "no front matter", "Put the fields between two lines of ---.")]
    front, body, body_line = parts
    fields = Fields(path, front, first_line=2)
    if not isinstance(fields.data, dict):
        remedy = "Write 'field: value' lines; see docs/editing.md."
        return None, fields.findings or [error(path, 2, "", "no fields in the front matter", remedy)]
    if "body" in fields.data:
        line, remedy = fields.line_of(("body",)), "Write the answer below the second line of ---."
        return None, [*fields.findings, error(path, line, "body", "there is no field body", remedy)]
    try:
        entry = Entry.model_validate({**fields.data, "body": body})
    except ValidationError as failure:
        faults = schema_findings(failure, path, fields, ())
        return None, fields.findings + [_at_body(fault, body_line) for fault in faults]
    found = EntryFile(path, entry, fields, body_line)
    return found, fields.findings + _name_findings(found)


def read_entry(path: Path) -> tuple[EntryFile | None, list[Finding]]:
    """Read one answer file, right or wrong."""
    text, findings = read_source(path)
    if text is None:
        return None, findings
    found, faults = parse_entry(text, path)
    return found, findings + faults


def load_entry(path: Path) -> Entry:
    """Read one answer file, wherever it stands.

    Raises:
        EntryError: naming the file, the line, the value and the remedy.
    """
    found, findings = read_entry(path)
    raise_first(findings)
    if found is None:
        raise EntryError(f"{path}: cannot be read. Restore the file from version control.")
    return found.entry


def _at_body(fault: Finding, body_line: int) -> Finding:
    return replace(fault, line=body_line) if fault.message.startswith("body:") else fault


def _name_findings(found: EntryFile) -> list[Finding]:
    entry = found.entry
    expected = f"{entry.id}.{entry.language}.md"
    if found.path.name == expected:
        return []
    remedy = f"Rename it to {expected} or mend id and language."
    return [error(found.path, found.line("id"), found.path.name, "the file's name differs", remedy)]


def dump_entry(entry: Entry) -> str:
    """Write an entry in the form that :func:`parse_entry` reads."""
    fields = entry.model_dump(exclude={"body"}, mode="python")
    lines = []
    for key, value in fields.items():
        if key == "variants" or (key in OPTIONAL and not value):
            continue
        flow = isinstance(value, list | dict)
        dumped = yaml.safe_dump(
            {key: value}, allow_unicode=True, width=10_000, default_flow_style=None if flow else False
        )
        lines.append(dumped.strip())
    lines.append("variants:")
    lines += [
        "  - " + yaml.dump(v, allow_unicode=True, width=10_000, default_style='"').strip() for v in entry.variants
    ]
    return FENCE + "\n".join(lines) + "\n" + FENCE + entry.body + "\n"
