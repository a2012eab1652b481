"""The report of the safety figures as HTML and plots."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.evaluation.report import write_page

if TYPE_CHECKING:
    from bot.evaluation.safety import SafetyFigures

Curve = list[tuple[float, bool, str]]
STEPS = 101


def write_report(
    results: Mapping[str, Any],
    details: Mapping[str, SafetyFigures],
    curves: Mapping[str, Curve],
    thresholds: Mapping[str, Any],
    out_dir: Path,
) -> None:
    """Write report.html and, for each file, a plot of recall and false alarms over the threshold."""
    files = []
    for number, (file, judges) in enumerate(results.items()):
        plot = f"curves-{number}.png"
        plot_curves(curves[file], thresholds, out_dir / plot)
        found = details[file]
        files.append({"name": file, "plot": plot, "judges": judges, "missed": found.missed, "alarms": found.alarms})
    write_page("safety.html", out_dir / "report.html", files=files)


def plot_curves(points: Curve, thresholds: Mapping[str, Any], path: Path) -> None:
    """Plot recall and false-alarm share of the learned layer over its threshold, by language."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.5))
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(xlabel="threshold", ylabel="share with a card", ylim=(0, 1), xlim=(0, 1))
    steps = [step / (STEPS - 1) for step in range(STEPS)]
    for lang, colour in (("en", "tab:blue"), ("es", "tab:orange")):
        for risk, line, name in ((True, "-", "recall"), (False, "--", "false alarms")):
            chances = [chance for chance, is_risk, spoken in points if is_risk is risk and spoken == lang]
            if chances:
                shares = [sum(chance >= step for chance in chances) / len(chances) for step in steps]
                axes.plot(steps, shares, line, color=colour, label=f"{name}, {lang}")
        if lang in thresholds:
            axes.axvline(thresholds[lang].card, color=colour, linewidth=1)
    if axes.lines:
        axes.legend()
    figure.savefig(path, dpi=110)
