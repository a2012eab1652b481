"""Every action with a real tracker and a real search: what it says, and what it remembers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.decide import Dialogue
from bot.dialogue.moves import Move, move_from_json
from bot.rasa.actions import ACTIONS, DialogueAction
from bot.rasa.actions.plan_form import ValidatePlanForm
from bot.settings import ROOT
from knowledge.material.base import load_knowledge
from knowledge.retrieval.embedding_store import EmbeddingStore
from knowledge.retrieval.index import build_index
from knowledge.retrieval.search import Searcher
from tests.hashed_words import HashedWords

KEPT = (
    *("appointment-cancelled", "wait-too-long", "grievance-with-kaiser", "grievance-no-answer", "complaint-to-state"),
    *("plan-medicare", "strike-causes", "strike-duration", "kaiser-phone-numbers", "impact-children", "bot-identity"),
)

# One of the messages the bot learns not to answer.
UNKNOWN = "does blue shield cover couples counseling"


@pytest.fixture(scope="module")
def dialogue(tmp_path_factory: pytest.TempPathFactory) -> Dialogue:
    whole = load_knowledge(ROOT / "knowledge")
    entries = {key: entry for key, entry in whole.entries.items() if key[0] in KEPT}
    store = EmbeddingStore(tmp_path_factory.mktemp("store") / "embeddings.sqlite")
    small = replace(whole, entries=entries, out_of_scope=whole.out_of_scope[::10])
    searcher = Searcher(build_index(small, HashedWords(), store), HashedWords())
    store.close()
    return Dialogue(lambda: searcher)


async def run(
    name: str, dialogue: Dialogue, text: str, intent: str = "ask_question", **told: Any
) -> tuple[list[Move], dict[str, Any], list[str]]:
    """Run an action on one message; give its moves, the slots it sets, and the forms it starts."""
    entities = [{"entity": key, "value": value} for key, value in told.pop("entities", {}).items()]
    message = {
        "text": text,
        "intent": {"name": intent},
        "entities": entities,
        "metadata": {"language": told.pop("language", "en")},
    }
    tracker = Tracker("someone", told, message, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = await DialogueAction(name, ACTIONS[name], dialogue).run(dispatcher, tracker, {})
    moves = [move_from_json(sent["custom"]) for sent in dispatcher.messages]
    slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    return moves, slots, [event["name"] for event in events if event["event"] == "followup"]


async def test_a_known_question_is_answered_and_remembered(dialogue: Dialogue) -> None:
    variant = dialogue.entry("wait-too-long", "en").variants[0]  # type: ignore[union-attr]
    moves, slots, _ = await run("action_answer_question", dialogue, variant)
    assert [move.faqs for move in moves] == [("wait-too-long",)]
    assert slots["last_faq"] == "wait-too-long" and slots["misses"] == 0 and slots["seen"] == ["wait-too-long"]
    assert slots["alternatives"][0] == "wait-too-long"


async def test_nothing_known_is_a_miss(dialogue: Dialogue) -> None:
    moves, slots, _ = await run("action_answer_question", dialogue, UNKNOWN, misses=1.0)
    assert (moves[0].kind, slots["misses"]) == ("abstain", 2)


async def test_in_a_crisis_what_is_not_known_gets_words_for_the_person(dialogue: Dialogue) -> None:
    moves, _, _ = await run("action_answer_question", dialogue, UNKNOWN, in_crisis=True)
    assert [(move.kind, move.say) for move in moves] == [("stay", "other")]


@pytest.mark.parametrize(
    ("intent", "last", "expected"),
    [
        ("ask_how_long", "grievance-with-kaiser", "grievance-no-answer"),
        ("ask_how_long", "appointment-cancelled", "wait-too-long"),
        ("ask_who_to_call", "wait-too-long", "kaiser-phone-numbers"),
        ("ask_if_refused", "grievance-no-answer", "complaint-to-state"),
        ("ask_why", "strike-duration", "strike-causes"),
    ],
)
async def test_a_follow_up_is_answered_by_what_the_last_answer_names(
    dialogue: Dialogue, intent: str, last: str, expected: str
) -> None:
    moves, _, _ = await run("action_answer_follow_up", dialogue, "and that?", intent, last_faq=last)
    assert moves[0].faqs == (expected,)


async def test_a_question_for_a_child_leads_to_the_answer_for_children(dialogue: Dialogue) -> None:
    told = {"entities": {"relation": "child"}, "last_faq": "appointment-cancelled"}
    moves, _, _ = await run("action_answer_follow_up", dialogue, "and for my son?", "ask_for_other", **told)
    assert moves[0].faqs == ("impact-children",)


async def test_the_plan_is_asked_once_where_the_steps_differ_by_it(dialogue: Dialogue) -> None:
    told: dict[str, Any] = {"entities": {"faq": "complaint-to-state"}}
    assert (await run("action_show_answer", dialogue, "/choose_answer", "choose_answer", **told))[2] == ["plan_form"]
    told = {"entities": {"faq": "complaint-to-state"}, "asked_plan": True}
    assert (await run("action_show_answer", dialogue, "/choose_answer", "choose_answer", **told))[2] == []


async def test_a_known_plan_adds_what_is_different_for_it_once(dialogue: Dialogue) -> None:
    told = {"entities": {"faq": "complaint-to-state"}, "plan": "medicare"}
    moves, slots, _ = await run("action_show_answer", dialogue, "/choose_answer", "choose_answer", **told)
    assert [move.faqs[0] for move in moves] == ["complaint-to-state", "plan-medicare"]
    assert slots["last_faq"] == "complaint-to-state"


async def test_the_form_ends_quietly_when_something_else_was_written(dialogue: Dialogue) -> None:
    moves, slots, _ = await run("action_finish_plan", dialogue, "why are they on strike")
    assert (moves, slots) == ([], {})


@pytest.mark.parametrize(("value", "kept"), [("medicare", "medicare"), ("kaiser-gold", None), (None, None)])
def test_the_form_takes_a_plan_there_is(value: Any, kept: str | None) -> None:
    tracker = Tracker("someone", {}, {}, [], False, None, {}, "action_listen")
    assert ValidatePlanForm().validate_plan(value, CollectingDispatcher(), tracker, {}) == {"plan": kept}


async def test_both_shows_the_first_two_of_the_choices(dialogue: Dialogue) -> None:
    offered = ["wait-too-long", "strike-causes", "strike-duration"]
    told = {"entities": {"ordinal": "both"}, "offered": offered}
    moves, slots, _ = await run("action_pick_option", dialogue, "both", "pick_option", **told)
    assert moves[0].faqs == ("wait-too-long", "strike-causes")
    assert slots["offered"] == offered


async def test_a_refusal_offers_what_was_not_refused(dialogue: Dialogue) -> None:
    told = {"last_faq": "wait-too-long", "alternatives": ["wait-too-long", "strike-duration"]}
    moves, slots, _ = await run("action_reject_answer", dialogue, "that's not what i asked", "reject_answer", **told)
    assert (moves[0].kind, moves[0].faqs) == ("choices", ("strike-duration",))
    assert slots["rejected"] == ["wait-too-long"]


async def test_a_button_of_an_answer_that_is_gone_leads_to_the_topics(dialogue: Dialogue) -> None:
    told = {"entities": {"faq": "no-such-answer"}}
    moves, _, _ = await run("action_show_answer", dialogue, "/choose_answer", "choose_answer", **told)
    assert (moves[0].kind, moves[0].say) == ("say", "topics")


async def test_asked_to_act_it_says_that_it_cannot_and_how_the_person_can(dialogue: Dialogue) -> None:
    moves, _, _ = await run("action_decline_to_act", dialogue, "can you call kaiser for me", "ask_to_act")
    assert moves[0].say == "cannot_act" and moves[1].kind == "answer"


async def test_useless_helps_once_then_people_to_call_do(dialogue: Dialogue) -> None:
    assert (await run("action_give_feedback", dialogue, "useless", "give_feedback"))[0][0].say == "give_feedback"
    moves, _, _ = await run("action_give_feedback", dialogue, "useless", "give_feedback", misses=1.0)
    assert (moves[0].kind, moves[0].misses) == ("abstain", 2)


@pytest.mark.parametrize(("language", "value", "chosen"), [("en", "es", "es"), ("es", "en", "en"), ("en", None, "es")])
async def test_a_language_asked_for_says_the_last_answer_again(
    dialogue: Dialogue, language: str, value: str | None, chosen: str
) -> None:
    told: dict[str, Any] = {"language": language, "last_faq": "wait-too-long"}
    if value:
        told["entities"] = {"language": value}
    moves, _, _ = await run("action_change_language", dialogue, "the other one please", "change_language", **told)
    assert [move.say for move in moves] == [f"language_{chosen}", ""]
    assert moves[1].faqs == ("wait-too-long",)


@pytest.mark.parametrize(
    ("intent", "kind"),
    [("affirm", "affirm"), ("say_joke", "joke"), ("ask_to_act", "act"), ("greet", "other"), ("ask_help", "what_to_do")],
)
async def test_after_a_card_each_message_gets_words_for_exactly_that(
    dialogue: Dialogue, intent: str, kind: str
) -> None:
    moves, _, _ = await run("action_stay_with_person", dialogue, "…", intent, in_crisis=True)
    assert [(move.kind, move.say) for move in moves] == [("stay", kind)]


async def test_small_talk_that_holds_a_question_answers_it(dialogue: Dialogue) -> None:
    variant = dialogue.entry("strike-causes", "en").variants[0]  # type: ignore[union-attr]
    moves, _, _ = await run("action_small_talk", dialogue, f"hello? {variant}?", "greet")
    assert moves[0].kind in ("answer", "say")
    moves, _, _ = await run("action_small_talk", dialogue, "hello", "greet")
    assert (moves[0].kind, moves[0].say) == ("say", "greet")
