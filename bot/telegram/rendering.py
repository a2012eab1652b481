"""A reply as Telegram messages: texts in HTML, buttons in rows, sources under the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.message import Button, Reply, Tier
from bot.reply.texts import text
from bot.telegram.formatting import LIMIT, decorate, escape, link, split_text, utf16_length
from bot.telegram.wording import wording
from knowledge.material.registry import Language
from knowledge.material.render import format_date

MAX_TITLE = 60
MAX_PAYLOAD_BYTES = 64
MAX_BUTTONS = 100
# Two buttons of a kind share a row when both titles stay readable on a narrow phone.
SHORT_TITLE = 18
PRINTED_DATE = re.compile(r"\d{4}(-\d{2}){0,2}\b")


@dataclass(frozen=True)
class Bubble:
    """One message to send.

    Attributes:
        html: text in Telegram's HTML, at most 4,096 UTF-16 units.
        plain: the same without HTML, sent when Telegram refuses the HTML.
        buttons: under the text.
        address: title and https address of one more button that opens a page or a chat.
        urgent: goes out before all that is not, a crisis card above all.
    """

    html: str
    plain: str
    buttons: tuple[Button, ...] = ()
    address: tuple[str, str] | None = None
    urgent: bool = False


def render_text(body: str, buttons: tuple[Button, ...] = (), address: tuple[str, str] | None = None) -> list[Bubble]:
    """Give the messages of one text; the buttons stand under the last."""
    pieces = [piece for piece in split_text(decorate(body)) if piece.strip()]
    if not pieces and not buttons:
        return []
    # Telegram refuses a message without text, even one that only brings buttons.
    pieces = [piece.strip() for piece in pieces] or ["•"]
    bubbles = [Bubble(escape(piece), piece) for piece in pieces[:-1]]
    return [*bubbles, Bubble(escape(pieces[-1]), pieces[-1], buttons, address)]


def render_reply(reply: Reply) -> list[Bubble]:
    """Give the messages of a reply, sources under its last answer."""
    answers = [number for number, part in enumerate(reply.parts) if part.kind == "answer"]
    bubbles: list[Bubble] = []
    for number, part in enumerate(reply.parts):
        last_answer = bool(answers) and number == answers[-1]
        made = render_text(part.text, part.buttons + (rating_buttons(reply) if last_answer else ()))
        if last_answer:
            made = _with_sources(made, reply)
        bubbles += as_urgent(made) if part.kind == "card" else made
    return bubbles


def as_urgent(bubbles: Sequence[Bubble]) -> list[Bubble]:
    """Give the same messages, to go out before others."""
    return [replace(bubble, urgent=True) for bubble in bubbles]


def rating_buttons(reply: Reply) -> tuple[Button, ...]:
    """Give the thumbs and "not what I asked" for an answer; none where someone may be in danger."""
    if reply.faq is None or reply.safety.tier in (Tier.T1, Tier.T2):
        return ()
    return (
        Button("👍", f"rate:up:{reply.faq}"),
        Button("👎", f"rate:down:{reply.faq}"),
        Button(wording("not_asked", reply.language), "none:"),
    )


def render_sources(reply: Reply) -> tuple[str, str]:
    """Give the lines that say where an answer comes from and when it was checked, as HTML and as plain text."""
    linked, plain = [], []
    if reply.sources:
        named = dict.fromkeys((source.publisher, source.url, source.date) for source in reply.sources)
        label = text("sources", reply.language)
        linked.append(f"{label}: " + "; ".join(f"{link(name, url)}{_dated(day)}" for name, url, day in named))
        plain.append(f"{label}: " + "; ".join(f"{name} {url}" for name, url, _ in named))
    if reply.as_of:
        line = f"{text('checked', reply.language)} {_written_date(reply.as_of, reply.language)}"
        linked.append(escape(line))
        plain.append(line)
    return "\n".join(linked), "\n".join(plain)


def build_keyboard(bubble: Bubble) -> InlineKeyboardMarkup | None:
    """Lay the buttons of a message out in rows; None where it has none.

    A payload over 64 bytes or without title is left out: Telegram would refuse the whole message for it.
    """
    rows: list[list[InlineKeyboardButton]] = []
    room = ""
    for button in bubble.buttons[:MAX_BUTTONS]:
        title = cut_title(button.title)
        if not title or not 1 <= len(button.payload.encode()) <= MAX_PAYLOAD_BYTES:
            continue
        made = InlineKeyboardButton(title, callback_data=button.payload)
        kind = button.payload.partition(":")[0] if len(title) <= SHORT_TITLE else ""
        if kind and kind == room:
            rows[-1].append(made)
            room = ""
        else:
            rows.append([made])
            room = kind
    if bubble.address:
        rows.append([InlineKeyboardButton(cut_title(bubble.address[0]), url=bubble.address[1])])
    return InlineKeyboardMarkup(rows) if rows else None


def cut_title(title: str) -> str:
    """Cut a title to 60 characters."""
    title = " ".join(title.split())
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1].rstrip() + "…"


def _with_sources(bubbles: list[Bubble], reply: Reply) -> list[Bubble]:
    linked, plain = render_sources(reply)
    if not linked or not bubbles:
        return bubbles
    last = bubbles[-1]
    joined = f"{last.html}\n\n{linked}"
    if utf16_length(joined) <= LIMIT:
        return [*bubbles[:-1], Bubble(joined, f"{last.plain}\n\n{plain}"[:LIMIT], last.buttons, last.address)]
    if utf16_length(linked) > LIMIT:
        linked = escape(split_text(plain)[0])
    return [*bubbles[:-1], Bubble(last.html, last.plain), Bubble(linked, plain[:LIMIT], last.buttons, last.address)]


def _dated(day: str) -> str:
    # A source's date may be a remark ("not shown"), which tells a reader nothing.
    match = PRINTED_DATE.match(day)
    return f" ({match.group()})" if match else ""


def _written_date(as_of: str, language: Language) -> str:
    try:
        return format_date(date.fromisoformat(as_of), language)
    except ValueError:
        return as_of
