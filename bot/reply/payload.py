"""What a button sends. One line of at most 64 bytes (Telegram's limit): ``kind:value``."""

from __future__ import annotations

import re
from dataclasses import dataclass

PATTERN = re.compile(
    r"(faq|topic|topics|lang|role|plan|crisis|rate|help|more|none|forget|clock):([a-z0-9-]*(?::[a-z0-9-]+)?)"
)
ROLES = ("patient", "worker")
CRISIS = ("text", "other", "question", "lines")
RATINGS = ("up", "down")
# What a button of the clock answers, besides a kind of visit and a day.
CLOCK = ("", "go-on", "again", "skip", "unknown", "stop", "none")


@dataclass(frozen=True)
class Payload:
    """A button press: its kind and its value, e.g. faq and appointment-cancelled."""

    kind: str
    value: str


def parse_payload(text: str) -> Payload | None:
    """Read a text as a button press, or give None when it has not the form of one."""
    match = PATTERN.fullmatch(text)
    return Payload(match.group(1), match.group(2)) if match else None
