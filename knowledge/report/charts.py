"""Charts as SVG pictures that stand inside the HTML itself."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import matplotlib
from matplotlib.figure import Figure

# Okabe and Ito's colours, told apart by colour-blind people too.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")
WIDTH_INCHES = 7.5
ROW_INCHES = 0.32


def bar_chart(counts: Sequence[tuple[str, int]]) -> str:
    """Draw horizontal bars, the first on top: a ``data:`` address of an SVG picture."""
    return grouped_bar_chart([name for name, _ in counts], {"": [count for _, count in counts]})


def grouped_bar_chart(names: Sequence[str], series: dict[str, list[int]]) -> str:
    """Draw one bar for every name and series: a ``data:`` address of an SVG picture."""
    figure = Figure(figsize=(WIDTH_INCHES, 0.8 + ROW_INCHES * max(1, len(names)) * max(1, len(series))))
    axes = figure.subplots()
    thickness = 0.8 / max(1, len(series))
    for number, (label, values) in enumerate(series.items()):
        places = [row + number * thickness for row in range(len(names))]
        bars = axes.barh(places, values, thickness, color=COLOURS[number % len(COLOURS)], label=label or None)
        axes.bar_label(bars, padding=2, fontsize=8)
    axes.set_yticks([row + 0.4 - thickness / 2 for row in range(len(names))], list(names))
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.1)
    if len(series) > 1:
        axes.legend(frameon=False, loc="lower right")
    return _as_address(figure)


def _as_address(figure: Figure) -> str:
    buffer = io.BytesIO()
    # A fixed salt and no date: the same knowledge gives the same file.
    with matplotlib.rc_context({"svg.hashsalt": "carebot", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
