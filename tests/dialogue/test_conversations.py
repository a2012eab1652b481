"""Scripted conversations of follow-ups and corrections, against the real program; nine in ten must end well."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from tests.conftest import Carebot

pytestmark = pytest.mark.dialogue
CONVERSATIONS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("conversations.yml").read_text())
ENOUGH = 54


def has_answer(carebot: Carebot, reply: dict[str, Any], faq: str) -> bool:
    """Say whether a reply with several answers holds this one.

    The reply names its first answer only, so the others are known by their text: that of the button.
    """
    texts = [part["text"] for part in reply["replies"] if part["kind"] == "answer"]
    shown = carebot.ask(f"faq:{faq}", language=reply["language"])
    return any(part["text"] in texts for part in shown["replies"] if part["kind"] == "answer")


def words_of(reply: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Give the texts of a reply and what its buttons send: two replies with the same of both repeat each other."""
    payloads = [button["payload"] for part in reply["replies"] for button in part["buttons"]]
    return [part["text"] for part in reply["replies"]], payloads


def helps(reply: dict[str, Any]) -> bool:
    """Say whether a reply holds a number to call and the topics."""
    texts, payloads = words_of(reply)
    has_number = any(sum(char.isdigit() for char in text) >= 10 for text in texts)
    return has_number and any(payload.startswith("topic:") for payload in payloads)


def problem(carebot: Carebot, conversation: dict[str, Any]) -> str:
    """Hold a conversation and say what is wrong with its last reply, "" for nothing."""
    sender = uuid4().hex
    replies = [carebot.ask(turn, sender) for turn in conversation["turns"]]
    last, expect = replies[-1], conversation["expect"]
    got = f"{last['outcome']} {last.get('faq', '')} {last.get('choices', '')} {last['language']}"
    wrong = {
        "faq": "faq" in expect and last.get("faq") not in expect["faq"],
        "answers": not all(has_answer(carebot, last, faq) for faq in expect.get("answers", [])),
        "outcome": "outcome" in expect and last["outcome"] not in expect["outcome"],
        "choices_contain": "choices_contain" in expect
        and expect["choices_contain"] not in (*last.get("choices", ()), last.get("faq")),
        "language": "language" in expect and last["language"] != expect["language"],
        "differs": "differs" in expect and any(words_of(last) == words_of(reply) for reply in replies[:-1]),
        "helps": "helps" in expect and not helps(last),
    }
    failed = [name for name, is_wrong in wrong.items() if is_wrong]
    return f"{conversation['id']}: {', '.join(failed)} (got {got.strip()})" if failed else ""


def test_the_conversations_are_thirty_in_each_language_of_two_to_four_turns() -> None:
    languages = [conversation["lang"] for conversation in CONVERSATIONS]
    assert (languages.count("en"), languages.count("es")) == (30, 30)
    assert len({conversation["id"] for conversation in CONVERSATIONS}) == 60
    assert all(2 <= len(conversation["turns"]) <= 4 for conversation in CONVERSATIONS)


def test_nine_in_ten_conversations_end_with_the_right_reply(carebot: Carebot) -> None:
    problems = [found for conversation in CONVERSATIONS if (found := problem(carebot, conversation))]
    right = len(CONVERSATIONS) - len(problems)
    assert right >= ENOUGH, f"{right} of {len(CONVERSATIONS)} right:\n" + "\n".join(problems)
