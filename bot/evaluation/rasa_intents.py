"""``carebot evaluate rasa``: how well Rasa tells our intents apart, cross-validated in its own environment."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
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
    with serving_embeddings(load_encoder(settings.encoder)) as url:
        _cross_validate(settings.rasa_python, url, out_dir)
    report = _read_report(out_dir / "intent_report.json")
    figures = {"f1": report["weighted avg"]["f1-score"], "f1 of the mean intent": report["macro avg"]["f1-score"]}
    write_results(figures, out_dir / "rasa.json")
    _print_worst(report)
    broken = [
        f"{name} is {figures[name]:.3f}, must be at least {bound}"
        for name, bound in load_floors(FLOORS).items()
        if figures[name] < bound
    ]
    for line in broken:
        say(f"floor broken: {line}")
    return 1 if broken else 0


@contextmanager
def serving_embeddings(encoder: Encoder) -> Iterator[str]:
    """Serve /embed on a free port of loopback, as the running bot does, and give its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(build_internal_app(encoder, ActionExecutor()), log_level="warning")
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


def _cross_validate(python: Path, url: str, out_dir: Path) -> None:
    command = [str(python), "-m", "rasa", "test", "nlu", "--nlu", "data/nlu", "--config", "config.yml"]
    command += ["--domain", "domain", "--cross-validation", "--folds", str(FOLDS), "--out", str(out_dir), "--no-plot"]
    log = out_dir / "rasa.log"
    with log.open("wb") as file:
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=rasa_environment(url),
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
    means = [f"{name} {report[name]['f1-score']:.3f}" for name in ("weighted avg", "macro avg")]
    console.print(table)
    say(f"f1: {', '.join(means)}")
