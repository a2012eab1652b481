"""What a button press does."""

from __future__ import annotations

from datetime import date

from bot.dialogue.moves import Move
from bot.message import Part, Reply, SafetyVerdict, Tier
from bot.reply.payload import CLOCK, CRISIS, RATINGS, ROLES, Payload
from bot.safety.cards import card_text, text_instead
from bot.turn.ask import answer_question, ask_rasa_or
from bot.turn.turn import Bot, Turn
from knowledge.material.registry import LANGUAGES, PLANS

# Buttons that are part of the dialogue: the intent, and the entity that carries the value.
INTENTS = {"faq": ("choose_answer", "faq"), "role": ("inform_role", "role"), "plan": ("inform_plan", "plan"),
           "more": ("ask_more", ""), "none": ("reject_answer", ""),
           "clock": ("answer_clock", "clock_answer")}  # fmt: skip


async def press_button(payload: Payload, turn: Turn) -> Reply:
    """Answer a button press; one that is no longer in use says so."""
    bot = turn.bot
    if not is_known(payload, bot):
        return _say("old_button", turn)
    if payload.kind in INTENTS:
        return await _press_in_dialogue(payload, turn)
    if payload.kind == "crisis":
        return await _press_crisis(payload.value, turn)
    if payload.kind in ("topic", "topics"):
        return _show_topics(payload, turn)
    if payload.kind == "lang":
        turn.conversation.chosen = turn.language = "es" if payload.value == "es" else "en"
        return _say(f"language_{turn.language}", turn)
    if payload.kind == "rate":
        direction, _, faq = payload.value.partition(":")
        bot.metrics.count_rating(direction, faq)
        return _say(f"rated_{direction}", turn)
    if payload.kind == "forget":
        bot.forget(turn.message.conversation_id)
        return _say("forgotten", turn)
    return _say("ask_help", turn)


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
    if kind == "clock":
        return value in CLOCK or value in knowledge.rules or is_day(value)
    allowed: dict[str, tuple[str, ...]] = {"lang": LANGUAGES, "role": ROLES, "plan": PLANS, "crisis": CRISIS}
    return value in allowed.get(kind, ("",))


async def _press_in_dialogue(payload: Payload, turn: Turn) -> Reply:
    intent, entity = INTENTS[payload.kind]
    entities = {entity: payload.value or "go-on"} if entity else {}

    async def alone() -> list[Move]:
        return [_move_without_rasa(payload, turn.bot)]

    if payload.kind == "faq":
        turn.bot.metrics.count_choice(payload.value)
    return await ask_rasa_or(
        turn, lambda rasa: rasa.press(turn.conversation.rasa_name, intent, entities, turn.language), alone
    )


def is_day(value: str) -> bool:
    """Say whether a value is a day of the calendar, as in 2026-11-03."""
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _move_without_rasa(payload: Payload, bot: Bot) -> Move:
    if payload.kind == "clock":
        # The limits themselves, where nobody can ask on.
        return Move("answer", ("wait-too-long",))
    if payload.kind == "faq":
        return Move("answer", (payload.value,))
    if payload.kind == "plan":
        answer = bot.dialogue.answer_for_plan(payload.value)
        return Move("answer", (answer,)) if answer else Move("say", say="plan_commercial")
    if payload.kind == "role":
        return Move("say", say=f"role_{payload.value}")
    return Move("say", say="topics" if payload.kind == "more" else "rephrase")


async def _press_crisis(value: str, turn: Turn) -> Reply:
    composer, language = turn.composer, turn.language
    if value == "question":
        question, turn.conversation.pending_question = turn.conversation.pending_question, ""
        return await answer_question(turn.saying(question)) if question else _say("no_question", turn)
    if value == "lines":
        return composer.reply([Move("answer", ("crisis-lines",))], language)
    if value == "text":
        words = text_instead(language)
    else:
        words = card_text(SafetyVerdict(Tier.T2, "third_party_risk"), language, 0)
    return Reply(parts=(Part(composer.fill(words, language), "card"),), outcome="crisis", language=language)


def _show_topics(payload: Payload, turn: Turn) -> Reply:
    if payload.kind == "topics":
        return _say("topics", turn)
    topic, _, page = payload.value.partition(":")
    part = turn.composer.topic(topic, int(page or 0), turn.language)
    return Reply((part,), "smalltalk", turn.language) if part else _say("old_button", turn)


def _say(key: str, turn: Turn) -> Reply:
    return turn.composer.reply([Move("say", say=key)], turn.language)
