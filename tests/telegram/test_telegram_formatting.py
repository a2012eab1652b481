"""Splitting, escaping and rendering, for any text."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.message import Button, Part, Reply, SourceLink
from bot.telegram.formatting import LIMIT, decorate, escape, link, split_text, utf16_length
from bot.telegram.profile import TAGS
from bot.telegram.rendering import build_keyboard, render_reply, render_text
from bot.telegram.wording import all_wording
from tests.telegram.bot_api_methods import read_text

LINES = st.lists(
    st.text(max_size=60) | st.sampled_from(["One. ", "& <b> ", "🙏🏽 ", "\n\n", "- x\n"]), max_size=40
).map("".join)


@given(LINES, st.integers(min_value=8, max_value=200))
def test_splitting_keeps_every_character_and_the_limit(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert "".join(pieces) == text
    assert all(0 < utf16_length(escape(piece)) <= limit for piece in pieces)


@given(st.text())
def test_escaped_text_reads_as_it_was(text: str) -> None:
    assert html.unescape(escape(text)) == html.unescape(text) or "&" in text
    assert "<" not in escape(text)


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), min_size=1, max_size=300), st.integers(1, 60))
def test_whatever_is_rendered_is_taken_by_telegram(text: str, times: int) -> None:
    sources = (SourceLink(text[:80], f"https://example.org/{text[:20]}", text[:10]),)
    reply = Reply(
        (Part(text * times, "answer"), Part("988", "footer")), "answer", "en", sources=sources, as_of="2026-11-24"
    )
    for bubble in render_reply(reply):
        read_text({"text": bubble.html, "parse_mode": "HTML"})
        assert utf16_length(bubble.plain) <= LIMIT + 1 and bubble.plain.strip()


def test_cuts_after_the_last_sentence_that_fits() -> None:
    assert split_text("First one. Second one! Third", 24) == ["First one. Second one! ", "Third"]
    assert split_text("no end in here at all", 10) == ["no end in ", "here at ", "all"]
    assert split_text("line\nanother line", 10) == ["line\n", "another ", "line"]
    assert split_text("x" * 20, 8) == ["x" * 8, "x" * 8, "x" * 4]
    assert split_text("") == []


def test_counts_as_telegram_does() -> None:
    assert [utf16_length(text) for text in ("a", "é", "🙏", "🙏🏽")] == [1, 1, 2, 4]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("call 1-888-466-2219 now", "call +1-888-466-2219 now"),
        ("call 888-466-2219.", "call +1-888-466-2219."),
        ("(888) 466-2219", "+1-(888) 466-2219"),
        ("+1-888-466-2219", "+1-888-466-2219"),
        ("https://example.org/888-466-2219", "https://example.org/888-466-2219"),
        ("call or text 988, text 741741, dial 711", "call or text 988, text 741741, dial 711"),
        ("- one\n- two", "• one\n• two"),
        ("1. one - two", "1. one - two"),
    ],
)
def test_decorates_numbers_and_lists(written: str, shown: str) -> None:
    assert decorate(written) == shown


def test_links_only_web_addresses() -> None:
    assert (
        link('A "<b>"', 'https://x.org/?a="b"&c') == '<a href="https://x.org/?a=&quot;b&quot;&amp;c">A "&lt;b&gt;"</a>'
    )
    assert link("A", "javascript:alert(1)") == "A"


def test_short_buttons_share_a_row() -> None:
    titles = ["👍", "👎", "A long title that needs its own row", "Yes"]
    (bubble,) = render_text("x", tuple(Button(title, "topics:") for title in titles))
    keyboard = build_keyboard(bubble)
    assert keyboard is not None
    assert [[button.text for button in row] for row in keyboard.inline_keyboard] == [
        titles[:2],
        [titles[2]],
        [titles[3]],
    ]


def test_part_without_text_still_brings_its_buttons() -> None:
    assert render_text(" \n") == []
    (bubble,) = render_text("", (Button("a", "topics:"),))
    assert bubble.html == "•"


def test_wording_is_complete_and_fits() -> None:
    assert all(set(texts) == {"en", "es"} and all(texts.values()) for texts in all_wording().values())
    for _, language in TAGS:
        assert len(all_wording()["description"][language]) <= 512
        assert len(all_wording()["short_description"][language]) <= 120
