"""One answer: a Markdown file with YAML front matter, read and checked."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from knowledge.errors import EntryError, RegistryError
from knowledge.material.registry import Language, describe, load_yaml, read_text

Speaker = Literal["regulator", "law", "kaiser", "union", "news", "neutral"]
# What a short message asks on for ("how long?", "who do I call?"); the front matter names the answer to it.
FollowUp = Literal["how_long", "who_to_call", "cost", "if_refused", "why", "for_child"]
OPTIONAL = ("follow_ups", "plan", "plan_matters", "risky_wording")
FENCE = "---\n"


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
    plan: str | None = None
    plan_matters: bool = False
    risky_wording: bool = False
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


def split_front_matter(text: str, path: Path) -> tuple[str, str]:
    """Cut a file into front matter and body."""
    if not text.startswith(FENCE) or text.count(FENCE) < 2:
        raise EntryError(f"{path}: line 1: the front matter must stand between two lines of ---.")
    _, front, body = text.split(FENCE, 2)
    return front, body.strip()


def parse_entry(text: str, path: Path) -> Entry:
    """Parse the text of one answer file.

    Raises:
        EntryError: naming the file, the line or field, and the remedy.
    """
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    front, body = split_front_matter(text, path)
    try:
        fields = load_yaml(front)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 2
        raise EntryError(f"{path}: line {line} is not valid YAML ({getattr(error, 'problem', error)}).") from error
    if not isinstance(fields, dict):
        raise EntryError(f"{path}: line 2: the front matter must be a list of 'field: value' lines.")
    try:
        entry = Entry(**fields, body=body)
    except ValidationError as error:
        raise EntryError(f"{path}: {describe(error)}. See docs/editing.md for the fields.") from error
    except TypeError as error:
        raise EntryError(f"{path}: the front matter must not hold a field 'body' ({error}).") from error
    expected = f"{entry.id}.{entry.language}.md"
    if path.name != expected:
        raise EntryError(f"{path}: id and language say {expected!r}. Rename the file or mend the fields.")
    return entry


def load_entry(path: Path) -> Entry:
    """Read one answer file."""
    try:
        return parse_entry(read_text(path), path)
    except RegistryError as error:
        raise EntryError(str(error)) from error


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
