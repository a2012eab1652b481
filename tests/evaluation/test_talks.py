"""Scripted talks: reading the file, judging turns, counting turns and talks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.evaluation.labelled import EvaluationError
from bot.evaluation.run_talks import evaluate_talks
from bot.evaluation.talks import Turn, faults, hold_talks, load_talks
from bot.settings import ROOT
from tests.evaluation.conftest import FakeBot

KNOWN = ("strike-causes", "wait-too-long")
TALK = {
    "id": "T1",
    "lang": "en",
    "kind": "follow-up",
    "turns": [{"say": "hi"}, {"say": "why do they strike", "faq": ["strike-causes"]}, {"say": "ok", "must": ["welc"]}],
}


def reply(text: str = "You are WELCOME", **fields: Any) -> dict[str, Any]:
    safety = {"tier": "T0", "category": ""}
    buttons = [{"title": "More", "payload": "more:x"}]
    body = {"replies": [{"text": text, "buttons": buttons}], "outcome": "smalltalk", "safety": safety, "language": "en"}
    return {**body, **fields}


def test_the_talks_of_the_project_can_be_held() -> None:
    assert len(load_talks(ROOT / "tests/dialogue/talks.yml")) >= 180


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(*talks: Any) -> Path:
        path = tmp_path / "talks.yml"
        path.write_text(talks[0] if isinstance(talks[0], str) else yaml.safe_dump(list(talks)), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("turn", "fields", "wrong"),
    [
        ({"must": ["welcome", "^you"]}, {}, []),
        ({"must": ["More"]}, {}, ["no 'More'"]),  # a button is no text
        ({"choices_contain": ["strike-causes"]}, {"outcome": "choices", "choices": ["x", "strike-causes"]}, []),
        ({"choices_contain": ["strike-causes"]}, {}, ["strike-causes is not offered"]),
        ({"must": ["gracias"]}, {}, ["no 'gracias'"]),
        ({"must_not": ["welcome"]}, {}, ["has 'welcome'"]),
        ({"faq": ["wait-too-long"]}, {}, ["faq is None, not wait-too-long"]),
        ({"faq": ["wait-too-long"]}, {"outcome": "answer", "faq": "wait-too-long"}, []),
        ({"outcome": ["answer", "choices"]}, {}, ["outcome is smalltalk, not answer or choices"]),
        ({"tier": ["T1"]}, {}, ["tier is T0, not T1"]),
        ({"language": "es"}, {}, ["language is en, not es"]),
    ],
)
def test_names_what_is_wrong_with_a_reply(turn: dict[str, Any], fields: dict[str, Any], wrong: list[str]) -> None:
    assert faults(Turn(say="x", **turn), reply(**fields)) == wrong


def test_counts_turns_and_whole_talks_as_one_person(bot_url: str, write: Any) -> None:
    answer = reply(outcome="answer", faq="strike-causes")
    FakeBot.replies += [
        (200, reply()),
        (200, answer),
        (200, reply()),
        (200, reply()),
        (200, answer),
        (200, reply("no")),
    ]
    second = {**TALK, "id": "T2", "lang": "es", "kind": "correction"}
    figures, failures = hold_talks(bot_url, load_talks(write(TALK, second), KNOWN))
    assert (figures["all"]["turns"].hits, figures["all"]["turns"].total) == (3, 4)
    assert figures["all"]["talks"].value == 0.5
    assert figures["correction es"]["talks"].value == 0
    assert [(failure.talk, failure.turn, failure.wrong) for failure in failures] == [("T2", 3, ("no 'welc'",))]
    assert len({body["sender"] for body in FakeBot.bodies}) == 2


def test_writes_a_report_and_breaks_its_floors(bot_url: str, write: Any, tmp_path: Path) -> None:
    FakeBot.replies += [(200, reply("<i>"))] * 3
    path = write(TALK)
    path.with_name("talks-floors.json").write_text('{"all en": {"talks": 0.9}}')
    assert evaluate_talks(bot_url, path, tmp_path / "out") == 1
    page = (tmp_path / "out/talks.html").read_text()
    assert "faq is None, not strike-causes" in page


@pytest.mark.parametrize(
    ("talk", "words"),
    [
        ("- [", "is not YAML"),
        ("[]", "holds no talks"),
        ({**TALK, "lang": "fr"}, r"talk T1: lang: .*'fr'"),
        ({**TALK, "turns": [{"say": "x", "musst": ["y"]}]}, r"talk T1: turns\.1\.musst: Extra inputs"),
        ({**TALK, "turns": [{"say": "x", "must": ["("]}]}, r"turns\.1\.must\.1: .*not a regular expression"),
        ({**TALK, "turns": [{"say": "x", "outcome": ["sulk"]}]}, r"turns\.1\.outcome\.1: .*'sulk'"),
        ({**TALK, "turns": [{"say": "x", "faq": ["nope"]}]}, r"talk T1, turn 1: unknown id 'nope'"),
        ({**TALK, "turns": [{"say": "x"}]}, "talk T1: no turn asks anything"),
        ({**TALK, "turns": []}, r"talk T1: turns: "),
        ("- just words", "talk number 1: all of it: "),
    ],
)
def test_names_file_talk_field_and_value(write: Any, talk: Any, words: str) -> None:
    with pytest.raises(EvaluationError, match=rf"talks\.yml: .*{words}"):
        load_talks(write(talk), KNOWN)


def test_a_second_talk_with_the_same_id_is_refused(write: Any) -> None:
    with pytest.raises(EvaluationError, match="talk T1: a second one"):
        load_talks(write(TALK, TALK), KNOWN)


def test_an_address_that_is_none_is_named(write: Any) -> None:
    for address in ("http://127.0.0.1:99999999", "localhost"):
        with pytest.raises(EvaluationError, match=r"is no address|got no usable reply"):
            hold_talks(address, load_talks(write(TALK), KNOWN))
