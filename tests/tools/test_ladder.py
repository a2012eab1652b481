"""Every standing with every plan has a next step, and its date is right."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from bot.settings import ROOT
from bot.tools.ladder import end_of, find_rung, next_step
from knowledge.errors import RegistryError
from knowledge.material.base import load_knowledge
from knowledge.material.ladder import STANDINGS, Deadline, ladder_faults
from knowledge.material.registries import load_ladder
from knowledge.material.registry import PLANS
from knowledge.material.render import render_text

RUNGS = load_ladder(ROOT / "knowledge/ladder.yml")
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(("standing", "plan"), product(STANDINGS, (*PLANS, None, "kaiser-gold")))
def test_everyone_has_a_next_step(standing, plan) -> None:
    step = next_step(RUNGS, standing, plan, None, TODAY)
    assert step.rung.do.en and step.rung.do.es and step.until is None


def test_it_rests_on_facts_and_numbers_that_may_be_shown() -> None:
    knowledge = load_knowledge(ROOT / "knowledge")
    assert list(ladder_faults(RUNGS, knowledge.facts, knowledge.contacts, (*PLANS, "unknown"))) == []
    broken = RUNGS[0].model_copy(update={"facts": ["X1"], "contacts": ["kaiser-chinese"]})
    faults = list(ladder_faults((broken, RUNGS[0]), knowledge.facts, knowledge.contacts, PLANS))
    assert len(faults) == 3 and all(broken.id in fault for fault in faults)
    for rung in RUNGS:
        for text in (rung.do, rung.say, rung.write):
            assert render_text(text.en, "en", knowledge.contacts, knowledge.status, "ladder.yml") == text.en


@pytest.mark.parametrize(
    ("standing", "plan", "rung"),
    [
        ("late", "commercial", "ask-outside"),
        ("late", "medi-cal", "ask-outside-medi-cal"),
        ("refused", "commercial", "file-grievance"),
        ("unanswered", "commercial", "complain-state"),
        ("unanswered", "medicare", "complain-medicare"),
        ("unanswered", None, "find-plan"),
        ("denied", "commercial", "review-state"),
        ("denied", "medi-cal", "appeal-medi-cal"),
        ("denied", "medicare", "reconsider-medicare"),
        ("denied", "self-funded", "ask-labor-department"),
        ("urgent", "commercial", "urgent-state"),
        ("urgent", "self-funded", "urgent-emergency"),
    ],
)
def test_leads_to_the_step_of_the_plan(standing, plan, rung) -> None:
    assert find_rung(RUNGS, standing, plan).id == rung


def test_an_urgent_case_goes_straight_to_the_state_wherever_it_stands() -> None:
    for standing in STANDINGS:
        assert next_step(RUNGS, standing, "commercial", TODAY, TODAY, urgent=True).rung.id == "urgent-state"


@pytest.mark.parametrize(
    ("filed", "rung", "until"),
    [
        ("2026-11-03", "wait-grievance", "2026-12-03"),
        ("2026-10-25", "wait-grievance", "2026-11-24"),
        ("2026-10-24", "complain-state", None),
    ],
)
def test_a_grievance_whose_time_is_over_is_unanswered(filed: str, rung: str, until: str | None) -> None:
    step = next_step(RUNGS, "filed", "commercial", date.fromisoformat(filed), TODAY)
    assert (step.rung.id, step.until and step.until.isoformat()) == (rung, until)


def test_a_persons_own_time_that_is_over_is_said() -> None:
    step = next_step(RUNGS, "denied", "medi-cal", date(2026, 9, 1), TODAY)
    assert (step.until, step.over) == (date(2026, 10, 31), True)


@pytest.mark.parametrize(
    ("since", "number", "unit", "end"),
    [
        ("2026-08-31", 6, "months", "2027-02-28"),
        ("2026-06-15", 6, "months", "2026-12-15"),
        ("2026-12-31", 6, "months", "2027-06-30"),
        ("2026-12-15", 30, "days", "2027-01-14"),
    ],
)
def test_counts_days_and_months(since, number, unit, end) -> None:
    deadline = Deadline(number=number, unit=unit, whose="person")
    assert end_of(deadline, date.fromisoformat(since)) == date.fromisoformat(end)


def test_names_the_item_and_the_value_at_fault(tmp_path) -> None:
    path = tmp_path / "ladder.yml"
    path.write_text(
        "- {id: one, standing: [lost], plans: [commercial], do: a, say: b, write: c, contacts: [x], facts: [y]}"
    )
    with pytest.raises(RegistryError, match=r"ladder\.yml:1: error: standing.*lost.*Mend"):
        load_ladder(path)
