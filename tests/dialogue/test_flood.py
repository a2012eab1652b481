"""A flood on the one side, a person in danger on the other: what is left out is answers, never a card."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from bot import answer_message as module
from bot.answer_message import answer_if_danger, answer_message
from bot.dialogue.memory import Conversations
from bot.message import SAFE, IncomingMessage, SafetyVerdict, Tier
from bot.metrics import Metrics
from bot.safety.gate import SafetyGate
from bot.turn.admission import Admission
from bot.turn.service import Service
from bot.turn.turn import Bot

RISK = "nobody would miss me if this all stopped"
DANGER = {"en": "i am going to kill myself tonight", "es": "voy a matarme esta noche"}


class Slow:
    """A second layer that costs by the character, and finds danger only in one sentence."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.began = threading.Event()

    def judge(self, text: str) -> SafetyVerdict:
        self.began.set()
        time.sleep(self.seconds * len(text) / 4_096)
        return SafetyVerdict(Tier.T2, "suicide_ideation", "learned") if RISK in text else SAFE


class StuckRasa:
    """A Rasa that answers nobody before the test ends."""

    async def say(self, *args: Any) -> None:
        await asyncio.sleep(60)

    press = say


def make_bot(learned: Slow | None, places: int = 16) -> Bot:
    return Bot(SafetyGate(learned), Conversations(), Service(), Metrics(), answers=Admission(places))


async def test_the_flood_of_one_sender_keeps_no_card_from_another() -> None:
    bot = make_bot(Slow(0.3))
    flood = [asyncio.create_task(answer_message(IncomingMessage("flood", "z" * 4_096), bot)) for _ in range(30)]
    await asyncio.sleep(0.05)
    started = time.monotonic()
    replies = await asyncio.gather(*(answer_message(IncomingMessage(f"p{n}", RISK), bot) for n in range(5)))
    took = time.monotonic() - started
    for task in flood:
        task.cancel()
    await asyncio.gather(*flood, return_exceptions=True)
    assert [reply.safety.tier for reply in replies] == [Tier.T2] * 5
    assert took < 1.5 and bot.gate.learned_available


async def test_other_work_in_threads_keeps_no_card_from_anyone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CARD_SECONDS", 0.5)
    released = threading.Event()
    busy = [asyncio.create_task(asyncio.to_thread(released.wait)) for _ in range(64)]
    await asyncio.sleep(0.05)
    try:
        reply = await asyncio.wait_for(answer_message(IncomingMessage("p", RISK), make_bot(Slow())), 5)
    finally:
        released.set()
    await asyncio.gather(*busy)
    assert reply.safety.tier is Tier.T2


@pytest.mark.parametrize("language", ["en", "es"])
async def test_a_t1_of_the_patterns_does_not_wait_for_the_second_layer(language: str) -> None:
    slow = Slow(3)
    bot = make_bot(slow)
    started = time.monotonic()
    reply = await answer_message(IncomingMessage("p", DANGER[language]), bot)
    assert reply.outcome == "crisis" and time.monotonic() - started < 0.3
    assert not slow.began.is_set()


async def test_waiting_for_a_turn_is_no_failure_of_the_second_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAFETY_SECONDS", 0.5)
    bot = make_bot(Slow(0.3))
    texts = ["z" * 4_096] * 8 + [RISK]
    replies = await asyncio.gather(*(answer_message(IncomingMessage(f"p{n}", t), bot) for n, t in enumerate(texts)))
    assert replies[-1].safety.tier is Tier.T2
    assert bot.gate.learned_failures == 0


async def test_too_many_answers_under_way_says_so_with_the_lines_and_still_gives_cards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.1)
    monkeypatch.setattr(module, "CARD_WAIT_SECONDS", 0.1)
    bot = make_bot(Slow(), places=1)
    bot.service.rasa = StuckRasa()  # type: ignore[assignment]
    first = asyncio.create_task(answer_message(IncomingMessage("a", "why are they on strike"), bot))
    await asyncio.sleep(0.1)
    reply = await answer_message(IncomingMessage("b", "why are they on strike"), bot)
    words = "\n".join(part.text for part in reply.parts)
    assert reply.outcome == "unavailable" and "988" in words and "911" in words
    risk = await answer_message(IncomingMessage("c", RISK), bot)
    assert risk.safety.tier is Tier.T2 and risk.parts[0].kind == "card"
    assert (await answer_message(IncomingMessage("d", DANGER["en"]), bot)).outcome == "crisis"
    await answer_message(IncomingMessage("d", "crisis:text"), bot)
    assert "carebot_shed_total 2.0" in bot.metrics.render().decode()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


async def test_what_came_too_fast_is_read_by_both_layers() -> None:
    bot = make_bot(Slow())
    assert await answer_if_danger(IncomingMessage("p", "why are they on strike"), bot) is None
    assert await answer_if_danger(IncomingMessage("p", "topics:"), bot) is None
    risk = await answer_if_danger(IncomingMessage("p", RISK), bot)
    assert risk is not None and risk.parts[0].kind == "card" and "988" in risk.parts[0].text
    danger = await answer_if_danger(IncomingMessage("p", DANGER["es"]), bot)
    assert danger is not None and danger.outcome == "crisis"


async def test_a_sentence_in_two_pieces_is_one_though_the_first_still_waits() -> None:
    bot = make_bot(Slow(2))
    pieces = ["i want to kill", "myself tonight"]
    replies = await asyncio.gather(*(answer_message(IncomingMessage("p", piece), bot) for piece in pieces))
    assert replies[1].outcome == "crisis"


async def test_no_channel_names_the_conversation_of_another() -> None:
    bot = make_bot(None)
    await answer_message(IncomingMessage("tg-5", "hola", "es", "telegram"), bot)
    assert bot.conversations.get("telegram:tg-5").language == "es"
    await answer_message(IncomingMessage("tg-5", "forget:"), bot)
    assert bot.conversations.get("telegram:tg-5").language == "es"
