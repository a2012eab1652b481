"""No update crashes the channel, and what should be answered is: 5,000 made-up updates of every kind."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from telegram.ext import ExtBot
from telegram.request import BaseRequest, RequestData

from bot.message import SafetyVerdict, Tier
from bot.telegram.delivery import Delivery
from bot.telegram.exchange import Exchange
from bot.telegram.flood import FloodLimit
from bot.telegram.inline import InlineSearch
from bot.telegram.intake import Intake
from bot.telegram.pieces import Pieces
from bot.telegram.rate_limit import ChatRateLimiter
from bot.telegram.responder import Responder
from bot.telegram.store import Store
from knowledge.material.base import KnowledgeBase
from tests.telegram.bot_api_server import TOKEN, USERNAME, bot_user
from tests.telegram.fake_bot import FakeBot

BATCHES, BATCH = 250, 20
JSON = dict[str, Any]
WORDS = st.text(min_size=1, max_size=40) | st.sampled_from(
    [
        "hi",
        "/start",
        "/start crisis-lines",
        "/help x",
        "/",
        "/@",
        "I want to die",
        "faq:crisis-lines",
        "\x00",
        " ",
        "@",
        "\ud83d",
    ]
)
PERSON = st.fixed_dictionaries(
    {"id": st.integers(1, 5), "is_bot": st.just(False), "first_name": st.text(max_size=5)},
    optional={"language_code": st.sampled_from(["en", "es", "es-MX", "", "zz"])},
)
CHAT = st.integers(1, 5).map(lambda number: {"id": number, "type": "private", "first_name": "A"}) | st.integers(
    -5, -1
).map(lambda number: {"id": number, "type": "supergroup" if number % 2 else "group", "title": "G"})
FILE = {"file_id": "a", "file_unique_id": "b"}
CONTENT = st.one_of(
    WORDS.map(lambda text: {"text": text}),
    WORDS.map(lambda text: {"text": f"@{USERNAME} {text}", "entities": [entity("mention", len(USERNAME) + 1)]}),
    WORDS.map(lambda text: {"text": text, "entities": [entity("mention", 500), entity("bot_command", 1)]}),
    WORDS.map(lambda text: {"photo": [{**FILE, "width": 1, "height": 1}], "caption": text}),
    st.sampled_from(
        [
            {"voice": {**FILE, "duration": 1}},
            {"photo": [{**FILE, "width": 1, "height": 1}], "media_group_id": "album"},
            {"sticker": {**FILE, "width": 1, "height": 1, "is_animated": False, "is_video": False, "type": "regular"}},
            {"location": {"latitude": 1.0, "longitude": 1.0}},
            {"contact": {"phone_number": "1", "first_name": "A"}},
            {"document": FILE},
            {"video": {**FILE, "width": 1, "height": 1, "duration": 1}},
            {"new_chat_title": "x"},
            {"left_chat_member": bot_user()},
            {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}},
            {"web_app_data": {"data": "x", "button_text": "y"}},
            {},
        ]
    ),
)


def entity(kind: str, length: int) -> JSON:
    return {"type": kind, "offset": 0, "length": length}


MESSAGE = st.builds(
    lambda number, chat, sender, content, more: {
        **{"message_id": number, "date": 1_790_000_000, "chat": chat, "from": sender},
        **content,
        **more,
    },
    st.integers(1, 50),
    CHAT,
    PERSON,
    CONTENT,
    st.sampled_from(
        [{}, {}, {"edit_date": 1_790_000_001}, {"is_topic_message": True, "message_thread_id": 3}, {"from": None}]
    ),
)
QUOTING = st.builds(lambda message, quoted: {**message, "reply_to_message": quoted}, MESSAGE, MESSAGE)
PRESS = st.builds(
    lambda sender, message, data: {"id": "1", "from": sender, "chat_instance": "1", **message, **data},
    PERSON,
    st.one_of(MESSAGE.map(lambda message: {"message": message}), st.just({"inline_message_id": "x"})),
    st.one_of(WORDS.map(lambda data: {"data": data}), st.sampled_from([{"data": "topics:"}, {"game_short_name": "g"}])),
)
MEMBER = {"user": {"id": 1, "is_bot": True, "first_name": "B"}}
BLOCK = st.builds(
    lambda chat, sender, status: {
        **{"chat": chat, "from": sender, "date": 1_790_000_000, "old_chat_member": {**MEMBER, "status": "member"}},
        "new_chat_member": {**MEMBER, "status": status, "until_date": 0},
    },
    CHAT,
    PERSON,
    st.sampled_from(["kicked", "left", "member"]),
)
QUERY = st.builds(lambda sender, text: {"id": "1", "from": sender, "query": text, "offset": ""}, PERSON, WORDS)
OTHERS = ["channel_post", "edited_channel_post", "business_message", "poll", "poll_answer", "message_reaction"]
BROKEN = st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.dictionaries(st.text(), inner))
UPDATE = st.one_of(
    st.builds(lambda kind, message: {kind: message}, st.sampled_from(["message", "edited_message"]), MESSAGE | QUOTING),
    PRESS.map(lambda press: {"callback_query": press}),
    BLOCK.map(lambda change: {"my_chat_member": change}),
    QUERY.map(lambda query: {"inline_query": query}),
    st.builds(lambda kind, message: {kind: message}, st.sampled_from(OTHERS), MESSAGE),
    st.builds(
        lambda kind, what: {kind: what}, st.sampled_from(["message", "callback_query", "inline_query", "x"]), BROKEN
    ),
)


class FakeTelegram(BaseRequest):
    """Stands at the network's edge: takes every call and keeps which chats were written to."""

    def __init__(self) -> None:
        self.written_to: list[int] = []

    @property
    def read_timeout(self) -> float:
        return 1

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, **_: Any
    ) -> tuple[int, bytes]:
        fields = request_data.json_parameters if request_data else {}
        result: Any = True
        if url.endswith("/getMe"):
            result = bot_user()
        elif url.endswith(("/sendMessage", "/editMessageText")):
            self.written_to.append(int(fields["chat_id"]))
            result = {"message_id": len(self.written_to), "date": 0, "chat": {"id": 1, "type": "private"}}
        return 200, json.dumps({"ok": True, "result": result}).encode()


