"""The whole flow of one message: safety first, then dialogue, then the words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from uuid import uuid4

from bot.message import CARDED, SAFE, IncomingMessage, Reply, SafetyVerdict, Tier
from bot.safety.gate import join
from bot.safety.lane import Patience
from bot.turn.admission import WAIT_SECONDS
from bot.turn.ask import answer_question
from bot.turn.care import crisis_reply, unavailable, with_care, with_line
from bot.turn.judge import judge_in_conversation
from bot.turn.press import press_button
from bot.turn.turn import Bot, Turn

# Many times what they take. A part that hangs must not keep a person in danger waiting.
SAFETY_SECONDS = 6.0
ANSWER_SECONDS = 20.0
# A card comes with the answer, but does not wait for it longer than this.
CARD_SECONDS = 6.0
CARD_WAIT_SECONDS = 1.0
# Reading is given up only when this much lies before a message; the patterns have read it by then.
SAFETY_QUEUE_SECONDS = 20.0


async def answer_message(message: IncomingMessage, bot: Bot) -> Reply:
    """Answer one message or button press. Never raises: whatever fails, a card or an honest reply gets out."""
    with bot.metrics.time_message(message.channel):
        turn = Turn.begin(message, bot)
        if turn.payload is None:
            await _read(turn)
        if turn.verdict.tier is Tier.T1 or (turn.payload is not None and turn.payload.kind == "crisis"):
            return _finish(turn, await _answer_or_say_so(_answer(turn), turn))
        async with bot.answers.enter(message.payer, _patience(turn)) as admitted:
            if admitted:
                return _finish(turn, await _answer_or_say_so(_answer(turn), turn))
        bot.metrics.count_shed()
        return _finish(turn, unavailable(turn, "busy"))


async def answer_if_danger(message: IncomingMessage, bot: Bot) -> Reply | None:
    """Read a message that came too fast as carefully as any other; it gets its card, or None where it needs none."""
    turn = Turn.begin(message, bot)
    if turn.payload is not None:
        return None
    await _read(turn, limited=True)
    if turn.verdict.tier not in CARDED:
        return None
    with bot.metrics.time_message(message.channel):
        return _finish(turn, crisis_reply(turn) if turn.verdict.tier is Tier.T1 else unavailable(turn, "busy"))


async def _answer(turn: Turn) -> Reply:
    if turn.payload is not None:
        return await press_button(turn.payload, turn)
    if turn.verdict.tier is Tier.T1:
        return crisis_reply(turn)
    return with_care(await answer_question(turn), turn)


def _patience(turn: Turn) -> float:
    """Say how long to wait for a place among the answers (seconds); a card does not wait for long."""
    return CARD_WAIT_SECONDS if turn.verdict.tier is Tier.T2 else WAIT_SECONDS


async def _answer_or_say_so(answering: Awaitable[Reply], turn: Turn) -> Reply:
    seconds = CARD_SECONDS if turn.verdict.tier is Tier.T2 else ANSWER_SECONDS
    try:
        return with_line(await asyncio.wait_for(answering, seconds), turn)
    except Exception as error:  # the last line of defence: a person gets the lines, whatever broke
        turn.bot.count_error(error)
        return unavailable(turn, "getting_ready" if turn.bot.service.getting_ready else "unavailable")


def _finish(turn: Turn, reply: Reply) -> Reply:
    turn.conversation.count_reply(reply)
    turn.bot.metrics.count_reply(turn.message.channel, reply)
    return replace(reply, trace_id=uuid4().hex)


async def _read(turn: Turn, *, limited: bool = False) -> None:
    """Find out how much danger a message shows, by itself and after what came before it."""
    verdict = await _assess(turn, limited)
    turn.verdict = judge_in_conversation(verdict, turn.text, turn.conversation, turn.bot.gate)
    turn.bot.metrics.count_safety(turn.verdict, turn.language)
    turn.conversation.take_note_of(turn.verdict)


async def _assess(turn: Turn, limited: bool) -> SafetyVerdict:
    previous = turn.conversation.last_text or None
    # Before any waiting: the next piece of a sentence may come meanwhile.
    turn.conversation.remember(turn.text)
    patterns = await _read_patterns(turn, previous)
    if patterns.tier is Tier.T1:
        return patterns
    learned = await _read_learned(turn, previous, limited)
    return join(patterns, learned) if learned else join(patterns, await _read_patterns(turn, previous, alone=True))


async def _read_patterns(turn: Turn, previous: str | None, *, alone: bool = False) -> SafetyVerdict:
    bot = turn.bot
    try:
        return await bot.lanes.read_patterns(bot.gate, turn.text, previous, turn.message.payer, alone=alone)
    except Exception as error:  # the second layer must still read it
        bot.count_error(error)
        return SAFE


async def _read_learned(turn: Turn, previous: str | None, limited: bool) -> SafetyVerdict | None:
    bot, patience = turn.bot, Patience(SAFETY_SECONDS, SAFETY_QUEUE_SECONDS)
    try:
        return await bot.lanes.read_learned(
            bot.gate, turn.text, previous, turn.message.payer, patience, limited=limited
        )
    except Exception as error:  # the gate guards itself; this guards against an encoder that hangs
        bot.gate.count_learned_failure(type(error).__name__)
        return None
