import hashlib
import json
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from bot.evaluation.safety import check_floors, evaluate_safety
from bot.evaluation.shares import Share
from bot.message import Tier
from bot.safety.errors import SafetyModelError
from bot.safety.gate import SafetyGate
from bot.safety.learned import (
    ARRAYS,
    MAX_WINDOWS,
    META,
    LearnedModel,
    Thresholds,
    load_safety_model,
    windows_of,
)
from bot.safety.training.train import load_examples, train_safety_model
from knowledge.retrieval.embedding_store import EmbeddingStore

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "data/safety"


class HashedWords:
    """An encoder without a model: a text is the sum of vectors drawn by its words."""

    name, fingerprint, dimension = "hashed", "hashed-1", 32

    def encode_queries(self, texts, progress=None):
        return np.stack([self._embed(text) for text in texts])

    encode_passages = encode_queries

    def _embed(self, text):
        seeds = [int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) for word in text.split() or [""]]
        total = sum(np.random.default_rng(seed).standard_normal(self.dimension) for seed in seeds)
        return (total / np.linalg.norm(total)).astype(np.float32)


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> tuple[LearnedModel, Path]:
    directory = tmp_path_factory.mktemp("model")
    store = EmbeddingStore(directory / "vectors.sqlite")
    examples = load_examples(EXAMPLES)[::32]
    model = train_safety_model(examples, [("en", "when is the strike over")] * 8, HashedWords(), store, directory)
    store.close()
    return model, directory


def test_loaded_model_judges_as_the_trained_one(trained) -> None:
    model, directory = trained
    loaded = load_safety_model(directory, HashedWords())
    for text in ("i want to die", "when does the strike end", "ya no quiero vivir", "", "😀", "a" * 4096):
        assert loaded.judge(text) == model.judge(text)


def test_verdict_ignores_case_accents_spacing_and_invisible_characters(trained) -> None:
    model, _ = trained
    assert model.danger("Ya NO  quiéro\u200b vivir")[1] == pytest.approx(model.danger("ya no quiero vivir")[1])


@pytest.mark.parametrize("name", [ARRAYS, META])
@pytest.mark.parametrize("damage", [None, b"", b"{}", b"PK\x03\x04 half a file"])
def test_names_the_remedy_when_a_file_is_missing_or_damaged(trained, tmp_path, name, damage) -> None:
    for file in (ARRAYS, META):
        (tmp_path / file).write_bytes((trained[1] / file).read_bytes())
    if damage is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(damage)
    with pytest.raises(SafetyModelError, match="carebot index"):
        load_safety_model(tmp_path, HashedWords())


def test_refuses_a_model_of_another_encoder(trained) -> None:
    other = HashedWords()
    other.fingerprint = "other"
    with pytest.raises(SafetyModelError, match="another encoder"):
        load_safety_model(trained[1], other)


def test_encoder_that_raises_leaves_the_first_layer(trained) -> None:
    class Broken(HashedWords):
        def encode_queries(self, texts, progress=None):
            raise RuntimeError("gone")

    gate = SafetyGate(load_safety_model(trained[1], Broken()))
    assert gate.assess("i want to die").tier is Tier.T2
    assert gate.learned_failures == 1


def test_all_of_a_long_message_is_read_in_a_few_windows() -> None:
    text = " ".join(f"word{number}" for number in range(700))[:4096]
    windows = windows_of(text)
    assert 1 < len(windows) <= MAX_WINDOWS
    assert max(map(len, windows)) <= 1_600
    assert all(any(word in window.split() for window in windows) for word in text.split())
    assert windows_of(" short ") == ["short"]


def test_danger_after_much_else_is_seen_as_at_the_beginning(trained) -> None:
    model, _ = trained
    neutral = "my bus was late today and the clinic has moved to the other street " * 26
    danger = "i have the pills here and i want to kill myself tonight. " * 3
    assert len(neutral) > 1_700
    assert model.danger(neutral + danger)[1] > 0.8 * model.danger(danger + neutral)[1] > 0
    assert model.danger(neutral + danger)[1] > model.danger(neutral)[1]


def test_a_long_message_is_embedded_as_one_batch(trained) -> None:
    class Counting(HashedWords):
        batches: ClassVar[list[int]] = []

        def encode_queries(self, texts, progress=None):
            self.batches.append(len(texts))
            return super().encode_queries(texts)

    load_safety_model(trained[1], Counting()).judge("one two three " * 290)
    assert Counting.batches == [MAX_WINDOWS]


def test_a_few_words_need_more_evidence_than_many() -> None:
    limits = Thresholds(card=0.2, firm=0.6, imminent=0.3, short=0.5)
    assert limits.limit("set a timer") == 0.5
    assert limits.limit("i do not know what to do with him any more") == 0.2


def test_examples_hold_every_category_and_half_are_harmless() -> None:
    examples = load_examples(EXAMPLES)
    assert len(examples) >= 5_000
    assert len({item.category for item in examples}) == 13
    assert sum(item.tier in (Tier.T0, Tier.T4) for item in examples) >= len(examples) / 2
    assert len({item.text.strip().lower() for item in examples}) == len(examples)


def test_a_wrong_line_is_named(tmp_path) -> None:
    path = tmp_path / "examples.jsonl"
    path.write_text('{"lang": "en", "category": "ordinary", "tier": "T0", "text": "hi"}\n{"lang": "en"}\n')
    with pytest.raises(SafetyModelError, match=r"examples\.jsonl, line 2"):
        load_examples(tmp_path)


def test_wilson_interval_of_nine_in_ten() -> None:
    assert Share(9, 10).interval == pytest.approx((0.5958, 0.9821), abs=1e-3)


def test_report_names_every_baseline(trained, tmp_path) -> None:
    path = tmp_path / "few.jsonl"
    rows = [("T2", "suicide_ideation", "i want to die"), ("T0", "ordinary", "<b>when is it over</b>")]
    path.write_text("".join(json.dumps({"lang": "en", "category": c, "tier": t, "text": x}) + "\n" for t, c, x in rows))
    results = evaluate_safety(SafetyGate(trained[0]), [path], tmp_path / "out")
    assert set(results["few.jsonl"]) == {"gate", "lexicon only", "learned only", "keyword list"}
    assert results["few.jsonl"]["lexicon only"]["T2 en"]["recall"]["share"] == 1
    assert "<b>when" not in (tmp_path / "out/report.html").read_text()
    assert (tmp_path / "out/curves-0.png").stat().st_size > 1_000


@pytest.mark.encoder
def test_figures_on_unseen_messages_stay_above_their_floors(tmp_path) -> None:
    from bot.evaluation.run_safety import HELDOUT
    from knowledge.retrieval.encoder import load_encoder

    floors = json.loads((ROOT / "tests/evaluation/safety-floors.json").read_text())
    model = load_safety_model(ROOT / "var/safety", load_encoder())
    results = evaluate_safety(SafetyGate(model), HELDOUT, tmp_path)
    assert set(results) == set(floors)
    assert check_floors(results, floors) == []
