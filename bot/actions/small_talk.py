"""Greetings, thanks and the like, unless a question hides in them."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.turn import Events, intent_of, language_of, make_move, text_of
from bot.dialogue import Dialogue
from bot.moves import Move


class SmallTalk(Action):
    """Say the fixed text of the intent."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_small_talk"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move."""
        text, language, intent = text_of(tracker), language_of(tracker), intent_of(tracker)
        if intent in ("affirm", "deny"):
            return make_move(dispatcher, tracker, Move("say", say=intent))
        if intent != "ask_help" and self._dialogue.is_question(text, language):
            move = self._dialogue.answer_question(text, language, tracker.get_slot("last_faq"))
            # A long thank-you finds nothing in the knowledge base, and is still a thank-you.
            if move.kind == "answer":
                return make_move(dispatcher, tracker, move)
        return make_move(dispatcher, tracker, Move("say", say=intent))
