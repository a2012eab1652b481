"""Offer the next best when someone says that the answer was not theirs."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.turn import Events, language_of, make_move, text_of
from bot.dialogue import SMALL_TALK_WORDS, Dialogue


class RejectAnswer(Action):
    """Take the last answer, or the last choices, off the list and offer what is left."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_reject_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move."""
        text, language = text_of(tracker), language_of(tracker)
        last = tracker.get_slot("last_faq")
        if len(text.split()) > SMALL_TALK_WORDS:
            # "no, I meant how long the strike lasts": what is meant stands in the message.
            move = self._dialogue.answer_question(text, language)
            if move.kind != "abstain" and move.faqs != (last,):
                return make_move(dispatcher, tracker, move)
        offered = tracker.get_slot("offered") or []
        rejected = [*(tracker.get_slot("rejected") or []), last]
        if last not in offered:
            rejected += offered
        move = self._dialogue.next_best(offered, rejected)
        return [*make_move(dispatcher, tracker, move), SlotSet("rejected", [*rejected, *move.faqs])]
