"""The escalation ladder: where a person stands and their kind of plan lead to the next step and its date."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.material.ladder import Deadline, Rung, Standing


@dataclass(frozen=True)
class Step:
    """The next step.

    Attributes:
        rung: what to do, say and write down, and whom to call.
        until: the last day of its time; None where it has none, or the day it counts from is not known.
        over: whether that day has passed.
    """

    rung: Rung
    until: date | None
    over: bool


def next_step(
    rungs: Sequence[Rung], standing: Standing, plan: str | None, since: date | None, today: date, urgent: bool = False
) -> Step:
    """Find the next step.

    Args:
        rungs: the ladder, in its order.
        standing: where the person stands.
        plan: their kind of plan; one that is not known gets what holds for anyone, and how to find out.
        since: the day it counts from (filed, the date on the letter); None when not known.
        today: in California.
        urgent: whether waiting could do serious harm: then it is the state or emergency care, wherever they stand.
    """
    rung = find_rung(rungs, "urgent" if urgent else standing, plan)
    until = end_of(rung.deadline, since) if rung.deadline and since else None
    over = until is not None and until < today
    if over and rung.deadline and rung.deadline.whose == "plan":
        # The plan's time is over: the person stands a step further.
        return Step(find_rung(rungs, "unanswered", plan), None, over=False)
    return Step(rung, until, over)


def find_rung(rungs: Sequence[Rung], standing: Standing, plan: str | None) -> Rung:
    """Find the first rung for a standing and a plan.

    Raises:
        LookupError: the ladder has a hole, which its tests exclude.
    """
    known = {name for rung in rungs for name in rung.plans}
    wanted = plan if plan in known else "unknown"
    for rung in rungs:
        if standing in rung.standing and wanted in rung.plans:
            return rung
    raise LookupError(f"ladder.yml: no step for {standing!r} with {wanted!r}. Add one.")


def end_of(deadline: Deadline, since: date) -> date:
    """Count calendar days or months on from a day; months end on their last day where they are too short."""
    if deadline.unit == "days":
        return since + timedelta(days=deadline.number)
    months = since.month - 1 + deadline.number
    year, month = since.year + months // 12, months % 12 + 1
    return date(year, month, min(since.day, calendar.monthrange(year, month)[1]))
