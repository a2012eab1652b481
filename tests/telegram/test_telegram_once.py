"""Every update is answered once: over restarts, a kill -9, repeated posts and a webhook."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import HttpUrl, SecretStr

from bot.settings import Settings
from bot.telegram.gateway import TelegramGateway
from bot.telegram.store import KEPT_UPDATES, Store
from bot.telegram.webhook import SECRET_HEADER, Webhook
from knowledge.material.base import KnowledgeBase
from tests.telegram.bot_api_server import TOKEN, BotApiServer
from tests.telegram.fake_bot import FakeBot, note
from tests.telegram.processes import bytes_of, start_process, take_nothing

CHAT = 4711
CHATS, MESSAGES = 4, 200
HEADERS = {SECRET_HEADER: "webhook-secret", "content-type": "application/json"}


async def stream(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def unreadable() -> AsyncIterator[bytes]:
    raise AssertionError("the body was read")
    yield b""


def all_texts(server: BotApiServer) -> list[str]:
    return [text for number in range(CHATS) for text in server.texts(CHAT + number)]


@pytest.mark.slow
async def test_kill_in_the_middle_loses_nothing(server: BotApiServer, tmp_path: Path) -> None:
    for number in range(MESSAGES):
        server.write(CHAT + number % CHATS, str(number))
    process = start_process(server, tmp_path)
    try:
        await server.wait_for(lambda: len(all_texts(server)) >= 25, seconds=120)
        process.kill()
        process.wait(10)
        assert len(all_texts(server)) < MESSAGES
        process = start_process(server, tmp_path)
        await server.wait_for(lambda: len(set(all_texts(server))) == MESSAGES, seconds=120)
        await server.wait_until_confirmed()
    finally:
        process.kill()
        process.wait(10)
    twice = [text for text, times in Counter(all_texts(server)).items() if times > 1]
    assert len(twice) <= CHATS  # at most the one that was under way in each chat
    assert max(Counter(all_texts(server)).values()) <= 2


async def test_stop_confirms_what_was_answered(
    server: BotApiServer, settings: Settings, fake: FakeBot, knowledge: KnowledgeBase
) -> None:
    first = TelegramGateway(settings, fake.answer, fake.forget, lambda: knowledge)
    await first.start()
    server.write(CHAT, "one")
    await server.wait_for_texts(CHAT, 1)
    await first.stop()
    assert not server.updates and not first.healthy
    server.write(CHAT, "two")
    second = TelegramGateway(settings, fake.answer, fake.forget, lambda: knowledge)
    await second.start()
    assert len(await server.wait_for_texts(CHAT, 2)) == 2
    await second.stop()
    assert fake.texts == ["one", "two"]


async def test_chosen_language_outlives_a_restart_and_delete_does_not(
    server: BotApiServer, settings: Settings, fake: FakeBot, knowledge: KnowledgeBase
) -> None:
    fake.replies["lang:es"] = note("Le contestaré en español.", "es")
    for number, text in enumerate(("lang:es", "hello", "/delete", "hello"), 1):
        gateway = TelegramGateway(settings, fake.answer, fake.forget, lambda: knowledge)
        await gateway.start()
        server.write(CHAT, text)
        await server.wait_for_texts(CHAT, number)
        await gateway.stop()
    assert [message.language for message in fake.asked if message.text == "hello"] == ["es", None]


@pytest.mark.slow
async def test_store_keeps_the_newest_and_names_nobody(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.sqlite3", TOKEN)
    await store.open(take_nothing, take_nothing)
    for number in range(2 * KEPT_UPDATES + 5):
        store.mark_answered(number)
    store.choose_language(CHAT, "es")
    assert not store.is_answered(0) and store.is_answered(2 * KEPT_UPDATES + 4)
    await store.close()
    again = Store(tmp_path / "store.sqlite3", TOKEN)
    await again.open(take_nothing, take_nothing)
    assert again.is_answered(2 * KEPT_UPDATES + 4) and again.chosen_language(CHAT) == "es"
    await again.close()
    assert str(CHAT).encode() not in bytes_of(tmp_path)


class TestWebhook:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(
            update={
                "telegram_webhook_url": HttpUrl("https://bot.example.org/hooks"),
                "telegram_webhook_secret": SecretStr("webhook-secret"),
            }
        )

    @pytest.fixture
    async def webhook(self, gateway: TelegramGateway, server: BotApiServer) -> AsyncIterator[Webhook]:
        assert gateway.webhook is not None
        await server.wait_for(lambda: gateway.healthy)
        yield gateway.webhook

    def post(self, server: BotApiServer, text: str) -> bytes:
        server.write(CHAT, text)
        return json.dumps(server.updates.pop()).encode()

    async def test_registers_an_address_nobody_can_guess(self, server: BotApiServer, webhook: Webhook) -> None:
        assert server.webhook["url"] == "https://bot.example.org/hooks" + webhook.path
        assert server.webhook["secret_token"] == "webhook-secret"
        assert len(webhook.path) > 30 and TOKEN not in webhook.path
        assert server.polls == 0

    async def test_answers_each_post_once(self, server: BotApiServer, webhook: Webhook, fake: FakeBot) -> None:
        body = self.post(server, "hi")
        assert [await webhook.receive(HEADERS, stream(body)) for _ in range(3)] == [200, 200, 200]
        assert await server.wait_for_texts(CHAT, 1) == ["answer to hi"] and fake.texts == ["hi"]

    @pytest.mark.parametrize("secret", [None, "", "wrong", "webhook-secret ", "ñ"])
    async def test_refuses_a_wrong_secret(
        self, server: BotApiServer, webhook: Webhook, fake: FakeBot, secret: str | None
    ) -> None:
        headers = {**HEADERS, SECRET_HEADER: secret}
        if secret is None:
            del headers[SECRET_HEADER]
        assert await webhook.receive(headers, unreadable()) == 403
        assert not fake.asked

    @pytest.mark.parametrize(
        ("header", "value", "status"),
        [("content-length", "1000001", 413), ("content-length", "9" * 5_000, 413), ("content-length", "-1", 400),
         ("content-length", "ten", 400), ("content-type", "text/plain", 415), ("content-type", "", 415)],
    )  # fmt: skip
    async def test_refuses_by_the_header_before_the_body(
        self, webhook: Webhook, header: str, value: str, status: int
    ) -> None:
        assert await webhook.receive({**HEADERS, header: value}, unreadable()) == status

    async def test_reads_no_more_than_the_limit(self, webhook: Webhook) -> None:
        read = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal read
            while True:
                read += 65_536
                yield b" " * 65_536

        assert await webhook.receive(HEADERS, endless()) == 413
        assert read < 1_100_000

    async def test_slow_body_is_given_up(self, webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.telegram.webhook.BODY_SECONDS", 0.1)

        async def slow() -> AsyncIterator[bytes]:
            yield b"{"
            await asyncio.sleep(60)

        assert await webhook.receive(HEADERS, slow()) == 408

    @pytest.mark.parametrize(
        ("body", "status"),
        [(b"", 400), (b"{", 400), (b"[]", 400), (b"{}", 400), (b'{"update_id": "1"}', 400), (b"\xff", 400),
         (b"[" * 100_000, 400), (b" " * 1_000_001, 413), (b'{"update_id": 5, "message": 7}', 200)],
        ids=["empty", "cut", "list", "no-id", "text-id", "not-utf8", "deep", "large", "broken-message"],
    )  # fmt: skip
    async def test_anything_else_is_refused(self, webhook: Webhook, body: bytes, status: int) -> None:
        assert await webhook.receive(HEADERS, stream(body)) == status
