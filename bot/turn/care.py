"""The care around an answer: crisis cards, sentences that take distress seriously, the lines that end a reply."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

from bot.dialogue.memory import NEAR_REPLIES
from bot.dialogue.questions import asks_something
from bot.message import Button, Part, Reply, Tier
from bot.reply.compose import opening_line
from bot.reply.texts import text as fixed_text
from bot.safety.cards import LAST_RESORT, card_text, line_to_call
from bot.turn.turn import Turn
from knowledge.material.render import render_text

logger = logging.getLogger(__name__)
NUMBERS = re.compile(r"\b(?:988|911)\b")


def crisis_reply(turn: Turn) -> Reply:
    """Show the card of danger now, and nothing else; the question that came with it is kept for the asking."""
    turn.conversation.pending_question = turn.text
    card = show_card(turn, buttons=("text", "other", "question"))
    return Reply(parts=(card,), outcome="crisis", language=turn.language, safety=turn.verdict)


def with_care(reply: Reply, turn: Turn) -> Reply:
    """Put a T2 card before the answer, or a sentence before a T3 or T4 one, and see that the crisis lines end it."""
    tier = turn.verdict.tier
    if tier is Tier.T2:
        reply = _without_guesses(reply, turn)
        card = show_card(turn, buttons=("text", "other"))
        return replace(reply, parts=(card, *reply.parts), safety=turn.verdict)
    parts = list(reply.parts)
    opening = opening_line(turn.verdict)
    if opening:
        parts.insert(0, Part(turn.composer.fixed(opening, reply.language), "note"))
    if tier in (Tier.T3, Tier.T4) and not any(part.kind == "footer" for part in parts):
        parts.append(Part(turn.composer.fixed("care_footer", reply.language), "footer"))
    elif tier is Tier.T0 and turn.conversation.since_lines < NEAR_REPLIES:
        # Under every answer the lines would be read by nobody.
        parts = [part for part in parts if part.kind != "footer"]
    return replace(reply, parts=tuple(_offer_lines_once(parts, turn)), safety=turn.verdict)


def with_line(reply: Reply, turn: Turn) -> Reply:
    """See that a reply soon after a crisis card names a line to call, before anything else it says."""
    crisis = turn.conversation.crisis
    if crisis is None or not turn.conversation.is_near_card or any(NUMBERS.search(part.text) for part in reply.parts):
        return reply
    try:
        words = turn.composer.fill(line_to_call(crisis.category, reply.language, crisis.poison), reply.language)
    except Exception as error:  # without contacts the two numbers everyone can dial still go out
        logger.error("a line cannot be filled in (%s)", type(error).__name__)
        words = LAST_RESORT[reply.language]
    return replace(reply, parts=(Part(words, "footer"), *reply.parts))


def _without_guesses(reply: Reply, turn: Turn) -> Reply:
    """Leave out what is no answer: beside a card a menu, a guess or "I don't know" would be an insult."""
    if reply.outcome in ("answer", "unavailable") or (reply.outcome == "choices" and asks_something(turn.text)):
        return reply
    return replace(reply, parts=(), choices=(), outcome="crisis")


def unavailable(turn: Turn, why: str = "unavailable") -> Reply:
    """Say that no answer can be had and why, with the lines; a person at risk gets their card."""
    if turn.verdict.tier is Tier.T2:
        part = show_card(turn, buttons=("text",))
    else:
        try:
            part = Part(turn.composer.fixed(why, turn.language))
        except Exception:  # nothing to answer from at all
            part = Part(f"{fixed_text('no_answers', turn.language)}\n\n{LAST_RESORT[turn.language]}")
    return Reply(parts=(part,), outcome="unavailable", language=turn.language, safety=turn.verdict)


def show_card(turn: Turn, buttons: tuple[str, ...]) -> Part:
    """Fill in the card of the verdict; whatever is broken, the two numbers everyone can dial go out."""
    key = f"{turn.verdict.tier}:{turn.verdict.category}"
    shown = turn.conversation.cards.get(key, 0)
    turn.conversation.cards[key] = shown + 1
    try:
        words = card_text(turn.verdict, turn.language, shown)
        knowledge = turn.composer.knowledge
        words = render_text(words, turn.language, knowledge.contacts, knowledge.status, "bot/safety/cards.yml")
    except Exception as error:  # without contacts the two numbers everyone can dial still go out
        logger.error("a card cannot be filled in (%s)", type(error).__name__)
        words = LAST_RESORT[turn.language]
    # Someone who is watched gets a short card without buttons that name what it is about.
    if turn.verdict.category == "abuse_violence":
        return Part(words, "card")
    shown_buttons = (Button(fixed_text(f"button:crisis_{name}", turn.language), f"crisis:{name}") for name in buttons)
    return Part(words, "card", tuple(shown_buttons))


def _offer_lines_once(parts: list[Part], turn: Turn) -> list[Part]:
    if turn.conversation.asked_if_safe:
        return parts
    for number, part in enumerate(parts):
        if part.kind == "footer":
            turn.conversation.asked_if_safe = True
            lines = Button(fixed_text("button:crisis_lines", turn.language), "crisis:lines")
            parts[number] = replace(part, buttons=(lines,))
    return parts
