from __future__ import annotations

from bot.dialogue.memory import KEPT_SECONDS, Conversations


def test_forgets_on_request_and_starts_afresh_for_rasa_too() -> None:
    conversations = Conversations(clock=lambda: 0.0)
    first = conversations.get("a")
    first.last_text = "something"
    assert conversations.get("a") is first
    conversations.forget("a")
    second = conversations.get("a")
    assert second.last_text == ""
    assert second.rasa_name != first.rasa_name


def test_forgets_after_some_hours_without_use() -> None:
    now = 0.0
    conversations = Conversations(clock=lambda: now)
    conversations.get("a").last_text = "something"
    now = KEPT_SECONDS + 1.0
    conversations.get("b")
    assert len(conversations) == 1
    assert conversations.get("a").last_text == ""


def test_a_message_sent_word_by_word_is_kept_whole() -> None:
    conversation = Conversations().get("a")
    for piece in ("I", "want", "to", "die"):
        conversation.remember(piece)
    assert conversation.last_text == "I want to die"
    conversation.remember("they cancelled my appointment today")
    conversation.remember("why")
    assert conversation.last_text == "they cancelled my appointment today why"
    conversation.remember("how long will the strike last")
    assert conversation.last_text == "how long will the strike last"
