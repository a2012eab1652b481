"""Texts as Telegram shows them: HTML with everything escaped, cut where a sentence ends."""

from __future__ import annotations

import html
import re

# Telegram counts UTF-16 units, after reading the HTML. We count the HTML itself, which is never shorter.
LIMIT = 4_096
SENTENCE_END = re.compile(r"[.!?…]+[\"')\]»”]*\s+|\n+")
BULLET = re.compile(r"^- ", re.MULTILINE)
# Telegram makes a number tappable when it is written with its country code.
PHONE_NUMBER = re.compile(r"(?<![\w+.(/@-])(1[-. ])?(\(?[2-9]\d{2}\)?[-. ]\s?\d{3}[-. ]\d{4})(?![\w-])")


def utf16_length(text: str) -> int:
    """Count UTF-16 units, as Telegram does: two for a character beyond U+FFFF, one for any other."""
    return len(text) + sum(char > "\uffff" for char in text)


def escape(text: str) -> str:
    """Escape a text for Telegram's HTML."""
    return html.escape(text, quote=False)


def link(title: str, url: str) -> str:
    """Write a link; an address that is not http(s) is left out, for Telegram refuses the whole message."""
    if not url.startswith(("https://", "http://")):
        return escape(title)
    return f'<a href="{html.escape(url, quote=True)}">{escape(title)}</a>'


def decorate(text: str) -> str:
    """Write list items with a round bullet and phone numbers with +1, so that a tap calls them."""
    text = PHONE_NUMBER.sub(lambda match: f"+{match.group(1) or '1-'}{match.group(2)}", text)
    return BULLET.sub("• ", text)


def split_text(text: str, limit: int = LIMIT) -> list[str]:
    """Cut a text into pieces that fit a message once they are escaped.

    Args:
        text: plain text of any length.
        limit: the most UTF-16 units of a piece after escaping; at least 8.

    Returns:
        The pieces; joined they are the text again. Cut after the last sentence that fits, else at the last space, else
        where the limit is.
    """
    pieces = []
    while text:
        fitting = _fitting_length(text, limit)
        cut = fitting if fitting == len(text) else _last_good_cut(text[:fitting])
        pieces.append(text[:cut])
        text = text[cut:]
    return pieces


def _fitting_length(text: str, limit: int) -> int:
    spent = 0
    for position, char in enumerate(text):
        spent += utf16_length(escape(char))
        if spent > limit:
            return position
    return len(text)


def _last_good_cut(window: str) -> int:
    ends = [match.end() for match in SENTENCE_END.finditer(window)]
    if ends:
        return ends[-1]
    space = window.rfind(" ")
    return space + 1 if space > 0 else len(window)
