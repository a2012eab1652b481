"""Remember whether the person writes as a patient or as a worker."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.turn import Events, entity_of, language_of, make_move, text_of
from bot.dialogue import SMALL_TALK_WORDS, Dialogue, role_in
from bot.moves import Move


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
        move = Move("say", say=f"role_{role}")
        if pressed is None and len(text.split()) > SMALL_TALK_WORDS:
            asked = self._dialogue.answer_question(text, language_of(tracker))
            move = asked if asked.kind == "answer" else move
        return [SlotSet("role", role), *make_move(dispatcher, tracker, move)]
