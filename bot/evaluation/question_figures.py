"""Figures from questions and what came back: shares with intervals, calibration, confusion, floors."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.questions import Prediction, Question, QuestionFileError
from bot.evaluation.safety import Share
from knowledge.material.registry import LANGUAGES

CHOICES = 3
BINS = 10
# A figure of these must reach its bound; every other must stay under it.
AT_LEAST = frozenset({"right", "listed", "first", "first_three", "capped"})
# The wrong answers allowed for ``capped``.
WRONG_CAP = 0.04
MOST_CONFUSED = 25
Figures = dict[str, dict[str, Share]]


def measure(questions: Sequence[Question], predictions: Sequence[Prediction]) -> Figures:
    """Count what came back: group ("en", "style typo", "out of scope", "oos:politics es") to metric to share.

    Of a question: ``right`` (answered outright), ``listed`` (that, or among the three choices), ``wrong`` (a wrong
    answer given as sure), ``choices``, ``abstained``, ``card`` (a crisis card); and, where the judge ranks, ``first``
    and ``first_three``, whatever was decided, and ``capped``: how many would be right outright if it answered from the
    confidence on that is best for it while at most ``WRONG_CAP`` are wrong (chosen on these very messages). Of any
    other message: ``answered`` (with an id that is not acceptable), ``choices``, ``abstained``, ``reply`` (another
    reply: small talk, a card).

    Raises:
        ValueError: there is not one prediction for each question.
    """
    counts: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for question, prediction in zip(questions, predictions, strict=True):
        marks = _marks_of_question(question, prediction) if question.faq else _marks_of_other(question, prediction)
        for group in _groups(question):
            for metric, hit in marks.items():
                counts[group][metric].append(hit)
    figures = {
        group: {metric: Share(sum(hits), len(hits)) for metric, hits in counts[group].items()}
        for group in sorted(counts)
    }
    for language in LANGUAGES:
        pairs = [pair for pair in zip(questions, predictions, strict=True) if pair[0].faq and pair[0].lang == language]
        if pairs and all(prediction.confidence is not None for _, prediction in pairs):
            figures[language]["capped"] = _right_under_cap(pairs)
    return figures


def _right_under_cap(pairs: Sequence[tuple[Question, Prediction]]) -> Share:
    """Count the right answers of a judge that answers its most confident questions first (risk against coverage)."""
    best = right = wrong = 0
    for question, prediction in sorted(pairs, key=lambda pair: -(pair[1].confidence or 0.0)):
        if _ranks_first(question, prediction):
            right += 1
        else:
            wrong += 1
        if wrong <= WRONG_CAP * len(pairs):
            best = max(best, right)
    return Share(best, len(pairs))


def _marks_of_question(question: Question, prediction: Prediction) -> dict[str, bool]:
    right = is_right(question, prediction)
    offered = prediction.outcome == "choices" and bool(question.accepted.intersection(prediction.ranked[:CHOICES]))
    marks = {
        "right": right,
        "listed": right or offered,
        "wrong": prediction.outcome == "answer" and not right,
        "choices": prediction.outcome == "choices",
        "abstained": prediction.outcome == "abstain",
        "card": prediction.outcome == "crisis",
    }
    if prediction.confidence is not None:
        marks["first"] = _ranks_first(question, prediction)
        marks["first_three"] = bool(question.accepted.intersection(prediction.ranked[:CHOICES]))
    return marks


def _marks_of_other(question: Question, prediction: Prediction) -> dict[str, bool]:
    return {
        "answered": prediction.outcome == "answer" and not is_right(question, prediction),
        "choices": prediction.outcome == "choices",
        "abstained": prediction.outcome == "abstain",
        "reply": prediction.outcome in ("smalltalk", "form", "crisis"),
    }


def _ranks_first(question: Question, prediction: Prediction) -> bool:
    return bool(question.accepted.intersection(prediction.ranked[:1]))


def is_right(question: Question, prediction: Prediction) -> bool:
    """Say whether it was answered outright with an acceptable id."""
    return prediction.outcome == "answer" and prediction.ranked[0] in question.accepted


def _groups(question: Question) -> Iterator[str]:
    if question.faq:
        yield "questions"
        yield question.lang
        if question.style:
            yield f"style {question.style}"
            yield f"style {question.style} {question.lang}"
        return
    if question.is_out_of_scope:
        yield "out of scope"
        yield f"out of scope {question.lang}"
    yield question.kind
    yield f"{question.kind} {question.lang}"


def summarize(questions: Sequence[Question], judges: Mapping[str, Sequence[Prediction]]) -> dict[str, Any]:
    """Give what questions.json holds of the judges; the first judge is the one under test."""
    main = next(iter(judges.values()))
    return {
        "questions": len(questions),
        "judges": {
            name: {
                group: {metric: share.as_json() for metric, share in metrics.items()}
                for group, metrics in measure(questions, predictions).items()
            }
            for name, predictions in judges.items()
        },
        "calibration": reliability(questions, main),
        "confusion": [
            {"wanted": wanted, "first": first, "times": times}
            for (wanted, first), times in confusions(questions, main).most_common(MOST_CONFUSED)
        ],
    }


def reliability(questions: Sequence[Question], predictions: Sequence[Prediction]) -> dict[str, Any]:
    """Compare stated probabilities with what came true, in ten bins of equal width; out of scope nothing is right.

    Returns:
        ``bins`` (low, high, mean stated, share right, n) and ``error``, the expected calibration error, 0 to 1
        (Naeini, Cooper & Hauskrecht 2015).
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for question, prediction in zip(questions, predictions, strict=True):
        if prediction.confidence is not None:
            right = _ranks_first(question, prediction)
            bins[min(BINS - 1, int(prediction.confidence * BINS))].append((prediction.confidence, right))
    rows = []
    for number, pairs in enumerate(bins):
        if pairs:
            stated = sum(confidence for confidence, _ in pairs) / len(pairs)
            share = Share(sum(right for _, right in pairs), len(pairs))
            rows.append(
                {"from": number / BINS, "to": (number + 1) / BINS, "stated": round(stated, 4), **share.as_json()}
            )
    total = sum(row["n"] for row in rows)
    error = sum(row["n"] * abs(row["stated"] - row["share"]) for row in rows) / total if total else 0.0
    return {"bins": rows, "error": round(error, 4)}


