"""The question figures for people: an HTML report, a table on the terminal, and the figures of the model card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from bot.evaluation.labelled import EvaluationError, Labelled
from bot.evaluation.question_figures import is_right
from bot.evaluation.questions import RASA, Prediction
from bot.evaluation.report import console, write_page
from bot.evaluation.shares import cell, keeps, kind_of_bound

START, END = "<!-- figures: start (carebot evaluate writes what is between these lines) -->", "<!-- figures: end -->"
WORST = 30
NAMES = {
    "right": "right outright",
    "listed": "right, or among the three choices",
    "wrong": "wrong, given as sure",
    "choices": "three choices shown",
    "abstained": "abstained",
    "card": "crisis card",
    "first": "right one ranked first",
    "first_three": "right one in the first three",
    "capped": "right outright where at most 4 % may be wrong",
    "answered": "answered as if in scope",
    "reply": "small talk or card",
}
GROUP_NAMES = {"questions": "both languages", "en": "English", "es": "Spanish"}
QUESTION_METRICS = ("right", "listed", "wrong", "choices", "abstained", "first", "first_three", "capped")
OTHER_METRICS = ("answered", "choices", "abstained", "reply")
# What the project set out to reach, group by group; the floors in tests/evaluation are what must not be lost again.
GOALS = (
    ("en", "right", 0.82),
    ("en", "listed", 0.95),
    ("en", "wrong", 0.04),
    ("es", "right", 0.78),
    ("es", "listed", 0.94),
    ("es", "wrong", 0.04),
    ("out of scope", "answered", 0.05),
)
RASA_TIMES = 3
PLOTS = (
    ("coverage.png", "Accuracy against coverage"),
    ("refusals.png", "Out-of-scope recall against false refusals"),
    ("calibration.png", "Calibration"),
    ("styles.png", "By language and style, with 95 % intervals"),
    ("confusion.png", "Ids taken for one another"),
)


def print_table(results: Mapping[str, Any]) -> None:
    """Print the main figures of every judge, with 95 % intervals."""
    table = Table(
        title=f"{results['file']}: {results['questions']} messages, shares with 95 % intervals", show_lines=True
    )
    table.add_column("")
    table.add_column("n", justify="right")
    for judge in results["judges"]:
        table.add_column(judge)
    for group, metric in _main_rows(results):
        shares = [figures.get(group, {}).get(metric) for figures in results["judges"].values()]
        count = next((str(share["n"]) for share in shares if share), "")
        table.add_row(f"{_name(group)}: {NAMES[metric]}", count, *[cell(share) for share in shares])
    console.print(table)


def write_report(
    results: Mapping[str, Any],
    questions: Sequence[Labelled],
    judges: Mapping[str, Sequence[Prediction]],
    out_dir: Path,
) -> None:
    """Write questions.html and its plots into a folder that exists."""
    from bot.evaluation import question_plots as plots

    first = next(iter(judges))
    plots.plot_accuracy_against_coverage(questions, judges, out_dir / "coverage.png")
    plots.plot_refusals(questions, judges[first], out_dir / "refusals.png")
    plots.plot_calibration(results["calibration"], out_dir / "calibration.png")
    plots.plot_confusion(results["confusion"], out_dir / "confusion.png")
    plots.plot_styles(results["judges"][first], out_dir / "styles.png")
    write_page(
        "questions.html",
        out_dir / "questions.html",
        description=_description(results),
        plots=PLOTS,
        names=NAMES,
        judges={name: _tables(figures) for name, figures in results["judges"].items()},
        confusion=results["confusion"],
        worst=list(_worst_lists(questions, judges[first])),
    )


def _tables(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_group_table(figures, QUESTION_METRICS, "right"), _group_table(figures, OTHER_METRICS, "answered")]


def _group_table(figures: Mapping[str, Any], metrics: Sequence[str], key: str) -> dict[str, Any]:
    groups = [group for group in figures if key in figures[group]]
    used = [metric for metric in metrics if any(metric in figures[group] for group in groups)]
    rows = [
        {
            "name": _name(group),
            "count": figures[group][key]["n"],
            "shares": [figures[group].get(metric) for metric in used],
        }
        for group in groups
    ]
    return {"metrics": used, "rows": rows}


def _worst_lists(questions: Sequence[Labelled], predictions: Sequence[Prediction]) -> Iterator[dict[str, Any]]:
    pairs = list(zip(questions, predictions, strict=True))
    sure = [pair for pair in pairs if pair[0].faq and pair[1].outcome == "answer" and not is_right(*pair)]
    refused = [pair for pair in pairs if pair[0].faq and pair[1].outcome == "abstain"]
    strayed = [pair for pair in pairs if pair[0].is_out_of_scope and pair[1].outcome == "answer"]
    strayed = [pair for pair in strayed if not is_right(*pair)]
    for title, found, sign in (
        ("Wrong answers given as sure, surest first", sure, -1),
        ("Questions refused, least sure first", refused, 1),
        ("Out-of-scope messages answered, surest first", strayed, -1),
    ):
        ordered = sorted(found, key=lambda pair: sign * (pair[1].confidence or 0))[:WORST]
        yield {"title": title, "total": len(found), "pairs": ordered}


def write_evaluation_page(results: Mapping[str, Any], path: Path) -> None:
    """Write the figures between the markers of the model card; the rest of the page stays.

    Raises:
        EvaluationError: the page is missing or lacks a marker.
    """
    try:
        page = path.read_text(encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({type(error).__name__}).") from error
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise EvaluationError(f"{path}: lacks a marker. It needs the lines {START!r} and {END!r}.")
    path.write_text(f"{before}{START}\n{_figures_as_markdown(results)}\n{END}{after}", encoding="utf-8")


def _figures_as_markdown(results: Mapping[str, Any]) -> str:
    judges = results["judges"]
    lines = [
        _description(results),
        "",
        *_goals_as_markdown(judges),
        "",
        f"| | n | {' | '.join(judges)} |",
        "|---|---|" + "---|" * len(judges),
    ]
    for group, metric in _main_rows(results):
        shares = [figures.get(group, {}).get(metric) for figures in judges.values()]
        count = next((share["n"] for share in shares if share), "")
        lines.append(f"| {_name(group)}: {NAMES[metric]} | {count} | {' | '.join(cell(share) for share in shares)} |")
    main = next(iter(judges.values()))
    lines += ["", "The search by style, both languages:", "", "| style | n | right outright | listed | wrong |"]
    lines.append("|---|---|---|---|---|")
    for group, metrics in main.items():
        if group.startswith("style ") and not group.endswith((" en", " es")):
            cells = " | ".join(cell(metrics[metric]) for metric in ("right", "listed", "wrong"))
            lines.append(f"| {group.removeprefix('style ')} | {metrics['right']['n']} | {cells} |")
    lines += ["", "The search on messages it should not answer from the knowledge, by kind:", ""]
    lines += ["| kind | n | answered | choices | abstained |", "|---|---|---|---|---|"]
    for group, metrics in main.items():
        if "answered" in metrics and not group.endswith((" en", " es")):
            cells = " | ".join(cell(metrics[metric]) for metric in ("answered", "choices", "abstained"))
            lines.append(f"| {group} | {metrics['answered']['n']} | {cells} |")
    lines += ["", "Taken for one another most often (wanted, ranked first, times): "]
    lines[-1] += (
        ", ".join(f"{row['wanted']} → {row['first']} ({row['times']})" for row in results["confusion"][:8]) + "."
    )
    lines += ["", f"Expected calibration error: {results['calibration']['error']:.3f}."]
    return "\n".join(lines)


def _goals_as_markdown(judges: Mapping[str, Any]) -> Iterator[str]:
    main = next(iter(judges.values()))
    yield "| goal | | measured | met |"
    yield "|---|---|---|---|"
    for group, metric, bound in GOALS:
        share = main.get(group, {}).get(metric)
        if share:
            met, kind = keeps(metric, share["share"], bound), kind_of_bound(metric)
            yield f"| {_name(group)}: {NAMES[metric]} | {kind} {bound} | {share['share']:.3f} | {_yes(met)} |"
    rasa = judges.get(RASA, {})
    for group in ("en", "es"):
        for metric in ("right", "capped"):
            if group in rasa and rasa[group].get(metric, {}).get("share"):
                times = main[group][metric]["share"] / rasa[group][metric]["share"]
                label = f"{_name(group)}: {NAMES[metric]}, times {RASA}"
                yield f"| {label} | at least {RASA_TIMES} | {times:.1f} | {_yes(times >= RASA_TIMES)} |"


def _yes(met: bool) -> str:
    return "yes" if met else "**no**"


def _main_rows(results: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    main = next(iter(results["judges"].values()))
    for group in ("en", "es"):
        if group in main:
            yield from ((group, metric) for metric in QUESTION_METRICS)
    for group in ("out of scope", "out of scope en", "out of scope es"):
        if group in main:
            yield from ((group, metric) for metric in ("answered", "choices", "abstained"))


def _description(results: Mapping[str, Any]) -> str:
    return (
        f"{results['questions']} messages of {results['file']} (SHA-256 {results['sha256'][:12]}), index "
        f"{results['index']} over {results['variants']} known texts, encoder {results['encoder']}. "
        "Shares with 95 % intervals (Wilson)."
    )


def _name(group: str) -> str:
    return GROUP_NAMES.get(group) or group.replace(" en", ", English").replace(" es", ", Spanish")
