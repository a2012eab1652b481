"""Figures from questions and what came back: right and wrong, calibration, confusion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.evaluation.labelled import Labelled
from bot.evaluation.questions import Prediction
from bot.evaluation.shares import Figures, Share, Tally, write_figures
from knowledge.material.registry import LANGUAGES

CHOICES = 3
BINS = 10
# The wrong answers allowed for ``capped``.
WRONG_CAP = 0.04
MOST_CONFUSED = 25


def measure(questions: Sequence[Labelled], predictions: Sequence[Prediction]) -> Figures:
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
    tally = Tally()
    for question, prediction in zip(questions, predictions, strict=True):
        marks = marks_of_question(question, prediction) if question.faq else marks_of_other(question, prediction)
        tally.add(_groups(question), marks)
    figures = tally.figures()
    for language in LANGUAGES:
        pairs = [pair for pair in zip(questions, predictions, strict=True) if pair[0].faq and pair[0].lang == language]
        if pairs and all(prediction.confidence is not None for _, prediction in pairs):
            figures[language]["capped"] = _right_under_cap(pairs)
    return figures


def _right_under_cap(pairs: Sequence[tuple[Labelled, Prediction]]) -> Share:
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


def marks_of_question(question: Labelled, prediction: Prediction) -> dict[str, bool]:
    """Say what is true of the reply to a question."""
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


def marks_of_other(question: Labelled, prediction: Prediction) -> dict[str, bool]:
    """Say what is true of the reply to a message that is no question."""
    return {
        "answered": prediction.outcome == "answer" and not is_right(question, prediction),
        "choices": prediction.outcome == "choices",
        "abstained": prediction.outcome == "abstain",
        "reply": prediction.outcome in ("smalltalk", "form", "crisis"),
    }


def _ranks_first(question: Labelled, prediction: Prediction) -> bool:
    return bool(question.accepted.intersection(prediction.ranked[:1]))


def is_right(question: Labelled, prediction: Prediction) -> bool:
    """Say whether it was answered outright with an acceptable id."""
    return prediction.outcome == "answer" and prediction.ranked[0] in question.accepted


def _groups(question: Labelled) -> Iterator[str]:
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


def summarize(questions: Sequence[Labelled], judges: Mapping[str, Sequence[Prediction]]) -> dict[str, Any]:
    """Gather what questions.json holds of the judges; the first judge is the one under test."""
    main = next(iter(judges.values()))
    return {
        "questions": len(questions),
        "judges": {name: write_figures(measure(questions, predictions)) for name, predictions in judges.items()},
        "calibration": reliability(questions, main),
        "confusion": [
            {"wanted": wanted, "first": first, "times": times}
            for (wanted, first), times in confusions(questions, main).most_common(MOST_CONFUSED)
        ],
    }


def reliability(questions: Sequence[Labelled], predictions: Sequence[Prediction]) -> dict[str, Any]:
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


def confusions(questions: Sequence[Labelled], predictions: Sequence[Prediction]) -> Counter[tuple[str, str]]:
    """Count (wanted id, id ranked first) where the first is not acceptable."""
    return Counter(
        (question.faq, prediction.ranked[0])
        for question, prediction in zip(questions, predictions, strict=True)
        if question.faq and prediction.ranked and prediction.ranked[0] not in question.accepted
    )
