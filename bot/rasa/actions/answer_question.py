"""Answer a question from the knowledge base."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.decide import Dialogue
from bot.rasa.actions.turn import Events, answer_with_search, text_of


class AnswerQuestion(Action):
    """Search, and answer, offer three choices or abstain."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_answer_question"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move and remember it, with what else it could have been."""
        return answer_with_search(dispatcher, tracker, self._dialogue, text_of(tracker))
