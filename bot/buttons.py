"""What a button press does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.errors import RasaUnavailableError
from bot.message import IncomingMessage, Part, Reply, SafetyVerdict, Tier
from bot.moves import Move
from bot.payload import CRISIS, PLANS, RATINGS, ROLES, Payload
from bot.safety.cards import TEXT_INSTEAD, card_text
from knowledge.registry import LANGUAGES, Language

if TYPE_CHECKING:
    from bot.answer_message import Bot
    from bot.conversation import Conversation

# Buttons that are part of the dialogue: the intent, and the entity that carries the value.
INTENTS = {"faq": ("choose_answer", "faq"), "role": ("inform_role", "role"), "plan": ("inform_plan", "plan"),
           "more": ("ask_more", ""), "none": ("reject_answer", "")}  # fmt: skip


async def press_button(
    payload: Payload, message: IncomingMessage, conversation: Conversation, language: Language, bot: Bot
) -> Reply:
    """Answer a button press; one that is no longer in use says so."""
    if not is_known(payload, bot):
        return _say("old_button", language, bot)
    if payload.kind in INTENTS:
        return await _press_in_dialogue(payload, message, conversation, language, bot)
    if payload.kind == "crisis":
        return await _press_crisis(payload.value, message, conversation, language, bot)
    if payload.kind in ("topic", "topics"):
        return _show_topics(payload, language, bot)
    if payload.kind == "lang":
        conversation.chosen = language = "es" if payload.value == "es" else "en"
        return _say(f"language_{language}", language, bot)
    if payload.kind == "rate":
        direction, _, faq = payload.value.partition(":")
        bot.metrics.count_rating(direction, faq)
        return _say(f"rated_{direction}", language, bot)
    if payload.kind == "forget":
        bot.conversations.forget(message.sender)
        return _say("forgotten", language, bot)
    return _say("ask_help", language, bot)


def is_known(payload: Payload, bot: Bot) -> bool:
    """Say whether a payload's value is one the bot gives out today."""
    kind, value = payload.kind, payload.value
    knowledge = bot.service.composer.knowledge
    if kind == "faq":
        return value in knowledge.ids()
    if kind == "topic":
        topic, _, page = value.partition(":")
        return topic in knowledge.topics() and (page.isdigit() or not page)
    if kind == "rate":
        direction, _, faq = value.partition(":")
        return direction in RATINGS and faq in knowledge.ids()
    allowed: dict[str, tuple[str, ...]] = {"lang": LANGUAGES, "role": ROLES, "plan": PLANS, "crisis": CRISIS}
    return value in allowed.get(kind, ("",))


async def _press_in_dialogue(
    payload: Payload, message: IncomingMessage, conversation: Conversation, language: Language, bot: Bot
) -> Reply:
    from bot.answer_message import compose_moves, rasa_name

    intent, entity = INTENTS[payload.kind]
    moves = None
    if bot.rasa is not None:
        try:
            entities = {entity: payload.value} if entity else {}
            moves = await bot.rasa.press(rasa_name(message, conversation), intent, entities, language)
        except RasaUnavailableError:
            bot.metrics.count_rasa_failure()
    if moves is None:
        moves = [_move_without_rasa(payload)]
    if payload.kind == "faq":
        bot.metrics.count_choice(payload.value)
    return compose_moves(moves, conversation, language, bot)


def _move_without_rasa(payload: Payload) -> Move:
    from bot.dialogue import PLAN_ANSWERS

    if payload.kind == "faq":
        return Move("answer", (payload.value,))
    if payload.kind == "plan":
        answer = PLAN_ANSWERS.get(payload.value)
        return Move("answer", (answer,)) if answer else Move("say", say="plan_commercial")
    if payload.kind == "role":
        return Move("say", say=f"role_{payload.value}")
    return Move("say", say="topics" if payload.kind == "more" else "rephrase")


async def _press_crisis(
    value: str, message: IncomingMessage, conversation: Conversation, language: Language, bot: Bot
) -> Reply:
    from bot.answer_message import answer_question

    composer = bot.service.composer
    if value == "question":
        question, conversation.pending_question = conversation.pending_question, ""
        if not question:
            return _say("no_question", language, bot)
        return await answer_question(replace(message, text=question), conversation, language, bot)
    if value == "lines":
        return composer.reply([Move("answer", ("crisis-lines",))], language)
    if value == "text":
        words = TEXT_INSTEAD[language]
    else:
        words = card_text(SafetyVerdict(Tier.T2, "third_party_risk"), language, 0)
    return Reply(parts=(Part(composer.fill(words, language), "card"),), outcome="crisis", language=language)


def _show_topics(payload: Payload, language: Language, bot: Bot) -> Reply:
    composer = bot.service.composer
    if payload.kind == "topics":
        return _say("topics", language, bot)
    topic, _, page = payload.value.partition(":")
    part = composer.topic(topic, int(page or 0), language)
    return Reply((part,), "smalltalk", language) if part else _say("old_button", language, bot)


def _say(key: str, language: Language, bot: Bot) -> Reply:
    return bot.service.composer.reply([Move("say", say=key)], language)
