"""The clock's form: takes answers by button and in words, asks back, may be interrupted, and counts at the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.after_card import AFTER_CARD
from bot.dialogue.decide import SHORT_WORDS, Dialogue
from bot.dialogue.moves import Move
from bot.dialogue.questions import asks_something
from bot.rasa.actions import choices, questions, small_talk
from bot.rasa.actions.decided import Decided
from bot.rasa.actions.heard import Heard, hear
from bot.tools.clock import Asked, Count, count, regime_of, rules_for
from bot.tools.dates import Direction, Reading, read_date
from knowledge.retrieval.lexical import fold

CALIFORNIA = ZoneInfo("America/Los_Angeles")
SLOTS = ("clock_visit", "clock_requested", "clock_offered")
UNKNOWN, NONE = "unknown", "none"
# Nothing is left of a count that was finished or stopped.
EMPTY: dict[str, Any] = {**dict.fromkeys(SLOTS), "clock_problem": None, "clock_readings": None, "clock_aside": None}
STOP = re.compile(
    r"(?:please )?(?:stop|cancel|quit|end|exit|never ?mind|forget it|no more|parar?|pare|detener?|alto|cancelar?|basta"
    r"|salir|terminar|dejalo|ya no|olvidalo|dejemoslo)(?: (?:it|this|counting|please|por favor|ya|eso))*"
)
SKIP = re.compile(
    r"(?:skip|pass|next|saltar(?:la)?|salta|omitir|paso|siguiente|la siguiente)(?: (?:it|this|please|por favor))*"
)
NOT_KNOWN = re.compile(
    r"(?:(?:sorry|perdon|pues|um) )?(?:i )?(?:dont|do not|cant|cannot) (?:know|remember|recall)\b.*|idk|dunno"
    r"|(?:im )?not sure|no idea|unsure|(?:yo )?no (?:lo )?se|no (?:me acuerdo|recuerdo|estoy segur[oa])\b.*"
    r"|ni idea|quien sabe"
)
NOTHING = re.compile(
    r"(?:no|nope|none|nothing|not yet|no date|never|nothing yet|nada|ninguna|todavia no|aun no|no todavia)"
    r"|(?:no,? )?they (?:did not|didnt|havent|have not) (?:offer|give|gave).*"
    r"|(?:no )?(?:they )?(?:offered )?nothing(?: at all)?"
    r"|no me (?:ofrecieron|dieron|han dado|han ofrecido).*"
)
YES = re.compile(r"(?:yes|yeah|yep|they did|si|claro|si me (?:ofrecieron|dieron))(?: (?:one|una))?")
DAYS = re.compile(
    r"(?:the |in about |about |like |a los |al |como |unos )*(?P<number>\d{1,3})(?P<nth>st|nd|rd|th|o)? "
    r"(?P<unit>days?|weeks?|dias?|semanas?)(?P<later> later| after(?: i asked)?| despues| desde que la pedi)?"
)
# The order counts: "urgent" with an approval before "urgent", "next visit with the psychiatrist" is a psychiatrist's.
VISITS = (
    ("urgent-approval", r"\b(?:approv\w+|authori[sz]\w+|aprob\w+|autoriza\w+)\b"),
    ("urgent", r"\b(?:urgent\w*|emergenc\w+)\b"),
    ("psychiatrist", r"\b(?:psych?iatr\w+|siquiatra|psiquiatr\w+|med(?:ication|icine|s|icinas?|icamentos?))\b"),
    ("phone-triage", r"\b(?:triage|screening|call ?back|phone|telefono|llamada|evaluacion)\b"),
    ("follow-up", r"\b(?:follow ?up|next|return|regular|again|siguiente|seguimiento|proxima|otra|regreso)\b"),
    ("first-visit", r"\b(?:first|new|intake|initial|primera|nueva?|inicial|therap\w+|terap\w+|counsel\w+)\b"),
)


def today_in_california() -> date:
    """Give the day it is where the limits hold."""
    return datetime.now(CALIFORNIA).date()


class ValidateClockForm(Action):
    """Reads one answer and says what is asked next; nothing next ends the form."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def name(self) -> str:
        """Rasa's name for it."""
        return "validate_clock_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Run for one message."""
        heard = hear(tracker)
        slots = take_answer(heard, tracker.slots, tuple(self._dialogue.rules), today_in_california())
        told = {name: slots.get(name, tracker.slots.get(name)) for name in SLOTS}
        following = None if slots["clock_aside"] else next((name for name in SLOTS if told[name] is None), None)
        return [*(SlotSet(name, value) for name, value in slots.items()), SlotSet("requested_slot", following)]


