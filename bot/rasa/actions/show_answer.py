"""Show the answer of a button."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.moves import Move
from bot.rasa.actions.turn import Events, entity_of, make_move


class ShowAnswer(Action):
    """Answer with the id the button carries."""

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_show_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move."""
        faq = entity_of(tracker, "faq")
        move = Move("answer", (faq,)) if faq else Move("say", say="topics")
        return make_move(dispatcher, tracker, move)
