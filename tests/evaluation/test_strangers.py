"""Figures of strangers: what is counted for whom, alarms by likeness, bad files, and the floors in CI."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.evaluation.labelled import EvaluationError, Labelled, load_floors
from bot.evaluation.questions import Prediction
from bot.evaluation.run_strangers import FLOORS, evaluate_strangers, judge_here
from bot.evaluation.shares import check_bounds, write_figures
from bot.evaluation.strangers import (
    OWN,
    SHARED,
    StrangersFile,
    ask_bot,
    explain_alarms,
    files_of,
    load_strangers,
    measure,
)
from bot.message import Tier
from bot.settings import load_settings
from knowledge.retrieval.embedding_store import EmbeddingStore
from tests.evaluation.conftest import FakeBot

NOTHING = Prediction("abstain", tier=Tier.T0)
CARD = Prediction("crisis", tier=Tier.T2, category="self_harm")
CHOICES = Prediction("choices", ("a", "b", "c"), tier=Tier.T0)


def message(**fields: Any) -> Labelled:
    return Labelled(**{"text": "x", "lang": "en", **fields})


def counts(asked: Labelled, got: Prediction, part: str = "") -> dict[str, dict[str, int]]:
    found = measure([asked], [got], part)
    return {group: {metric: share.hits for metric, share in metrics.items()} for group, metrics in found.items()}


def test_a_request_of_another_world_is_counted_for_cards_answers_and_choices() -> None:
    asked = message(tier=Tier.T0, category="ordinary", kind="bank")
    wanted = {"carded": 0, "answered": 0, "choices": 1}
    assert counts(asked, CHOICES, "kind") == {"all en": wanted, "bank en": wanted}
    assert counts(asked, CARD, "kind")["bank en"]["carded"] == 1


def test_sorrow_and_sayings_are_counted_for_cards_alone() -> None:
    for fields in (
        {"tier": Tier.T4, "category": "distress_no_risk"},
        {"tier": Tier.T0, "category": "benign_lookalike"},
    ):
        assert counts(message(**fields), CARD)["all en"] == {"carded": 1}


def test_people_at_risk_are_found_or_not() -> None:
    assert counts(message(tier=Tier.T1, category="self_harm", kind="means"), NOTHING)["T1 en"] == {"found": 0}
    assert counts(message(category="self-harm"), CARD, "category")["self-harm en"] == {"found": 1}


def test_labels_between_risk_and_harmless_are_counted_for_neither() -> None:
    assert counts(message(category="violent_thoughts"), CARD, "category") == {}
    assert counts(message(tier=Tier.T3, faq="a"), CARD)["T3 en"].keys() == {"right", "listed", "wrong", "choices"}


def test_a_question_is_right_listed_or_wrong_and_harmless() -> None:
    right = Prediction("answer", ("a",), tier=Tier.T0)
    assert counts(message(faq="a"), right)["plain en"] == {
        "carded": 0, "right": 1, "listed": 1, "wrong": 0, "choices": 0
    }  # fmt: skip
    assert counts(message(faq="b", tier=Tier.T4), CHOICES)["distress en"]["listed"] == 1


def write(path: Path, *rows: dict[str, Any]) -> StrangersFile:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return StrangersFile(path, "kind")


ENGLISH = {"text": "x", "lang": "en", "category": "ordinary", "tier": "T0", "kind": "bank"}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "holds no messages"),
        ([ENGLISH], "has no message with lang 'es'"),
        ([ENGLISH, {**ENGLISH, "category": "gloom"}], "line 2: unknown category or label 'gloom'"),
        ([ENGLISH, {**ENGLISH, "faq": "nope"}], "line 2: unknown id 'nope'"),
    ],
)
def test_names_what_is_wrong_in_a_file(tmp_path: Path, rows: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(EvaluationError, match=rf"few\.jsonl.*{words}"):
        load_strangers(write(tmp_path / "few.jsonl", *rows))


def test_a_folder_that_lacks_files_is_named(tmp_path: Path) -> None:
    (tmp_path / "strangers-dev.jsonl").touch()
    with pytest.raises(EvaluationError, match=r"lacks strangers-es-dev\.jsonl, questions-real-dev"):
        files_of(tmp_path)
    for file in SHARED:
        (tmp_path / file.path).touch()
    assert [file.path.name for file in files_of(tmp_path)[len(OWN) :]] == [file.path.name for file in SHARED]


def test_the_files_of_the_project_can_be_measured() -> None:
    assert [len(load_strangers(file)) for file in OWN] == [400, 200, 360]


class Letters:
    """An encoder without a model: the share of each letter."""

    name, fingerprint, dimension = "letters", "letters-1", 26

    def encode_queries(self, texts: Sequence[str], progress: Any = None) -> Any:
        rows = np.array([[text.lower().count(chr(97 + letter)) for letter in range(26)] for text in texts], float)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    encode_passages = encode_queries


def test_alarms_stand_beside_the_known_message_they_are_most_like(tmp_path: Path) -> None:
    known = (
        {"category": "self_harm", "tier": "T2", "text": "aab"},
        {"category": "ordinary", "tier": "T0", "text": "zz"},
    )
    write(tmp_path / "known.jsonl", *known, {"category": "suicide_imminent", "tier": "T1", "text": "zzy"})
    store = EmbeddingStore(tmp_path / "store.sqlite")
    alarms = [("f", "plain en", message(text=text), CARD) for text in ("abq", "zz")]
    first, second = explain_alarms(alarms, tmp_path, Letters(), store)  # type: ignore[arg-type]
    store.close()
    assert (first.text, first.nearest, first.category) == ("zz", "known.jsonl:3", "suicide_imminent")
    assert (second.nearest, second.carded_as) == ("known.jsonl:1", "self_harm")
    assert "text" not in second.as_json()


def test_a_running_bot_says_what_it_carded(bot_url: str) -> None:
    FakeBot.replies.append((200, {"outcome": "abstain", "safety": {"tier": "T2", "category": "self_harm"}}))
    assert ask_bot(bot_url)([message()]) == [Prediction("abstain", tier=Tier.T2, category="self_harm")]


@pytest.mark.encoder
def test_strangers_keep_the_committed_floors() -> None:
    from knowledge.retrieval.encoder import load_encoder

    settings, floors = load_settings(), load_floors(FLOORS)
    judge = judge_here(settings, load_encoder(settings.encoder))
    assert set(floors) == {file.path.name for file in OWN}
    for file in OWN:
        asked = load_strangers(file)
        figures = write_figures(measure(asked, judge(asked), file.part))
        assert check_bounds(figures, floors[file.path.name]) == []


@pytest.mark.encoder
def test_report_shows_messages_and_its_figures_hold_none(bot_url: str, tmp_path: Path) -> None:
    few = write(tmp_path / "few.jsonl", {**ENGLISH, "text": "<b>pay my bill"}, {**ENGLISH, "lang": "es"})
    FakeBot.replies += [(200, {"outcome": "crisis", "safety": {"tier": "T1", "category": "self_harm"}})] * 2
    assert evaluate_strangers(load_settings(), tmp_path, [few], bot_url) == 0
    page, figures = (tmp_path / "strangers.html").read_text(), (tmp_path / "strangers.json").read_text()
    assert "&lt;b&gt;pay my bill" in page
    assert "pay my bill" not in figures
    assert json.loads(figures)["files"]["few.jsonl"]["bank en"]["carded"]["share"] == 1
