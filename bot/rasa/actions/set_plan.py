"""Remember the kind of plan and answer with what is different for it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.decide import PLAN_ANSWERS, SMALL_TALK_WORDS, Dialogue, plan_in
from bot.dialogue.moves import Move
from bot.rasa.actions.turn import Events, answer_with_search, entity_of, make_move, memory_of, text_of


class SetPlan(Action):
    """Keep the plan in a slot; it can be changed at any time."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_set_plan"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move and set the slot."""
        text, pressed = text_of(tracker), entity_of(tracker, "plan")
        plan = pressed or plan_in(text)
        long = pressed is None and len(text.split()) > SMALL_TALK_WORDS
        if plan is None or long:
            # "I have a plan from my job and they cancelled my visit": the question counts more than the plan.
            events = answer_with_search(dispatcher, tracker, self._dialogue, text)
            return [*events, SlotSet("plan", plan), SlotSet("asked_plan", True)] if plan else events
        return [SlotSet("plan", plan), SlotSet("asked_plan", True), *self._answer(dispatcher, tracker, plan)]

    def _answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, plan: str) -> Events:
        answer = PLAN_ANSWERS.get(plan)
        if answer:
            return make_move(dispatcher, tracker, Move("answer", (answer,)))
        # "The steps above" need an answer above them.
        say = "plan_commercial" if memory_of(tracker).last_faq else "role_patient"
        return make_move(dispatcher, tracker, Move("say", say=say))
