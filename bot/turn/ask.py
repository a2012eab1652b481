"""Ask Rasa what to do, or decide without it when it is down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.dialogue.moves import Move
from bot.errors import RasaUnavailableError
from bot.message import Reply
from bot.rasa.client import RasaClient
from bot.turn.turn import Turn


async def answer_question(turn: Turn) -> Reply:
    """Let Rasa decide what to do with words, or the search alone when Rasa is down."""

    async def alone() -> list[Move]:
        ask = turn.bot.dialogue.answer_question
        return [await asyncio.to_thread(ask, turn.text, turn.language, None, turn.conversation.misses)]

    return await ask_rasa_or(turn, lambda rasa: rasa.say(turn.conversation.rasa_name, turn.text, turn.language), alone)


async def ask_rasa_or(
    turn: Turn,
    ask: Callable[[RasaClient], Awaitable[list[Move]]],
    alone: Callable[[], Awaitable[list[Move]]],
) -> Reply:
    """Put into words what Rasa decides; what ``alone`` does when Rasa is down."""
    moves = None
    if turn.bot.rasa is not None:
        try:
            moves = await ask(turn.bot.rasa)
        except RasaUnavailableError:
            turn.bot.metrics.count_rasa_failure()
    return compose_moves(moves if moves is not None else await alone(), turn)


def compose_moves(moves: list[Move], turn: Turn) -> Reply:
    """Put moves into words; a language asked for in words becomes the person's choice."""
    for move in moves:
        if move.say == "language_es":
            turn.conversation.chosen = turn.language = "es"
        elif move.say == "language_en":
            turn.conversation.chosen = turn.language = "en"
        turn.conversation.misses = move.misses
    return turn.composer.reply(moves, turn.language)
