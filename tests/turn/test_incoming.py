from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadRequestError
from bot.turn.incoming import MAX_CHARACTERS, clean_sender, clean_text


@pytest.mark.parametrize("text", ["", "   ", "\n\t ", "\x00\x01", "\ud800"])
def test_refuses_a_text_that_says_nothing(text: str) -> None:
    with pytest.raises(BadRequestError, match="empty") as caught:
        clean_text(text)
    assert caught.value.status == 400


def test_refuses_a_text_over_the_limit_without_quoting_it() -> None:
    with pytest.raises(BadRequestError, match="100000 characters") as caught:
        clean_text("marmalade " * 10_000)
    assert caught.value.status == 413
    assert "marmalade" not in str(caught.value)


@pytest.mark.parametrize("text", [None, 3, ["a"], {"a": 1}, True])
def test_refuses_what_is_not_a_string(text: object) -> None:
    with pytest.raises(BadRequestError, match="must be a string"):
        clean_text(text)


@given(st.text(max_size=MAX_CHARACTERS))
def test_a_cleaned_text_can_be_written_out_and_is_clean_already(text: str) -> None:
    try:
        cleaned = clean_text(text)
    except BadRequestError:
        return
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert clean_text(cleaned) == cleaned


@pytest.mark.parametrize("sender", ["", "a" * 129, "a b", "a\nb", "ñ", 7, None])
def test_refuses_a_sender_that_could_break_a_log_line(sender: object) -> None:
    with pytest.raises(BadRequestError, match="sender"):
        clean_sender(sender)


def test_takes_ordinary_senders() -> None:
    assert clean_sender("tg-123:abc.def@x+y=~_") == "tg-123:abc.def@x+y=~_"
