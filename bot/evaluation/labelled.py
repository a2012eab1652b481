"""Labelled messages: what every evaluation reads, and the errors that name what is wrong in a file of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bot.message import CARDED, Tier
from bot.settings import ROOT
from knowledge.errors import CarebotError
from knowledge.json_lines import read_json_lines
from knowledge.material.registries import load_catalogue
from knowledge.material.registry import LANGUAGES, Language

NEEDS = "text, lang and one of faq, kind, category with tier, or label"
# Messages of these kinds get a reply of their own, so they are neither questions nor out of scope.
KINDS_WITH_A_REPLY = ("smalltalk", "crisis")
CATEGORIES = frozenset(
    "ordinary benign_lookalike distress_no_risk past_or_denied suicide_ideation suicide_imminent self_harm "
    "abuse_violence third_party_risk medical_emergency harm_to_others medication_gap psychosis_mania".split()
)
# The labels of public posts; a card is due to the first two only.
LABELS_AT_RISK = frozenset({"suicidal_ideation", "self-harm"})
HARMLESS_LABEL = "no_crisis"
LABELS = LABELS_AT_RISK | {
    HARMLESS_LABEL,
    "anxiety_crisis",
    "substance_abuse_or_withdrawal",
    "risk_taking_behaviours",
    "violent_thoughts",
}


class EvaluationError(CarebotError):
    """A file to measure with is wrong, or what is to be measured cannot be asked."""


@dataclass(frozen=True)
class Labelled:
    """A message and what it should get.

    Attributes:
        faq: the id that answers, or None.
        also: ids that are acceptable too; on a message out of scope, the ids that may answer it.
        kind: "" for a question, else "oos:near_domain", "smalltalk:thanks", "crisis" and the like.
        style: how it is written ("plain", "typo", "rambling"), "" where the file does not say.
        tier: of the safety policy, None where the file does not say.
        category: of the safety policy, or the label of a public post; "" where the file does not say.
        source: where a stranger's message comes from, "" where the file does not say.
    """

    text: str
    lang: Language
    faq: str | None = None
    also: tuple[str, ...] = ()
    kind: str = ""
    style: str = ""
    tier: Tier | None = None
    category: str = ""
    source: str = ""

    @property
    def accepted(self) -> frozenset[str]:
        """The ids that are right."""
        return frozenset(self.also) | ({self.faq} if self.faq else frozenset())

    @property
    def is_out_of_scope(self) -> bool:
        """Whether the bot should not answer it."""
        return self.faq is None and not self.kind.startswith(KINDS_WITH_A_REPLY)

    @property
    def is_at_risk(self) -> bool:
        """Whether a crisis card is due."""
        return self.tier in CARDED if self.tier else self.category in LABELS_AT_RISK


def load_labelled(path: Path, known: Collection[str] | None = None) -> list[Labelled]:
    """Read labelled messages, JSON lines with text, lang and what the message should get.

    Args:
        path: the file.
        known: the ids that exist; by default those of the project's catalogue.

    Raises:
        EvaluationError: naming the file, the line, and the id, label or field at fault; or the file that is empty.
    """
    if known is None:
        known = load_catalogue(ROOT / "knowledge/catalogue.yml").keys()
    messages = read_json_lines(path, partial(_parse, known=known), NEEDS, EvaluationError)
    if not messages:
        raise EvaluationError(f"{path}: holds no messages. Each line needs {NEEDS}, as JSON.")
    return messages


def require_languages(path: Path, messages: Sequence[Labelled], languages: Collection[str] = LANGUAGES) -> None:
    """Refuse a file without a single message in one of the languages it is measured in.

    Raises:
        EvaluationError: naming the file and the language.
    """
    for language in languages:
        if not any(message.lang == language for message in messages):
            raise EvaluationError(f"{path}: has no message with lang {language!r}. Add some, or measure another file.")


def _parse(row: dict[str, Any], known: Collection[str]) -> Labelled:
    text, lang, faq, tier = row["text"], row["lang"], row.get("faq"), row.get("tier")
    category = str(row.get("category") or row.get("label") or "")
    kind = str(row.get("kind") or "")
    if lang not in LANGUAGES:
        raise ValueError(f"lang must be one of {', '.join(LANGUAGES)}, not {lang!r}")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("text must not be empty")
    if faq and not isinstance(faq, str):
        raise ValueError("faq must be one id, in quotes")
    if category and category not in CATEGORIES | LABELS:
        raise ValueError(f"unknown category or label {category!r}; docs/safety-protocol.md has the categories")
    if tier and tier not in list(Tier):
        raise ValueError(f"unknown tier {tier!r}; use T0 to T4")
    if not (faq or kind or category or tier):
        raise ValueError("has neither faq nor kind nor category; give the id that answers, or a kind such as oos")
    also = tuple(row.get("also") or ())
    for name in (*((faq,) if faq else ()), *also):
        if name not in known:
            raise ValueError(f"unknown id {name!r}; use one of knowledge/catalogue.yml")
    # A message at risk may name no id of its own: its reply is the card, whatever answers after it.
    kind = kind or ("crisis" if tier and not faq else "")
    return Labelled(
        text,
        lang,
        faq or None,
        also,
        kind,
        str(row.get("style") or ""),
        Tier(tier) if tier else None,
        category,
        str(row.get("source") or ""),
    )


def load_floors(path: Path) -> dict[str, Any]:
    """Read bounds: file name to group to metric to number; {} where there is no file.

    Raises:
        EvaluationError: it is not such JSON.
    """
    if not path.exists():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise EvaluationError(f"{path}: is not JSON ({error}). Mend the comma or bracket, or restore it.") from error
    if not isinstance(data, dict):
        raise EvaluationError(f"{path}: must be an object of file name, group, metric and bound.")
    return data
