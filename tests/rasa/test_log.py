"""What Rasa logs when something fails holds the person's text: none of it may pass."""

from __future__ import annotations

import json

import pytest

from bot.rasa.process import summarize_log_line

MARK = "zanahoria-secreta"


@pytest.mark.parametrize(
    "line",
    [
        json.dumps({"event": "rest.message.received.failure", "text": MARK, "level": "error"}),
        json.dumps({"event": f"could not handle {MARK}", "level": "error"}),
        json.dumps(
            {
                "event": "rest.message.received.failure",
                "text": MARK,
                "exception": [{"exc_type": "ValueError", "exc_value": MARK, "frames": [{"locals": {"text": MARK}}]}],
            }
        ),
        f"Traceback ... ValueError: {MARK}",
        json.dumps([MARK]),
        json.dumps({"event": MARK, "exception": [{"exc_type": MARK}]}),
    ],
)
def test_nothing_a_person_wrote_passes(line: str) -> None:
    assert MARK not in summarize_log_line(line.encode())


def test_the_event_and_the_type_of_error_are_kept() -> None:
    line = json.dumps({"event": "rest.message.received.failure", "exception": [{"exc_type": "KeyError"}]})
    assert summarize_log_line(line.encode()) == "rest.message.received.failure (KeyError)"
