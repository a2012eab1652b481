"""Show the choice that was picked in words: "the second one"."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.decide import SMALL_TALK_WORDS, Dialogue, picked_number
from bot.dialogue.moves import Move
from bot.rasa.actions.turn import Events, answer_with_search, language_of, make_move, memory_of, text_of


class PickOption(Action):
    """Answer with the offered id of that number; without an offer it is a question like any other."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_pick_option"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move."""
        memory, text = memory_of(tracker), text_of(tracker)
        # After an answer the buttons under it are what stands on the screen.
        offered = memory.offered or self._dialogue.shown_with(memory.last_faq, language_of(tracker))
        number = picked_number(text)
        if number is not None and number < len(offered) and len(text.split()) <= SMALL_TALK_WORDS:
            return make_move(dispatcher, tracker, Move("answer", (offered[number],)))
        return answer_with_search(dispatcher, tracker, self._dialogue, text)
