"""Texts and buttons over the wire: the real gateway against the Bot API server on loopback."""

from __future__ import annotations

import asyncio

import pytest

from bot.message import Button, IncomingMessage, Part, Reply
from bot.telegram.gateway import TelegramGateway
from tests.telegram.bot_api_server import BotApiServer, bot_user
from tests.telegram.fake_bot import FakeBot, answered, note

CHAT = 4711
pytestmark = pytest.mark.usefixtures("gateway")


async def test_answers_a_text(server: BotApiServer, fake: FakeBot, gateway: TelegramGateway) -> None:
    server.write(CHAT, "why are they striking")
    assert await server.wait_for_texts(CHAT, 1) == ["answer to why are they striking"]
    assert fake.asked == [IncomingMessage(str(CHAT), "why are they striking", None, "telegram")]
    await server.wait_until_confirmed()
    assert gateway.healthy


async def test_sends_each_part_with_its_buttons(server: BotApiServer, fake: FakeBot) -> None:
    buttons = (
        Button("x" * 90, "faq:strike-causes"),
        Button("Topics", "topics:"),
        Button("too long", "faq:" + "y" * 61),
    )
    fake.replies["hi"] = Reply((Part("first"), Part("second", "note", buttons)), "smalltalk", "en")
    server.write(CHAT, "hi")
    await server.wait_for_texts(CHAT, 2)
    first, second = server.messages[CHAT]
    assert "reply_markup" not in first
    rows = second["reply_markup"]["inline_keyboard"]
    pressed = [(button["text"], button["callback_data"]) for row in rows for button in row]
    assert pressed == [("x" * 59 + "…", "faq:strike-causes"), ("Topics", "topics:")]


async def test_shows_sources_and_date_under_the_answer_and_before_the_footer(
    server: BotApiServer, fake: FakeBot
) -> None:
    fake.replies["q"] = answered("Steps <1> & 2", Part("If waiting is not safe: 988", "footer"))
    server.write(CHAT, "q")
    answer, footer = await server.wait_for_texts(CHAT, 2)
    assert answer == "Steps <1> & 2\n\nSources: State & Co <DMHC> (2025-10-30); Kaiser\nChecked November 24, 2026"
    assert footer == "If waiting is not safe: 988"
    sent = server.messages[CHAT][0]
    assert sent["links"] == ["https://example.org/a?b=1&c=2", "https://example.com/"]
    assert sent["params"]["link_preview_options"] == {"is_disabled": True}
    payloads = [button["callback_data"] for row in sent["reply_markup"]["inline_keyboard"] for button in row]
    assert payloads == ["rate:up:appointment-cancelled", "rate:down:appointment-cancelled", "none:"]


async def test_names_sources_in_spanish(server: BotApiServer, fake: FakeBot) -> None:
    fake.replies["q"] = answered("Pasos", language="es")
    server.write(CHAT, "q")
    (answer,) = await server.wait_for_texts(CHAT, 1)
    assert "Fuentes: " in answer and "Revisado 24 de noviembre de 2026" in answer


async def test_splits_a_long_answer_and_keeps_buttons_and_sources_on_the_last_piece(
    server: BotApiServer, fake: FakeBot
) -> None:
    sentence = "Call <them> & wait for an answer 🙏. "
    fake.replies["q"] = answered(sentence * 300)
    server.write(CHAT, "q")
    await server.wait_for(lambda: "Checked" in "".join(server.texts(CHAT)))
    messages = server.messages[CHAT]
    assert len(messages) > 2
    assert all("reply_markup" not in message for message in messages[:-1])
    shown = " ".join(message["text"] for message in messages).partition("\n\nSources")[0]
    assert shown == (sentence * 300).strip()


async def test_button_press_is_acknowledged_first_and_asked_as_text(server: BotApiServer, fake: FakeBot) -> None:
    fake.replies["hi"] = note("choose", "en", Button("Why", "faq:strike-causes"))
    server.write(CHAT, "hi")
    await server.wait_for_texts(CHAT, 1)
    server.press(CHAT, server.messages[CHAT][0]["message_id"], "faq:strike-causes")
    await server.wait_for_texts(CHAT, 2)
    assert fake.texts == ["hi", "faq:strike-causes"]
    methods = [call.method for call in server.calls]
    assert methods.index("answerCallbackQuery") < len(methods) - 1 - methods[::-1].index("sendMessage")


async def test_topic_buttons_turn_the_menu_over_in_place(server: BotApiServer, fake: FakeBot) -> None:
    fake.replies["topics:"] = note("What is it about?", "en", Button("Care", "topic:care-access"))
    fake.replies["topic:care-access"] = note("Pick a question:", "en", Button("All topics", "topics:"))
    server.write(CHAT, "/topics")
    await server.wait_for_texts(CHAT, 1)
    menu = server.messages[CHAT][0]["message_id"]
    server.press(CHAT, menu, "topic:care-access")
    await server.wait_for(lambda: server.texts(CHAT) == ["Pick a question:"])
    server.press(CHAT, menu, "topics:")
    await server.wait_for(lambda: server.texts(CHAT) == ["What is it about?"])
    server.press(CHAT, menu, "topics:")
    await server.wait_until_confirmed()
    assert server.texts(CHAT) == ["What is it about?"]


async def test_shows_typing_before_the_answer(server: BotApiServer) -> None:
    server.write(CHAT, "hi")
    await server.wait_for_texts(CHAT, 1)
    methods = [call.method for call in server.calls if call.params.get("chat_id")]
    assert methods == ["sendChatAction", "sendMessage"]


