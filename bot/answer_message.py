"""The whole flow of one message: safety first, then dialogue, then the words."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import uuid4

from bot.message import IncomingMessage, Reply, SafetyVerdict, Tier
from bot.turn.ask import answer_question
from bot.turn.care import crisis_reply, unavailable, with_care, with_line
from bot.turn.judge import judge_in_conversation
from bot.turn.press import press_button
from bot.turn.turn import Bot, Turn

# Many times what they take. A part that hangs must not keep a person in danger waiting.
SAFETY_SECONDS = 6.0
ANSWER_SECONDS = 20.0


async def answer_message(message: IncomingMessage, bot: Bot) -> Reply:
    """Answer one message or button press. Never raises: whatever fails, a card or an honest reply gets out."""
    with bot.metrics.time_message(message.channel):
        turn = Turn.begin(message, bot)
        if turn.payload is None:
            turn.verdict = judge_in_conversation(await _assess(turn), turn.text, turn.conversation)
            bot.metrics.count_safety(turn.verdict, turn.language)
            turn.conversation.take_note_of(turn.verdict)
            turn.conversation.remember(turn.text)
        try:
            reply = with_line(await asyncio.wait_for(_answer(turn), ANSWER_SECONDS), turn)
        except Exception as error:  # the last line of defence: a person gets the lines, whatever broke
            bot.count_error(error)
            reply = unavailable(turn)
        turn.conversation.count_reply(reply)
        bot.metrics.count_reply(message.channel, reply)
        return replace(reply, trace_id=uuid4().hex)


async def _answer(turn: Turn) -> Reply:
    if turn.payload is not None:
        return await press_button(turn.payload, turn)
    if turn.verdict.tier is Tier.T1:
        return crisis_reply(turn)
    return with_care(await answer_question(turn), turn)


async def _assess(turn: Turn) -> SafetyVerdict:
    gate, previous = turn.bot.gate, turn.conversation.last_text or None
    try:
        verdict = await asyncio.wait_for(asyncio.to_thread(gate.assess, turn.text, previous), SAFETY_SECONDS)
    except Exception as error:  # the gate guards itself; this guards against an encoder that hangs
        gate.count_learned_failure(type(error).__name__)
        verdict = gate.assess_lexicon_only(turn.text, previous)
    return verdict
