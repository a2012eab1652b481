"""Rasa's own files fit together, without starting Rasa."""

from __future__ import annotations

from typing import Any

import yaml

from bot.dialogue.after_card import AFTER_CARD
from bot.dialogue.decide import Dialogue
from bot.rasa.actions import build_executor
from bot.settings import ROOT
from knowledge.material.registry import PLANS


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_every_action_of_the_domain_is_served_and_no_other() -> None:
    executor = build_executor(Dialogue(lambda: None))  # type: ignore[arg-type,return-value]
    assert sorted(executor.actions) == sorted(read("domain/intents.yml")["actions"])


def test_every_intent_has_a_rule() -> None:
    ruled = {
        step["intent"]
        for path in sorted((ROOT / "data/rules").glob("*.yml"))
        for rule in yaml.safe_load(path.read_text())["rules"]
        for step in rule["steps"]
        if "intent" in step
    }
    assert ruled == {*read("domain/intents.yml")["intents"], "nlu_fallback"}


def test_every_word_after_a_card_has_its_text() -> None:
    words = read("bot/safety/after_card.yml")["words"]
    assert set(AFTER_CARD.values()) | {"other"} == set(words)
    assert set(AFTER_CARD) <= set(read("domain/intents.yml")["intents"])


def test_the_plans_of_buttons_slots_and_answers_agree() -> None:
    assert read("domain/slots.yml")["slots"]["plan"]["values"] == list(PLANS)
