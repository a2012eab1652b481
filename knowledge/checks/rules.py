"""What ``carebot check`` looks for, as editors keep it: the phrases, the glossary, the publishers' sites."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from knowledge.material.finding import Finding, error
from knowledge.material.registries import schema_findings
from knowledge.material.registry import Language
from knowledge.material.source import read_fields


class Phrases(BaseModel):
    """Phrases of both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    en: list[str]
    es: list[str]

    def find(self, text: str, language: Language) -> re.Match[str] | None:
        """Find the first of them in a text, as whole words in any case."""
        return find_any(self.es if language == "es" else self.en, text)


class PresentTense(BaseModel):
    """What says that a strike is on, in which topics, and the words beside which it may stand."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    topics: list[str]
    unless: Phrases
    phrases: Phrases


class PlanRights(BaseModel):
    """What only some plans owe, and the words that name plans."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    claims: Phrases
    plans: Phrases


class PhraseFile(BaseModel):
    """``phrases.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    present_tense: PresentTense
    doubtful_endings: Phrases
    plan_rights: PlanRights


class Term(BaseModel):
    """A thing's one name in each language, and the names it must not have."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    en: str
    es: str
    avoid: list[str] = Field(alias="not")


@dataclass(frozen=True)
class Rules:
    """What could be read of the rules; ``findings`` says what could not."""

    phrases: PhraseFile | None
    glossary: dict[str, Term]
    publishers: dict[str, list[str]]
    findings: list[Finding]

    @cached_property
    def _refused(self) -> dict[str, Term]:
        return {name.casefold(): term for term in self.glossary.values() for name in term.avoid}

    @cached_property
    def _refused_names(self) -> re.Pattern[str]:
        return any_of(list(self._refused))

    def refused_names(self, text: str, language: Language) -> list[tuple[int, str, str]]:
        """List the names a text must not use: where, which, and the right one."""
        if not self._refused:
            return []
        found = self._refused_names.finditer(text)
        return [
            (match.start(), match.group(), getattr(self._refused[match.group().casefold()], language))
            for match in found
        ]


def any_of(phrases: list[str]) -> re.Pattern[str]:
    """Compile phrases to be found as whole words in any case, the longest first."""
    longest = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?i)(?<![\w%])(?:{'|'.join(map(re.escape, longest))})(?!\w)")


def find_any(phrases: list[str], text: str) -> re.Match[str] | None:
    """Find the first of some phrases in a text."""
    return any_of(phrases).search(text) if phrases else None


def read_rules(directory: Path) -> Rules:
    """Read ``phrases.yml``, ``glossary.yml`` and ``publishers.yml`` of a knowledge base."""
    findings: list[Finding] = []
    return Rules(
        _read(directory / "phrases.yml", PhraseFile, findings),
        _read(directory / "glossary.yml", dict[str, Term], findings) or {},
        _read(directory / "publishers.yml", dict[str, list[str]], findings) or {},
        findings,
    )


def _read(path: Path, form: Any, findings: list[Finding]) -> Any:
    fields = read_fields(path)
    findings += fields.findings
    if fields.data is None:
        return None
    try:
        return TypeAdapter(form).validate_python(fields.data)
    except ValidationError as failure:
        findings += schema_findings(failure, path, fields, ())
    except TypeError as failure:
        findings.append(error(path, 1, failure, "not in its form", "See the comment at the top of the file."))
    return None
