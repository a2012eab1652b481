"""Rasa's cross-validation: what it asks for embeddings, and what is said when it cannot run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from bot.evaluation import rasa_intents
from bot.evaluation.labelled import EvaluationError
from bot.settings import load_settings


class Zeros:
    """An encoder without a model."""

    name, fingerprint, dimension = "zeros", "zeros-1", 4

    def encode_queries(self, texts: list[str], progress: Any = None) -> Any:
        return np.zeros((len(texts), 4), dtype=np.float32)

    encode_passages = encode_queries


def test_serves_embeddings_to_whoever_knows_the_secret_and_stops() -> None:
    body = {"texts": ["hola", "hi"]}
    with rasa_intents.serving_embeddings(Zeros(), "s3cret") as url:  # type: ignore[arg-type]
        told = httpx.post(f"{url}/embed", json=body, headers={"x-carebot-secret": "s3cret"}, trust_env=False)
        assert np.shape(told.json()["vectors"]) == (2, 4)
        assert httpx.post(f"{url}/embed", json=body, trust_env=False).is_error
    with pytest.raises(httpx.ConnectError):
        httpx.post(f"{url}/embed", json=body, trust_env=False)


def test_a_missing_rasa_is_named(tmp_path: Path) -> None:
    settings = load_settings().model_copy(update={"rasa_python": tmp_path / "no-python"})
    with pytest.raises(EvaluationError, match=r"CAREBOT_RASA_PYTHON: .*no-python does not exist"):
        rasa_intents.evaluate_rasa(settings, tmp_path)


def test_a_rasa_that_fails_is_named_with_its_log(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'no such intent'; exit 3\n")
    python.chmod(0o755)
    with pytest.raises(EvaluationError, match=r"failed with 3\. See .*rasa\.log"):
        rasa_intents.run_cross_validation(python, {}, tmp_path)
    assert "no such intent" in (tmp_path / "rasa.log").read_text()


def test_a_mean_under_its_floor_is_named(tmp_path: Path) -> None:
    (tmp_path / "intent_report.json").write_text(
        json.dumps({"weighted avg": {"f1-score": 0.5}, "macro avg": {"f1-score": 0.9}})
    )
    figures = rasa_intents.read_means(tmp_path / "intent_report.json")
    assert rasa_intents.broken_floors(figures, {"f1": 0.6, "f1 of the mean intent": 0.6}) == [
        "f1 is 0.500, must be at least 0.6"
    ]
    (tmp_path / "intent_report.json").unlink()
    with pytest.raises(EvaluationError, match="Rasa wrote no report"):
        rasa_intents.read_means(tmp_path / "intent_report.json")
