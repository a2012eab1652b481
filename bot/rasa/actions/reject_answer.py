"""Offer the next best when someone says that the answer was not theirs."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.corrections import without_refusal
from bot.dialogue.decide import Dialogue
from bot.rasa.actions.turn import Events, answer_with_search, ask_knowledge, make_move, memory_of, text_of


class RejectAnswer(Action):
    """Answer what was meant, where the message says it; else offer what was neither shown nor refused."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_reject_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move."""
        memory = memory_of(tracker)
        # A button ("None of these") comes as "/reject_answer": it says nothing more.
        meant = "" if text_of(tracker).startswith("/") else without_refusal(text_of(tracker))
        if meant:
            # "no, I meant how long the strike lasts": what is meant stands in the message.
            move = ask_knowledge(self._dialogue, tracker, meant)
            if move.kind != "abstain" and memory.last_faq not in move.faqs:
                return answer_with_search(dispatcher, tracker, self._dialogue, meant, move)
        rejected = [*memory.rejected, *([memory.last_faq] if memory.last_faq else [])]
        if memory.last_faq not in memory.offered:
            rejected += memory.offered
        candidates = (*memory.offered, *memory.alternatives)
        move = self._dialogue.next_best(candidates, rejected, memory.misses)
        return [*make_move(dispatcher, tracker, move), SlotSet("rejected", rejected)]
