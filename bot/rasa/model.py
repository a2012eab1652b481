"""Rasa's trained model: made when what it learns from changed, in Rasa's own environment."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from bot.errors import StartError
from bot.settings import ROOT, Settings
from knowledge.fingerprint import fingerprint

# What Rasa is trained from; the featurizer's code too, for a model holds what it gave.
RASA_INPUTS = ("config.yml", "domain", "data/nlu", "data/rules", "bot/rasa_components", "requirements/rasa.txt")


def ensure_rasa_model(settings: Settings, encoder: str, internal_url: str, report: Callable[[str], None]) -> Path:
    """Train Rasa if its inputs changed; the bot must be listening, since Rasa asks it for embeddings.

    Args:
        settings: where Rasa and its models are.
        encoder: fingerprint of the encoder it is trained with; another one of the same size would fail silently.
        internal_url: where Rasa finds the bot.
        report: told what takes long.

    Raises:
        StartError: Rasa is not installed or its training failed; the log is named.
    """
    if not settings.rasa_python.exists():
        raise StartError(f"CAREBOT_RASA_PYTHON: {settings.rasa_python} does not exist. Run 'make setup'.")
    name = f"rasa-{fingerprint(encoder=encoder, inputs=[ROOT / name for name in RASA_INPUTS])}"
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
            command,
            cwd=ROOT,
            env=rasa_environment(internal_url, settings.internal_secret.get_secret_value()),
            stdout=file,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode or not model.exists():
        last = log.read_text(errors="replace").strip().splitlines()[-3:]
        raise StartError(f"Rasa's training failed. The log is {log}; it ends: {' | '.join(last)[:400]}")
    for old in settings.rasa_model_dir.glob("rasa-*.tar.gz"):
        if old != model:
            old.unlink()
    return model


def rasa_environment(internal_url: str, internal_secret: str = "") -> dict[str, str]:
    """Give the environment Rasa runs in: no telemetry, no hub, the bot's address and what to show there."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("CAREBOT_")},
        "CAREBOT_INTERNAL_URL": internal_url,
        "CAREBOT_INTERNAL_SECRET": internal_secret,
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "CUDA_VISIBLE_DEVICES": "",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "NO_PROXY": "127.0.0.1,localhost",
    }
