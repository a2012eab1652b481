"""Show the choice that was picked in words: "the second one"."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.turn import Events, language_of, make_move, text_of
from bot.dialogue import Dialogue, picked_number
from bot.moves import Move


class PickOption(Action):
    """Answer with the offered id of that number; without an offer it is a question like any other."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_pick_option"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move."""
        offered = tracker.get_slot("offered") or []
        number = picked_number(text_of(tracker))
        if number is not None and number < len(offered):
            return make_move(dispatcher, tracker, Move("answer", (offered[number],)))
        move = self._dialogue.answer_question(
            text_of(tracker), language_of(tracker), misses=int(tracker.get_slot("misses") or 0)
        )
        return make_move(dispatcher, tracker, move)
