"""Remember whether the person writes as a patient or as a worker."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.decide import SMALL_TALK_WORDS, Dialogue, role_in
from bot.dialogue.moves import Move
from bot.rasa.actions.turn import Events, answer_with_search, ask_knowledge, entity_of, make_move, text_of


class SetRole(Action):
    """Keep the role in a slot; a question that came with it is answered."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_set_role"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move and set the slot."""
        text, pressed = text_of(tracker), entity_of(tracker, "role")
        role = pressed or role_in(text)
        if pressed is None and (len(text.split()) > SMALL_TALK_WORDS or "?" in text):
            move = ask_knowledge(self._dialogue, tracker, text)
            if move.kind == "answer" or (move.kind == "choices" and "?" in text):
                events = answer_with_search(dispatcher, tracker, self._dialogue, text, move)
                return [SlotSet("role", role), *events]
        return [SlotSet("role", role), *make_move(dispatcher, tracker, Move("say", say=f"role_{role}"))]
