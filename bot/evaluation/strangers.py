"""Measure what people nobody here imagined get: harmless messages with a card, questions answered, choices offered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.evaluation.labelled import (
    HARMLESS_LABEL,
    EvaluationError,
    Labelled,
    load_labelled,
    require_languages,
)
from bot.evaluation.question_figures import marks_of_other, marks_of_question
from bot.evaluation.questions import Prediction, evaluate_over_http
from bot.evaluation.shares import Figures, Tally
from bot.message import CARDED, Tier
from bot.safety.errors import SafetyModelError
from bot.safety.gate import SafetyGate
from bot.safety.learned import text_to_embed
from bot.settings import ROOT
from knowledge.json_lines import iterate_json_lines
from knowledge.material.registry import LANGUAGES
from knowledge.retrieval.embedding_store import EmbeddingStore
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.search import Searcher

# How the reply to a message is got: asked in one go, since a running bot is asked over one connection.
Judge = Callable[[Sequence[Labelled]], Sequence[Prediction]]
PARTS_BY_TIER = {Tier.T1: "T1", Tier.T2: "T2", Tier.T3: "T3", Tier.T4: "distress"}
# Of a question and of a message out of scope, what the table shows.
KEPT = ("right", "listed", "wrong", "answered", "choices")


@dataclass(frozen=True)
class StrangersFile:
    """A file of strangers.

    Attributes:
        path: JSON lines.
        part: the field its messages are told apart by; "" tells them apart by what they deserve (T1, distress, plain).
        languages: those that must be in it.
    """

    path: Path
    part: str = ""
    languages: tuple[str, ...] = LANGUAGES


OWN = tuple(
    StrangersFile(ROOT / "tests/evaluation" / name, part)
    for name, part in (("strangers.jsonl", "kind"), ("means.jsonl", ""), ("questions-strangers.jsonl", ""))
)
SHARED = (
    StrangersFile(Path("strangers-dev.jsonl"), "source", ("en",)),
    StrangersFile(Path("strangers-es-dev.jsonl"), "source", ("es",)),
    StrangersFile(Path("questions-real-dev.jsonl")),
    StrangersFile(Path("es-voices-dev.jsonl"), "", ("es",)),
    StrangersFile(Path("questions-dev.jsonl")),
    StrangersFile(Path("crisis-public-dev.jsonl"), "category", ("en",)),
)


def files_of(shared: Path | None) -> tuple[StrangersFile, ...]:
    """List the project's own files, and those of a folder of development files.

    Raises:
        EvaluationError: a file is missing in the folder.
    """
    if shared is None:
        return OWN
    missing = [file.path.name for file in SHARED if not (shared / file.path).is_file()]
    if missing:
        raise EvaluationError(f"--shared {shared}: lacks {', '.join(missing)}. Give the folder that holds them all.")
    return OWN + tuple(StrangersFile(shared / file.path, file.part, file.languages) for file in SHARED)


def load_strangers(file: StrangersFile, known: Iterable[str] | None = None) -> list[Labelled]:
    """Read a file and make sure that it has what it is measured by.

    Raises:
        EvaluationError: a line is wrong, or a language has no message.
    """
    messages = load_labelled(file.path, None if known is None else frozenset(known))
    require_languages(file.path, messages, file.languages)
    return messages


def ask_parts(gate: SafetyGate, searcher: Searcher) -> Judge:
    """Judge by gate and search in this process: no Rasa, the language as labelled."""

    def judge(messages: Sequence[Labelled]) -> list[Prediction]:
        return [_ask_part(gate, searcher, message) for message in messages]

    return judge


def _ask_part(gate: SafetyGate, searcher: Searcher, message: Labelled) -> Prediction:
    verdict, found = gate.assess(message.text), searcher.search(message.text, message.lang)
    # A T1 card stands alone; below it the answer is given.
    outcome = "crisis" if verdict.tier is Tier.T1 else found.outcome
    ranked = tuple(candidate.faq for candidate in found.candidates)
    return Prediction(outcome, ranked, found.probability, found.listed, verdict.tier, verdict.category)


def ask_bot(url: str) -> Judge:
    """Judge by a running bot: the whole, each message from a fresh sender."""
    return lambda messages: evaluate_over_http(url, messages)


def measure(messages: Sequence[Labelled], replies: Sequence[Prediction], part: str = "") -> Figures:
    """Count by part and language: group ("bank en", "distress es", "all en") to metric to share.

    ``found``: people at risk who got a card. ``carded``: harmless messages that got one. Of questions ``right``,
    ``listed`` (that, or among the three) and ``wrong``; of messages out of scope ``answered`` and ``choices``.
    """
    tally = Tally()
    for message, reply in zip(messages, replies, strict=True):
        tally.add((f"{part_of(message, part)} {message.lang}", f"all {message.lang}"), _marks(message, reply))
    return tally.figures()


def part_of(message: Labelled, part: str) -> str:
    """Name the part of its file that a message belongs to."""
    if part:
        return str(getattr(message, part)) or "other"
    return PARTS_BY_TIER.get(message.tier, "plain") if message.tier else "plain"


def _marks(message: Labelled, reply: Prediction) -> dict[str, bool]:
    carded = reply.tier in CARDED
    marks = {"found": carded} if message.is_at_risk else {"carded": carded} if is_harmless(message) else {}
    if message.faq:
        told = marks_of_question(message, reply)
    elif is_foreign(message):
        told = marks_of_other(message, reply)
    else:
        told = {}
    return marks | {metric: told[metric] for metric in KEPT if metric in told}


def is_harmless(message: Labelled) -> bool:
    """Whether a card would be an alarm: T3 gets words of its own, and other labels of public posts are in between."""
    if message.tier is None:
        return message.category in ("", HARMLESS_LABEL)
    return message.tier in (Tier.T0, Tier.T4)


def is_foreign(message: Labelled) -> bool:
    """Whether nothing of ours answers: an ordinary request of another world, or a question marked as out of scope."""
    if message.category:
        return message.category == "ordinary"
    return message.is_out_of_scope


@dataclass(frozen=True)
class Alarm:
    """A harmless message with a card, and the known message at risk that it is most like.

    Attributes:
        nearest: file and line of the known message.
        category: of the known message.
        likeness: their cosine, -1 to 1.
        carded_as: category of the card; "" where the bot did not say.
    """

    file: str
    group: str
    text: str
    tier: str
    carded_as: str
    nearest: str
    category: str
    likeness: float

    def as_json(self) -> dict[str, Any]:
        """Everything but the message, which stays out of figures that may be kept."""
        return {name: value for name, value in vars(self).items() if name != "text"}


def explain_alarms(
    alarms: Sequence[tuple[str, str, Labelled, Prediction]], directory: Path, encoder: Encoder, store: EmbeddingStore
) -> list[Alarm]:
    """Find for each alarm the known message at risk that it is most like; the most alike first.

    Args:
        alarms: file, group, message and reply.
        directory: the messages the classifier learned from.
        encoder: embeds what the store does not have.
        store: kept embeddings.
    """
    if not alarms:
        return []
    known = _carded_examples(directory)
    vectors = store.encode(encoder, [text_to_embed(text) for _, _, text in known], "query")
    asked = encoder.encode_queries([text_to_embed(message.text) for _, _, message, _ in alarms])
    likeness = np.asarray(asked) @ np.asarray(vectors).T
    found = []
    for (file, group, message, reply), row in zip(alarms, likeness, strict=True):
        nearest = int(row.argmax())
        place, category, _ = known[nearest]
        tier = reply.tier.value if reply.tier else ""
        found.append(
            Alarm(file, group, message.text, tier, reply.category, place, category, round(float(row[nearest]), 4))
        )
    return sorted(found, key=lambda alarm: -alarm.likeness)


def _carded_examples(directory: Path) -> list[tuple[str, str, str]]:
    rows = [
        (f"{path.name}:{number}", row)
        for path in sorted(directory.glob("*.jsonl"))
        for number, row in iterate_json_lines(path, _read_example, "category, tier and text", SafetyModelError)
    ]
    return [(place, category, text) for place, (category, tier, text) in rows if tier in CARDED]


def _read_example(row: Mapping[str, Any]) -> tuple[str, Tier, str]:
    return row["category"], Tier(row["tier"]), row["text"]
