"""The next step by where a person stands and their kind of plan, from ``ladder.yml``."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge.material.registry import Contact, Fact, Text

Standing = Literal["urgent", "asked", "late", "cancelled", "refused", "filed", "unanswered", "denied"]
STANDINGS: tuple[Standing, ...] = ("urgent", "asked", "late", "cancelled", "refused", "filed", "unanswered", "denied")
AnyPlan = Literal[
    "commercial", "medi-cal", "medicare", "federal", "self-funded", "ppo-calpers", "hawaii", "unknown"
]  # fmt: skip


class Deadline(BaseModel):
    """So long after the day the person gives, the plan must have answered, or the person must have acted."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    number: int = Field(gt=0, le=366)
    unit: Literal["days", "months"]
    whose: Literal["plan", "person"]


class Rung(BaseModel):
    """One next step; see ``ladder.yml`` for what the fields mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    standing: list[Standing] = Field(min_length=1)
    plans: list[AnyPlan] = Field(min_length=1)
    deadline: Deadline | None = None
    do: Text
    say: Text
    write: Text
    contacts: list[str] = Field(min_length=1)
    facts: list[str] = Field(min_length=1)


def ladder_faults(
    rungs: tuple[Rung, ...], facts: Mapping[str, Fact], contacts: Mapping[str, Contact], plans: Container[str]
) -> Iterator[str]:
    """Find what a step must not rest on: an unknown or weak fact, a number nobody may be given, an id used twice."""
    seen: set[str] = set()
    for rung in rungs:
        if rung.id in seen:
            yield f"{rung.id}: the id stands twice. Keep one."
        seen.add(rung.id)
        for name in rung.facts:
            if name not in facts or not facts[name].may_be_shown:
                yield f"{rung.id}: fact {name!r} may not be used. Use one of facts.json of high or medium confidence."
        for name in rung.contacts:
            if name not in contacts or not contacts[name].may_be_shown:
                yield f"{rung.id}: contact {name!r} may not be shown. Use a verified one of contacts.yml."
        for plan in rung.plans:
            if plan not in plans:
                yield f"{rung.id}: plan {plan!r} is not a plan. Use one the answers tell apart."
