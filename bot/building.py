"""Makes what the bot needs before it can answer (index, safety model, Rasa's model), and only what changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from bot.errors import StartError
from bot.safety.errors import SafetyModelError
from bot.safety.learned import load_safety_model
from bot.safety.training import load_examples, train_safety_model
from bot.settings import ROOT, Settings
from knowledge.base import KnowledgeBase, load_knowledge
from knowledge.embedding_store import EmbeddingStore
from knowledge.encoder import Encoder
from knowledge.errors import SearchIndexError
from knowledge.index import (
    Index,
    Progress,
    build_index,
    build_name,
    current_build,
    load_index,
    refresh_index,
    save_index,
)

SAFETY_EXAMPLES = ROOT / "data/safety/examples.jsonl"
# Their own wording is often that of someone at risk, so they teach the safety model nothing about harmlessness.
RISKY_IDS = frozenset(
    {"crisis-lines", "helping-someone", "medication-refill", "urgent-appointment", "someone-to-talk-to"}
)
RASA_INPUTS = ("config.yml", "domain", "data/nlu", "data/rules", "bot/rasa_components", "requirements/rasa.txt")


def ensure_index(settings: Settings, encoder: Encoder, progress: Progress | None = None) -> Index:
    """Build the index if the knowledge or the encoder changed, and put it in service.

    Raises:
        KnowledgeError: the knowledge is wrong; the index in service stays there.
    """
    knowledge = load_knowledge(settings.knowledge_dir)
    if current_build(settings.index_dir) == build_name(knowledge, encoder):
        try:
            return load_index(settings.index_dir, encoder)
        except SearchIndexError:
            pass  # damaged: built again below
    store = EmbeddingStore(settings.var_dir / "embeddings.sqlite")
    try:
        quick = _refresh(settings, knowledge, encoder, store)
        if quick and quick[1]:
            return quick[0]
        index = build_index(knowledge, encoder, store, progress)
    finally:
        store.close()
    save_index(index, settings.index_dir)
    return index


def _refresh(
    settings: Settings, knowledge: KnowledgeBase, encoder: Encoder, store: EmbeddingStore
) -> tuple[Index, bool] | None:
    """Put what can be had in seconds in service first: edited answers and new variants."""
    try:
        previous = load_index(settings.index_dir, encoder)
    except SearchIndexError:
        return None
    quick = refresh_index(previous, knowledge, encoder, store)
    if quick:
        save_index(quick[0], settings.index_dir)
    return quick


def ensure_safety_model(
    settings: Settings, knowledge: KnowledgeBase, encoder: Encoder, report: Callable[[str], None]
) -> None:
    """Train the learned safety layer if its examples or the encoder changed."""
    directory = settings.var_dir / "safety"
    wanted = hashlib.sha256(SAFETY_EXAMPLES.read_bytes() + _code_of_safety() + encoder.fingerprint.encode()).hexdigest()
    stamp = directory / "inputs.sha256"
    if stamp.exists() and stamp.read_text() == wanted:
        try:
            load_safety_model(directory, encoder)
            return
        except SafetyModelError:
            pass  # damaged: trained again below
    report("training the safety model (some minutes the first time)")
    store = EmbeddingStore(settings.var_dir / "embeddings.sqlite")
    try:
        train_safety_model(load_examples(SAFETY_EXAMPLES), harmless_texts(knowledge), encoder, store, directory)
    finally:
        store.close()
    stamp.write_text(wanted)


def harmless_texts(knowledge: KnowledgeBase) -> list[tuple[str, str]]:
    """Give (language, text) of every question and out-of-scope message that shows no risk."""
    questions: list[tuple[str, str]] = [
        (language, variant)
        for (faq, language), entry in sorted(knowledge.entries.items())
        if faq not in RISKY_IDS
        for variant in entry.variants
    ]
    return questions + [(message.lang, message.text) for message in knowledge.out_of_scope]


def ensure_rasa_model(settings: Settings, internal_url: str, report: Callable[[str], None]) -> Path:
    """Train Rasa if its inputs changed; the bot must be listening, since Rasa asks it for embeddings.

    Raises:
        StartError: Rasa is not installed or its training failed; the log is named.
    """
    if not settings.rasa_python.exists():
        raise StartError(f"CAREBOT_RASA_PYTHON: {settings.rasa_python} does not exist. Run 'make setup'.")
    name = f"rasa-{hash_inputs()}"
    model = settings.rasa_model_dir / f"{name}.tar.gz"
    if model.exists():
        return model
    report("training Rasa (about half a minute)")
    settings.rasa_model_dir.mkdir(parents=True, exist_ok=True)
    log = settings.var_dir / "rasa-train.log"
    command = [
        str(settings.rasa_python),
        "-m",
        "rasa",
        "train",
        "--domain",
        "domain",
        "--data",
        "data/nlu",
        "data/rules",
    ]
    command += ["--out", str(settings.rasa_model_dir), "--fixed-model-name", name]
    with log.open("w") as file:
        done = subprocess.run(
            command, cwd=ROOT, env=rasa_environment(internal_url), stdout=file, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode or not model.exists():
        last = log.read_text(errors="replace").strip().splitlines()[-3:]
        raise StartError(f"Rasa's training failed. The log is {log}; it ends: {' | '.join(last)[:400]}")
    for old in settings.rasa_model_dir.glob("rasa-*.tar.gz"):
        if old != model:
            old.unlink()
    return model


def rasa_environment(internal_url: str) -> dict[str, str]:
    """Give the environment Rasa runs in: no telemetry, no hub, the bot's address."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("CAREBOT_")},
        "CAREBOT_INTERNAL_URL": internal_url,
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "CUDA_VISIBLE_DEVICES": "",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "NO_PROXY": "127.0.0.1,localhost",
    }


def hash_inputs() -> str:
    """Name what Rasa is trained from."""
    digest = hashlib.sha256()
    for name in RASA_INPUTS:
        path = ROOT / name
        files = sorted(file for file in path.rglob("*") if file.suffix in (".yml", ".py")) if path.is_dir() else [path]
        for file in files:
            digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _code_of_safety() -> bytes:
    return b"".join((ROOT / "bot/safety" / name).read_bytes() for name in ("training.py", "learned.py", "normalize.py"))
