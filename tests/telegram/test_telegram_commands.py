"""The commands, deep links and the profile."""

from __future__ import annotations

import pytest

from bot.message import SafetyVerdict, Tier
from tests.telegram.bot_api_server import JSON, BotApiServer
from tests.telegram.fake_bot import FakeBot

CHAT = 4711
pytestmark = pytest.mark.usefixtures("gateway")


def payloads(message: JSON) -> list[str]:
    return [button["callback_data"] for row in message["reply_markup"]["inline_keyboard"] for button in row]


@pytest.mark.parametrize(
    ("command", "payload"),
    [
        ("/topics", "topics:"),
        ("/crisis", "faq:crisis-lines"),
        ("/status", "faq:strike-status"),
        ("/sources", "faq:bot-sources"),
        ("/privacy", "faq:bot-privacy"),
        ("/help", "help:"),
        ("/start appointment-cancelled", "faq:appointment-cancelled"),
        ("/Crisis@carebot_test_bot", "faq:crisis-lines"),
    ],
)
async def test_command_stands_for_a_payload(server: BotApiServer, fake: FakeBot, command: str, payload: str) -> None:
    server.write(CHAT, command)
    await server.wait_for_texts(CHAT, 1)
    assert fake.texts == [payload]


@pytest.mark.parametrize(("language", "notice"), [("en", "Not a clinician"), ("es-419", "No es personal clínico")])
async def test_start_gives_one_screen_with_everything(
    server: BotApiServer, fake: FakeBot, language: str, notice: str
) -> None:
    server.write(CHAT, "/start", language_code=language)
    (text,) = await server.wait_for_texts(CHAT, 1)
    assert notice in text and not fake.asked
    offered = payloads(server.messages[CHAT][0])
    assert offered[:2] == ["role:patient", "role:worker"]
    assert {"topic:care-access", "topic:causes", "lang:en", "lang:es", "faq:crisis-lines"} <= set(offered)


async def test_start_with_an_unknown_id_gives_the_welcome(server: BotApiServer, fake: FakeBot) -> None:
    server.write(CHAT, "/start no-such-id")
    (text,) = await server.wait_for_texts(CHAT, 1)
    assert text.startswith("Hello.") and not fake.asked


async def test_language_and_role_offer_buttons(server: BotApiServer) -> None:
    server.write(CHAT, "/language")
    server.write(CHAT, "/role")
    await server.wait_for_texts(CHAT, 2)
    shown = sorted(payloads(message) for message in server.messages[CHAT])
    assert shown == [["lang:en", "lang:es"], ["role:patient", "role:worker"]]


async def test_delete_forgets_and_confirms(server: BotApiServer, fake: FakeBot) -> None:
    server.write(CHAT, "/delete")
    (text,) = await server.wait_for_texts(CHAT, 1)
    assert fake.forgotten == [f"telegram:{CHAT}"] and "forgotten this conversation" in text


async def test_safety_says_how_danger_is_noticed(server: BotApiServer) -> None:
    server.write(CHAT, "/safety")
    (text,) = await server.wait_for_texts(CHAT, 1)
    assert "docs/safety-protocol.md" in text
    assert payloads(server.messages[CHAT][0]) == ["faq:crisis-lines", "faq:bot-limits"]


async def test_unknown_command_is_read_as_words(server: BotApiServer, fake: FakeBot) -> None:
    server.write(CHAT, "/quiero morir")
    await server.wait_for_texts(CHAT, 1)
    assert fake.texts == ["quiero morir"]


async def test_command_for_another_bot_is_left_alone(server: BotApiServer, fake: FakeBot) -> None:
    server.write(CHAT, "/help@other_bot")
    await server.wait_until_confirmed()
    assert not fake.asked and not server.messages


async def test_profile_is_set_in_both_languages_and_only_when_it_differs(server: BotApiServer) -> None:
    await server.wait_for(lambda: len(server.calls_of("setMyShortDescription")) == 2)
    for tag in ("", "es"):
        names = [command["command"] for command in server.profile["commands", tag]]
        assert names == [
            *(
                "start",
                "topics",
                "crisis",
                "clock",
                "status",
                "language",
                "role",
                "sources",
                "privacy",
                "delete",
                "safety",
                "help",
            ),
        ]
        assert server.profile["description", tag] and server.profile["short_description", tag]


class TestWithSafetyCheck:
    @pytest.fixture
    def assess_alone(self) -> object:
        return lambda text: SafetyVerdict(Tier.T1) if "die" in text else SafetyVerdict()

    async def test_dangerous_words_after_a_command_are_answered(self, server: BotApiServer, fake: FakeBot) -> None:
        server.write(CHAT, "/status I want to die")
        await server.wait_for_texts(CHAT, 1)
        assert fake.texts == ["I want to die"]
