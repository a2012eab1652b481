"""What an action reads of the tracker and writes back."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue import PLAN_ANSWERS, PLAN_MATTERS
from bot.moves import Move
from knowledge.registry import Language

Events = list[dict[str, Any]]


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


def make_move(dispatcher: CollectingDispatcher, tracker: Tracker, move: Move) -> Events:
    """Send a move back and remember what it was."""
    dispatcher.utter_message(json_message=move.to_json())
    events: Events = [SlotSet("misses", float(move.misses))]
    if move.kind == "answer":
        events += [SlotSet("last_faq", move.faqs[-1]), SlotSet("rejected", [])]
        events += _ask_plan_once(dispatcher, tracker, move)
    elif move.kind == "choices":
        events.append(SlotSet("offered", list(move.faqs)))
    return events


def _ask_plan_once(dispatcher: CollectingDispatcher, tracker: Tracker, move: Move) -> Events:
    plan = tracker.get_slot("plan")
    if not PLAN_MATTERS.intersection(move.faqs):
        return []
    if plan in PLAN_ANSWERS:
        return []
    if plan is None and not tracker.get_slot("asked_plan"):
        dispatcher.utter_message(json_message=Move("ask_plan").to_json())
        return [SlotSet("asked_plan", True)]
    return []
