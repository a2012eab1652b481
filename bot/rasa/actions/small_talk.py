"""Greetings, thanks and the like; a language asked for; words for someone who got a crisis card."""

from __future__ import annotations

import re

from bot.dialogue.after_card import AFTER_CARD
from bot.dialogue.corrections import without_refusal
from bot.dialogue.decide import SHORT_WORDS, Dialogue
from bot.dialogue.moves import Move
from bot.dialogue.phrases import known_intent
from bot.dialogue.questions import asks_something
from bot.rasa.actions.decided import Decided, decide
from bot.rasa.actions.heard import Heard
from knowledge.material.registry import LANGUAGES, Language
from knowledge.retrieval.lexical import fold

NOT_MINE = re.compile(r"\b(?:no (?:hablo|entiendo|se)|don.?t (?:speak|understand|know)|not speak)\b")
# This text asks for other words, so it helps once.
SAID_ONCE = frozenset({"deny"})
# Said outside of a crisis these get words that ask what happened, or what to do next.
WORDS = {"say_alone": "sad_face", "say_scared": "sad_face", "say_joke": "affirm", "say_better": "affirm",
         "say_called": "affirm", "fill_silence": "affirm"}  # fmt: skip


def small_talk(heard: Heard, dialogue: Dialogue) -> Decided:
    """Say the fixed text of the intent, unless a question hides in the message."""
    question = _question_in(heard)
    if question:
        move = dialogue.answer_question(question, heard.language, heard.context())
        # A long thank-you finds nothing in the knowledge base, and is still a thank-you.
        if move.kind == "answer":
            return decide(move, heard, dialogue)
    if heard.intent in SAID_ONCE:
        return decide(dialogue.say_once(heard.intent, heard.memory.misses), heard, dialogue)
    return decide(Move("say", say=WORDS.get(heard.intent, heard.intent)), heard, dialogue)


def _question_in(heard: Heard) -> str:
    if heard.intent in ("affirm", "deny"):
        # "no, the pharmacies" says what is meant; "no thanks" does not.
        rest = without_refusal(heard.text)
        return rest if rest != heard.text.strip() or len(rest.split()) > 2 else ""
    return heard.text if len(heard.text.split()) > SHORT_WORDS or "?" in heard.text else ""


def change_language(heard: Heard, dialogue: Dialogue) -> Decided:
    """Change to the language asked for, and say the last answer again in it."""
    asked = heard.entity("language")
    other: Language = "en" if heard.language == "es" else "es"
    chosen = asked if asked in LANGUAGES else other
    if asked in LANGUAGES and NOT_MINE.search(fold(heard.text)):
        # "no hablo inglés" asks for the other one.
        chosen = "es" if asked == "en" else "en"
    last = heard.memory.last_faq
    again = (Move("answer", (last,)),) if last else ()
    return Decided((Move("say", say=f"language_{chosen}"), *again))


def stay_with_person(heard: Heard, dialogue: Dialogue) -> Decided:
    """Say words for exactly what someone wrote after a crisis card; a question the search is sure of is answered."""
    if asks_something(heard.text) and known_intent(heard.text) is None:
        move = dialogue.answer_question(heard.text, heard.language, heard.context())
        if move.kind == "answer":
            return decide(move, heard, dialogue)
    return Decided((Move("stay", say=AFTER_CARD.get(heard.intent, "other")),))
