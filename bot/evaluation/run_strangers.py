"""``carebot evaluate strangers``: every file of strangers in one table, against the floors of the project's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.evaluation.labelled import Labelled, load_floors
from bot.evaluation.questions import Prediction
from bot.evaluation.report import console, say, write_page, write_results
from bot.evaluation.shares import cell, check_bounds, write_figures
from bot.evaluation.strangers import (
    OWN,
    Judge,
    StrangersFile,
    ask_bot,
    ask_parts,
    explain_alarms,
    is_harmless,
    load_strangers,
    measure,
    part_of,
)
from bot.message import CARDED
from bot.safety.gate import SafetyGate
from bot.safety.learned import load_safety_model
from bot.settings import ROOT, Settings
from bot.start.build import SAFETY_EXAMPLES, ensure_index, ensure_safety_model
from knowledge.retrieval.embedding_store import EmbeddingStore
from knowledge.retrieval.encoder import Encoder, load_encoder
from knowledge.retrieval.search import Searcher

FLOORS = ROOT / "tests/evaluation/strangers-floors.json"
WIDTH = 230
COLUMNS = {
    "right": "right outright",
    "listed": "right or in three",
    "wrong": "wrong",
    "found": "at risk: found",
    "carded": "harmless: carded",
    "answered": "out of scope: answered",
    "choices": "choices offered",
}
Replies = Mapping[StrangersFile, tuple[Sequence[Labelled], Sequence[Prediction]]]


def evaluate_strangers(
    settings: Settings, out_dir: Path, files: Sequence[StrangersFile] = OWN, http: str | None = None
) -> int:
    """Measure all files, write strangers.html and strangers.json, print the table.

    Args:
        settings: where index and safety model are.
        out_dir: made if missing. The page shows messages, the JSON none.
        files: what to measure; the project's own by default.
        http: address of a running bot, which is asked instead of the parts in this process.

    Returns:
        0, or 1 when a figure of the project's own files is out of its bounds.

    Raises:
        CarebotError: a file, the index, the model or the running bot is not usable.
    """
    encoder = load_encoder(settings.encoder)
    # Read before anything is asked: a wrong line is known at once.
    messages = {file: load_strangers(file) for file in files}
    judge = ask_bot(http) if http else judge_here(settings, encoder)
    replies = {file: (found, judge(found)) for file, found in messages.items()}
    figures = {file.path.name: write_figures(measure(asked, got, file.part)) for file, (asked, got) in replies.items()}
    alarms = _explain(settings, encoder, replies)
    description = f"Asked {'over HTTP' if http else 'of gate and search in one process'}, encoder {encoder.name}. " + (
        "Shares with 95 % intervals (Wilson)."
    )
    results = {"about": description, "files": figures, "alarms": [alarm.as_json() for alarm in alarms]}
    write_results(results, out_dir / "strangers.json")
    write_page(
        "strangers.html",
        out_dir / "strangers.html",
        description=description,
        columns=COLUMNS,
        files=figures,
        alarms=alarms,
        lists=_lists(replies),
    )
    _print_table(figures)
    say(f"{len(alarms)} alarms, beside what they were mistaken for: {out_dir / 'strangers.html'}")
    floors = load_floors(FLOORS)
    broken = [
        f"{name}: {line}"
        for name in sorted(floors.keys() & figures.keys())
        for line in check_bounds(figures[name], floors[name])
    ]
    for line in broken:
        say(f"floor broken: {line}")
    return 1 if broken else 0


def judge_here(settings: Settings, encoder: Encoder) -> Judge:
    """Load gate and search, building what is missing."""
    index = ensure_index(settings, encoder)
    ensure_safety_model(settings, index.knowledge, encoder, say)
    gate = SafetyGate(load_safety_model(settings.var_dir / "safety", encoder))
    return ask_parts(gate, Searcher(index, encoder))


def _explain(settings: Settings, encoder: Encoder, replies: Replies) -> Any:
    alarms = [
        (file.path.name, f"{part_of(message, file.part)} {message.lang}", message, reply)
        for file, pairs in replies.items()
        for message, reply in zip(*pairs, strict=True)
        if reply.tier in CARDED and is_harmless(message)
    ]
    store = EmbeddingStore(settings.var_dir / "embeddings.sqlite")
    try:
        return explain_alarms(alarms, SAFETY_EXAMPLES, encoder, store)
    finally:
        store.close()


def _lists(replies: Replies) -> dict[str, list[tuple[Labelled, Prediction]]]:
    pairs = [pair for asked_and_got in replies.values() for pair in zip(*asked_and_got, strict=True)]
    return {
        "People at risk without a card": [
            (message, reply) for message, reply in pairs if message.is_at_risk and reply.tier not in CARDED
        ],
        "Questions with a wrong answer": [
            (message, reply)
            for message, reply in pairs
            if message.faq and reply.outcome == "answer" and reply.ranked[0] not in message.accepted
        ],
        "Questions without an answer or a right choice": [
            (message, reply)
            for message, reply in pairs
            if message.faq and reply.outcome != "answer" and not message.accepted.intersection(reply.ranked[:3])
        ],
    }


def _print_table(files: Mapping[str, Any]) -> None:
    table = Table("file", "part", "n", *COLUMNS.values(), title="Strangers: shares with 95 % intervals")
    for file, groups in files.items():
        for group, metrics in groups.items():
            count = max((share["n"] for share in metrics.values()), default=0)
            table.add_row(file, group, str(count), *[cell(metrics.get(metric)) for metric in COLUMNS])
        table.add_section()
    # Ten columns with intervals: rather a line that the terminal breaks than cells of three letters.
    Console(highlight=False, width=max(console.width, WIDTH)).print(table)
