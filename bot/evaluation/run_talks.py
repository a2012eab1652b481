"""``carebot evaluate talks``: scripted talks with the running bot, by kind and language, against the floors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from bot.evaluation.labelled import load_floors
from bot.evaluation.report import console, say, write_page, write_results
from bot.evaluation.shares import cell, check_bounds, write_figures
from bot.evaluation.talks import hold_talks, load_talks


def evaluate_talks(url: str, path: Path, out_dir: Path) -> int:
    """Hold the talks, write talks.html and talks.json, print the table and every turn that went wrong.

    Args:
        url: address of the running bot.
        path: talks; floors are read from the file of its name with ``-floors.json`` beside it, if there is one.
        out_dir: made if missing.

    Returns:
        0, or 1 when a figure is out of its bounds.

    Raises:
        EvaluationError: the file is wrong, or the bot gives no usable reply.
    """
    found, failures = hold_talks(url, load_talks(path))
    figures = write_figures(found)
    results = {"file": path.name, "figures": figures, "failures": [vars(failure) for failure in failures]}
    write_results(results, out_dir / "talks.json")
    description = f"{figures['all']['talks']['n']} talks of {path.name}. Shares with 95 % intervals (Wilson)."
    page = out_dir / "talks.html"
    write_page("talks.html", page, description=description, figures=figures, failures=failures)
    _print_table(path.name, figures)
    for failure in failures:
        say(f"{failure.talk}, turn {failure.turn}: {'; '.join(failure.wrong)} (got {failure.got})")
    broken = check_bounds(figures, load_floors(path.with_name(f"{path.stem}-floors.json")))
    for line in broken:
        say(f"floor broken: {line}")
    return 1 if broken else 0


def _print_table(name: str, figures: Mapping[str, Any]) -> None:
    table = Table("talks", "n", "turns right", "whole talks right", title=f"{name}: shares with 95 % intervals")
    for group, metrics in figures.items():
        table.add_row(group, str(metrics["talks"]["n"]), cell(metrics["turns"]), cell(metrics["talks"]))
    console.print(table)
