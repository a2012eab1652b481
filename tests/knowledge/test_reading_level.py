import pytest

from knowledge.checks.reading_level import is_hard, prose_of, reading_level


def test_list_markers_and_references_are_not_read_as_words() -> None:
    body = "First this:\n\n1. Call {{help-center.call}}\n- Wait."
    assert prose_of(body) == "First this: Call X. Wait."


@pytest.mark.parametrize(
    ("language", "easy", "hard"),
    [
        ("en", "You can call. They will help you.", "Administrative determinations necessitate authorization."),
        ("es", "Usted puede llamar. Le van a dar ayuda.", "Determinaciones administrativas necesitan autorizaciones."),
    ],
)
def test_long_words_are_hard_and_short_ones_are_not(language, easy, hard) -> None:
    assert not is_hard(reading_level(easy, language), language)
    assert is_hard(reading_level(hard, language), language)


def test_measuring_one_language_leaves_the_other_as_it_was() -> None:
    before = reading_level("You can call them at any time of the day.", "en")
    reading_level("Usted puede llamar a cualquier hora del día.", "es")
    assert reading_level("You can call them at any time of the day.", "en") == before
