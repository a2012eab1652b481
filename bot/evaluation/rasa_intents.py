"""``carebot evaluate rasa``: how well Rasa tells our intents apart, cross-validated in its own environment."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from rasa_sdk.executor import ActionExecutor
from rich.table import Table

from bot.evaluation.labelled import EvaluationError, load_floors
from bot.evaluation.report import console, say, write_results
from bot.rasa.model import rasa_environment
from bot.settings import ROOT, Settings
from bot.web.internal import build_internal_app
from knowledge.retrieval.encoder import Encoder, load_encoder

FLOORS = ROOT / "tests/evaluation/rasa-floors.json"
FOLDS = 4
TIMEOUT_SECONDS = 900
WORST = 12


def evaluate_rasa(settings: Settings, out_dir: Path) -> int:
    """Train and test Rasa's pipeline on folds of data/nlu, print the intents it tells apart worst.

    Args:
        settings: where Rasa is, and which encoder it asks.
        out_dir: made if missing; Rasa's own reports go there too.

    Returns:
        0, or 1 when a mean is under its floor.

    Raises:
        EvaluationError: Rasa is missing or failed; its log is named.
    """
    if not settings.rasa_python.exists():
        raise EvaluationError(f"CAREBOT_RASA_PYTHON: {settings.rasa_python} does not exist. Run 'make setup'.")
    out_dir.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe()
    with serving_embeddings(load_encoder(settings.encoder), secret) as url:
        run_cross_validation(settings.rasa_python, rasa_environment(url, secret), out_dir)
    report = out_dir / "intent_report.json"
    figures = read_means(report)
    write_results(figures, out_dir / "rasa.json")
    _print_worst(_read_report(report))
    say("; ".join(f"{name} {value:.3f}" for name, value in figures.items()))
    broken = broken_floors(figures, load_floors(FLOORS))
    for line in broken:
        say(f"floor broken: {line}")
    return 1 if broken else 0


def read_means(path: Path) -> dict[str, float]:
    """Read Rasa's report: f1 over all messages, and over all intents alike.

    Raises:
        EvaluationError: there is none.
    """
    report = _read_report(path)
    return {"f1": report["weighted avg"]["f1-score"], "f1 of the mean intent": report["macro avg"]["f1-score"]}


def broken_floors(figures: Mapping[str, float], floors: Mapping[str, float]) -> list[str]:
    """Name each mean that is under its floor."""
    return [
        f"{name} is {figures[name]:.3f}, must be at least {floor}"
        for name, floor in floors.items()
        if figures[name] < floor
    ]


@contextmanager
def serving_embeddings(encoder: Encoder, secret: str) -> Iterator[str]:
    """Serve /embed on a free port of loopback, as the running bot does, and give its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(build_internal_app(encoder, ActionExecutor(), secret), log_level="warning")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while thread.is_alive() and not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def run_cross_validation(python: Path, environment: dict[str, str], out_dir: Path) -> None:
    """Let Rasa write intent_report.json into a folder.

    Raises:
        EvaluationError: it failed or took too long; its log is named.
    """
    command = [str(python), "-m", "rasa", "test", "nlu", "--nlu", "data/nlu", "--config", "config.yml"]
    command += ["--domain", "domain", "--cross-validation", "--folds", str(FOLDS), "--out", str(out_dir), "--no-plot"]
    log = out_dir / "rasa.log"
    with log.open("wb") as file:
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise EvaluationError(f"Rasa's cross-validation took over {TIMEOUT_SECONDS} s. See {log}.") from error
    if done.returncode:
        raise EvaluationError(f"Rasa's cross-validation failed with {done.returncode}. See {log}.")


def _read_report(path: Path) -> dict[str, Any]:
    try:
        report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvaluationError(
            f"{path}: Rasa wrote no report ({type(error).__name__}). See rasa.log beside it."
        ) from error
    return report


def _print_worst(report: dict[str, Any]) -> None:
    table = Table("intent", "examples", "f1", "taken for", title=f"Rasa's intents, {FOLDS} folds: the worst")
    intents = [(name, row) for name, row in report.items() if isinstance(row, dict) and not name.endswith(" avg")]
    for name, row in sorted(intents, key=lambda pair: pair[1]["f1-score"])[:WORST]:
        taken = ", ".join(f"{other} ({times})" for other, times in row.get("confused_with", {}).items())
        table.add_row(name, str(row["support"]), f"{row['f1-score']:.2f}", taken)
    console.print(table)
