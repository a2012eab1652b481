"""What an action hears: the message as Rasa understood it, and what the conversation remembers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker

from bot.dialogue.decide import Context
from knowledge.material.registry import Language


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
        role: patient or worker, or None when not said.
        plan: the kind of plan, or None when not said.
        asked_plan: whether the plan was asked for.
        in_crisis: whether a crisis card was shown and the bot stays with the person.
    """

    last_faq: str | None = None
    misses: int = 0
    offered: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    role: str | None = None
    plan: str | None = None
    asked_plan: bool = False
    in_crisis: bool = False


@dataclass(frozen=True)
class Heard:
    """One message.

    Attributes:
        text: as written, or "/intent" for a button.
        intent: what Rasa takes it for.
        language: the language to reply in.
        entities: values by entity, in the order of the text.
        memory: what the conversation remembers.
    """

    text: str
    intent: str
    language: Language
    entities: dict[str, tuple[str, ...]]
    memory: Memory

    @property
    def is_button(self) -> bool:
        """Whether this is a press, which says nothing beyond its entities."""
        return self.text.startswith("/")

    def entity(self, name: str) -> str | None:
        """The first value of an entity, or None."""
        return next(iter(self.entities.get(name, ())), None)

    def context(self, leans: bool = False) -> Context:
        """What a search needs of the conversation."""
        memory = self.memory
        return Context(memory.last_faq, memory.misses, memory.offered, memory.role, leans)


def hear(tracker: Tracker) -> Heard:
    """Read the tracker."""
    message = tracker.latest_message
    entities: dict[str, tuple[str, ...]] = {}
    for item in message.get("entities") or []:
        name, value = str(item.get("entity")), str(item.get("value"))
        entities[name] = (*entities.get(name, ()), value)
    return Heard(
        text=str(message.get("text") or ""),
        intent=str((message.get("intent") or {}).get("name") or ""),
        language="es" if (message.get("metadata") or {}).get("language") == "es" else "en",
        entities=entities,
        memory=_remember(tracker.slots),
    )


def _remember(slots: dict[str, Any]) -> Memory:
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
        asked_plan=bool(slots.get("asked_plan")),
        in_crisis=bool(slots.get("in_crisis")),
    )