def wants_answer(fields: JSON) -> int | None:
    """Give the chat that waits for an answer: words or an attachment in private, from a person."""
    message = fields.get("message")
    if not isinstance(message, dict) or message.get("chat", {}).get("type") != "private" or not message.get("from"):
        return None
    text = message.get("text", "")
    if text.startswith("/") and "@" in text.split()[0]:
        return None
    return int(message["chat"]["id"]) if text else None


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.inline.PAUSE_SECONDS", 0)
    monkeypatch.setattr(Pieces.__init__, "__defaults__", (0.001,))
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
@settings(
    max_examples=BATCHES,
    deadline=None,
    phases=[Phase.generate],  # shrinking a batch of twenty takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(batch=st.lists(UPDATE, min_size=BATCH, max_size=BATCH))
def test_no_update_crashes_or_stays_unanswered(
    batch: list[JSON], knowledge: KnowledgeBase, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    asyncio.run(take_all(batch, knowledge))
    # The responder apologises for its own faults and logs them; here it must not have any.
    assert not [record for record in caplog.records if record.name == "bot.telegram.responder"]


async def take_all(batch: list[JSON], knowledge: KnowledgeBase) -> None:
    telegram, fake = FakeTelegram(), FakeBot()
    limiter = ChatRateLimiter()
    bot = ExtBot(TOKEN, request=telegram, get_updates_request=telegram, rate_limiter=limiter)
    await bot.initialize()
    store = Store(Path("unused"), TOKEN)
    delivery = Delivery(bot, limiter, store, lambda chat_id: None)
    exchange = Exchange(fake.answer, fake.forget, lambda: knowledge, delivery, store)
    inline = InlineSearch(fake.answer, lambda: knowledge)
    responder = Responder(exchange, inline, FloodLimit(1000, 1000), assess)
    intake = Intake(bot, responder.take, responder.apologise, store)
    sending = asyncio.create_task(delivery.outbox.run())
    for number, fields in enumerate(batch):
        telegram.written_to.clear()
        assert intake.start({"update_id": number, **fields}) == number
        await intake.wait(10)
        assert not intake.under_way and store.is_answered(number)
        chat = wants_answer(fields)
        assert chat is None or chat in telegram.written_to
    sending.cancel()
    await delivery.cancel()
    responder.close()
    await bot.shutdown()


def assess(text: str) -> SafetyVerdict:
    return SafetyVerdict(Tier.T1) if "die" in text else SafetyVerdict()
