"""What short follow-ups and corrections are taken for."""

from __future__ import annotations

import pytest

from bot.dialogue.corrections import says_nothing, without_refusal
from bot.dialogue.questions import asks_yes_or_no, split_questions
from bot.rasa.actions.choices import picked_from


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


@pytest.mark.parametrize(
    ("ordinals", "picked"),
    [(("2",), ("b",)), (("1", "2"), ("b",)), (("last",), ("c",)), (("both",), ("a", "b")), (("4",), ()), ((), ())],
)
def test_an_ordinal_picks_from_what_is_offered(ordinals: tuple[str, ...], picked: tuple[str, ...]) -> None:
    assert picked_from(("a", "b", "c"), ordinals) == picked


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("how do i complain and how long does it take", ["how do i complain", "how long does it take"]),
        ("what is the strike about? can i be fired?", ["what is the strike about?", "can i be fired?"]),
        ("how do i complain\ncan i see someone else", ["how do i complain", "can i see someone else"]),
        ("por qué están en huelga y cuánto va a durar", ["por qué están en huelga", "cuánto va a durar"]),
        ("my therapist cancelled. what do i do", ["my therapist cancelled. what do i do"]),
        ("they cancelled my visit and my doctor said ok", ["they cancelled my visit and my doctor said ok"]),
    ],
)
def test_the_questions_of_a_message_are_told_apart(text: str, parts: list[str]) -> None:
    assert split_questions(text) == parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("can they do that", True),
        ("is it free?", True),
        ("¿puedo ir con otro?", True),
        ("hay huelga hoy", True),
        ("ok what about my refill", False),
        ("how long does it take", False),
        ("por qué están en huelga", False),
    ],
)
def test_only_a_yes_or_no_question_is_one(text: str, expected: bool) -> None:
    assert asks_yes_or_no(text) is expected
