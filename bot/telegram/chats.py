"""What the channel remembers of a chat, in memory only: its language, its turn, and which message answered which."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.telegram.turns import ChatTurns
from knowledge.material.registry import Language

MAX_CHATS = 20_000
KEPT_SECONDS = 6 * 3_600
MAX_ANSWERS = 20


@dataclass(eq=False)
class Chat:
    """One chat.

    Attributes:
        chosen: the language the person chose.
        spoken: the language of the last reply, or of the Telegram profile before there is one.
        turns: the order in which messages are answered.
        faqs: id of the FAQ entry a message of the bot shows, by that message's id, newest last.
        answers: ids of the messages that answered a message, by that message's id.
        album: id of the last album, which arrives as many messages and gets one answer.
        touched: the moment on the clock of its last message.
    """

    chosen: Language | None = None
    spoken: Language = "en"
    turns: ChatTurns = field(default_factory=ChatTurns)
    answers: OrderedDict[int, list[int]] = field(default_factory=OrderedDict)
    faqs: OrderedDict[int, str] = field(default_factory=OrderedDict)
    album: str = ""
    touched: float = 0.0

    @property
    def language(self) -> Language:
        """The language to speak when a message does not show one."""
        return self.chosen or self.spoken

    def remember_answer(self, message_id: int, answer_ids: list[int]) -> None:
        """Keep which messages answered a message, for the last twenty."""
        self.answers[message_id] = answer_ids
        while len(self.answers) > MAX_ANSWERS:
            self.answers.popitem(last=False)

    def remember_faq(self, faq: str, message_id: int) -> None:
        """Keep which entry a message shows, for the last twenty."""
        self.faqs[message_id] = faq
        while len(self.faqs) > MAX_ANSWERS:
            self.faqs.popitem(last=False)

    def earlier_faq(self, message_id: int) -> str | None:
        """Give the entry a message shows; None for the last one shown, which the dialogue remembers itself."""
        faq = self.faqs.get(message_id)
        return None if faq is None or faq == next(reversed(self.faqs.values())) else faq


class Chats:
    """Chats by id; those unused for hours go, and the longest unused when there are too many."""

    def __init__(
        self, stored_language: Callable[[int], Language | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stored_language = stored_language
        self._clock = clock
        self._chats: OrderedDict[int, Chat] = OrderedDict()

    def __len__(self) -> int:
        return len(self._chats)

    def get(self, chat_id: int, profile_language: str | None = None) -> Chat:
        """Give a chat, a new one where there is none.

        Args:
            chat_id: Telegram's id of the chat.
            profile_language: IETF tag of the person's app, used until the person has written something.
        """
        chat = self._chats.get(chat_id)
        if chat is None:
            spoken: Language = "es" if (profile_language or "").lower().startswith("es") else "en"
            chat = self._chats[chat_id] = Chat(chosen=self._stored_language(chat_id), spoken=spoken)
        chat.touched = self._clock()
        self._chats.move_to_end(chat_id)
        self._prune()
        return chat

    def forget(self, chat_id: int) -> None:
        """Drop what is known of a chat, but not its turns: a message of it may be under way."""
        chat = self._chats.get(chat_id)
        if chat is not None:
            chat.chosen = None
            chat.album = ""
            chat.answers.clear()
            chat.faqs.clear()

    def end(self, chat_id: int) -> None:
        """Drop a chat altogether."""
        self._chats.pop(chat_id, None)

    def _prune(self) -> None:
        while self._chats:
            oldest_id, oldest = next(iter(self._chats.items()))
            if len(self._chats) <= MAX_CHATS and self._clock() - oldest.touched <= KEPT_SECONDS:
                return
            del self._chats[oldest_id]
