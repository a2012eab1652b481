"""More waits than Telegram gives out at once: a danger behind it is seen, and a kill -9 loses nothing of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path

import pytest

from bot.message import IncomingMessage, Part, Reply, SafetyVerdict, Tier
from bot.settings import Settings
from bot.telegram.exchange import MOST_AT_ONCE
from bot.telegram.gateway import TelegramGateway
from knowledge.material.base import KnowledgeBase
from tests.telegram.bot_api_server import BotApiServer
from tests.telegram.fake_bot import FakeBot, note
from tests.telegram.processes import bytes_of, start_process

CHAT = 4711
SECRET = "a kite over the reservoir"


def assess(text: str) -> SafetyVerdict:
    return SafetyVerdict(Tier.T1) if "die" in text else SafetyVerdict()


@pytest.mark.slow
async def test_danger_behind_two_hundred_slow_questions_is_answered_at_once(
    server: BotApiServer, settings: Settings, fake: FakeBot, knowledge: KnowledgeBase, tmp_path: Path
) -> None:
    release = asyncio.Event()
    at_once = most = 0

    async def answer(message: IncomingMessage) -> Reply:
        nonlocal at_once, most
        if "die" in message.text:
            return Reply((Part("call 988 now", "card"),), "crisis", "en", SafetyVerdict(Tier.T1))
        at_once += 1
        most = max(most, at_once)
        await release.wait()
        at_once -= 1
        return note("answer")

    fake.reply = answer
    for number in range(220):
        server.write(CHAT + number, f"{SECRET}?")
    gateway = TelegramGateway(settings, fake.answer, fake.forget, lambda: knowledge, assess)
    await gateway.start()
    await server.wait_for(lambda: at_once == MOST_AT_ONCE)
    started = time.monotonic()
    server.write(CHAT - 1, "I want to die")
    assert await server.wait_for_texts(CHAT - 1, 1) == ["call 988 now"]
    assert time.monotonic() - started < 3
    on_disk = bytes_of(tmp_path)
    assert SECRET.encode() not in on_disk and str(CHAT).encode() not in on_disk
    release.set()
    await server.wait_for(lambda: len(server.messages) == 221, seconds=30)
    await server.wait_until_confirmed()
    await gateway.stop()
    assert most == MOST_AT_ONCE
    assert not gateway._store._taken_in and not gateway._store._sealed


@pytest.mark.slow
async def test_kill_in_a_rush_loses_nothing(server: BotApiServer, tmp_path: Path) -> None:
    for number in range(250):
        server.write(CHAT + number, f"slow {number}")
    process = start_process(server, tmp_path)
    try:
        await server.wait_for(lambda: 0 < len(server.updates) < 250, seconds=60)
        process.kill()
        process.wait(10)
        process = start_process(server, tmp_path)
        await server.wait_for(lambda: len(server.messages) == 250, seconds=90)
        await server.wait_until_confirmed()
    finally:
        process.kill()
        process.wait(10)
    texts = Counter(text for chat in list(server.messages) for text in server.texts(chat))
    assert len(texts) == 250 and max(texts.values()) <= 2
