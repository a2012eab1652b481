"""Choices: picked by button or in words, refused, or asked for."""

from __future__ import annotations

from bot.dialogue.corrections import without_refusal
from bot.dialogue.decide import SHORT_WORDS, Dialogue
from bot.dialogue.moves import Move
from bot.rasa.actions.decided import Decided, decide
from bot.rasa.actions.heard import Heard
from bot.rasa.actions.questions import answer_question


def show_answer(heard: Heard, dialogue: Dialogue) -> Decided:
    """Show the answer of a button."""
    faq = heard.entity("faq")
    known = faq is not None and dialogue.entry(faq, heard.language) is not None
    return decide(Move("answer", (faq,)) if faq and known else Move("say", say="topics"), heard, dialogue)


def pick_option(heard: Heard, dialogue: Dialogue) -> Decided:
    """Answer with the offered id of that number, or with both; without an offer it is a question like any other."""
    # After an answer the buttons under it are what stands on the screen.
    offered = heard.memory.offered or dialogue.shown_with(heard.memory.last_faq, heard.language)
    picked = picked_from(offered, heard.entities.get("ordinal", ()))
    if picked and len(heard.text.split()) <= SHORT_WORDS:
        return decide(Move("answer", picked), heard, dialogue)
    return answer_question(heard, dialogue)


def picked_from(offered: tuple[str, ...], ordinals: tuple[str, ...]) -> tuple[str, ...]:
    """Say which of the offered ids an ordinal names: "1" to "3", "last" or "both"; () for none."""
    # "la segunda una": the rarer words decide before "one" and "una".
    for ordinal in sorted(ordinals, key=lambda value: value == "1"):
        if ordinal == "both" and len(offered) >= 2:
            return offered[:2]
        if ordinal == "last" and offered:
            return offered[-1:]
        if ordinal.isdigit() and 1 <= int(ordinal) <= len(offered):
            return (offered[int(ordinal) - 1],)
    return ()


def reject_answer(heard: Heard, dialogue: Dialogue) -> Decided:
    """Answer what was meant, where the message says it; else offer what was neither shown nor refused."""
    memory = heard.memory
    meant = "" if heard.is_button else without_refusal(heard.text)
    if meant:
        # "no, I meant how long the strike lasts": what is meant stands in the message.
        move = dialogue.answer_question(meant, heard.language, heard.context())
        if move.kind != "abstain" and memory.last_faq not in move.faqs:
            return decide(move, heard, dialogue)
    rejected = [*memory.rejected, *([memory.last_faq] if memory.last_faq else [])]
    if memory.last_faq not in memory.offered:
        rejected += memory.offered
    move = dialogue.next_best((*memory.offered, *memory.alternatives), rejected, memory.misses)
    return decide(move, heard, dialogue, rejected=rejected)


def show_more(heard: Heard, dialogue: Dialogue) -> Decided:
    """Offer three related questions not seen yet, or the topics where there are none."""
    move = dialogue.related_to(heard.memory.last_faq, heard.language, heard.memory.seen)
    return decide(move, heard, dialogue)
