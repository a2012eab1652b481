"""Phone numbers, codes to text and web addresses of a plain text as links: the rules of static/text.js, for pages."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

# Tried in this order at each place; an e-mail address comes first so that its domain is not taken for a web page.
LINKS = re.compile(
    r"(?P<email>[\w.+-]+@[\w.-]+\w)"
    r"|(?P<url>https://[^\s<>\"'“”«»]+)"
    r"|(?P<domain>(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.)+(?:gov|org|com|net|edu)(?![\w-])(?:/[^\s<>\"'“”«»]*)?)"
    r"|(?P<phone>(?:\+?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4})"
    r"|(?P<sms>\b(?P<body>[A-Z]{2,10}) (?:to|al) (?P<code>\d{3}-\d{3}|\d{5,6}|988)\b)"
    r"|(?P<short>\b(?:[Tt]ext|mensaje al) (?P<short_code>\d{5,6})\b)"
    r"|(?P<number>911|988)"
)
CLOSING = re.compile(r"[.,;:!?)\]]+$")
# 988 inside 1,988 or AB-988 or 988.50 is not the line to call.
JOINED_BEFORE = re.compile(r"(?:[^\W_]|[$#_/]|\d[.,:-]|[^\W\d_]-)$")
JOINED_AFTER = re.compile(r"(?:[^\W_]|[_/%]|[.,:-]\d)")


def link_text(text: str) -> Markup:
    """Give a text as HTML with its numbers and addresses as links; everything else is escaped."""
    pieces: list[str | Markup] = []
    done = 0
    for match in LINKS.finditer(text):
        found = _link(match, text)
        if found:
            words, link = found
            pieces += [escape(text[done : match.start()]), link]
            done = match.start() + len(words)
    return Markup("").join([*pieces, escape(text[done:])])


def _link(match: re.Match[str], text: str) -> tuple[str, Markup] | None:
    words = match[0]
    if match["url"] or match["domain"]:
        # The full stop at the end of a sentence is not part of the address.
        words = CLOSING.sub("", words)
        address = words if match["url"] else f"https://{words}"
        return words, Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(address, words)
    href = _number(match, text)
    return (words, Markup('<a class="number" href="{}">{}</a>').format(href, words)) if href else None


def _number(match: re.Match[str], text: str) -> str:
    # "?&" is the one spelling of a ready-written message that both iPhones and Android phones take.
    if match["sms"]:
        return f"sms:{match['code'].replace('-', '')}?&body={match['body']}"
    if match["short"]:
        return f"sms:{match['short_code']}"
    if match["email"] or JOINED_BEFORE.search(text[: match.start()]) or JOINED_AFTER.match(text[match.end() :]):
        return ""
    if match["number"]:
        return f"tel:{match['number']}"
    digits = re.sub(r"\D", "", match[0])
    return f"tel:+{'1' if len(digits) == 10 else ''}{digits}"
