from __future__ import annotations

import pytest

from bot.dialogue.language import detect_language
from knowledge.material.registry import Language


@pytest.mark.parametrize(
    "text",
    [
        "me cancelaron la cita y no se que hacer",
        "¿Por qué hay huelga?",
        "hola",
        "gracias",
        "y si es urgente?",
        "mi terapeuta esta en strike y no tengo appointment",
        "cuanto tengo que esperar",
    ],
)
def test_hears_spanish(text: str) -> None:
    assert detect_language(text) == "es"


@pytest.mark.parametrize(
    "text", ["why are therapists on strike", "hi", "thx that helped", "they cancelled my appointment", "and medi-cal?"]
)
def test_hears_english(text: str) -> None:
    assert detect_language(text) == "en"


@pytest.mark.parametrize("text", ["???", "988", "ok", "Medi-Cal"])
def test_keeps_the_language_of_the_conversation_when_a_message_tells_none(text: str) -> None:
    assert detect_language(text, previous="es") == "es"


@pytest.mark.parametrize(
    "text", ["no", "ok", "Los Angeles", "San Diego", "Maria Lopez", "👍", "2", "si", "el lunes", "Kaiser"]
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_word_or_a_name_never_changes_the_language(text: str, language: Language) -> None:
    assert detect_language(text, language) == language


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("me cancelaron la cita y no sé qué hacer", "en", "es"),
        ("my appointment was cancelled, what do I do", "es", "en"),
        ("¿por qué están en huelga?", "en", "es"),
        ("me cancelaron mi appointment con la therapist", "es", "es"),
        ("and my appointment with Dr. Gonzalez", "en", "en"),
    ],
)
def test_a_sentence_of_the_other_language_changes_it(text: str, before: Language, after: Language) -> None:
    assert detect_language(text, before) == after
