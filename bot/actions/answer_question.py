"""Answer a question from the knowledge base."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.turn import Events, intent_of, language_of, make_move, text_of
from bot.dialogue import Dialogue


class AnswerQuestion(Action):
    """Search, and answer, offer three choices or abstain."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_answer_question"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move and remember it, with what else it could have been."""
        text, language = text_of(tracker), language_of(tracker)
        move = self._dialogue.answer_question(
            text,
            language,
            last_faq=tracker.get_slot("last_faq"),
            misses=int(tracker.get_slot("misses") or 0),
            followup=intent_of(tracker) == "ask_followup",
        )
        events = make_move(dispatcher, tracker, move)
        if move.kind == "answer":
            events.append(SlotSet("offered", self._dialogue.alternatives(text, language)))
        return events
