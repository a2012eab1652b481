"""Offer what is related to the last answer."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.turn import Events, language_of, make_move
from bot.dialogue import Dialogue


class ShowMore(Action):
    """Offer three related questions, or the topics where there was no answer yet."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_show_more"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move."""
        move = self._dialogue.related_to(tracker.get_slot("last_faq"), language_of(tracker))
        return make_move(dispatcher, tracker, move)
