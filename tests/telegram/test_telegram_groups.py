"""Groups and inline mode: others read along."""

from __future__ import annotations

import pytest

from bot.message import Part, Reply, SafetyVerdict, Tier
from tests.telegram.bot_api_server import JSON, BotApiServer, bot_user, person
from tests.telegram.fake_bot import FakeBot, answered

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
