from __future__ import annotations

import pytest

from bot.reply.payload import Payload, parse_payload


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("faq:appointment-cancelled", "faq", "appointment-cancelled"),
        ("topics:", "topics", ""),
        ("topic:care-access:2", "topic", "care-access:2"),
        ("rate:up:strike-causes", "rate", "up:strike-causes"),
        ("lang:es", "lang", "es"),
    ],
)
def test_reads_a_button(text: str, kind: str, value: str) -> None:
    assert parse_payload(text) == Payload(kind, value)


@pytest.mark.parametrize(
    "text", ["hello", "faq: hello", "note: call me", "help: my son is ill", "faq:A", "http://x", "faq:x\ny"]
)
def test_words_are_not_buttons(text: str) -> None:
    assert parse_payload(text) is None
