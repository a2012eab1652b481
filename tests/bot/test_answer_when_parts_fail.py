"""Whatever part raises or hangs, an answer gets out, and a person in danger gets the card."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from bot import answer_message as module
from bot.answer_message import answer_message
from bot.dialogue.memory import Conversations
from bot.errors import RasaUnavailableError
from bot.message import SAFE, IncomingMessage, Reply, SafetyVerdict, Tier
from bot.metrics import Metrics
from bot.safety.gate import SafetyGate
from bot.turn.service import Service
from bot.turn.turn import Bot

DANGER = {"en": "i am going to kill myself tonight", "es": "voy a matarme esta noche"}
THOUGHTS = {"en": "i wish i was dead", "es": "quisiera estar muerto"}


class Hanging:
    """A part that does not come back until the test ends."""

    def __init__(self) -> None:
        self.released = threading.Event()

    def judge(self, text: str) -> SafetyVerdict:
        self.released.wait()
        return SAFE


class Raising:
    def judge(self, text: str) -> SafetyVerdict:
        raise MemoryError


class FailingRasa:
    async def say(self, *args: Any) -> None:
        raise RasaUnavailableError("down")

    press = say

    async def is_up(self) -> bool:
        return False


class BrokenRasa(FailingRasa):
    async def say(self, *args: Any) -> None:
        raise ZeroDivisionError

    press = say


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAFETY_SECONDS", 0.2)
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.5)


async def say(text: str, learned: Any = None, rasa: Any = None) -> tuple[Reply, Bot]:
    service = Service()
    service.rasa = rasa
    bot = Bot(SafetyGate(learned), Conversations(), service, Metrics())
    return await answer_message(IncomingMessage("someone", text), bot), bot


def words(reply: Reply) -> str:
    return "\n".join(part.text for part in reply.parts)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("rasa", [None, FailingRasa(), BrokenRasa()])
async def test_danger_gets_the_card_without_index_and_rasa(language: str, rasa: Any) -> None:
    reply, _ = await say(DANGER[language], Raising(), rasa)
    assert reply.outcome == "crisis" and reply.language == language
    assert words(reply).index("911") < words(reply).index("988")
    reply, _ = await say(THOUGHTS[language], Raising(), rasa)
    assert reply.safety.tier is Tier.T2
    assert "988" in words(reply)


async def test_a_second_layer_that_hangs_is_given_up() -> None:
    hanging = Hanging()
    try:
        reply, bot = await say(THOUGHTS["en"], hanging)
    finally:
        # The event loop waits for its threads when it closes.
        hanging.released.set()
    assert reply.safety.tier is Tier.T2 and "988" in words(reply)
    assert not bot.gate.learned_available and bot.gate.learned_failures == 1


async def test_a_question_without_an_index_says_so_with_the_lines() -> None:
    reply, bot = await say("¿por qué están en huelga los terapeutas?")
    assert reply.outcome == "unavailable"
    assert "no puedo buscar" in words(reply) and "988" in words(reply)
    assert 'carebot_errors_total{type="StartError"} 1.0' in bot.metrics.render().decode()


@pytest.mark.parametrize("press", ["crisis:text", "crisis:lines", "crisis:question", "topics:", "faq:wait-too-long"])
async def test_a_button_without_an_index_gives_the_lines(press: str) -> None:
    reply, _ = await say(press)
    assert "911" in words(reply) and "988" in words(reply)
