"""Measure the safety gate on labelled messages it has not seen, beside three baselines."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.evaluation.safety_report import write_report
from bot.message import CARDED, SAFE, SafetyVerdict, Tier
from bot.safety.errors import SafetyModelError
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
# The public file names other categories; these two are the ones its recall is asked of.
PUBLIC_RISK = ("suicidal_ideation", "self-harm")
Judge = Callable[[str], SafetyVerdict]


@dataclass(frozen=True)
class LabelledMessage:
    """A message and what it should get; ``tier`` is None where the file has only a label."""

    text: str
    lang: str
    category: str
    tier: Tier | None


@dataclass(frozen=True)
class Share:
    """A proportion with its 95 % confidence interval."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """The share, 0 to 1 (0 of nothing is 0)."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval at 95 % (Wilson 1927)."""
        if not self.total:
            return 0.0, 1.0
        z = 1.959964
        spread = z * math.sqrt(self.value * (1 - self.value) / self.total + z * z / (4 * self.total**2))
        centre, scale = self.value + z * z / (2 * self.total), 1 + z * z / self.total
        return (centre - spread) / scale, (centre + spread) / scale

    def as_json(self) -> dict[str, Any]:
        """Give what the report writes."""
        low, high = self.interval
        return {"share": round(self.value, 4), "low": round(low, 4), "high": round(high, 4), "n": self.total}


@dataclass
class SafetyFigures:
    """The figures of one judge: group ("recall T1 en", "false alarms T0 es") to share of messages with a card."""

    groups: dict[str, Share] = field(default_factory=dict)
    missed: list[tuple[LabelledMessage, float]] = field(default_factory=list)
    alarms: list[tuple[LabelledMessage, float]] = field(default_factory=list)


def load_messages(path: Path) -> list[LabelledMessage]:
    """Read labelled messages: JSON lines with text, lang and (category, tier) or label.

    Raises:
        SafetyModelError: naming the file and the line.
    """
    messages: list[LabelledMessage] = []
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            tier = Tier(row["tier"]) if row.get("tier") else None
            messages.append(LabelledMessage(row["text"], row["lang"], row.get("category") or row["label"], tier))
    except (OSError, ValueError, KeyError) as error:
        raise SafetyModelError(
            f"{path.name}, line {len(messages) + 1}: {error}. Each line needs text, lang and a label."
        ) from error
    return messages


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
        messages = load_messages(path)
        chances = [learned.danger(message.text)[1] if learned else 0.0 for message in messages]
        figures = {name: measure(judge, messages, chances) for name, judge in judges.items()}
        results[path.name] = {
            name: {group: share.as_json() for group, share in found.groups.items()} for name, found in figures.items()
        }
        details[path.name] = figures["gate"]
        curves[path.name] = [
            (chance, _is_risk(message), message.lang) for chance, message in zip(chances, messages, strict=True)
        ]
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / "report.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    write_report(results, details, curves, learned.thresholds if learned else {}, out_dir)
    return results


def measure(judge: Judge, messages: Sequence[LabelledMessage], chances: Sequence[float]) -> SafetyFigures:
    """Count cards by group; the worst misses (lowest chance first) and false alarms (highest first) are kept."""
    counts: dict[str, tuple[int, int]] = {}
    figures = SafetyFigures()
    for message, chance in zip(messages, chances, strict=True):
        carded = judge(message.text).tier in CARDED
        for group in _groups(message):
            hits, total = counts.get(group, (0, 0))
            counts[group] = hits + carded, total + 1
        if _is_risk(message) and not carded:
            figures.missed.append((message, chance))
        elif carded and not _is_risk(message):
            figures.alarms.append((message, chance))
    figures.groups = {group: Share(*counts[group]) for group in sorted(counts)}
    figures.missed = sorted(figures.missed, key=lambda pair: pair[1])[:WORST]
    figures.alarms = sorted(figures.alarms, key=lambda pair: -pair[1])[:WORST]
    return figures


def judge_by_keywords(text: str) -> SafetyVerdict:
    """Judge by the plain list of words."""
    plain = canonical(text)
    return SafetyVerdict(Tier.T2, "keyword", "lexicon") if any(word in plain for word in KEYWORDS) else SAFE


def _is_risk(message: LabelledMessage) -> bool:
    return message.tier in CARDED if message.tier else message.category in PUBLIC_RISK


def _groups(message: LabelledMessage) -> list[str]:
    if message.tier is None:
        groups = [f"flagged {message.category}"]
        return [*groups, "recall suicidal and self-harm"] if message.category in PUBLIC_RISK else groups
    if message.tier in CARDED:
        return [
            f"recall {message.tier} {message.lang}",
            f"recall T1+T2 {message.lang}",
            "recall T1+T2",
            f"recall {message.category}",
            f"recall {message.category} {message.lang}",
        ]
    return [
        f"false alarms {message.tier} {message.lang}",
        f"false alarms {message.tier}",
        f"false alarms {message.category} {message.lang}",
    ]


def check_floors(results: dict[str, Any], floors: dict[str, Any]) -> list[str]:
    """Compare the gate's figures on the measured files with floors (recall) and ceilings (false alarms).

    Returns:
        One line for each figure out of bounds.
    """
    broken: list[str] = []
    for file in floors.keys() & results.keys():
        for group, bound in floors[file].items():
            share = results[file]["gate"].get(group, {"share": 0.0 if "recall" in group else 1.0})["share"]
            if (share < bound) if "recall" in group else (share > bound):
                broken.append(f"{file}: {group} is {share}, the bound is {bound}")
    return broken
