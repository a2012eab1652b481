"""The whole flow of one message: safety first, then dialogue, then the words."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from uuid import uuid4

from bot.buttons import press_button
from bot.compose import opening_line
from bot.conversation import Conversation, Conversations
from bot.dialogue import Dialogue
from bot.errors import RasaUnavailableError
from bot.language import detect_language
from bot.message import SAFE, Button, IncomingMessage, Part, Reply, SafetyVerdict, Tier
from bot.metrics import Metrics
from bot.moves import Move
from bot.payload import Payload, parse_payload
from bot.rasa_client import RasaClient
from bot.safety.cards import LAST_RESORT, card_text
from bot.safety.gate import SafetyGate
from bot.service import Service
from bot.texts import text as fixed_text
from knowledge.registry import Language
from knowledge.render import render_text

logger = logging.getLogger(__name__)
# Many times what they take. A part that hangs must not keep a person in danger waiting.
SAFETY_SECONDS = 6.0
ANSWER_SECONDS = 20.0


@dataclass(frozen=True)
class Bot:
    """What answering needs. ``service`` holds what may be replaced while running; all else is fixed at the start."""

    gate: SafetyGate
    conversations: Conversations
    service: Service
    metrics: Metrics

    @property
    def rasa(self) -> RasaClient | None:
        """The Rasa in use, or None while there is none."""
        return self.service.rasa

    @property
    def dialogue(self) -> Dialogue:
        """The decisions that need no Rasa."""
        return self.service.dialogue


async def answer_message(message: IncomingMessage, bot: Bot) -> Reply:
    """Answer one message or button press. Never raises: whatever fails, a card or an honest reply gets out."""
    with bot.metrics.time_message(message.channel):
        conversation = bot.conversations.get(message.sender)
        payload = parse_payload(message.text)
        if payload is not None:
            reply = await _answer_press(payload, message, conversation, bot)
        else:
            reply = await _answer_words(message, conversation, bot)
        conversation.language = reply.language
        conversation.introduced = True
        bot.metrics.count_reply(message.channel, reply)
        return replace(reply, trace_id=uuid4().hex)


async def _answer_press(payload: Payload, message: IncomingMessage, conversation: Conversation, bot: Bot) -> Reply:
    language = _language(message, conversation, detect=False)
    try:
        return await asyncio.wait_for(press_button(payload, message, conversation, language, bot), ANSWER_SECONDS)
    except Exception as error:  # the last line of defence, as for words
        _count_error(error, bot)
        return _unavailable(SAFE, language, bot)


async def _answer_words(message: IncomingMessage, conversation: Conversation, bot: Bot) -> Reply:
    verdict = await _assess(message.text, conversation, bot)
    language = _language(message, conversation, detect=True)
    conversation.remember(message.text)
    try:
        if verdict.tier is Tier.T1:
            conversation.pending_question = message.text
            return _crisis_reply(verdict, conversation, language, bot)
        reply = await asyncio.wait_for(answer_question(message, conversation, language, bot), ANSWER_SECONDS)
        return _with_care(reply, verdict, conversation, language, bot)
    except Exception as error:  # the last line of defence: a person gets the lines, whatever broke
        _count_error(error, bot)
        if verdict.tier is Tier.T2:
            card = _card(verdict, conversation, language, bot, buttons=("text",))
            return Reply(parts=(card,), outcome="unavailable", language=language, safety=verdict)
        return _unavailable(verdict, language, bot)


async def answer_question(message: IncomingMessage, conversation: Conversation, language: Language, bot: Bot) -> Reply:
    """Let Rasa decide what to do with a message, or the search alone when Rasa is down."""
    moves = None
    if bot.rasa is not None:
        try:
            moves = await bot.rasa.say(rasa_name(message, conversation), message.text, language)
        except RasaUnavailableError:
            bot.metrics.count_rasa_failure()
    if moves is None:
        move = await asyncio.to_thread(bot.dialogue.answer_question, message.text, language, None, conversation.misses)
        moves = [move]
    return compose_moves(moves, conversation, language, bot)


def compose_moves(moves: list[Move], conversation: Conversation, language: Language, bot: Bot) -> Reply:
    """Put moves into words; a language asked for in words becomes the person's choice."""
    for move in moves:
        if move.say == "language_es":
            conversation.chosen = language = "es"
        elif move.say == "language_en":
            conversation.chosen = language = "en"
        conversation.misses = move.misses
    return bot.service.composer.reply(moves, language)


