"""The form that asks for the kind of plan: whatever else is written instead ends it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.types import DomainDict

from knowledge.material.registry import PLANS


class ValidatePlanForm(FormValidationAction):
    """Takes a plan there is, and asks once only."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "validate_plan_form"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[str]:
        """Ask for the plan the first time; a person who writes of something else is not asked again."""
        return [] if tracker.get_slot("asked_plan") else domain_slots

    def validate_plan(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Take a kind of plan the answers know; an old button may name another."""
        return {"plan": value if value in PLANS else None}
