"""What an action reads of the tracker and writes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.decide import PLAN_ANSWERS, PLAN_MATTERS, SMALL_TALK_WORDS, Context, Dialogue, plan_in
from bot.dialogue.moves import Move
from knowledge.material.registry import Language

Events = list[dict[str, Any]]
# Enough to offer nothing twice in one conversation; the list travels with every turn.
SEEN = 40


@dataclass(frozen=True)
class Memory:
    """What the slots remember.

    Attributes:
        last_faq: the id answered last.
        misses: how many times in a row nothing fitted.
        offered: ids offered as choices, in order; empty after an answer that was not picked from them.
        alternatives: what else the last question could have been, best first.
        rejected: ids refused since the last answer.
        seen: ids answered or offered so far.
        plan: the kind of plan, or None when not said.
    """

    last_faq: str | None
    misses: int
    offered: tuple[str, ...]
    alternatives: tuple[str, ...]
    rejected: tuple[str, ...]
    seen: tuple[str, ...]
    role: str | None
    plan: str | None


def memory_of(tracker: Tracker) -> Memory:
    """Read the slots."""
    slots = tracker.slots

    def listed(name: str) -> tuple[str, ...]:
        return tuple(slots.get(name) or ())

    return Memory(
        last_faq=slots.get("last_faq"),
        misses=int(slots.get("misses") or 0),
        offered=listed("offered"),
        alternatives=listed("alternatives"),
        rejected=listed("rejected"),
        seen=listed("seen"),
        role=slots.get("role"),
        plan=slots.get("plan"),
    )


def text_of(tracker: Tracker) -> str:
    """Give the message being answered."""
    return str(tracker.latest_message.get("text") or "")


def language_of(tracker: Tracker) -> Language:
    """Give the language the bot replies in, which comes with each message."""
    return "es" if (tracker.latest_message.get("metadata") or {}).get("language") == "es" else "en"


def intent_of(tracker: Tracker) -> str:
    """Give the intent of the message being answered."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")


def entity_of(tracker: Tracker, name: str) -> str | None:
    """Give the value of an entity of the message being answered (buttons carry them)."""
    values = [item["value"] for item in tracker.latest_message.get("entities") or [] if item.get("entity") == name]
    return str(values[0]) if values else None


def ask_knowledge(dialogue: Dialogue, tracker: Tracker, text: str) -> Move:
    """Search with all that is remembered."""
    memory, intent = memory_of(tracker), intent_of(tracker)
    context = Context(memory.offered, memory.role, intent == "ask_followup", intent == "out_of_scope")
    return dialogue.answer_question(text, language_of(tracker), memory.last_faq, memory.misses, context)


def answer_with_search(
    dispatcher: CollectingDispatcher, tracker: Tracker, dialogue: Dialogue, text: str, move: Move | None = None
) -> Events:
    """Make the move that a search gives, and remember what else the question could have been.

    Args:
        dispatcher: takes the move.
        tracker: the conversation.
        dialogue: decides.
        text: the question, which may be part of the message only.
        move: what the search gave, where it was already asked.
    """
    move = move or ask_knowledge(dialogue, tracker, text)
    plan = plan_in(text)
    events: Events = []
    # "and for medicare?" tells the plan as well; a long message may tell someone else's.
    if plan in PLAN_ANSWERS and PLAN_ANSWERS[plan] in move.faqs and len(text.split()) <= SMALL_TALK_WORDS:
        events.append(SlotSet("plan", plan))
    events += make_move(dispatcher, tracker, move)
    if move.kind in ("answer", "choices"):
        events.append(SlotSet("alternatives", dialogue.alternatives(text, language_of(tracker))))
    return events


def make_move(dispatcher: CollectingDispatcher, tracker: Tracker, move: Move) -> Events:
    """Send a move back and remember what it was."""
    memory = memory_of(tracker)
    dispatcher.utter_message(json_message=move.to_json())
    events: Events = [SlotSet("misses", float(move.misses))]
    if move.kind in ("answer", "choices"):
        events.append(SlotSet("seen", [*memory.seen, *move.faqs][-SEEN:]))
    if move.kind == "answer":
        # Whoever picked one of the choices may want another one of them next.
        kept = list(memory.offered) if move.faqs[0] in memory.offered else []
        events += [SlotSet("last_faq", move.faqs[-1]), SlotSet("rejected", []), SlotSet("offered", kept)]
        events += _heed_plan(dispatcher, tracker, move, memory)
    elif move.kind == "choices":
        events.append(SlotSet("offered", list(move.faqs)))
    return events


def _heed_plan(dispatcher: CollectingDispatcher, tracker: Tracker, move: Move, memory: Memory) -> Events:
    """After an answer whose steps differ by plan: add those of a known plan once, or ask for the plan once."""
    if not PLAN_MATTERS.intersection(move.faqs):
        return []
    of_plan = PLAN_ANSWERS.get(memory.plan or "")
    if of_plan and of_plan not in memory.seen and of_plan not in move.faqs:
        dispatcher.utter_message(json_message=Move("answer", (of_plan,)).to_json())
        return [SlotSet("seen", [*memory.seen, *move.faqs, of_plan][-SEEN:])]
    if memory.plan is None and not tracker.get_slot("asked_plan"):
        dispatcher.utter_message(json_message=Move("ask_plan").to_json())
        return [SlotSet("asked_plan", True)]
    return []
