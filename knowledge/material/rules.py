"""How long a plan may make a person wait: the limits that the clock counts by, from ``rules.yml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge.material.registry import Fact, Plan, Source, Text

Unit = Literal["business-days", "hours", "minutes"]
Exemption = Literal["clinician-note", "own-choice"]
# Whose word a limit may rest on.
LAWFUL = ("regulator", "statute")


class Rule(BaseModel):
    """The limit for one kind of visit; see ``rules.yml`` for what the fields mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(pattern=r"[a-z][a-z0-9-]{1,30}")
    name: Text
    limit: int = Field(gt=0, le=1_000)
    unit: Unit
    counts_from: Literal["request", "prior-visit"]
    plans: list[Plan] = Field(min_length=1)
    citation: Text
    as_of: date
    facts: list[str] = Field(min_length=1)
    sources: list[str] = Field(min_length=1)
    exceptions: list[Exemption]


def rule_faults(
    rule: Rule, facts: Mapping[str, Fact], sources: Mapping[str, Source]
) -> Iterator[tuple[str, str, str, str]]:
    """Find what a rule must not rest on.

    Yields:
        The field, the value, what is wrong with it, and the remedy.
    """
    for name in rule.facts:
        fact = facts.get(name)
        if fact is None:
            yield "facts", name, f"unknown fact of {rule.id}", "Use an id of facts.json."
        elif not fact.may_be_shown:
            remedy = "Use facts of high or medium confidence."
            yield "facts", name, f"fact {name} of {rule.id} has confidence {fact.confidence}", remedy
    if not any(name in facts and facts[name].said_by in LAWFUL for name in rule.facts):
        remedy = "A limit needs a fact said by the regulator or a statute."
        yield "facts", ", ".join(rule.facts), f"{rule.id} rests on nobody's law", remedy
    for name in rule.sources:
        if name not in sources:
            yield "sources", name, f"unknown source of {rule.id}", "Use an id of sources.json."
