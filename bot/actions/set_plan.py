"""Remember the kind of plan and answer with what is different for it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.turn import Events, entity_of, make_move, text_of
from bot.dialogue import PLAN_ANSWERS, plan_in
from bot.moves import Move


class SetPlan(Action):
    """Keep the plan in a slot; it can be changed at any time."""

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_set_plan"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move and set the slot."""
        plan = entity_of(tracker, "plan") or plan_in(text_of(tracker))
        if plan is None:
            return make_move(dispatcher, tracker, Move("ask_plan"))
        answer = PLAN_ANSWERS.get(plan)
        move = Move("answer", (answer,)) if answer else Move("say", say="plan_commercial")
        return [SlotSet("plan", plan), SlotSet("asked_plan", True), *make_move(dispatcher, tracker, move)]
