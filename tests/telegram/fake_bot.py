"""What stands for the rest of the program in the Telegram tests, and the replies it gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.message import Button, IncomingMessage, Part, Reply, SourceLink
from knowledge.material.registry import Language


@dataclass
class FakeBot:
    """Stands for the rest of the program: keeps what it was asked and replies what the test set."""

    asked: list[IncomingMessage] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    replies: dict[str, Reply] = field(default_factory=dict)
    reply: Callable[[IncomingMessage], Awaitable[Reply]] | None = None

    async def answer(self, message: IncomingMessage) -> Reply:
        self.asked.append(message)
        if self.reply is not None:
            return await self.reply(message)
        return self.replies.get(message.text) or note(f"answer to {message.text}", message.language or "en")

    def forget(self, sender: str) -> None:
        self.forgotten.append(sender)

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.asked]


def note(text: str, language: Language = "en", *buttons: Button) -> Reply:
    return Reply(parts=(Part(text, "note", buttons),), outcome="smalltalk", language=language)


def answered(text: str, *more: Part, faq: str = "appointment-cancelled", language: Language = "en") -> Reply:
    return Reply(
        parts=(Part(text, "answer"), *more),
        outcome="answer",
        language=language,
        faq=faq,
        sources=(
            SourceLink("State & Co <DMHC>", "https://example.org/a?b=1&c=2", "2025-10-30"),
            SourceLink("Kaiser", "https://example.com/", "not shown"),
        ),
        as_of="2026-11-24",
    )
