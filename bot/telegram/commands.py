"""The commands: most are a button press by another name."""

from __future__ import annotations

from bot.message import Button
from bot.reply.texts import all_texts, text
from bot.telegram.rendering import Bubble, render_text
from bot.telegram.wording import all_wording, wording
from knowledge.material.base import KnowledgeBase
from knowledge.material.registry import LANGUAGES, Language

PAYLOADS = {
    "topics": "topics:",
    "crisis": "faq:crisis-lines",
    "status": "faq:strike-status",
    "sources": "faq:bot-sources",
    "privacy": "faq:bot-privacy",
    "help": "help:",
    "clock": "clock:",
}
SHOWN = (
    "start",
    "topics",
    "crisis",
    "clock",
    "status",
    "language",
    "role",
    "sources",
    "privacy",
    "delete",
    "safety",
    "help",
)
LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "es": "Español"}


def command_payload(command: str, argument: str, knowledge: KnowledgeBase | None) -> str | None:
    """Give the payload a command stands for, or None for one that has its own reply.

    Args:
        command: without the slash.
        argument: what follows; after ``start`` the id of an answer, from a link or a QR code.
        knowledge: to know the ids; None while there is none.
    """
    if command == "start" and knowledge is not None and argument in knowledge.catalogue:
        return f"faq:{argument}"
    return PAYLOADS.get(command)


def crisis_button(language: Language) -> Button:
    """Give the button that shows the crisis lines."""
    return Button(text("button:crisis_lines", language), PAYLOADS["crisis"])


def language_buttons() -> tuple[Button, ...]:
    """Give a button for each language, each in its own."""
    return tuple(Button(LANGUAGE_NAMES[language], f"lang:{language}") for language in LANGUAGES)


def role_buttons(language: Language) -> tuple[Button, ...]:
    """Give the buttons for patients and workers."""
    return tuple(Button(wording(role, language), f"role:{role}") for role in ("patient", "worker"))


def topic_buttons(knowledge: KnowledgeBase | None, language: Language) -> tuple[Button, ...]:
    """Give a button for every topic; the list of topics while the knowledge cannot be read."""
    if knowledge is None:
        return (Button(text("all_topics", language), PAYLOADS["topics"]),)
    named = [topic for topic in knowledge.topics() if f"topic:{topic}" in all_texts()]
    return tuple(Button(text(f"topic:{topic}", language), f"topic:{topic}") for topic in named)


def render_command(command: str, language: Language, knowledge: KnowledgeBase | None) -> list[Bubble]:
    """Give the messages of a command that has its own reply: language, role, safety, and the welcome for any other."""
    if command == "language":
        return render_text(wording("choose_language", language), language_buttons())
    if command == "role":
        return render_text(wording("choose_role", language), role_buttons(language))
    if command == "safety":
        limits = Button(wording("limits", language), "faq:bot-limits")
        return render_text(wording("safety", language), (crisis_button(language), limits))
    welcome = f"{wording('welcome', language)}\n\n{text('introduction', language)}"
    buttons = (
        *role_buttons(language),
        *topic_buttons(knowledge, language),
        crisis_button(language),
        *language_buttons(),
    )
    return render_text(welcome, buttons)


def described_commands(language: Language) -> list[tuple[str, str]]:
    """List the commands with what they do, for Telegram's menu."""
    return [(name, all_wording()[f"command:{name}"][language]) for name in SHOWN]
