"""Questions, follow-ups and reports of delayed care: what the search finds, or what the last answer names."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import cast

from bot.dialogue.decide import SHORT_WORDS, Dialogue
from bot.dialogue.moves import Move
from bot.rasa.actions.decided import Decided, decide
from bot.rasa.actions.heard import Heard
from knowledge.material.entry import FollowUp
from knowledge.retrieval.lexical import fold

# Rasa's intent, and the key of the front matter that names the answer.
FOLLOW_UPS = {
    "ask_how_long": "how_long",
    "ask_who_to_call": "who_to_call",
    "ask_cost": "cost",
    "ask_if_refused": "if_refused",
    "ask_why": "why",
}
OF_DAYS = re.compile(
    r"\b(?:days?|weeks?|months?|legal\w*|law|count\w*|clock|deadline|wait\w*|dates?|limit|late|math"
    r"|dias?|semanas?|mes|meses|ley|cuenta|contar|cuente|reloj|plazo|fecha|espera\w*|calcul\w*|venc\w*|retraso)\b"
)
WHERE_TO_ASK = "kaiser-phone-numbers"


def answer_question(heard: Heard, dialogue: Dialogue) -> Decided:
    """Search, and answer, offer three choices or abstain."""
    context = heard.context(leans=heard.intent == "ask_followup")
    return decide(dialogue.answer_question(heard.text, heard.language, context), heard, dialogue)


def answer_follow_up(heard: Heard, dialogue: Dialogue) -> Decided:
    """Answer "how long?", "who do I call?", "and for my son?" after an answer."""
    kind = FOLLOW_UPS.get(heard.intent)
    if kind is None and heard.entity("relation") == "child":
        kind = "for_child"
    if kind is None:
        context = heard.context(leans=True)
        return decide(dialogue.answer_question(heard.text, heard.language, context), heard, dialogue)
    move = dialogue.follow_up(cast(FollowUp, kind), heard.text, heard.language, heard.context())
    return decide(move, heard, dialogue)


def decline_to_act(heard: Heard, dialogue: Dialogue) -> Decided:
    """Say that the bot cannot do what was asked, then how the person can."""
    found = dialogue.answer_question(heard.text, heard.language, heard.context())
    faq = found.faqs[0] if found.kind in ("answer", "choices") and found.faqs else WHERE_TO_ASK
    answer = Move("answer", (faq,), alternatives=found.alternatives, opened=(faq,))
    decided = decide(answer, heard, dialogue)
    return replace(decided, moves=(Move("say", say="cannot_act"), *decided.moves))


def start_clock(heard: Heard, dialogue: Dialogue) -> Decided:
    """Count days for someone who speaks of days; Rasa takes other questions that hold a number for that as well."""
    if not heard.is_button and not OF_DAYS.search(fold(heard.text)):
        return answer_question(heard, dialogue)
    return Decided(count_days=True)


def give_feedback(heard: Heard, dialogue: Dialogue) -> Decided:
    """Take praise and blame; "you are useless" helps once, after that people to call do."""
    return decide(dialogue.say_once("give_feedback", heard.memory.misses), heard, dialogue)


def answer_plan(heard: Heard, dialogue: Dialogue) -> Decided:
    """Answer with what is different for the kind of plan; a question that came with it counts more than the plan."""
    plan = heard.entity("plan")
    if not heard.is_button and (plan is None or len(heard.text.split()) > SHORT_WORDS):
        return answer_question(heard, dialogue)
    answer = dialogue.answer_for_plan(plan)
    if answer:
        return decide(Move("answer", (answer,)), heard, dialogue, asked_plan=True)
    # "The steps above" need an answer above them.
    say = "plan_commercial" if heard.memory.last_faq else "role_patient"
    return decide(Move("say", say=say), heard, dialogue, asked_plan=True)


def finish_plan(heard: Heard, dialogue: Dialogue) -> Decided:
    """Answer what the form asked for; whoever wrote of something else has had an answer to that already."""
    return answer_plan(heard, dialogue) if heard.entity("plan") else Decided()


def ask_plan(heard: Heard, dialogue: Dialogue) -> Decided:
    """Ask for the kind of plan, once in a conversation."""
    return Decided((Move("ask_plan"),), {"asked_plan": True})


def answer_role(heard: Heard, dialogue: Dialogue) -> Decided:
    """Take note of patient or worker; a question that came with it is answered."""
    role = heard.entity("role") or "patient"
    if not heard.is_button and (len(heard.text.split()) > SHORT_WORDS or "?" in heard.text):
        move = dialogue.answer_question(heard.text, heard.language, heard.context())
        if move.kind == "answer" or (move.kind == "choices" and "?" in heard.text):
            return decide(move, heard, dialogue)
    return decide(Move("say", say=f"role_{role}"), heard, dialogue)
