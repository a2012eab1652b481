"""What the dialogue decides to do: the only thing Rasa's actions send back, and what the reply is composed from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

MoveKind = Literal["answer", "choices", "abstain", "say", "ask_plan", "stay", "clock"]


@dataclass(frozen=True)
class Move:
    """One decision.

    Attributes:
        kind: answer, choices, abstain, say (a fixed text), ask_plan (one question with buttons) or stay (words for
            someone who got a crisis card).
        faqs: ids to answer (answer) or to offer, best first (choices).
        say: key of the fixed text (say), or what the person wrote about (stay).
        misses: how many times in a row nothing fitted (abstain).
        alternatives: what else the question could have been, best first; for someone who says it was another one.
        second: the id to offer below an answer that was likely, not sure; "" for none.
        opened: ids whose question asked no yes or no, so that the answer does not begin with one.
        named: whether the answer says which question it answers, for a long message that said much else.
        values: what a tool found, as names and texts (clock; ``say`` tells which question or finding it is).
    """

    kind: MoveKind
    faqs: tuple[str, ...] = ()
    say: str = ""
    misses: int = 0
    alternatives: tuple[str, ...] = ()
    second: str = ""
    opened: tuple[str, ...] = ()
    named: bool = False
    values: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Write the form that travels through Rasa."""
        return {"carebot_move": asdict(self)}


def move_from_json(data: object) -> Move:
    """Read what :meth:`Move.to_json` wrote.

    Raises:
        ValueError: anything else.
    """
    if not isinstance(data, dict) or not isinstance(data.get("carebot_move"), dict):
        raise ValueError("not a move")
    fields = data["carebot_move"]
    return Move(
        kind=fields["kind"],
        faqs=tuple(fields["faqs"]),
        say=str(fields["say"]),
        misses=int(fields["misses"]),
        alternatives=tuple(fields.get("alternatives") or ()),
        second=str(fields.get("second") or ""),
        opened=tuple(fields.get("opened") or ()),
        named=bool(fields.get("named")),
        values=tuple((str(name), str(value)) for name, value in fields.get("values") or ()),
    )
