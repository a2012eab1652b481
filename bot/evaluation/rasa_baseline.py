"""Rasa's own way to answer FAQs, on the same ways of asking: DIET finds the intent, ResponseSelector the answer.

It is trained in Rasa's environment, in a temporary folder of its own, and asked over loopback.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from bot.evaluation.labelled import EvaluationError, Labelled
from bot.evaluation.questions import Prediction
from bot.rasa.model import rasa_environment
from knowledge.retrieval.index import OUT_OF_SCOPE, Examples

# DIET has to tell only questions from the rest here and is slow; the ResponseSelector tells the ids apart.
DIET_EPOCHS = 10
SELECTOR_EPOCHS = 30
TRAIN_SECONDS = 3_600
START_SECONDS = 240
RETRIEVAL_INTENT = "faq"
PROJECT = ("config.yml", "domain.yml", "nlu.yml")
MODEL = "baseline.tar.gz"
# Square brackets and the like mark entities in Rasa's training files.
MARKUP = re.compile(r"[\[\](){}]+")
# What `rasa init` writes, fewer epochs, with the word and letter features and the ResponseSelector of Rasa's own guide.
PIPELINE: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {
        "name": "DIETClassifier",
        "epochs": DIET_EPOCHS,
        "entity_recognition": False,
        "constrain_similarities": True,
        "random_seed": 1,
    },
    {
        "name": "ResponseSelector",
        "retrieval_intent": RETRIEVAL_INTENT,
        "epochs": SELECTOR_EPOCHS,
        "constrain_similarities": True,
        "random_seed": 1,
    },
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]


def ask_rasa(
    python: Path, model_dir: Path, classes: Sequence[str], examples: Examples, questions: Sequence[Labelled]
) -> list[Prediction]:
    """Train Rasa's ResponseSelector on the examples and ask it.

    Args:
        python: the Python that has Rasa.
        model_dir: where the trained model is kept, since training takes long; one of the same inputs is used again.
        classes: names of the classes.
        examples: the ways of asking and their classes.
        questions: what to ask.

    Raises:
        EvaluationError: Rasa is missing, or its training or its server failed; the end of its log is named.
    """
    if not python.exists():
        raise EvaluationError(f"CAREBOT_RASA_PYTHON: {python} does not exist. Run 'make setup'.")
    with tempfile.TemporaryDirectory(prefix="carebot-rasa-baseline-") as name:
        folder = Path(name)
        write_project(folder, classes, examples)
        kept = model_dir / f"{_hash_of(folder)}.tar.gz"
        if kept.exists():
            shutil.copyfile(kept, folder / MODEL)
        else:
            _train(python, folder)
            model_dir.mkdir(parents=True, exist_ok=True)
            for old in model_dir.glob("*.tar.gz"):
                old.unlink()
            shutil.copyfile(folder / MODEL, kept)
        with _serving(python, folder) as url:
            return _parse_each(url, questions)


def _parse_each(url: str, questions: Sequence[Labelled]) -> list[Prediction]:
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        try:
            return [
                read_parse(client.post("/model/parse", json={"text": question.text}).raise_for_status().json())
                for question in questions
            ]
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise EvaluationError(f"Rasa's baseline gave no usable reply ({type(error).__name__}).") from error


def write_project(folder: Path, classes: Sequence[str], examples: Examples) -> None:
    """Write config.yml, domain.yml and nlu.yml: one retrieval intent with an answer for each id, and out-of-scope."""
    grouped: dict[str, list[str]] = {}
    for text, label in zip(examples.texts, examples.labels.tolist(), strict=True):
        plain = " ".join(MARKUP.sub(" ", text).split())
        if plain:
            grouped.setdefault(classes[label], []).append(f"- {plain}")
    names = {name: OUT_OF_SCOPE if name == OUT_OF_SCOPE else f"{RETRIEVAL_INTENT}/{name}" for name in grouped}
    nlu = [{"intent": names[name], "examples": "\n".join(texts) + "\n"} for name, texts in grouped.items()]
    responses = {f"utter_{names[name]}": [{"text": name}] for name in grouped if name != OUT_OF_SCOPE}
    domain = {"version": "3.1", "intents": [RETRIEVAL_INTENT, OUT_OF_SCOPE], "responses": responses}
    config = {"recipe": "default.v1", "assistant_id": "baseline", "language": "en", "pipeline": PIPELINE}
    for file, data in zip(PROJECT, (config, domain, {"version": "3.1", "nlu": nlu}), strict=True):
        (folder / file).write_text(yaml.safe_dump(data, allow_unicode=True, width=10_000), encoding="utf-8")


def _hash_of(folder: Path) -> str:
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in PROJECT)).hexdigest()[:16]


def read_parse(reply: dict[str, Any]) -> Prediction:
    """Read what Rasa's /model/parse says; another intent than the retrieval intent (fallback too) is an abstention."""
    selected = reply.get("response_selector", {}).get(RETRIEVAL_INTENT, {})
    ranking = selected.get("ranking", [])
    ranked = tuple(row["intent_response_key"].partition("/")[2] for row in ranking)
    answered = reply["intent"]["name"] == RETRIEVAL_INTENT and bool(ranked)
    confidence = float(ranking[0]["confidence"]) if ranking else 0.0
    return Prediction("answer" if answered else "abstain", ranked, confidence)


def _train(python: Path, folder: Path) -> None:
    command = [str(python), "-m", "rasa", "train", "nlu", "--config", "config.yml", "--domain", "domain.yml"]
    command += ["--nlu", "nlu.yml", "--out", ".", "--fixed-model-name", "baseline"]
    with (folder / "train.log").open("wb") as log:
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=rasa_environment(""),
                stdout=log,
                stderr=subprocess.STDOUT,
                timeout=TRAIN_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise EvaluationError(f"the training of Rasa's baseline took over {TRAIN_SECONDS} s.") from error
    if done.returncode or not (folder / MODEL).exists():
        raise EvaluationError(f"the training of Rasa's baseline failed: {_end_of(folder / 'train.log')}")


@contextmanager
def _serving(python: Path, folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(python), "-m", "rasa", "run", "--enable-api", "--model", MODEL]
    command += ["--interface", "127.0.0.1", "--port", str(port)]
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=rasa_environment(""), stdout=log, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_loaded(process, url, folder / "run.log")
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_loaded(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            # /status answers 409 until the model is loaded.
            if httpx.get(f"{url}/status", trust_env=False, timeout=5).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise EvaluationError(f"Rasa's baseline did not start: {_end_of(log)}")


def _end_of(log: Path) -> str:
    return " | ".join(log.read_text(errors="replace").strip().splitlines()[-3:])[-400:]
