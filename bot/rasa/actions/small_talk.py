"""Greetings, thanks and the like, unless a question hides in them."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.corrections import without_refusal
from bot.dialogue.decide import Dialogue
from bot.dialogue.moves import Move
from bot.rasa.actions.turn import (
    Events,
    answer_with_search,
    ask_knowledge,
    intent_of,
    language_of,
    make_move,
    memory_of,
    text_of,
)

# These texts ask for other words, so they help once.
SAID_ONCE = frozenset({"deny", "give_feedback"})
# "you are useless" is near a question about what the bot can do, and is none.
ABOUT_BOT = frozenset({"bot-identity", "bot-limits"})


class SmallTalk(Action):
    """Say the fixed text of the intent."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_small_talk"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move."""
        text, intent = text_of(tracker), intent_of(tracker)
        question = self._question_in(text, intent, tracker)
        if question:
            move = ask_knowledge(self._dialogue, tracker, question)
            # A long thank-you finds nothing in the knowledge base, and is still a thank-you.
            if move.kind == "answer" and not (intent == "give_feedback" and move.faqs[0] in ABOUT_BOT):
                return answer_with_search(dispatcher, tracker, self._dialogue, question, move)
        if intent in SAID_ONCE:
            return make_move(dispatcher, tracker, self._dialogue.say_once(intent, memory_of(tracker).misses))
        return make_move(dispatcher, tracker, Move("say", say=intent))

    def _question_in(self, text: str, intent: str, tracker: Tracker) -> str:
        if intent == "ask_help":
            return ""
        if intent in ("affirm", "deny"):
            # "no, the pharmacies" says what is meant; "no thanks" does not.
            rest = without_refusal(text)
            return rest if rest != text.strip() or len(rest.split()) > 2 else ""
        return text if self._dialogue.is_question(text, language_of(tracker)) else ""
