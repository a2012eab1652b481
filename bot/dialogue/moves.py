"""What the dialogue decides to do: the only thing Rasa's actions send back, and what the reply is composed from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

MoveKind = Literal["answer", "choices", "abstain", "say", "ask_plan"]


@dataclass(frozen=True)
class Move:
    """One decision.

    Attributes:
        kind: answer, choices, abstain, say (a fixed text) or ask_plan (one question with buttons).
        faqs: ids to answer (answer) or to offer, best first (choices).
        say: key of the fixed text (say).
        misses: how many times in a row nothing fitted (abstain).
    """

    kind: MoveKind
    faqs: tuple[str, ...] = ()
    say: str = ""
    misses: int = 0

    def to_json(self) -> dict[str, Any]:
        """Give the form that travels through Rasa."""
        return {"carebot_move": asdict(self)}


def move_from_json(data: object) -> Move:
    """Read what :meth:`Move.to_json` gave.

    Raises:
        ValueError: anything else.
    """
    if not isinstance(data, dict) or not isinstance(data.get("carebot_move"), dict):
        raise ValueError("not a move")
    fields = data["carebot_move"]
    return Move(kind=fields["kind"], faqs=tuple(fields["faqs"]), say=str(fields["say"]), misses=int(fields["misses"]))
