"""Ask Rasa what to do, or decide without it when it is down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.dialogue.after_card import AFTER_CARD
from bot.dialogue.decide import Context
from bot.dialogue.faces import move_for_face
from bot.dialogue.moves import Move
from bot.dialogue.phrases import known_intent
from bot.errors import RasaUnavailableError
from bot.message import CARDED, Reply
from bot.rasa.client import RasaClient
from bot.turn.turn import Turn

# Said the same with and without Rasa.
SMALL_TALK = ("greet", "thank", "goodbye", "affirm", "ask_help", "ask_date", "insult")


async def answer_question(turn: Turn) -> Reply:
    """Let Rasa decide what to do with words, or the search and the known phrases when Rasa is down."""
    conversation = turn.conversation

    async def alone() -> list[Move]:
        return [await asyncio.to_thread(_decide_without_rasa, turn)]

    stays = conversation.in_crisis and turn.verdict.tier not in CARDED
    face = move_for_face(turn.text)
    if face is not None:
        return compose_moves([Move("stay", say="other") if stays else face], turn)
    # A message that gets a card is answered like any other; what comes after it is what the bot stays for.
    state = {"in_crisis": stays}
    return await ask_rasa_or(
        turn, lambda rasa: rasa.say(conversation.rasa_name, turn.text, turn.language, state), alone
    )


def _decide_without_rasa(turn: Turn) -> Move:
    context = Context(misses=turn.conversation.misses)
    stays = turn.conversation.in_crisis and turn.verdict.tier not in CARDED
    intent = known_intent(turn.text)
    if stays and intent in AFTER_CARD:
        return Move("stay", say=AFTER_CARD[intent])
    move = turn.bot.dialogue.answer_question(turn.text, turn.language, context)
    if move.kind == "answer":
        return move
    if stays:
        return Move("stay", say="other")
    return Move("say", say=intent) if intent in SMALL_TALK else move


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


def asks_on(move: Move) -> bool:
    """Say whether the clock goes on, which it does only when the person asks."""
    return move.kind == "clock" and move.say not in ("paused", "stopped")


def compose_moves(moves: list[Move], turn: Turn) -> Reply:
    """Put moves into words; a language asked for in words becomes the person's choice."""
    for move in moves:
        if move.say == "language_es":
            turn.conversation.chosen = turn.language = "es"
        elif move.say == "language_en":
            turn.conversation.chosen = turn.language = "en"
        turn.conversation.misses = move.misses
    reply = turn.composer.reply(moves, turn.language, turn.conversation.crisis)
    if any(move.kind == "answer" or (move.kind, move.say) == ("stay", "joke") or asks_on(move) for move in moves):
        # A question of their own that was answered, or a denial: the person goes on, and so does the bot.
        turn.conversation.in_crisis = turn.verdict.tier in CARDED
    return reply
