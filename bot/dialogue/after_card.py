"""What is said to someone after a crisis card, by what they wrote."""

from __future__ import annotations

# What someone wrote after a crisis card, by intent; all else is "other".
AFTER_CARD = {
    "affirm": "affirm",
    "deny": "deny",
    "thank": "thank",
    "goodbye": "goodbye",
    "say_alone": "alone",
    "say_scared": "scared",
    "say_called": "called",
    "say_no_answer": "no_answer",
    "say_cannot_call": "cannot_call",
    "say_joke": "joke",
    "say_better": "better",
    "ask_what_to_do": "what_to_do",
    "ask_help": "what_to_do",
    "ask_if_refused": "no_answer",
    "ask_to_act": "act",
    "ask_who_to_call": "what_to_do",
    "ask_their_language": "language",
    "fill_silence": "other",
}
