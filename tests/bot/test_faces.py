from __future__ import annotations

import pytest

from bot.dialogue.faces import move_for_face


@pytest.mark.parametrize(
    ("text", "say"),
    [
        ("😭😭😭", "sad_face"),
        ("👍", "thank"),
        ("👎🏽", "give_feedback"),
        ("???", "face"),
        ("🤷", "face"),
        ("💔", "sad_face"),
    ],
)
def test_a_message_without_words_gets_a_kind_word(text: str, say: str) -> None:
    move = move_for_face(text)
    assert move is not None and move.say == say


@pytest.mark.parametrize("text", ["ok 👍", "no", "2"])
def test_a_message_with_words_is_read(text: str) -> None:
    assert move_for_face(text) is None
