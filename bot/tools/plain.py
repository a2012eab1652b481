"""What a person wrote, made fit for a letter or a calendar: their words stay, what could break a file goes."""

from __future__ import annotations

import re
import unicodedata

# Marks that turn the direction of a text around could make a letter read otherwise than it was written.
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
KEPT = frozenset("\n\t")


def plain_text(text: str, longest: int) -> str:
    """Leave out control characters and overrides, squeeze empty lines, and cut at a word where it is too long."""
    kept = "".join(char for char in text.replace("\r\n", "\n").replace("\r", "\n") if _may_stay(char))
    kept = re.sub(r"[ \t]+", " ", kept)
    kept = re.sub(r" ?\n ?", "\n", kept)
    kept = re.sub(r"\n{3,}", "\n\n", kept).strip()
    if len(kept) <= longest:
        return kept
    return kept[: longest - 1].rsplit(" ", 1)[0] + "…"


def _may_stay(char: str) -> bool:
    return char in KEPT or (char not in BIDI and unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn"))
