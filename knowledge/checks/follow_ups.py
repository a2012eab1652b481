"""The checks of what leads from one answer to another: follow-ups and plans, the same in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from knowledge.material.entry import EntryFile, FollowUp
from knowledge.material.finding import Finding, error
from knowledge.material.registries import Registries
from knowledge.material.registry import PLANS_ANSWERED

# What is true of an answer in one language is true of it in the other.
SAME_IN_BOTH = ("follow_ups", "plan", "plan_matters", "risky_wording", "expires", "facts", "as_of")


def check_follow_ups(entries: list[EntryFile], registries: Registries) -> list[Finding]:
    """Check every follow-up, that none goes in a circle, and that every kind of plan has its one answer."""
    findings: list[Finding] = []
    for found in entries:
        findings += _dead_ends(found, registries)
    english = {found.entry.id: found for found in entries if found.entry.language == "en"}
    for key in get_args(FollowUp):
        findings += _circles(english, key)
    findings += _plans(english, registries)
    for found in entries:
        if found.entry.language == "es" and found.entry.id in english:
            findings += _differences(found, english[found.entry.id])
    return findings


def _dead_ends(found: EntryFile, registries: Registries) -> Iterator[Finding]:
    for key, other in found.entry.follow_ups.items():
        line = found.line("follow_ups", key)
        if registries.misses("catalogue", other):
            yield error(found.path, line, other, f"unknown id of the follow-up {key}", "Use an id of catalogue.yml.")


def _circles(entries: dict[str, EntryFile], key: FollowUp) -> Iterator[Finding]:
    following = {faq: found.entry.follow_ups.get(key) for faq, found in entries.items()}
    seen: set[str] = set()
    for start in following:
        walk: list[str] = []
        at: str | None = start
        while at is not None and at not in seen and at not in walk:
            walk.append(at)
            at = following.get(at)
        # An answer that already tells it may name itself.
        if at in walk and following[at] != at:
            circle = [*walk[walk.index(at) :], at]
            found, value = entries[at], " -> ".join(circle)
            message = f"asking {key} again and again goes in a circle"
            yield error(found.path, found.line("follow_ups", key), value, message, "Take one of them out.")
        seen.update(walk)


def _plans(entries: dict[str, EntryFile], registries: Registries) -> Iterator[Finding]:
    first: dict[str, EntryFile] = {}
    for found in entries.values():
        plan = found.entry.plan
        if plan and first.setdefault(plan, found) is not found:
            message = f"a second answer for this plan; also {first[plan].entry.id}"
            yield error(found.path, found.line("plan"), plan, message, "Keep one.")
    # A knowledge base that tells plans apart owes everyone who presses the button of a plan an answer.
    for plan in PLANS_ANSWERED:
        if first and plan not in first:
            path, remedy = registries.directory / "faq", f"Write 'plan: {plan}' into the answer for it."
            yield error(path, 1, plan, "no answer carries this plan", remedy)


def _differences(spanish: EntryFile, english: EntryFile) -> Iterator[Finding]:
    for field in SAME_IN_BOTH:
        here, there = getattr(spanish.entry, field), getattr(english.entry, field)
        if here != there:
            message = f"{field} differs from the English file's {there}"
            yield error(spanish.path, spanish.line(field), str(here), message, "Make them agree.")
