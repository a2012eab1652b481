"""The clock's form with a real tracker: answers taken, asked back, interrupted, counted, and put into words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.decide import Dialogue
from bot.dialogue.moves import Move, move_from_json
from bot.rasa.actions import ACTIONS, build_executor, clock_form
from bot.reply.clock import clock_texts
from bot.reply.compose import Composer
from bot.reply.payload import parse_payload
from bot.settings import ROOT
from bot.turn.press import is_day
from knowledge.material.base import KnowledgeBase, load_knowledge
from knowledge.material.registry import LANGUAGES, Language

TODAY = date(2026, 11, 24)


class KnownAnswer(Dialogue):
    """A dialogue whose search finds one answer."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge

    @property
    def rules(self) -> dict[str, Any]:
        return self._knowledge.rules

    def answer_question(self, *_: Any, **__: Any) -> Move:
        return Move("answer", ("strike-causes",))

    def answer_for_plan(self, plan: str | None) -> str | None:
        return f"plan-{plan}" if plan == "medicare" else None

    def entry(self, faq: str | None, language: Language) -> Any:
        return self._knowledge.get(faq, language) if faq else None


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return load_knowledge(ROOT / "knowledge")


@pytest.fixture
def talk(knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> Talk:
    monkeypatch.setattr(clock_form, "today_in_california", lambda: TODAY)
    return Talk(KnownAnswer(knowledge))


class Talk:
    """Does with the actions what Rasa's form does: validates, then asks or finishes."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.slots: dict[str, Any] = {}
        self._executor = build_executor(dialogue)

    async def _run(self, action: str, message: dict[str, Any]) -> list[Move]:
        tracker = Tracker("someone", dict(self.slots), message, [], False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        events = await self._executor.actions[action](dispatcher, tracker, {})
        self.slots |= {event["name"]: event["value"] for event in events if event["event"] == "slot"}
        return [move_from_json(sent["custom"]) for sent in dispatcher.messages]

    async def say(self, text: str, intent: str = "ask_question", language: str = "en") -> list[Move]:
        return await self.send({"text": text, "intent": {"name": intent}, "metadata": {"language": language}})

    async def press(self, value: str) -> list[Move]:
        entities = [{"entity": "clock_answer", "value": value}]
        return await self.send({"text": "/answer_clock", "intent": {"name": "answer_clock"}, "entities": entities})

    async def send(self, message: dict[str, Any]) -> list[Move]:
        await self._run("validate_clock_form", message)
        following = self.slots["requested_slot"]
        return await self._run(f"action_ask_clock_form_{following}" if following else "action_finish_clock", message)


def result(moves: list[Move]) -> dict[str, str]:
    assert [move.say for move in moves] == ["result"]
    return dict(moves[0].values)


async def test_three_answers_in_words_give_the_lawful_day(talk: Talk) -> None:
    assert [move.say for move in await talk.say("is 30 days legal", "ask_clock")] == ["ask_visit"]
    assert [move.say for move in await talk.say("first visit with a therapist")] == ["ask_requested"]
    assert [move.say for move in await talk.say("the 3rd", "pick_option")] == ["ask_offered"]
    found = result(await talk.say("December 13"))
    assert (found["visits"], found["requested"], found["offered"]) == ("first-visit", "2026-11-03", "2026-12-13")
    assert (found["last"], found["verdict"], found["late_by"]) == ("2026-11-18T23:59:00", "late", "25,25")
    # Nothing is left of it.
    assert {name: talk.slots[name] for name in clock_form.EMPTY} == dict.fromkeys(clock_form.EMPTY)


async def test_the_same_in_spanish_and_by_button(talk: Talk) -> None:
    await talk.press("go-on")
    await talk.say("la primera cita, con terapeuta", language="es")
    await talk.say("hace dos semanas", language="es")
    found = result(await talk.say("no me ofrecieron nada", language="es"))
    assert (found["requested"], found["verdict"]) == ("2026-11-10", "none")
    await talk.press("again")
    for value in ("psychiatrist", "2026-11-03"):
        await talk.press(value)
    assert result(await talk.press("none"))["visits"] == "psychiatrist"


@pytest.mark.parametrize("words", ["skip", "I don't know", "idk", "saltar", "no sé", "no me acuerdo bien"])
async def test_what_is_skipped_gives_a_range_that_says_why(talk: Talk, words: str) -> None:
    await talk.press("go-on")
    for _ in range(2):
        await talk.say(words)
    found = result(await talk.say(words))
    assert (found["first"], found["why"], found["verdict"]) == ("", "visit,requested", "unknown")


@pytest.mark.parametrize("words", ["stop", "please stop", "parar", "ya no", "basta por favor"])
async def test_stop_ends_it_and_drops_what_was_told(talk: Talk, words: str) -> None:
    await talk.press("go-on")
    await talk.press("urgent")
    assert [move.say for move in await talk.say(words)] == ["stopped"]
    assert talk.slots["clock_visit"] is None


async def test_a_question_in_the_middle_is_answered_and_nothing_told_is_lost(talk: Talk) -> None:
    await talk.press("go-on")
    await talk.press("psychiatrist")
    moves = await talk.say("why are they on strike?")
    assert [(move.kind, move.say) for move in moves] == [("answer", ""), ("clock", "paused")]
    assert [move.say for move in await talk.press("go-on")] == ["ask_requested"]
    assert talk.slots["clock_visit"] == "psychiatrist"


async def test_another_button_in_the_middle_does_what_it_says(talk: Talk) -> None:
    await talk.press("go-on")
    entities = [{"entity": "faq", "value": "wait-too-long"}]
    moves = await talk.send({"text": "/choose_answer", "intent": {"name": "choose_answer"}, "entities": entities})
    assert [(move.kind, move.faqs) for move in moves] == [("answer", ("wait-too-long",)), ("clock", ())]


async def test_after_a_crisis_card_it_waits_until_the_person_asks(talk: Talk) -> None:
    await talk.press("go-on")
    await talk.press("psychiatrist")
    talk.slots["in_crisis"] = True
    moves = await talk.say("the 3rd", "say_alone")
    assert [(move.kind, move.say) for move in moves] == [("stay", "alone")]
    assert talk.slots["requested_slot"] is None
    assert [move.say for move in await talk.press("go-on")] == ["ask_requested"]


async def test_a_date_with_two_readings_is_asked_back(talk: Talk) -> None:
    await talk.press("go-on")
    await talk.press("first-visit")
    (move,) = await talk.say("3/4")
    assert (move.say, dict(move.values)["problem"]) == ("ask_requested", "two")
    assert dict(move.values)["readings"] == "2026-03-04,2026-04-03"
    assert [move.say for move in await talk.press("2026-04-03")] == ["ask_offered"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [("february 30", "impossible"), ("mañana", "future"), ("5 Ramadan", "calendar"), ("last week", "vague"),
     ("hm", "none")],
)  # fmt: skip
async def test_a_date_that_cannot_be_is_asked_again_with_the_reason(talk: Talk, text: str, problem: str) -> None:
    await talk.press("go-on")
    await talk.press("first-visit")
    (move,) = await talk.say(text)
    assert (move.say, dict(move.values)["problem"]) == ("ask_requested", problem)
    assert talk.slots["clock_visit"] == "first-visit"


@pytest.mark.parametrize(
    ("text", "offered"),
    [("the 40th day", "2026-12-13"), ("40 days later", "2026-12-13"), ("6 weeks after I asked", "2026-12-15"),
     ("40 días después", "2026-12-13"), ("in 40 days", "2027-01-03")],
)  # fmt: skip
async def test_an_offer_may_be_given_in_days(talk: Talk, text: str, offered: str) -> None:
    for value in ("go-on", "first-visit", "2026-11-03"):
        await talk.press(value)
    assert result(await talk.say(text))["offered"] == offered


async def test_days_that_may_count_from_two_days_are_asked_back(talk: Talk) -> None:
    for value in ("go-on", "first-visit", "2026-11-03"):
        await talk.press(value)
    (move,) = await talk.say("40 days")
    assert dict(move.values)["readings"] == "2026-12-13,2027-01-03"


async def test_a_yes_is_asked_for_the_day(talk: Talk) -> None:
    await talk.press("go-on")
    await talk.press("first-visit")
    await talk.press("2026-11-03")
    (move,) = await talk.say("yes")
    assert dict(move.values)["problem"] == "which"


async def test_a_plan_without_these_limits_gets_what_is_different_for_it(talk: Talk) -> None:
    talk.slots["plan"] = "medicare"
    await talk.press("go-on")
    await talk.press("first-visit")
    await talk.press("2026-11-03")
    moves = await talk.press("none")
    assert dict(moves[0].values)["regime"] == "other" and moves[1].faqs == ("plan-medicare",)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("visit", ["first-visit", "follow-up", "urgent", "phone-triage", "unknown"])
@pytest.mark.parametrize("requested", ["2026-11-03", "2027-06-14", "unknown"])
@pytest.mark.parametrize("offered", ["2026-11-10", "2027-12-13", "none", "unknown"])
@pytest.mark.parametrize("plan", ["commercial", "self-funded", None])
def test_every_finding_is_put_into_words(
    knowledge: KnowledgeBase, language: Language, visit: str, requested: str, offered: str, plan: str | None
) -> None:
    slots = {"clock_visit": visit, "clock_requested": requested, "clock_offered": offered}
    heard = clock_form.Heard("x", "", language, {}, clock_form.hear(_tracker({"plan": plan})).memory)
    decided = clock_form.finish(heard, slots, KnownAnswer(knowledge), TODAY)
    reply = Composer(knowledge, TODAY).reply(decided.moves[:1], language)
    words = reply.parts[0].text
    assert "{" not in words and "legal" in words and reply.sources and reply.as_of == "2026-11-24"
    assert ("asesoría legal" if language == "es" else "not legal advice") in words
    for part in reply.parts:
        for button in part.buttons:
            assert parse_payload(button.payload) and len(button.payload.encode()) <= 64


def test_the_reply_names_day_rule_exceptions_and_what_to_say(knowledge: KnowledgeBase) -> None:
    slots = {"clock_visit": "first-visit", "clock_requested": "2026-11-17", "clock_offered": "2026-12-27"}
    heard = clock_form.hear(_tracker({"plan": "commercial"}))
    moves = clock_form.finish(heard, slots, KnownAnswer(knowledge), TODAY).moves
    english = Composer(knowledge, TODAY).reply(moves, "en").parts[0].text
    spanish = Composer(knowledge, TODAY).reply(moves, "es").parts[0].text
    for said in ("December 3, 2026", "Days left, from today: 9", "November 26, 2026", "Days too late: 24", "licensed",
                 "1-800-464-4000", "timely-access",
                 "I asked on November 17, 2026. I need a visit by December 3, 2026."):  # fmt: skip
        assert said in english
    for said in (
        "3 de diciembre de 2026",
        "hoy: 9",
        "26 de noviembre de 2026",
        "Días de más: 24",
        "licencia",
        "1-800-788-0616",
    ):
        assert said in spanish


async def test_every_question_can_be_skipped_and_stopped(knowledge: KnowledgeBase) -> None:
    composer = Composer(knowledge, TODAY)
    for slot in clock_form.SLOTS:
        for readings in (None, ["2026-03-04", "2026-04-03"]):
            move = clock_form.ask(slot, {"clock_readings": readings, "clock_problem": "two" if readings else None})
            for language in LANGUAGES:
                part = composer.reply([move], language).parts[0]
                payloads = [button.payload for button in part.buttons]
                assert payloads[-3:] == ["clock:skip", "clock:unknown", "clock:stop"] and "{" not in part.text


def test_the_kinds_of_visit_heard_in_words_are_those_of_the_rules(knowledge: KnowledgeBase) -> None:
    assert {visit for visit, _ in clock_form.VISITS} == set(knowledge.rules)
    assert not set(ACTIONS) & {"action_finish_clock"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_about_waiting_offer_to_count(knowledge: KnowledgeBase, language: Language) -> None:
    composer = Composer(knowledge, TODAY)
    offering = {
        faq for faq in knowledge.ids() if "clock:" in [each.payload for each in composer.answer(faq, language).buttons]
    }
    assert offering == {"wait-too-long", "appointment-cancelled"}


def test_every_sentence_is_there_in_both_languages() -> None:
    assert all(words.keys() == {"en", "es"} and all(words.values()) for words in clock_texts().values())


@pytest.mark.parametrize(("value", "known"), [("2026-11-03", True), ("2026-02-30", False), ("20261103", False)])
def test_a_button_names_a_day_of_the_calendar(value: str, known: bool) -> None:
    assert is_day(value) is known


def _tracker(slots: dict[str, Any]) -> Tracker:
    return Tracker("someone", slots, {"text": "x"}, [], False, None, {}, "action_listen")
