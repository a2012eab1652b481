"""What an action decides: moves, and what is to be remembered of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.decide import Dialogue
from bot.dialogue.moves import Move
from bot.rasa.actions.heard import Heard, Memory

# Enough to offer nothing twice in one conversation; the list travels with every turn.
SEEN = 40


@dataclass(frozen=True)
class Decided:
    """What to do.

    Attributes:
        moves: in the order to be said; none for an action that only remembers.
        slots: what to remember beyond what follows from the moves.
        ask_plan: whether the form that asks for the plan runs next.
        count_days: whether the clock does.
    """

    moves: tuple[Move, ...] = ()
    slots: dict[str, Any] = field(default_factory=dict)
    ask_plan: bool = False
    count_days: bool = False


def decide(move: Move, heard: Heard, dialogue: Dialogue, **slots: Any) -> Decided:
    """Make a move, with what is different for the person's plan where that matters.

    Who got a crisis card gets answers only: a menu or "I don't know" is no reply to someone in danger.
    """
    if heard.memory.in_crisis and move.kind in ("choices", "abstain"):
        return Decided((Move("stay", say="other"),), slots)
    moves: tuple[Move, ...] = (move,)
    ask_plan = False
    if _plan_matters(move, heard, dialogue):
        memory = heard.memory
        of_plan = dialogue.answer_for_plan(memory.plan)
        if of_plan and of_plan not in (*memory.seen, *move.faqs):
            moves = (move, Move("answer", (of_plan,), alternatives=move.alternatives))
        ask_plan = memory.plan is None and not memory.asked_plan and not memory.in_crisis
    return Decided(moves, slots, ask_plan)


def slots_after(moves: tuple[Move, ...], memory: Memory) -> dict[str, Any]:
    """Tell what the slots hold after some moves."""
    slots: dict[str, Any] = {}
    shown = [faq for move in moves if move.kind in ("answer", "choices") for faq in move.faqs]
    if shown:
        slots["seen"] = [*memory.seen, *shown][-SEEN:]
    for move in moves:
        slots["misses"] = float(move.misses)
        if move.alternatives:
            slots["alternatives"] = list(move.alternatives)
        if move.kind == "choices":
            slots["offered"] = list(move.faqs)
    answer = next((move for move in moves if move.kind == "answer"), None)
    if answer is not None:
        # Whoever picked one of the choices may want another one of them next.
        kept = list(memory.offered) if answer.faqs[0] in memory.offered else []
        slots |= {"last_faq": answer.faqs[-1], "rejected": [], "offered": kept}
    return slots


def _plan_matters(move: Move, heard: Heard, dialogue: Dialogue) -> bool:
    entries = [dialogue.entry(faq, heard.language) for faq in move.faqs] if move.kind == "answer" else []
    return any(entry.plan_matters for entry in entries if entry)
