"""Sending fails, the process dies, one chat is told to wait: every reply arrives, cards first."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.message import IncomingMessage, Part, Reply, SafetyVerdict, Tier
from bot.settings import Settings
from bot.telegram.gateway import TelegramGateway
from bot.telegram.store import KeptLetter, Store
from knowledge.material.base import KnowledgeBase
from tests.telegram.bot_api_server import TOKEN, BotApiServer
from tests.telegram.fake_bot import FakeBot, note
from tests.telegram.processes import bytes_of, start_process, take_nothing

CHAT = 4711
GROUP = -1001234567890
SECRET = "my uncle's lantern hangs over the harbour"


def card(message: IncomingMessage) -> Reply:
    return Reply((Part(f"card for {message.text}", "card"),), "crisis", "en", SafetyVerdict(Tier.T1))


async def cards_for_danger(message: IncomingMessage) -> Reply:
    return card(message) if "die" in message.text else note(f"answer to {message.text}")


def assess(text: str) -> SafetyVerdict:
    return SafetyVerdict(Tier.T1) if "die" in text else SafetyVerdict()


def build(settings: Settings, fake: FakeBot, knowledge: KnowledgeBase) -> TelegramGateway:
    fake.reply = fake.reply or cards_for_danger
    return TelegramGateway(settings, fake.answer, fake.forget, lambda: knowledge, assess)


@pytest.fixture
async def gateway(settings: Settings, fake: FakeBot, knowledge: KnowledgeBase) -> AsyncIterator[TelegramGateway]:
    running = build(settings, fake, knowledge)
    await running.start()
    yield running
    await running.stop()


@pytest.mark.slow
async def test_ten_seconds_of_5xx_lose_nothing(server: BotApiServer, gateway: TelegramGateway) -> None:
    server.break_down("sendMessage", 502)
    for number in range(12):
        server.write(CHAT + number, "I want to die" if number % 4 == 0 else f"question {number}?")
    await asyncio.sleep(10)
    assert not server.messages
    assert gateway.parts()["telegram_sending"] is False
    server.mend("sendMessage")
    await server.wait_for(lambda: len(server.messages) >= 12, seconds=60)
    assert Counter(len(sent) for sent in server.messages.values()) == {1: 12}
    await server.wait_for(lambda: gateway.parts()["telegram_sending"])


async def test_cards_go_out_first_and_each_chat_in_its_order(server: BotApiServer, gateway: TelegramGateway) -> None:
    server.break_down("sendMessage", 500)
    for number in range(40):
        server.write(CHAT + number % 5, f"question {number}?")
        await asyncio.sleep(0.01)
    await server.wait_until_confirmed()
    server.write(CHAT + 9, "I want to die")
    server.write(CHAT, "now I want to die")
    await asyncio.sleep(1)
    server.mend("sendMessage")
    await server.wait_for(lambda: sum(map(len, server.messages.values())) == 42, seconds=90)
    assert server.texts(CHAT)[0] == "card for now I want to die"
    for number in range(5):
        questions = [text for text in server.texts(CHAT + number) if text.startswith("answer")]
        assert questions == [f"answer to question {n}?" for n in range(number, 40, 5)]


async def test_429_of_one_chat_delays_no_other(server: BotApiServer, gateway: TelegramGateway) -> None:
    server.fail("sendMessage", 429, "Too Many Requests: retry after 5", retry_after=5)
    server.write(CHAT, "hi")
    await server.wait_for(lambda: server.calls_of("sendMessage"))
    started = time.monotonic()
    server.write(CHAT + 1, "I want to die")
    await server.wait_for_texts(CHAT + 1, 1)
    assert time.monotonic() - started < 1
    server.write(CHAT, "I want to die")
    await server.wait_for_texts(CHAT, 2)
    assert time.monotonic() - started > 4
    assert server.texts(CHAT) == ["card for I want to die", "answer to hi"]


async def test_chat_that_stays_broken_does_not_stop_the_rest(server: BotApiServer, gateway: TelegramGateway) -> None:
    server.break_down("sendMessage", 500, chat_id=CHAT)
    server.write(CHAT, "hi")
    await server.wait_for(lambda: len(server.calls_of("sendMessage")) > 1)
    for number in range(3):
        server.write(CHAT + 1, f"question {number}?")
    assert len(await server.wait_for_texts(CHAT + 1, 3)) == 3


async def test_restart_sends_what_was_not_sent(
    server: BotApiServer, settings: Settings, fake: FakeBot, knowledge: KnowledgeBase, tmp_path: Path
) -> None:
    first = build(settings, fake, knowledge)
    await first.start()
    server.break_down("sendMessage", 502)
    server.write(CHAT, "one?")
    server.write(CHAT, "I want to die")
    await server.wait_until_confirmed()
    await first.stop()
    server.mend("sendMessage")
    second = build(settings, fake, knowledge)
    await second.start()
    assert await server.wait_for_texts(CHAT, 2) == ["card for I want to die", "answer to one?"]
    assert fake.texts == ["I want to die", "one?"] or fake.texts == ["one?", "I want to die"]
    await second.stop()
    third = build(settings, fake, knowledge)
    await third.start()
    await asyncio.sleep(0.5)
    await third.stop()
    assert len(server.texts(CHAT)) == 2


@pytest.mark.slow
async def test_kill_while_sending_fails_loses_no_card(server: BotApiServer, tmp_path: Path) -> None:
    server.break_down("sendMessage", 502)
    for number in range(20):
        server.write(CHAT + number, f"{number}")
    process = start_process(server, tmp_path)
    try:
        await server.wait_until_confirmed(seconds=60)
        process.kill()
        process.wait(10)
        assert not server.messages
        server.mend("sendMessage")
        process = start_process(server, tmp_path)
        await server.wait_for(lambda: len(server.messages) == 20, seconds=60)
        await asyncio.sleep(0.5)
        assert all(len(sent) == 1 for sent in server.messages.values())
    finally:
        process.kill()
        process.wait(10)


async def test_nothing_private_is_on_the_disk_or_in_the_log(
    server: BotApiServer, settings: Settings, fake: FakeBot, knowledge: KnowledgeBase, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    gateway = build(settings, fake, knowledge)
    await gateway.start()
    server.break_down("sendMessage", 502)
    server.write(CHAT, f"{SECRET}?")
    await server.wait_until_confirmed()
    private = (SECRET, SECRET.split()[2], str(CHAT), TOKEN, "Ana")
    while_waiting = bytes_of(tmp_path)
    assert b"outbox" in while_waiting and not [word for word in private if word.encode() in while_waiting]
    sealed = gateway._store._sealed.copy()
    server.mend("sendMessage")
    await server.wait_for_texts(CHAT, 1)
    await gateway.stop()
    # What was sent is gone, not only marked as deleted.
    assert sealed and not [data for data in sealed.values() if data in bytes_of(tmp_path)]
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name != "asyncio")
    assert logged and not [word for word in private if word in logged]


async def test_another_token_cannot_read_the_outbox(
    server: BotApiServer, settings: Settings, fake: FakeBot, knowledge: KnowledgeBase, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = build(settings, fake, knowledge)
    path = settings.var_dir / "carebot.sqlite3"
    store = Store(path, f"{TOKEN}-of-last-year")
    await store.open(take_nothing, take_nothing)
    await store.keep_letters([KeptLetter(1, {"target": {"chat_id": CHAT}})], None)
    await store.close()
    await gateway.start()
    server.write(CHAT, "hi.")
    assert await server.wait_for_texts(CHAT, 1) == ["answer to hi."]
    assert "another token" in caplog.text
    await gateway.stop()


async def test_refused_topic_or_button_still_gets_the_words(server: BotApiServer, gateway: TelegramGateway) -> None:
    server.fail("sendMessage", 400, "Bad Request: message thread not found")
    server.write(GROUP, "/role@carebot_test_bot", is_topic_message=True, message_thread_id=7)
    (text,) = await server.wait_for_texts(GROUP, 1)
    first, second = server.calls_of("sendMessage")
    assert first.params["message_thread_id"] and "message_thread_id" not in second.params and text


async def test_group_that_became_a_supergroup_gets_its_answers(server: BotApiServer, gateway: TelegramGateway) -> None:
    server.migrated[GROUP] = GROUP - 1
    for number in range(3):
        server.write(GROUP, f"/help@carebot_test_bot {number}")
    assert len(await server.wait_for_texts(GROUP - 1, 3)) == 3
    assert not server.texts(GROUP)


async def test_hanging_poll_is_said_in_health(
    server: BotApiServer, gateway: TelegramGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.polling.POLL_SECONDS", 0)
    monkeypatch.setattr("bot.telegram.polling.HEALTH_MARGIN", 0.3)
    await server.wait_for(lambda: gateway.healthy)
    server.hang = True
    server.write(CHAT, "hi.")  # ends the poll under way
    await server.wait_for(lambda: server.hanging)
    await server.wait_for(lambda: not gateway.healthy, seconds=2)
    assert gateway.parts()["telegram"] is False
    server.hang = False
    await server.wait_for(lambda: gateway.healthy, seconds=20)


async def test_slow_acknowledgement_of_a_press_delays_no_reply(server: BotApiServer, gateway: TelegramGateway) -> None:
    server.write(CHAT, "hi.")
    await server.wait_for_texts(CHAT, 1)
    server.slow["answercallbackquery"] = server.slow["sendchataction"] = 5.0
    started = time.monotonic()
    server.press(CHAT, server.messages[CHAT][0]["message_id"], "crisis:text")
    await server.wait_for_texts(CHAT, 2)
    assert time.monotonic() - started < 1


async def test_without_a_database_an_update_is_open_until_its_reply_is_sent(
    server: BotApiServer, settings: Settings, fake: FakeBot, knowledge: KnowledgeBase, tmp_path: Path
) -> None:
    (tmp_path / "broken").write_bytes(b"no database " * 100)
    broken = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/broken"})
    gateway = build(broken, fake, knowledge)
    await gateway.start()
    server.break_down("sendMessage", 502)
    server.write(CHAT, "hi.")
    await server.wait_for(lambda: len(server.calls_of("sendMessage")) > 1)
    await asyncio.sleep(0.5)
    assert server.updates
    server.mend("sendMessage")
    await server.wait_until_confirmed()
    assert server.texts(CHAT) == ["answer to hi."]
    await gateway.stop()