def take_answer(heard: Heard, slots: dict[str, Any], visits: tuple[str, ...], today: date) -> dict[str, Any]:
    """Read an answer to the form.

    Args:
        heard: the message.
        slots: what the form knows; ``requested_slot`` is what it asked, None when it begins.
        visits: the kinds of visit there are.
        today: in California.

    Returns:
        The slots to set. ``clock_aside`` is "stop", "aside" for a message that is no answer, else None;
        ``clock_problem`` says why an answer could not be taken.
    """
    asked = slots.get("requested_slot")
    fresh: dict[str, Any] = {"clock_problem": None, "clock_readings": None, "clock_aside": None}
    pressed = heard.entity("clock_answer")
    if pressed:
        return fresh | _pressed(pressed, asked, slots, visits, today)
    if asked not in SLOTS or (heard.is_button and heard.intent == "ask_clock"):
        return fresh
    if heard.is_button or heard.memory.in_crisis:
        # Another button; and after a crisis card the form goes on only when the person asks for it.
        return fresh | {"clock_aside": "aside"}
    return fresh | _said(heard.text, asked, slots, today)


def _pressed(
    value: str, asked: str | None, slots: dict[str, Any], visits: tuple[str, ...], today: date
) -> dict[str, Any]:
    if value in ("go-on", "again"):
        return {}
    if value == "stop":
        return {"clock_aside": "stop"}
    if value in ("skip", "unknown"):
        return {asked: UNKNOWN} if asked in SLOTS else {}
    if value == NONE:
        return {"clock_offered": NONE}
    if value in visits:
        return {"clock_visit": value}
    name = asked if asked in SLOTS[1:] else next((name for name in SLOTS[1:] if slots.get(name) is None), SLOTS[1])
    found = read_date(value, today, _direction(name))
    return {name: found.dates[0].isoformat()} if found.dates else {"clock_problem": found.problem}


def _said(text: str, asked: str, slots: dict[str, Any], today: date) -> dict[str, Any]:
    plain = " ".join(re.findall(r"[a-z0-9/,.-]+", fold(text).replace("'", "").replace("’", ""))).strip(" .,-")
    if STOP.fullmatch(plain):
        return {"clock_aside": "stop"}
    if SKIP.fullmatch(plain) or NOT_KNOWN.fullmatch(plain):
        return {asked: UNKNOWN}
    if "?" in text or (asks_something(text) and len(plain.split()) > SHORT_WORDS):
        return {"clock_aside": "aside"}
    if asked == "clock_visit":
        return _visit(plain)
    if asked == "clock_offered" and NOTHING.fullmatch(plain):
        return {asked: NONE}
    if asked == "clock_offered" and YES.fullmatch(plain):
        return {"clock_problem": "which"}
    found = _counted(plain, slots, today) if asked == "clock_offered" else None
    found = found or read_date(text, today, _direction(asked))
    if len(found.dates) == 1:
        return {asked: found.dates[0].isoformat()}
    if found.dates:
        return {"clock_problem": "two", "clock_readings": [day.isoformat() for day in found.dates]}
    # A few words without a date are a try at one; more are about something else, unless it was asked before.
    if found.problem == "none" and (len(plain.split()) > 3 or slots.get("clock_problem")):
        return {"clock_aside": "aside"}
    return {"clock_problem": found.problem}


def _counted(plain: str, slots: dict[str, Any], today: date) -> Reading | None:
    """Read an offer in days: "the 40th day" counts from the request, "40 days" may as well count from today."""
    match = DAYS.fullmatch(plain)
    if match is None:
        return None
    wait = timedelta(days=int(match["number"]) * (7 if match["unit"].startswith(("week", "semana")) else 1))
    requested = _day(slots.get("clock_requested"))
    starts = (
        [requested] if requested and (match["nth"] or match["later"]) else [day for day in (requested, today) if day]
    )
    return Reading(tuple(sorted({day + wait for day in starts})))


