"""Measure the safety gate on labelled messages it has not seen, beside three baselines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.evaluation.labelled import HARMLESS_LABEL, Labelled, load_labelled
from bot.evaluation.report import write_results
from bot.evaluation.safety_report import write_report
from bot.evaluation.shares import Figures, Tally, check_bounds, write_figures
from bot.message import CARDED, SAFE, SafetyVerdict, Tier
from bot.safety.gate import SafetyGate
from bot.safety.learned import LearnedModel
from bot.safety.normalize import canonical

WORST = 40
# What a bot without this gate would do: a list of words, in both languages.
KEYWORDS = (
    "suicide",
    "suicidal",
    "kill myself",
    "end my life",
    "want to die",
    "self harm",
    "cut myself",
    "overdose",
    "hurt myself",
    "suicidio",
    "suicida",
    "matarme",
    "quitarme la vida",
    "quiero morir",
    "me quiero morir",
    "cortarme",
    "sobredosis",
    "hacerme dano",
)
Judge = Callable[[str], SafetyVerdict]


@dataclass
class SafetyFigures:
    """The figures of one judge: group ("T1 en", "ordinary es") to metric ("recall", "false alarms") to share."""

    groups: Figures = field(default_factory=dict)
    missed: list[tuple[Labelled, float]] = field(default_factory=list)
    alarms: list[tuple[Labelled, float]] = field(default_factory=list)


def evaluate_safety(gate: SafetyGate, files: Sequence[Path], out_dir: Path) -> dict[str, Any]:
    """Measure the gate and its baselines, and write report.html, report.json and curves.png.

    Args:
        gate: with both layers, or with the first alone.
        files: labelled messages; each is reported by itself.
        out_dir: made if missing.

    Returns:
        What report.json holds: file name to judge to group to share.
    """
    learned = gate.learned if isinstance(gate.learned, LearnedModel) else None
    judges: dict[str, Judge] = {
        "gate": gate.assess,
        "lexicon only": gate.assess_lexicon_only,
        "keyword list": judge_by_keywords,
    }
    if learned is not None:
        judges["learned only"] = learned.judge
    results: dict[str, Any] = {}
    details: dict[str, SafetyFigures] = {}
    curves: dict[str, list[tuple[float, bool, str]]] = {}
    for path in files:
        messages = load_labelled(path)
        chances = [learned.danger(message.text)[1] if learned else 0.0 for message in messages]
        figures = {name: measure(judge, messages, chances) for name, judge in judges.items()}
        results[path.name] = {name: write_figures(found.groups) for name, found in figures.items()}
        details[path.name] = figures["gate"]
        curves[path.name] = [
            (chance, message.is_at_risk, message.lang) for chance, message in zip(chances, messages, strict=True)
        ]
    write_results(results, out_dir / "report.json")
    write_report(results, details, curves, learned.thresholds if learned else {}, out_dir)
    return results


def measure(judge: Judge, messages: Sequence[Labelled], chances: Sequence[float]) -> SafetyFigures:
    """Count cards by group; the worst misses (lowest chance first) and false alarms (highest first) are kept."""
    tally, figures = Tally(), SafetyFigures()
    for message, chance in zip(messages, chances, strict=True):
        carded = judge(message.text).tier in CARDED
        for group, metric in _groups(message):
            tally.add([group], {metric: carded})
        if message.is_at_risk and not carded:
            figures.missed.append((message, chance))
        elif carded and not message.is_at_risk:
            figures.alarms.append((message, chance))
    figures.groups = tally.figures()
    figures.missed = sorted(figures.missed, key=lambda pair: pair[1])[:WORST]
    figures.alarms = sorted(figures.alarms, key=lambda pair: -pair[1])[:WORST]
    return figures


def judge_by_keywords(text: str) -> SafetyVerdict:
    """Judge by the plain list of words."""
    plain = canonical(text)
    return SafetyVerdict(Tier.T2, "keyword", "lexicon") if any(word in plain for word in KEYWORDS) else SAFE


def _groups(message: Labelled) -> Iterator[tuple[str, str]]:
    if message.tier is None:
        yield message.category, "false alarms" if message.category == HARMLESS_LABEL else "flagged"
        if message.is_at_risk:
            yield "suicidal and self-harm", "recall"
        return
    metric = "recall" if message.is_at_risk else "false alarms"
    yield f"{message.tier} {message.lang}", metric
    yield f"{message.category} {message.lang}", metric
    if message.is_at_risk:
        yield f"T1+T2 {message.lang}", metric
        yield "T1+T2", metric
        yield message.category, metric
    else:
        yield message.tier.value, metric


def check_floors(results: Mapping[str, Any], floors: Mapping[str, Any]) -> list[str]:
    """Compare the gate's figures on the measured files with floors (recall) and ceilings (false alarms).

    Returns:
        One line for each figure out of its bounds.
    """
    return [
        f"{file}: {line}"
        for file in sorted(floors.keys() & results.keys())
        for line in check_bounds(results[file]["gate"], floors[file])
    ]
