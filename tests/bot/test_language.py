from __future__ import annotations

import pytest

from bot.dialogue.language import detect_language


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
