"""The report of the safety figures as HTML and plots."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.evaluation.safety import SafetyFigures

Curve = list[tuple[float, bool, str]]
STEPS = 101
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>carebot safety figures</title>
<style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:70rem;padding:0 1rem}table{border-collapse:collapse}
td,th{border:1px solid #888;padding:.2rem .6rem;text-align:left}img{max-width:100%}</style>
<h1>Safety figures</h1><p>Share of messages that get a crisis card, with 95 % confidence intervals (Wilson).
"Recall" should be high, "false alarms" low.</p>"""


def write_report(
    results: Mapping[str, Any],
    details: Mapping[str, SafetyFigures],
    curves: Mapping[str, Curve],
    thresholds: Mapping[str, Any],
    out_dir: Path,
) -> None:
    """Write report.html and, for each file, a plot of recall and false alarms over the threshold."""
    parts = [HEAD]
    for number, (file, judges) in enumerate(results.items()):
        plot = f"curves-{number}.png"
        plot_curves(curves[file], thresholds, out_dir / plot)
        parts.append(f"<h2>{escape(file)}</h2>")
        parts.append(f'<img src="{plot}" alt="Recall and false alarms of the learned layer over its threshold">')
        parts.append(_table(judges))
        for title, pairs in (("Worst misses", details[file].missed), ("Worst false alarms", details[file].alarms)):
            items = "".join(
                f"<li>{chance:.2f} {message.lang} {escape(message.category)}: {escape(message.text)}</li>"
                for message, chance in pairs
            )
            parts.append(f"<h3>{title} of the gate</h3><ol>{items}</ol>")
    (out_dir / "report.html").write_text("\n".join(parts) + "</html>", encoding="utf-8")


def _table(judges: Mapping[str, Any]) -> str:
    groups = list(judges["gate"])
    head = "".join(f"<th>{escape(name)}</th>" for name in judges)
    rows = []
    for group in groups:
        cells = "".join(
            f"<td>{found[group]['share']:.3f} ({found[group]['low']:.2f} to {found[group]['high']:.2f})</td>"
            for found in judges.values()
        )
        rows.append(f"<tr><th>{escape(group)}</th><td>{judges['gate'][group]['n']}</td>{cells}</tr>")
    return f"<table><tr><th>group</th><th>n</th>{head}</tr>{''.join(rows)}</table>"


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