def rasa_name(message: IncomingMessage, conversation: Conversation) -> str:
    """Name the conversation for Rasa; a forgotten one gets a new name, so Rasa starts it afresh."""
    return f"{message.sender}#{conversation.generation}"


async def _assess(text: str, conversation: Conversation, bot: Bot) -> SafetyVerdict:
    previous = conversation.last_text or None
    try:
        verdict = await asyncio.wait_for(asyncio.to_thread(bot.gate.assess, text, previous), SAFETY_SECONDS)
    except Exception as error:  # the gate guards itself; this guards against an encoder that hangs
        bot.gate.count_learned_failure(type(error).__name__)
        verdict = bot.gate.assess_lexicon_only(text, previous)
    bot.metrics.count_safety(verdict, conversation.language or "en")
    return verdict


def _language(message: IncomingMessage, conversation: Conversation, detect: bool) -> Language:
    chosen = message.language or conversation.chosen
    if chosen:
        return chosen
    if detect:
        return detect_language(message.text, conversation.language)
    return conversation.language or "en"


def _with_care(reply: Reply, verdict: SafetyVerdict, conversation: Conversation, language: Language, bot: Bot) -> Reply:
    """Put a T2 card before the answer, or a sentence before a T3 or T4 one, and see that the crisis lines end it."""
    language = reply.language
    parts = list(reply.parts)
    composer = bot.service.composer
    if verdict.tier is Tier.T2:
        parts.insert(0, _card(verdict, conversation, language, bot, buttons=("text", "other")))
    opening = opening_line(verdict)
    if opening:
        parts.insert(0, Part(composer.fixed(opening, language), "note"))
    if verdict.tier in (Tier.T3, Tier.T4) and not any(part.kind == "footer" for part in parts):
        parts.append(Part(composer.fixed("care_footer", language), "footer"))
    if verdict.tier is not Tier.T2:
        parts = _ask_once_if_safe(parts, conversation, language)
    return replace(reply, parts=tuple(parts), safety=verdict)


def _ask_once_if_safe(parts: list[Part], conversation: Conversation, language: Language) -> list[Part]:
    if conversation.asked_if_safe:
        return parts
    for number, part in enumerate(parts):
        if part.kind == "footer":
            conversation.asked_if_safe = True
            lines = Button(fixed_text("button:crisis_lines", language), "crisis:lines")
            parts[number] = replace(part, buttons=(lines,))
    return parts


def _crisis_reply(verdict: SafetyVerdict, conversation: Conversation, language: Language, bot: Bot) -> Reply:
    card = _card(verdict, conversation, language, bot, buttons=("text", "other", "question"))
    return Reply(parts=(card,), outcome="crisis", language=language, safety=verdict)


def _card(
    verdict: SafetyVerdict, conversation: Conversation, language: Language, bot: Bot, buttons: tuple[str, ...]
) -> Part:
    key = f"{verdict.tier}:{verdict.category}"
    shown = conversation.cards.get(key, 0)
    conversation.cards[key] = shown + 1
    # Someone who is watched gets a short card without buttons that name what it is about.
    quiet = verdict.category == "abuse_violence"
    words = card_text(verdict, language, shown)
    try:
        knowledge = bot.service.composer.knowledge
        words = render_text(words, language, knowledge.contacts, knowledge.status, "bot/safety/cards.py")
    except Exception as error:  # without contacts the two numbers everyone can dial still go out
        logger.error("contacts cannot be read (%s)", type(error).__name__)
        words = LAST_RESORT[language]
    titles = {name: Button(fixed_text(f"button:crisis_{name}", language), f"crisis:{name}") for name in buttons}
    return Part(words, "card", () if quiet else tuple(titles.values()))


def _count_error(error: Exception, bot: Bot) -> None:
    logger.error("answering failed (%s)", type(error).__name__)
    bot.metrics.count_error(type(error).__name__)


def _unavailable(verdict: SafetyVerdict, language: Language, bot: Bot) -> Reply:
    try:
        part = Part(bot.service.composer.fixed("unavailable", language))
    except Exception:
        part = Part(f"{fixed_text('no_answers', language)}\n\n{LAST_RESORT[language]}")
    return Reply(parts=(part,), outcome="unavailable", language=language, safety=verdict)
