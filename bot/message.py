"""The types that cross modules."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from knowledge.material.registry import Language

Channel = Literal["api", "telegram", "web"]
Outcome = Literal["answer", "choices", "abstain", "smalltalk", "form", "crisis", "unavailable"]


class Tier(StrEnum):
    """How much danger a message may show; T1 is the most. See docs/safety-protocol.md."""

    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"
    T0 = "T0"

    @property
    def rank(self) -> int:
        """Order by urgency: T0 is 0, T4 1, T3 2, T2 3, T1 4."""
        return ("T0", "T4", "T3", "T2", "T1").index(self.value)


# The tiers that get a crisis card.
CARDED = (Tier.T1, Tier.T2)


@dataclass(frozen=True)
class SafetyVerdict:
    """What the safety gate found: a tier, a category of the policy ("" for none) and the layer that found it.

    Attributes:
        soft: T2 by doubt only ("if any part of this is about not wanting to live ...").
        poison: whether something was swallowed or taken, so that the card names Poison Control.
    """

    tier: Tier = Tier.T0
    category: str = ""
    layer: Literal["none", "lexicon", "learned", "talk"] = "none"
    soft: bool = False
    poison: bool = False


SAFE = SafetyVerdict()


@dataclass(frozen=True)
class IncomingMessage:
    """One message or button press.

    Attributes:
        sender: opaque id of whoever writes, within the channel; over HTTP anyone may send any.
        text: 1 to 4,096 characters without control characters, or a button's payload.
        language: the person's choice, or None to detect it.
        channel: where it came in; set by the channel, never by the request.
        origin: whom the load of it is counted to; "" for the conversation itself.
    """

    sender: str
    text: str
    language: Language | None = None
    channel: Channel = "api"
    origin: str = ""

    @property
    def conversation_id(self) -> str:
        """The name of the conversation in the whole program; no sender of one channel can name one of another."""
        return conversation_id(self.channel, self.sender)

    @property
    def payer(self) -> str:
        """Whom the load of it is counted to."""
        return self.origin or self.conversation_id


def conversation_id(channel: Channel, sender: str) -> str:
    """Give the name of a sender's conversation."""
    return f"{channel}:{sender}"


@dataclass(frozen=True)
class Button:
    """A button; ``payload`` is at most 64 bytes, and sending it as a text presses the button."""

    title: str
    payload: str


@dataclass(frozen=True)
class Part:
    """One bubble of a reply.

    Attributes:
        kind: card (crisis), answer, footer (crisis lines after an answer about delayed care), or note.
    """

    text: str
    kind: Literal["card", "answer", "footer", "note"] = "note"
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class SourceLink:
    """A source as people see it."""

    publisher: str
    url: str
    date: str


@dataclass(frozen=True)
class Reply:
    """Everything a channel needs to show an answer."""

    parts: tuple[Part, ...]
    outcome: Outcome
    language: Language
    safety: SafetyVerdict = SAFE
    faq: str | None = None
    choices: tuple[str, ...] = ()
    sources: tuple[SourceLink, ...] = ()
    as_of: str | None = None
    trace_id: str = field(default="")
