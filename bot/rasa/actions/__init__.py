"""Rasa's custom actions: functions from what was heard to what is decided, behind one adapter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from bot.dialogue.decide import Dialogue
from bot.rasa.actions import choices, clock_form, questions, small_talk
from bot.rasa.actions.decided import Decided, slots_after
from bot.rasa.actions.heard import Heard, hear
from bot.rasa.actions.plan_form import ValidatePlanForm

Decide = Callable[[Heard, Dialogue], Decided]
ACTIONS: dict[str, Decide] = {
    "action_answer_question": questions.answer_question,
    "action_answer_follow_up": questions.answer_follow_up,
    "action_answer_plan": questions.answer_plan,
    "action_answer_role": questions.answer_role,
    "action_ask_plan": questions.ask_plan,
    "action_decline_to_act": questions.decline_to_act,
    "action_finish_plan": questions.finish_plan,
    "action_give_feedback": questions.give_feedback,
    "action_pick_option": choices.pick_option,
    "action_reject_answer": choices.reject_answer,
    "action_show_answer": choices.show_answer,
    "action_show_more": choices.show_more,
    "action_change_language": small_talk.change_language,
    "action_small_talk": small_talk.small_talk,
    "action_start_clock": questions.start_clock,
    "action_stay_with_person": small_talk.stay_with_person,
}


class ClockAction(Action):
    """Asks one question of the clock, or finishes it: both need what the form was told."""

    def __init__(self, slot: str | None, dialogue: Dialogue) -> None:
        self._slot = slot
        self._dialogue = dialogue

    def name(self) -> str:
        """Rasa's name for it."""
        return f"action_ask_clock_form_{self._slot}" if self._slot else "action_finish_clock"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Run for one message."""
        if self._slot:
            dispatcher.utter_message(json_message=clock_form.ask(self._slot, tracker.slots).to_json())
            return []
        heard = hear(tracker)
        today = clock_form.today_in_california()
        return _say(clock_form.finish(heard, tracker.slots, self._dialogue, today), heard, dispatcher)


class DialogueAction(Action):
    """Hears, decides, says the moves and remembers."""

    def __init__(self, name: str, decide: Decide, dialogue: Dialogue) -> None:
        self._name = name
        self._decide = decide
        self._dialogue = dialogue

    def name(self) -> str:
        """Rasa's name for it."""
        return self._name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Run for one message."""
        heard = hear(tracker)
        return _say(self._decide(heard, self._dialogue), heard, dispatcher)


def _say(decided: Decided, heard: Heard, dispatcher: CollectingDispatcher) -> list[dict[str, Any]]:
    for move in decided.moves:
        dispatcher.utter_message(json_message=move.to_json())
    slots = slots_after(decided.moves, heard.memory) | decided.slots
    events: list[dict[str, Any]] = [SlotSet(name, value) for name, value in slots.items()]
    if decided.count_days:
        return [*events, FollowupAction("clock_form")]
    return [*events, FollowupAction("plan_form")] if decided.ask_plan else events


def build_executor(dialogue: Dialogue) -> ActionExecutor:
    """Register every action with what it decides by."""
    executor = ActionExecutor()
    for name, decide in ACTIONS.items():
        executor.register_action(DialogueAction(name, decide, dialogue))
    executor.register_action(ValidatePlanForm())
    executor.register_action(clock_form.ValidateClockForm(dialogue))
    for slot in (*clock_form.SLOTS, None):
        executor.register_action(ClockAction(slot, dialogue))
    return executor
