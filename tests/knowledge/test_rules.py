from __future__ import annotations

import pytest

from knowledge.errors import KnowledgeError
from knowledge.material.base import load_knowledge
from knowledge.material.snapshot import dump_knowledge, restore_knowledge


@pytest.mark.parametrize(
    ("old", "new", "message", "value"),
    [
        ("facts: [A05]", "facts: [A05, X99]", "unknown fact of first-visit", "X99"),
        ("facts: [A05]", "facts: [A05, A03]", "fact A03 of first-visit has confidence low", "A03"),
        ("facts: [A05]", "facts: [A01]", "first-visit rests on nobody's law", "A01"),
        ("sources: [press]", "sources: [nowhere]", "unknown source of first-visit", "nowhere"),
    ],
)
def test_finds_and_refuses_a_limit_that_rests_on_nothing(small, only_error, old, new, message, value) -> None:
    small.replace("rules.yml", old, new)
    found = only_error()
    assert found.path.name == "rules.yml" and found.message == message and value in str(found) and found.remedy
    with pytest.raises(KnowledgeError, match=value) as refused:
        load_knowledge(small.directory)
    assert "rules.yml" in str(refused.value) and found.remedy in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [("limit: 10", "limit: ten"), ("unit: business-days", "unit: weeks"), ("plans: [commercial]", "plans: [gold]")],
)
def test_names_a_wrong_value(small, only_error, old, new) -> None:
    small.replace("rules.yml", old, new)
    assert new.partition(": ")[2].strip("[]") in str(only_error())
    with pytest.raises(KnowledgeError, match=r"rules\.yml:\d+: error"):
        load_knowledge(small.directory)


def test_tells_of_a_limit_checked_ahead_of_time(small, only_error) -> None:
    small.replace("rules.yml", "as_of: 2026-11-24", "as_of: 2027-01-01")
    assert "lies ahead" in str(only_error())


def test_the_snapshot_of_an_index_keeps_the_limits(real) -> None:
    assert restore_knowledge(dump_knowledge(real)).rules == real.rules


def test_the_limits_are_those_of_the_facts(real) -> None:
    assert {rule.id: (rule.limit, rule.unit) for rule in real.rules.values()} == {
        "urgent": (48, "hours"),
        "urgent-approval": (96, "hours"),
        "first-visit": (10, "business-days"),
        "follow-up": (10, "business-days"),
        "psychiatrist": (15, "business-days"),
        "phone-triage": (30, "minutes"),
    }
