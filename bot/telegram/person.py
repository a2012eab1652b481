"""The other side of an update: where to answer, in which language, and who reads along."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import CallbackQuery, Message
from telegram.constants import ChatType

from bot.telegram.addressing import is_group
from bot.telegram.chats import Chat, Chats
from bot.telegram.letters import Target


@dataclass(frozen=True)
class Person:
    """Whoever waits for an answer.

    Attributes:
        public: others read along, so nothing about a person's danger is said here.
    """

    target: Target
    chat: Chat
    public: bool

    @property
    def chat_id(self) -> int:
        """Telegram's id of the chat."""
        return self.target.chat_id

    @property
    def sender(self) -> str:
        """The name the rest of the program knows the chat by, within this channel."""
        return str(self.target.chat_id)


def writer_of(message: Message, chats: Chats) -> Person:
    """Give who wrote a message; in a group the answer points at it."""
    group = is_group(message)
    language = message.from_user.language_code if message.from_user else None
    target = Target(message.chat.id, _thread(message), message.message_id if group else None)
    return Person(target, chats.get(message.chat.id, language), group)


def presser_of(query: CallbackQuery, chats: Chats) -> Person | None:
    """Give who pressed a button, or None where the message with the button is in no chat the bot can write to."""
    message = query.message
    if message is None:
        return None
    thread = _thread(message) if isinstance(message, Message) else None
    chat = chats.get(message.chat.id, query.from_user.language_code)
    return Person(Target(message.chat.id, thread), chat, message.chat.type != ChatType.PRIVATE)


def _thread(message: Message) -> int | None:
    return message.message_thread_id if message.is_topic_message else None