def _visit(plain: str) -> dict[str, Any]:
    if len(plain.split()) <= 2 * SHORT_WORDS:
        for visit, pattern in VISITS:
            if re.search(pattern, plain):
                return {"clock_visit": visit}
    return {"clock_aside": "aside"} if len(plain.split()) > 3 else {"clock_problem": "visit"}


def _direction(slot: str) -> Direction:
    return "future" if slot == "clock_offered" else "past"


def ask(slot: str, slots: dict[str, Any]) -> Move:
    """Ask for one thing, after saying why the last answer could not be taken."""
    problem = str(slots.get("clock_problem") or "")
    begins = slot == SLOTS[0] and not problem
    readings = ",".join(slots.get("clock_readings") or ())
    values = (("problem", problem), ("readings", readings), ("first", "1" if begins else ""))
    return Move("clock", say=f"ask_{slot.removeprefix('clock_')}", values=values)


def finish(heard: Heard, slots: dict[str, Any], dialogue: Dialogue, today: date) -> Decided:
    """Say what was found; or that it stopped; or answer what was written instead, and keep what was told."""
    aside = slots.get("clock_aside")
    if aside == "stop":
        return Decided((Move("clock", say="stopped"),), EMPTY)
    if aside:
        decided = replace(_answer_aside(heard, dialogue), ask_plan=False)
        offer = () if heard.memory.in_crisis else (Move("clock", say="paused"),)
        return replace(decided, moves=(*decided.moves, *offer))
    if not dialogue.rules:
        # An index from before there were limits.
        return Decided((Move("answer", ("wait-too-long",)),), EMPTY)
    asked = asked_from(slots)
    plan = heard.memory.plan
    regime = regime_of(plan, rules_for(asked.visit, dialogue.rules))
    found = count(asked, dialogue.rules, today)
    moves = [Move("clock", say="result", values=values_of(found, asked, plan or "", regime))]
    of_plan = dialogue.answer_for_plan(plan) if regime == "other" else None
    return Decided((*moves, *([Move("answer", (of_plan,))] if of_plan else [])), EMPTY)


def asked_from(slots: dict[str, Any]) -> Asked:
    """Read the slots of the form; what was skipped is not known."""
    visit, requested, offered = (slots.get(name) for name in SLOTS)
    return Asked(
        visit=None if visit == UNKNOWN else visit,
        requested=_day(requested),
        offered=_day(offered),
        was_offered={NONE: False, UNKNOWN: None, None: None}.get(offered, True),
    )


def values_of(found: Count, asked: Asked, plan: str, regime: str) -> tuple[tuple[str, str], ...]:
    """Write a finding as the texts that travel with a move."""
    return (
        ("visits", ",".join(found.visits)),
        ("requested", asked.requested.isoformat() if asked.requested else ""),
        ("offered", asked.offered.isoformat() if asked.offered else ""),
        ("first", found.first.isoformat() if found.first else ""),
        ("last", found.last.isoformat()),
        ("why", ",".join(found.why)),
        ("skipped", ",".join(day.isoformat() for day in found.skipped)),
        ("verdict", found.verdict),
        ("left", ",".join(map(str, found.left))),
        ("late_by", ",".join(map(str, found.late_by))),
        ("plan", plan),
        ("regime", regime),
    )


def _answer_aside(heard: Heard, dialogue: Dialogue) -> Decided:
    if heard.memory.in_crisis and heard.intent in AFTER_CARD:
        return small_talk.stay_with_person(heard, dialogue)
    return ASIDES.get(heard.intent, questions.answer_question)(heard, dialogue)


# What answers a message or a button in the middle, as the rules do outside of the form; all else is searched for.
ASIDES: dict[str, Callable[[Heard, Dialogue], Decided]] = {
    **dict.fromkeys(questions.FOLLOW_UPS, questions.answer_follow_up),
    **dict.fromkeys(("greet", "thank", "goodbye", "ask_help", "ask_date", "insult"), small_talk.small_talk),
    "ask_for_other": questions.answer_follow_up,
    "ask_to_act": questions.decline_to_act,
    "change_language": small_talk.change_language,
    "choose_answer": choices.show_answer,
    "ask_more": choices.show_more,
    "inform_plan": questions.answer_plan,
    "inform_role": questions.answer_role,
}


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value and value not in (UNKNOWN, NONE) else None