def confusions(questions: Sequence[Question], predictions: Sequence[Prediction]) -> Counter[tuple[str, str]]:
    """Count (wanted id, id ranked first) where the first is not acceptable."""
    return Counter(
        (question.faq, prediction.ranked[0])
        for question, prediction in zip(questions, predictions, strict=True)
        if question.faq and prediction.ranked and prediction.ranked[0] not in question.accepted
    )


def load_floors(path: Path) -> dict[str, Any]:
    """Read bounds: file name to group to metric to number; {} where there is no file.

    Raises:
        QuestionFileError: it is not JSON.
    """
    if not path.exists():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise QuestionFileError(f"{path}: is not JSON ({error}).") from error
    if not isinstance(data, dict):
        raise QuestionFileError(f"{path}: must be an object of file name, group, metric and bound.")
    return data


def check_floors(results: Mapping[str, Any], floors: Mapping[str, Any]) -> list[str]:
    """Compare the first judge's figures with their bounds; a figure that is missing breaks its bound.

    Returns:
        One line for each figure out of its bounds.
    """
    judge = next(iter(results["judges"].values()))
    broken = []
    for group, bounds in floors.get(results["file"], {}).items():
        for metric, bound in bounds.items():
            share = judge.get(group, {}).get(metric, {}).get("share")
            kind = "at least" if metric in AT_LEAST else "at most"
            held = share is not None and (share >= bound if metric in AT_LEAST else share <= bound)
            if not held:
                broken.append(f"{group}: {metric} is {share}, must be {kind} {bound}")
    return broken
