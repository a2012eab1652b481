"""Groups and inline mode: others read along."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable

import pytest

from bot.message import IncomingMessage, Part, Reply, SafetyVerdict, Tier
from bot.settings import Settings
from bot.telegram.gateway import TelegramGateway
from knowledge.material.base import KnowledgeBase
from knowledge.material.render import render_text
from tests.telegram.bot_api_server import JSON, BotApiServer, bot_user, person
from tests.telegram.fake_bot import FakeBot, answered, note

GROUP = -1001234567890
pytestmark = pytest.mark.usefixtures("gateway")


def mention(text: str, name: str = "@carebot_test_bot") -> JSON:
    offset = len(text[: text.index(name)].encode("utf-16-le")) // 2
    return {"entities": [{"type": "mention", "offset": offset, "length": len(name)}]}


async def test_talk_among_people_is_left_alone(server: BotApiServer, fake: FakeBot) -> None:
    server.write(GROUP, "why are they striking")
    server.write(GROUP, "ask @other_bot why", **mention("ask @other_bot why", "@other_bot"))
    server.write(GROUP, "/unknown")
    server.write(GROUP, None, voice={"file_id": "a", "file_unique_id": "b", "duration": 1})
    await server.wait_until_confirmed()
    assert not fake.asked and not server.messages


async def test_mention_is_answered_without_the_mention(server: BotApiServer, fake: FakeBot) -> None:
    message_id = server.write(
        GROUP,
        "🙏 @Carebot_Test_Bot why are they striking",
        **mention("🙏 @Carebot_Test_Bot why are they striking", "@Carebot_Test_Bot"),
    )
    await server.wait_for_texts(GROUP, 1)
    assert " ".join(fake.texts[0].split()) == "🙏 why are they striking"
    assert fake.asked[0].sender == str(GROUP)
    assert server.messages[GROUP][0]["params"]["reply_parameters"]["message_id"] == message_id


async def test_reply_to_the_bot_and_command_are_answered(server: BotApiServer, fake: FakeBot) -> None:
    earlier = {**server.make_message(GROUP, "an answer", 900), "from": bot_user()}
    server.write(GROUP, "and for children", reply_to_message=earlier)
    await server.wait_for_texts(GROUP, 1)
    server.write(GROUP, "/topics@carebot_test_bot")
    await server.wait_for_texts(GROUP, 2)
    assert fake.texts == ["and for children", "topics:"]


async def test_mention_alone_answers_the_message_replied_to(server: BotApiServer, fake: FakeBot) -> None:
    question = server.make_message(GROUP, "how long may they make me wait", 900) | {"from": person(user_id=9)}
    server.write(GROUP, "@carebot_test_bot ?", reply_to_message=question, **mention("@carebot_test_bot ?"))
    await server.wait_for_texts(GROUP, 1)
    assert fake.texts == ["how long may they make me wait\n?"]


async def test_bare_mention_is_greeted_with_help(server: BotApiServer, fake: FakeBot) -> None:
    server.write(GROUP, "@carebot_test_bot", **mention("@carebot_test_bot"))
    await server.wait_for_texts(GROUP, 1)
    assert fake.texts == ["help:"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply((Part("call 988 now", "card"),), "crisis", "en", SafetyVerdict(Tier.T1)),
        Reply((Part("call 988 now", "card"), Part("steps", "answer")), "answer", "en", SafetyVerdict(Tier.T2)),
        Reply((Part("call 988 now", "card"),), "crisis", "en"),
    ],
)
async def test_crisis_card_never_stands_in_public(server: BotApiServer, fake: FakeBot, reply: Reply) -> None:
    fake.replies["I am done"] = reply
    server.write(GROUP, "@carebot_test_bot I am done", **mention("@carebot_test_bot I am done"))
    (text,) = await server.wait_for_texts(GROUP, 1)
    assert "in private" in text and "988" not in text
    lines, private = [b for row in server.messages[GROUP][0]["reply_markup"]["inline_keyboard"] for b in row]
    assert lines["callback_data"] == "faq:crisis-lines"
    assert private["url"] == "https://t.me/carebot_test_bot?start=crisis-lines"


async def test_button_in_a_group_shows_no_card_either(server: BotApiServer, fake: FakeBot) -> None:
    fake.replies["crisis:text"] = Reply((Part("text HOME to 741741", "card"),), "crisis", "en")
    server.write(GROUP, "/help")
    await server.wait_for_texts(GROUP, 1)
    server.press(GROUP, server.messages[GROUP][0]["message_id"], "crisis:text")
    assert "in private" in (await server.wait_for_texts(GROUP, 2))[1]


def inline(server: BotApiServer, query: str) -> None:
    server.add_update({"inline_query": {"id": f"q{len(query)}", "from": person(), "query": query, "offset": ""}})


async def test_inline_query_offers_the_answer(server: BotApiServer, fake: FakeBot) -> None:
    fake.replies["cancelled"] = fake.replies["faq:appointment-cancelled"] = answered("Steps & more")
    inline(server, "canc")
    inline(server, "cancelled")
    await server.wait_for(lambda: server.calls_of("answerInlineQuery"))
    await server.wait_until_confirmed()
    (call,) = server.calls_of("answerInlineQuery")
    (result,) = call.params["results"]
    assert result["id"] == "appointment-cancelled"
    assert result["input_message_content"]["message_text"].startswith("Steps &amp; more\n\nSources: <a href=")
    assert {message.sender for message in fake.asked} == {"inline-77"}
    assert "canc" not in fake.texts


async def test_inline_query_in_danger_offers_the_lines_only(server: BotApiServer, fake: FakeBot) -> None:
    fake.replies["I am done"] = Reply((Part("call 988 now", "card"),), "crisis", "en", SafetyVerdict(Tier.T1))
    inline(server, "I am done")
    await server.wait_for(lambda: server.calls_of("answerInlineQuery"))
    (call,) = server.calls_of("answerInlineQuery")
    assert [result["id"] for result in call.params["results"]] == ["crisis-lines"]


async def test_inline_query_without_an_answer_leads_to_the_chat(server: BotApiServer) -> None:
    inline(server, "weather tomorrow")
    await server.wait_for(lambda: server.calls_of("answerInlineQuery"))
    (call,) = server.calls_of("answerInlineQuery")
    assert call.params["results"] == [] and call.params["button"]["start_parameter"] == "inline"


async def test_inline_result_shows_no_reference(server: BotApiServer, fake: FakeBot, knowledge: KnowledgeBase) -> None:
    raw = next(entry for entry in knowledge.entries.values() if "{{" in entry.body.partition("\n")[0])
    filled = render_text(raw.body, raw.language, knowledge.contacts, knowledge.status, raw.id)
    fake.replies["lines"] = fake.replies[f"faq:{raw.id}"] = answered(filled, faq=raw.id, language=raw.language)
    inline(server, "lines")
    await server.wait_for(lambda: server.calls_of("answerInlineQuery"))
    (call,) = server.calls_of("answerInlineQuery")
    (result,) = call.params["results"]
    assert result["description"] == filled.partition("\n")[0]
    assert "{{" not in json.dumps(result)


class TestQueue:
    @pytest.fixture
    def assess_alone(self) -> Callable[[str], SafetyVerdict]:
        return lambda text: SafetyVerdict(Tier.T1) if "die" in text else SafetyVerdict()

    async def test_danger_in_a_group_goes_before_thirty_questions(
        self, server: BotApiServer, fake: FakeBot, gateway: TelegramGateway
    ) -> None:
        async def slowly(message: IncomingMessage) -> Reply:
            if "die" in message.text:
                return Reply((Part("call 988 now", "card"),), "crisis", "en", SafetyVerdict(Tier.T1))
            await asyncio.sleep(0.4)
            return note(f"answer to {message.text}")

        fake.reply = slowly
        for number in range(30):
            text = f"@carebot_test_bot question {number}"
            server.write(GROUP, text, **mention(text))
        await server.wait_for_texts(GROUP, 2)
        started = time.monotonic()
        server.write(GROUP, "@carebot_test_bot I want to die", **mention("@carebot_test_bot I want to die"))
        await server.wait_for(lambda: any("in private" in text for text in server.texts(GROUP)))
        assert time.monotonic() - started < 1
        assert len(server.texts(GROUP)) < 10

    async def test_danger_passes_a_group_that_got_twenty_messages_in_a_minute(
        self, server: BotApiServer, fake: FakeBot, gateway: TelegramGateway
    ) -> None:
        fake.replies["I want to die"] = Reply((Part("call 988"),), "crisis", "en", SafetyVerdict(Tier.T1))
        for number in range(25):
            server.write(GROUP, f"@carebot_test_bot {number}", **mention(f"@carebot_test_bot {number}"))
        await server.wait_for_texts(GROUP, 20)
        server.write(GROUP, "@carebot_test_bot I want to die", **mention("@carebot_test_bot I want to die"))
        texts = await server.wait_for_texts(GROUP, 21, seconds=2)
        assert "in private" in texts[20]


class TestDeepCheck:
    @pytest.fixture
    async def gateway(
        self, settings: Settings, fake: FakeBot, knowledge: KnowledgeBase
    ) -> AsyncIterator[TelegramGateway]:
        def learned(text: str) -> SafetyVerdict:
            return SafetyVerdict(Tier.T1, layer="learned") if "no light left" in text else SafetyVerdict()

        running = TelegramGateway(
            settings, fake.answer, fake.forget, lambda: knowledge, lambda text: SafetyVerdict(), learned
        )
        await running.start()
        yield running
        await running.stop()

    async def test_danger_that_only_the_learned_layer_sees_does_not_queue_either(
        self, server: BotApiServer, fake: FakeBot, gateway: TelegramGateway
    ) -> None:
        async def slowly(message: IncomingMessage) -> Reply:
            if "no light" in message.text:
                return Reply((Part("call 988"),), "crisis", "en", SafetyVerdict(Tier.T1))
            await asyncio.sleep(0.5)
            return note("answer")

        fake.reply = slowly
        for number in range(10):
            server.write(GROUP, f"@carebot_test_bot {number}", **mention(f"@carebot_test_bot {number}"))
        server.write(GROUP, "@carebot_test_bot no light left", **mention("@carebot_test_bot no light left"))
        await server.wait_for(lambda: any("in private" in text for text in server.texts(GROUP)), seconds=2)


class TestEnd:
    @pytest.fixture
    def removed(self) -> JSON:
        member = {"user": {"id": 1, "is_bot": True, "first_name": "B"}}
        return {
            "chat": {"id": GROUP, "type": "supergroup", "title": "G"},
            **{"from": person(), "date": 1_790_000_000},
            "old_chat_member": {**member, "status": "member"},
            "new_chat_member": {**member, "status": "left"},
        }

    async def test_group_that_puts_the_bot_out_is_dropped_with_what_waits_for_it(
        self, server: BotApiServer, fake: FakeBot, gateway: TelegramGateway, removed: JSON
    ) -> None:
        server.break_down("sendMessage", 500)
        server.write(GROUP, "/topics@carebot_test_bot")
        await server.wait_for(lambda: server.calls_of("sendMessage"))
        assert len(gateway._exchange.chats) == 1
        server.add_update({"my_chat_member": removed})
        await server.wait_until_confirmed()
        server.mend("sendMessage")
        await server.wait_for(lambda: not gateway._outbox.waiting)
        assert len(gateway._exchange.chats) == 0 and fake.forgotten == [f"telegram:{GROUP}"]
        assert not server.messages

    async def test_group_that_became_another_is_dropped(
        self, server: BotApiServer, fake: FakeBot, gateway: TelegramGateway
    ) -> None:
        server.write(GROUP, None, migrate_to_chat_id=GROUP - 1)
        await server.wait_until_confirmed()
        assert fake.forgotten == [f"telegram:{GROUP}"] and not server.messages
