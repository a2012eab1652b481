"""Offer what is related to the last answer."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.decide import Dialogue
from bot.rasa.actions.turn import Events, language_of, make_move, memory_of


class ShowMore(Action):
    """Offer three related questions not seen yet, or the topics where there are none."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_show_more"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move."""
        memory = memory_of(tracker)
        move = self._dialogue.related_to(memory.last_faq, language_of(tracker), memory.seen)
        return make_move(dispatcher, tracker, move)
