"""What may come in as a text."""

from __future__ import annotations

import re
import unicodedata

from bot.errors import BadRequestError

MAX_CHARACTERS = 4_096
MAX_SENDER = 128
KEPT_CONTROLS = frozenset("\n\t")
# A person's sender id may hold nothing that could break a log line or a header.
SENDER = re.compile(r"[\w.:@+=~-]+", re.ASCII)


def clean_text(text: object) -> str:
    """Take control characters out of a text and check its length.

    Raises:
        BadRequestError: not a string, empty, or over 4,096 characters; the text itself is never in the error.
    """
    if not isinstance(text, str):
        raise BadRequestError("bad_text", f"text must be a string, not {type(text).__name__}.")
    if len(text) > MAX_CHARACTERS:
        raise BadRequestError(
            "text_too_long", f"text has {len(text)} characters; at most {MAX_CHARACTERS}. Send it in parts.", 413
        )
    cleaned = "".join(char if _may_stay(char) else " " for char in text).strip()
    if not cleaned:
        raise BadRequestError("empty_text", "text is empty. Send a question.")
    return cleaned


def clean_sender(sender: object) -> str:
    """Check a sender id.

    Raises:
        BadRequestError: not a string of 1 to 128 letters, digits and ``. : @ + = ~ - _``.
    """
    if not isinstance(sender, str):
        raise BadRequestError("bad_sender", f"sender must be a string, not {type(sender).__name__}.")
    if not 1 <= len(sender) <= MAX_SENDER or not SENDER.fullmatch(sender):
        raise BadRequestError(
            "bad_sender", "sender must have 1 to 128 characters out of A-Z a-z 0-9 . : @ + = ~ - _ and no spaces."
        )
    return sender


def _may_stay(char: str) -> bool:
    # Cs: a lone surrogate from broken JSON cannot be encoded and would crash whoever writes it out.
    return char in KEPT_CONTROLS or unicodedata.category(char) not in ("Cc", "Cs")
