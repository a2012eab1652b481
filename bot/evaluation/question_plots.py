"""Plots of the question figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot.evaluation.labelled import Labelled
from bot.evaluation.questions import Prediction

# Okabe and Ito's colours, told apart by colour-blind people too.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
LANGUAGE_NAMES = {"en": "English", "es": "Spanish"}
CONFUSED_IDS = 16
Pairs = Sequence[tuple[Labelled, Prediction]]


def plot_accuracy_against_coverage(
    questions: Sequence[Labelled], judges: Mapping[str, Sequence[Prediction]], path: Path
) -> None:
    """Plot, for each judge and language, how many first ids are right when only the surest part is answered."""
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    for axes, lang in zip(figure.subplots(1, 2, sharey=True), LANGUAGE_NAMES, strict=True):
        for colour, (name, predictions) in zip(COLOURS, judges.items(), strict=False):
            pairs = [
                (prediction.confidence, bool(question.accepted.intersection(prediction.ranked[:1])))
                for question, prediction in zip(questions, predictions, strict=True)
                if question.faq and question.lang == lang and prediction.confidence is not None
            ]
            if pairs:
                pairs.sort(key=lambda pair: -pair[0])
                counts = np.arange(1, len(pairs) + 1)
                axes.plot(
                    counts / len(pairs), np.cumsum([right for _, right in pairs]) / counts, color=colour, label=name
                )
        axes.set(
            title=LANGUAGE_NAMES[lang], xlabel="coverage (share of questions answered)", xlim=(0, 1), ylim=(0, 1.02)
        )
        _finish(axes)
    figure.axes[0].set_ylabel("accuracy (share of those right)")
    figure.savefig(path, dpi=110)


def plot_refusals(questions: Sequence[Labelled], predictions: Sequence[Prediction], path: Path) -> None:
    """Plot out-of-scope recall against false refusals, over both thresholds; dots are the thresholds in use."""
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    curves = (("nothing but an abstention refuses", "listed"), ("everything but an answer refuses", "confidence"))
    for axes, (title, field) in zip(figure.subplots(1, 2, sharey=True), curves, strict=True):
        for colour, (lang, name) in zip(COLOURS, LANGUAGE_NAMES.items(), strict=False):
            pairs = [pair for pair in zip(questions, predictions, strict=True) if pair[0].lang == lang]
            inside = _values([pair for pair in pairs if pair[0].faq], field)
            outside = _values([pair for pair in pairs if pair[0].is_out_of_scope], field)
            if not len(inside) or not len(outside):
                continue
            cuts = np.unique(np.concatenate([[0], inside, outside, [1.001]]))
            axes.plot(*_shares_below(cuts, inside, outside), color=colour, label=name)
            refusing = ("abstain",) if field == "listed" else ("abstain", "choices")
            axes.plot(*_operating_point(pairs, refusing), "o", color=colour)
        axes.set(title=title, xlabel="false refusals (share of questions)", xlim=(0, 1), ylim=(0, 1.02))
        _finish(axes)
    figure.axes[0].set_ylabel("recall (share of out-of-scope messages refused)")
    figure.savefig(path, dpi=110)


def _values(pairs: Pairs, field: str) -> Any:
    return np.array([getattr(prediction, field) for _, prediction in pairs if getattr(prediction, field) is not None])


def _shares_below(cuts: Any, inside: Any, outside: Any) -> tuple[Any, Any]:
    refused = (inside[None, :] < cuts[:, None]).mean(axis=1)
    return refused, (outside[None, :] < cuts[:, None]).mean(axis=1)


def _operating_point(pairs: Pairs, refusing: tuple[str, ...]) -> tuple[float, float]:
    inside = [prediction.outcome in refusing for question, prediction in pairs if question.faq]
    outside = [prediction.outcome in refusing for question, prediction in pairs if question.is_out_of_scope]
    return sum(inside) / len(inside), sum(outside) / len(outside)


def plot_calibration(calibration: Mapping[str, Any], path: Path) -> None:
    """Plot stated probability against the share that was right, with 95 % intervals."""
    figure = Figure(figsize=(5.5, 4.5), layout="constrained")
    axes = figure.subplots()
    rows = calibration["bins"]
    shares = np.array([row["share"] for row in rows])
    spread = np.array([[row["share"] - row["low"] for row in rows], [row["high"] - row["share"] for row in rows]])
    axes.plot([0, 1], [0, 1], ":", color="grey", label="perfect")
    if rows:
        axes.errorbar(
            [row["stated"] for row in rows], shares, np.maximum(spread, 0), fmt="o-", color=COLOURS[0], label="measured"
        )
    axes.set(xlabel="stated probability that the first id is right", ylabel="share right", xlim=(0, 1), ylim=(0, 1.02))
    _finish(axes)
    figure.savefig(path, dpi=110)


def plot_confusion(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Plot the ids that are most often taken for one another."""
    names = list(dict.fromkeys(name for row in rows for name in (row["wanted"], row["first"])))[:CONFUSED_IDS]
    table = np.zeros((max(1, len(names)), max(1, len(names))))
    for row in rows:
        if row["wanted"] in names and row["first"] in names:
            table[names.index(row["wanted"]), names.index(row["first"])] = row["times"]
    figure = Figure(figsize=(8.5, 7), layout="constrained")
    axes = figure.subplots()
    picture = axes.imshow(table, cmap="Blues", vmin=0)
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set(xlabel="ranked first", ylabel="wanted")
    figure.colorbar(picture, ax=axes, label="times")
    figure.savefig(path, dpi=110)


def plot_styles(figures: Mapping[str, Any], path: Path) -> None:
    """Plot right, listed and wrong by language and style, with 95 % intervals."""
    groups = [*[lang for lang in LANGUAGE_NAMES if lang in figures], *[name for name in figures if _is_style(name)]]
    figure = Figure(figsize=(9, 1.2 + 0.45 * max(1, len(groups))), layout="constrained")
    axes = figure.subplots()
    for shift, (metric, colour) in enumerate(zip(("right", "listed", "wrong"), COLOURS, strict=False)):
        for row, group in enumerate(groups):
            share = figures[group][metric]
            place = row + 0.22 * (shift - 1)
            axes.plot([share["low"], share["high"]], [place, place], color=colour, linewidth=1.5)
            axes.plot(share["share"], place, "o", color=colour, label=metric if row == 0 else None)
    labels = [f"{group.removeprefix('style ')} ({figures[group]['right']['n']})" for group in groups]
    axes.set_yticks(range(len(groups)), labels)
    axes.invert_yaxis()
    axes.set(xlabel="share of questions", xlim=(0, 1))
    _finish(axes)
    figure.savefig(path, dpi=110)


def _is_style(group: str) -> bool:
    return group.startswith("style ") and not group.endswith((" en", " es"))


def _finish(axes: Axes) -> None:
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False)