async def test_answers_come_in_the_order_of_the_questions(server: BotApiServer, fake: FakeBot) -> None:
    async def reply(message: IncomingMessage) -> Reply:
        await asyncio.sleep(0.2 if message.text == "0" else 0)
        return note(message.text)

    fake.reply = reply
    for number in range(5):
        server.write(CHAT, str(number))
    server.write(CHAT + 1, "other chat")
    assert await server.wait_for_texts(CHAT, 5) == ["0", "1", "2", "3", "4"]


async def test_edited_message_is_answered_again_in_place(server: BotApiServer) -> None:
    message_id = server.write(CHAT, "frist")
    await server.wait_for_texts(CHAT, 1)
    server.edit(CHAT, message_id, "first")
    await server.wait_for(lambda: server.texts(CHAT) == ["answer to first"])


async def test_edited_message_that_was_never_answered_gets_an_answer(server: BotApiServer) -> None:
    server.edit(CHAT, 999, "first")
    assert await server.wait_for_texts(CHAT, 1) == ["answer to first"]


async def test_crisis_card_after_an_edit_is_a_new_message(server: BotApiServer, fake: FakeBot) -> None:
    fake.replies["bad"] = Reply((Part("call 988", "card"),), "crisis", "en")
    message_id = server.write(CHAT, "fine")
    await server.wait_for_texts(CHAT, 1)
    server.edit(CHAT, message_id, "bad")
    assert await server.wait_for_texts(CHAT, 2) == ["answer to fine", "call 988"]


@pytest.mark.parametrize(
    "fields",
    [
        {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]},
        {"voice": {"file_id": "a", "file_unique_id": "b", "duration": 1}},
        {"sticker": {"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1, "is_animated": False,
                     "is_video": False, "type": "regular"}},
        {"location": {"latitude": 1.0, "longitude": 1.0}},
        {"contact": {"phone_number": "1", "first_name": "A"}},
        {"document": {"file_id": "a", "file_unique_id": "b"}},
        {"dice": {"emoji": "🎲", "value": 1}},
    ],
    ids=lambda fields: next(iter(fields)),
)  # fmt: skip
async def test_says_what_it_can_read(server: BotApiServer, fake: FakeBot, fields: dict[str, object]) -> None:
    server.write(CHAT, None, **fields)
    (text,) = await server.wait_for_texts(CHAT, 1)
    assert "only read text" in text and not fake.asked
    payloads = [b["callback_data"] for row in server.messages[CHAT][0]["reply_markup"]["inline_keyboard"] for b in row]
    assert payloads == ["faq:crisis-lines", "topics:"]


async def test_answers_the_caption_of_a_photo(server: BotApiServer, fake: FakeBot) -> None:
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    server.write(CHAT, None, photo=photo, caption="what is this letter")
    assert await server.wait_for_texts(CHAT, 1) == ["answer to what is this letter"]


async def test_an_album_gets_one_kind_word(server: BotApiServer) -> None:
    for number in range(4):
        photo = [{"file_id": f"a{number}", "file_unique_id": "b", "width": 1, "height": 1}]
        server.write(CHAT, None, photo=photo, media_group_id="album")
    await server.wait_until_confirmed()
    assert len(server.texts(CHAT)) == 1


async def test_news_about_the_chat_wants_no_answer(server: BotApiServer) -> None:
    server.write(CHAT, None, new_chat_title="x")
    server.write(-CHAT, None, new_chat_members=[{"id": 5, "is_bot": False, "first_name": "B"}])
    await server.wait_until_confirmed()
    assert not server.messages


async def test_text_of_control_characters_is_asked_back(server: BotApiServer, fake: FakeBot) -> None:
    server.write(CHAT, "\x00\x01")
    assert await server.wait_for_texts(CHAT, 1) == ["What is your question?"]
    assert not fake.asked


async def test_payload_pressed_in_the_language_of_the_profile_and_words_in_none(
    server: BotApiServer, fake: FakeBot
) -> None:
    server.write(CHAT, "/help", language_code="es-MX")
    await server.wait_for_texts(CHAT, 1)
    server.write(CHAT, "hello", language_code="es-MX")
    await server.wait_for_texts(CHAT, 2)
    assert [message.language for message in fake.asked] == ["es", None]


async def test_chosen_language_goes_with_every_message(server: BotApiServer, fake: FakeBot) -> None:
    fake.replies["lang:es"] = note("Le contestaré en español.", "es")
    server.write(CHAT, "/language")
    await server.wait_for_texts(CHAT, 1)
    server.press(CHAT, server.messages[CHAT][0]["message_id"], "lang:es")
    await server.wait_for_texts(CHAT, 2)
    server.write(CHAT, "hello")
    await server.wait_for_texts(CHAT, 3)
    assert fake.asked[-1].language == "es"
    fake.replies["in english please"] = note("I will answer in English.", "en")
    server.write(CHAT, "in english please")
    await server.wait_for_texts(CHAT, 4)
    server.write(CHAT, "hello again")
    await server.wait_for_texts(CHAT, 5)
    assert fake.asked[-1].language == "en"


async def test_short_reply_to_an_earlier_answer_names_its_subject(server: BotApiServer, fake: FakeBot) -> None:
    fake.replies["one"] = answered("Steps", faq="medication-refill")
    fake.replies["two"] = answered("Reasons", faq="strike-causes")
    for number, text in enumerate(("one", "two"), 1):
        server.write(CHAT, text)
        await server.wait_for_texts(CHAT, number)
    for number, earlier in enumerate(server.messages[CHAT][:2], 3):
        quoted = server.make_message(CHAT, earlier["text"], earlier["message_id"]) | {"from": bot_user()}
        server.write(CHAT, "how long?", reply_to_message=quoted)
        await server.wait_for_texts(CHAT, number)
    about_refills, about_the_last = fake.texts[2:]
    assert about_refills.endswith(" how long?") and "refill" in about_refills.lower()
    assert about_the_last == "how long?"
