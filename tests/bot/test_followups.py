"""What short follow-ups and corrections are taken for."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.corrections import says_nothing, without_refusal
from bot.dialogue.decide import picked_number
from bot.dialogue.followups import FOLLOWUPS, answer_after
from knowledge.material.base import KnowledgeBase, load_knowledge

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return load_knowledge(ROOT / "knowledge")


@pytest.mark.parametrize(
    ("text", "last", "expected"),
    [
        ("how long?", "grievance-with-kaiser", "grievance-no-answer"),
        ("And how long does that take?", "appointment-cancelled", "wait-too-long"),
        ("¿y cuánto tarda?", "appointment-cancelled", "wait-too-long"),
        ("cuánto?", "employer-fines", "employer-fines"),
        ("what about my son", "appointment-cancelled", "impact-children"),
        ("y mi hijo?", "crisis-lines", "helping-someone"),
        ("why?", "strike-status", "strike-causes"),
        ("¿Por qué?", "strike-status", "strike-causes"),
        ("y si no me contestan?", "grievance-with-kaiser", "grievance-no-answer"),
        ("a quién le llamo", "wait-too-long", "kaiser-phone-numbers"),
        ("is it free", "complaint-to-state", "complaint-to-state"),
        ("how long", "strike-causes", None),
        ("why did my son not get his evaluation", "appointment-cancelled", None),
    ],
)
def test_a_bare_followup_means_what_the_last_answer_makes_of_it(
    knowledge: KnowledgeBase, text: str, last: str, expected: str | None
) -> None:
    entry = knowledge.get(last, "en")
    assert entry is not None
    assert answer_after(text, entry) == expected


def test_every_followup_leads_to_an_answer_there_is(knowledge: KnowledgeBase) -> None:
    for followup in FOLLOWUPS:
        assert set(followup.after_faq) <= set(knowledge.ids())
        assert {faq for faq in followup.after_faq.values() if faq} <= set(knowledge.ids())
        assert set(followup.after_topic) <= set(knowledge.topics())
        assert set(followup.after_topic.values()) <= set(knowledge.ids())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("no, I meant the pharmacies", "the pharmacies"),
        ("no i meant the pharmacies", "the pharmacies"),
        ("sorry, I meant Medicare", "Medicare"),
        ("no, me refiero a cuánto dura la huelga", "cuánto dura la huelga"),
        ("no, las farmacias", "las farmacias"),
        ("no, the other thing", ""),
        ("eso no es lo que pregunté", ""),
        ("that's not what I asked", ""),
        ("no me dan cita", "no me dan cita"),
        ("No one showed up to my visit", "No one showed up to my visit"),
        ("nobody called me back", "nobody called me back"),
    ],
)
def test_a_refusal_is_taken_off_and_a_question_that_starts_with_no_is_kept(text: str, left: str) -> None:
    assert without_refusal(text) == left


def test_a_message_of_refusing_words_says_nothing() -> None:
    assert says_nothing("no, not that either")
    assert not says_nothing("no, the pharmacies")


@pytest.mark.parametrize(("text", "number"), [("the second one", 1), ("la primera", 0), ("el último", -1), ("3", 2)])
def test_a_number_in_words_is_read(text: str, number: int) -> None:
    assert picked_number(text) == number
