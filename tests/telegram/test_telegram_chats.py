"""What is remembered of chats, in which order they are answered, and when one may be written to."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.dialogue.memory import Conversations
from bot.message import IncomingMessage
from bot.telegram.chats import KEPT_SECONDS, MAX_CHATS, Chats
from bot.telegram.rate_limit import GROUP_SECONDS, PACED, ChatRateLimiter
from bot.telegram.rate_limit import MAX_CHATS as MAX_LIMITED
from bot.telegram.turns import ChatTurns
from bot.turn.turn import Turn

GROUP = -100


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_idle_and_surplus_chats_go() -> None:
    clock = Clock()
    chats = Chats(lambda chat_id: None, clock)
    for number in range(MAX_CHATS + 5):
        chats.get(number)
    assert len(chats) == MAX_CHATS
    clock.now += KEPT_SECONDS + 1
    chats.get(1)
    assert len(chats) == 1


async def test_urgent_turn_waits_for_nobody_and_the_rest_for_it() -> None:
    turns, done = ChatTurns(), []

    async def answer(name: str, urgent: bool, seconds: float) -> None:
        async with turns.take(urgent):
            await asyncio.sleep(seconds)
            done.append(name)

    tasks = [asyncio.create_task(answer("first", False, 0.1)), asyncio.create_task(answer("second", False, 0))]
    await asyncio.sleep(0.01)
    assert turns.busy
    tasks.append(asyncio.create_task(answer("urgent", True, 0.2)))
    await asyncio.gather(*tasks)
    assert done == ["first", "urgent", "second"] and not turns.busy


async def test_failed_urgent_turn_holds_nobody_up() -> None:
    turns = ChatTurns()
    with pytest.raises(RuntimeError):
        async with turns.take(urgent=True):
            raise RuntimeError
    async with asyncio.timeout(1), turns.take(urgent=False):
        pass


def test_no_sender_over_http_reaches_a_telegram_conversation() -> None:
    telegram = IncomingMessage("4711", "hi", channel="telegram").conversation_id
    tried = ("4711", "tg-4711", "telegram:4711", ":4711", "api:4711", "..telegram:4711")
    assert telegram not in [IncomingMessage(sender, "hi").conversation_id for sender in tried]


def test_turn_finds_the_conversation_of_the_channel() -> None:
    class Nothing:
        conversations = Conversations()

    bot: Any = Nothing()
    ours = Turn.begin(IncomingMessage("4711", "hi", channel="telegram"), bot).conversation
    theirs = Turn.begin(IncomingMessage("4711", "hi"), bot).conversation
    assert ours is not theirs
    assert Turn.begin(IncomingMessage("4711", "hi", channel="telegram"), bot).conversation is ours
    assert bot.conversations.forget("telegram:4711") is ours


class TestRateLimit:
    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def limiter(self, clock: Clock) -> ChatRateLimiter:
        return ChatRateLimiter(clock)

    def test_pause_is_the_chats_own_and_holds_for_cards_too(self, limiter: ChatRateLimiter, clock: Clock) -> None:
        limiter.pause(1, 20)
        assert limiter.free_at(1) == limiter.free_at(1, urgent=True) == clock.now + 20
        assert limiter.free_at(2) <= clock.now

    def test_group_gets_twenty_a_minute_and_a_card_at_once(self, limiter: ChatRateLimiter, clock: Clock) -> None:
        for _ in range(20):
            assert limiter.free_at(GROUP) <= clock.now
            limiter.count(GROUP)
            limiter.count(1)
        assert limiter.free_at(GROUP) == clock.now + GROUP_SECONDS
        assert limiter.free_at(GROUP, urgent=True) <= clock.now
        assert limiter.free_at(1) <= clock.now

    def test_memory_is_bounded(self, limiter: ChatRateLimiter) -> None:
        for number in range(MAX_LIMITED + 10):
            limiter.pause(number, 5)
            limiter.count(-number - 1)
        assert len(limiter._paused) == len(limiter._sent) == MAX_LIMITED

    async def test_paced_call_hands_429_back(self, limiter: ChatRateLimiter, clock: Clock) -> None:
        async def refuse() -> bool:
            raise RetryAfter(7)

        with pytest.raises(RetryAfter):
            await limiter.process_request(refuse, (), {}, "sendMessage", {"chat_id": 5}, PACED)
        assert limiter.free_at(5) == clock.now + 7

    async def test_other_call_waits_and_is_made_again(self) -> None:
        calls = []

        async def refuse_once() -> bool:
            calls.append(1)
            if len(calls) == 1:
                raise RetryAfter(0.05)  # type: ignore[arg-type]
            return True

        limiter = ChatRateLimiter()
        assert await limiter.process_request(refuse_once, (), {}, "setMyCommands", {}, None)
        assert len(calls) == 2
