"""What Telegram, the network or an update does wrong, and what a person sees of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import HttpUrl, SecretStr

from bot.errors import SettingsError, StartError
from bot.message import Button, IncomingMessage, Part, Reply, SafetyVerdict, Tier
from bot.settings import Settings
from bot.telegram.gateway import TelegramGateway
from knowledge.material.base import KnowledgeBase
from tests.telegram.bot_api_server import TOKEN, BotApiServer, person
from tests.telegram.fake_bot import FakeBot, note

CHAT = 4711


def build(settings: Settings, fake: FakeBot, knowledge: KnowledgeBase) -> TelegramGateway:
    return TelegramGateway(settings, fake.answer, fake.forget, lambda: knowledge)


async def test_bad_token_stops_the_start_and_is_not_shown(
    settings: Settings, fake: FakeBot, knowledge: KnowledgeBase, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # As the program sets it (bot/cli.py): this logger prints addresses with the token in them.
    caplog.set_level(logging.WARNING, "telegram")
    bad = "123456:wrong-secret-of-nobody"
    gateway = build(settings.model_copy(update={"telegram_token": SecretStr(bad)}), fake, knowledge)
    with pytest.raises(StartError, match=r"CAREBOT_TELEGRAM_TOKEN.*@BotFather") as caught:
        await gateway.start()
    assert bad not in str(caught.value) and caught.value.__cause__ is None
    assert "wrong-secret" not in caplog.text
    assert not gateway.healthy


async def test_missing_token_stops_the_start(settings: Settings, fake: FakeBot, knowledge: KnowledgeBase) -> None:
    gateway = build(settings.model_copy(update={"telegram_token": None}), fake, knowledge)
    with pytest.raises(StartError, match="CAREBOT_TELEGRAM_TOKEN"):
        await gateway.start()


async def test_wrong_database_address_names_the_setting(
    settings: Settings, fake: FakeBot, knowledge: KnowledgeBase, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="CAREBOT_DATABASE_URL"):
        build(settings.model_copy(update={"database_url": "postgres://x"}), fake, knowledge)


async def test_a_broken_database_is_named_and_the_bot_answers(
    settings: Settings,
    fake: FakeBot,
    knowledge: KnowledgeBase,
    tmp_path: Path,
    server: BotApiServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "broken").write_bytes(b"no database " * 100)
    gateway = build(settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/broken"}), fake, knowledge)
    await gateway.start()
    server.write(CHAT, "hi")
    assert await server.wait_for_texts(CHAT, 1)
    assert gateway.parts() == {"telegram": True, "telegram_sending": True, "database": False}
    assert "CAREBOT_DATABASE_URL" in caplog.text
    await gateway.stop()


async def test_unreachable_telegram_is_tried_again(fake: FakeBot, knowledge: KnowledgeBase, tmp_path: Path) -> None:
    server = BotApiServer()
    server.start()
    server.stop()
    settings = Settings(telegram_token=SecretStr(TOKEN), telegram_api_url=HttpUrl(server.url), var_dir=tmp_path)
    gateway = build(settings, fake, knowledge)
    await gateway.start()
    assert not gateway.healthy
    with server:
        server.write(CHAT, "hi")
        await server.wait_for_texts(CHAT, 1)
        assert gateway.healthy
        await gateway.stop()


@pytest.mark.usefixtures("gateway")
class TestRunning:
    async def test_429_is_waited_out(self, server: BotApiServer) -> None:
        server.fail("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
        server.write(CHAT, "hi")
        assert await server.wait_for_texts(CHAT, 1) == ["answer to hi"]
        first, second = server.calls_of("sendMessage")
        assert second.at - first.at >= 1

    async def test_5xx_is_tried_again(self, server: BotApiServer) -> None:
        server.fail("sendMessage", 502, "Bad Gateway")
        server.fail("sendMessage", 500, "Internal Server Error")
        server.write(CHAT, "hi")
        assert await server.wait_for_texts(CHAT, 1) == ["answer to hi"]

    async def test_refused_formatting_goes_out_plain(self, server: BotApiServer) -> None:
        server.fail("sendMessage", 400, "Bad Request: can't parse entities: whatever")
        server.write(CHAT, "a < b")
        assert await server.wait_for_texts(CHAT, 1) == ["answer to a < b"]

    async def test_other_refusals_are_not_tried_again(self, server: BotApiServer) -> None:
        server.fail("sendMessage", 400, "Bad Request: chat not found")
        server.write(CHAT, "hi")
        server.write(CHAT, "there")
        assert await server.wait_for_texts(CHAT, 1) == ["answer to there"]
        assert len(server.calls_of("sendMessage")) == 2

    async def test_who_blocked_the_bot_is_forgotten(self, server: BotApiServer, fake: FakeBot) -> None:
        fake.replies["hi"] = Reply((Part("one"), Part("two")), "smalltalk", "en")
        server.blocked.add(CHAT)
        server.write(CHAT, "hi")
        await server.wait_until_confirmed()
        assert fake.forgotten == [f"telegram:{CHAT}"]
        assert len(server.calls_of("sendMessage")) == 1

    async def test_news_of_a_block_forgets_at_once(self, server: BotApiServer, fake: FakeBot) -> None:
        chat = {"id": CHAT, "type": "private", "first_name": "A"}
        member = {"user": {"id": 1, "is_bot": True, "first_name": "B"}}
        change = {
            "chat": chat,
            "from": person(),
            "date": 1_790_000_000,
            "old_chat_member": {**member, "status": "member"},
        }
        server.add_update(
            {"my_chat_member": {**change, "new_chat_member": {**member, "status": "kicked", "until_date": 0}}}
        )
        await server.wait_until_confirmed()
        assert fake.forgotten == [f"telegram:{CHAT}"]

    async def test_failing_answer_says_so_with_the_crisis_lines(self, server: BotApiServer, fake: FakeBot) -> None:
        async def fail(message: IncomingMessage) -> Reply:
            raise RuntimeError(message.text)

        fake.reply = fail
        server.write(CHAT, "hi")
        (text,) = await server.wait_for_texts(CHAT, 1)
        assert "try again" in text and "988" in text and "{{" not in text

    async def test_poll_that_fails_is_tried_again(self, server: BotApiServer, gateway: TelegramGateway) -> None:
        await server.wait_for(lambda: gateway.healthy or server.polls)
        server.fail("getUpdates", 500)
        server.write(CHAT, "one")
        await server.wait_for_texts(CHAT, 1)
        server.write(CHAT, "two")
        await server.wait_for_texts(CHAT, 2)

    async def test_too_late_to_acknowledge_a_press_is_no_harm(self, server: BotApiServer) -> None:
        server.write(CHAT, "hi")
        await server.wait_for_texts(CHAT, 1)
        server.fail("answerCallbackQuery", 400, "Bad Request: query is too old")
        server.press(CHAT, server.messages[CHAT][0]["message_id"], "topics:")
        await server.wait_for(lambda: "answer to topics:" in server.texts(CHAT))

    async def test_menu_that_cannot_be_edited_is_sent(self, server: BotApiServer, fake: FakeBot) -> None:
        fake.replies["topics:"] = note("menu", "en", Button("a", "topic:about"))
        server.write(CHAT, "hi")
        await server.wait_for_texts(CHAT, 1)
        server.fail("editMessageText", 400, "Bad Request: message can't be edited")
        server.press(CHAT, server.messages[CHAT][0]["message_id"], "topics:")
        assert await server.wait_for_texts(CHAT, 2) == ["answer to hi", "menu"]

    async def test_broken_updates_are_passed_over(self, server: BotApiServer, fake: FakeBot) -> None:
        server.add_update({"message": {"message_id": "no number", "date": "yesterday"}})
        server.add_update({"message": 5})
        server.add_update({"callback_query": {"id": "1"}})
        server.add_update({"unheard_of": {"id": "1"}})
        server.add_update({"edited_message": {"message_id": 1, "date": 1, "chat": {"id": CHAT, "type": "private"}}})
        server.write(CHAT, "hi")
        assert await server.wait_for_texts(CHAT, 1) == ["answer to hi"]
        await server.wait_for(lambda: len(server.updates) == 0)

    async def test_nothing_private_is_logged(
        self, server: BotApiServer, fake: FakeBot, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)

        async def fail(message: IncomingMessage) -> Reply:
            raise RuntimeError(message.text)

        fake.reply = fail
        server.add_update({"message": {"message_id": "x", "text": "secret words"}})
        server.fail("sendMessage", 502, "secret words")
        server.write(CHAT, "secret words")
        await server.wait_for_texts(CHAT, 1)
        await server.wait_until_confirmed()
        private = ("secret words", TOKEN, "loopback-token", str(CHAT), "Ana")
        logged = [
            f"{record.getMessage()}{record.exc_text or ''}" for record in caplog.records if record.name != "asyncio"
        ]
        assert logged and not any(word in line for line in logged for word in private)


class TestFlood:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"rate_burst": 3, "rate_per_second": 0.01})

    @pytest.fixture
    def assess_alone(self) -> Callable[[str], SafetyVerdict]:
        return lambda text: SafetyVerdict(Tier.T1) if "die" in text else SafetyVerdict()

    async def test_floods_get_one_kind_note_and_crises_an_answer(
        self, server: BotApiServer, fake: FakeBot, gateway: TelegramGateway
    ) -> None:
        for number in range(6):
            server.write(CHAT, f"{number}.")
        server.write(CHAT, "I want to die")
        server.write(CHAT + 1, "someone else.")
        await server.wait_for_texts(CHAT + 1, 1)
        await server.wait_until_confirmed()
        assert len([text for text in server.texts(CHAT) if "wait a few seconds" in text]) == 1
        assert "answer to I want to die" in server.texts(CHAT)
        assert len(fake.asked) <= 5


class TestPieces:
    @pytest.fixture
    def assess_alone(self) -> Callable[[str], SafetyVerdict]:
        return lambda text: SafetyVerdict(Tier.T1) if "die" in text else SafetyVerdict()

    async def test_quick_pieces_are_answered_once(
        self, server: BotApiServer, fake: FakeBot, gateway: TelegramGateway
    ) -> None:
        for piece in ("hi", "they cancelled", "my visit"):
            server.write(CHAT, piece)
            await asyncio.sleep(0.05)
        await server.wait_for_texts(CHAT, 1)
        await server.wait_until_confirmed()
        assert fake.texts == ["hi\nthey cancelled\nmy visit"]

    async def test_whole_sentence_does_not_wait(
        self, server: BotApiServer, fake: FakeBot, gateway: TelegramGateway
    ) -> None:
        server.write(CHAT, "why are they striking?")
        await server.wait_for_texts(CHAT, 1, seconds=0.6)

    async def test_dangerous_piece_is_answered_alone_and_at_once(
        self, server: BotApiServer, fake: FakeBot, gateway: TelegramGateway
    ) -> None:
        server.write(CHAT, "hi")
        server.write(CHAT, "I want to die")
        server.write(CHAT, "my visit")
        await server.wait_for_texts(CHAT, 2)
        assert fake.texts == ["I want to die", "hi\nmy visit"]
