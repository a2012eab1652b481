"""What the bot does with each kind of update."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType

from bot.errors import BadRequestError
from bot.message import SAFE, IncomingMessage, Reply, SafetyVerdict, Tier
from bot.payload import Payload, parse_payload
from bot.telegram.addressing import addressed_text, is_group, with_quoted
from bot.telegram.chats import Chat, Chats
from bot.telegram.commands import SHOWN, command_payload, crisis_button, render_command
from bot.telegram.delivery import Delivery, Target
from bot.telegram.flood import FloodLimit
from bot.telegram.pieces import Pieces
from bot.telegram.rendering import Bubble, render_reply, render_text
from bot.telegram.store import Store
from bot.telegram.wording import wording
from bot.text import MAX_CHARACTERS, clean_text
from bot.texts import text as fixed_text
from knowledge.base import KnowledgeBase
from knowledge.render import render_text as fill_references

logger = logging.getLogger(__name__)
# Menus are turned over in place; an answer is a message of its own, so that the menu stays.
IN_PLACE = ("topic", "topics")


@dataclass(frozen=True)
class Person:
    """The other side of one update.

    Attributes:
        public: others read along, so nothing about a person's danger is said here.
        app_language: IETF tag of the person's Telegram app.
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
        """The name the rest of the program knows the chat by."""
        return f"tg-{self.target.chat_id}"


class Responder:
    """Answers messages, commands and button presses.

    Args:
        answer: gives the reply to a message or a payload.
        forget: drops all that is known of a sender.
        knowledge: gives the knowledge in service.
        assess_alone: the safety check of one text, for messages that are joined or held back; without it none are.
    """

    def __init__(
        self,
        answer: Callable[[IncomingMessage], Awaitable[Reply]],
        forget: Callable[[str], None],
        knowledge: Callable[[], KnowledgeBase],
        assess_alone: Callable[[str], SafetyVerdict] | None,
        delivery: Delivery,
        store: Store,
        flood: FloodLimit,
    ) -> None:
        self._answer = answer
        self._forget = forget
        self._knowledge = knowledge
        self._assess_alone = assess_alone
        self._delivery = delivery
        self._store = store
        self._flood = flood
        self._chats = Chats(store.chosen_language)
        self._pieces = Pieces()

    async def take_message(self, message: Message, edited: bool) -> None:
        """Answer a text, a command, or anything else a person sends."""
        if message.chat.type == ChatType.CHANNEL or (message.from_user and message.from_user.is_bot):
            return
        if message.text is None and (edited or _is_service(message)):
            return
        person = self._person(message)
        if message.text is not None and message.text.startswith("/"):
            await self._take_command(person, message)
            return
        words = addressed_text(message, message.get_bot().bot)
        if words is None:
            return
        words = with_quoted(message, words)
        if message.text is None and not await self._take_attachment(person, message, bool(words)):
            return
        if not words:
            await self._send_own(person, "help", "")
        elif edited:
            await self._answer_edit(person, message.message_id, words)
        else:
            await self._answer_new(person, message.message_id, words)

    async def press_button(self, query: CallbackQuery) -> None:
        """Answer a button press; the circle on the button stops first."""
        await self._delivery.acknowledge(query.id)
        message = query.message
        if message is None or not query.data:
            return
        thread = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
        group = message.chat.type != ChatType.PRIVATE
        chat = self._chats.get(message.chat.id, query.from_user.language_code)
        person = Person(Target(message.chat.id, thread), chat, group)
        if not self._flood.allows(person.chat_id) and not query.data.startswith("crisis:"):
            await self._say_too_fast(person)
            return
        payload = parse_payload(query.data)
        in_place = [message.message_id] if payload and payload.kind in IN_PLACE else []
        await self._respond(person, query.data, in_place)

    def forget_chat(self, chat_id: int) -> None:
        """Drop all that is known of a chat, here and in the rest of the program."""
        self._forget(f"tg-{chat_id}")
        self._chats.forget(chat_id)
        self._store.forget(chat_id)

    async def apologise(self, update: Update) -> None:
        """Say that something broke, with the crisis lines, to whoever waits for an answer."""
        message = update.effective_message
        if isinstance(message, Message) and (not is_group(message) or update.callback_query):
            person = self._person(message)
            await self._delivery.send(person.target, [self._broken(person)])

    def _person(self, message: Message) -> Person:
        group = is_group(message)
        thread = message.message_thread_id if message.is_topic_message else None
        language = message.from_user.language_code if message.from_user else None
        target = Target(message.chat.id, thread, message.message_id if group else None)
        return Person(target, self._chats.get(message.chat.id, language), group)

    async def _take_command(self, person: Person, message: Message) -> None:
        words, _, argument = (message.text or "").partition(" ")
        command, _, name = words.removeprefix("/").partition("@")
        ours = name.lower() == (message.get_bot().username or "").lower()
        if name and not ours:
            return
        command, argument = command.lower(), argument.strip()
        if command not in SHOWN:
            # "/quiero morir" is a sentence, not a command, and must reach the safety check.
            if not person.public or ours:
                await self._respond(person, f"{command} {argument}")
        elif argument and self._assess(argument).tier in (Tier.T1, Tier.T2):
            await self._respond(person, argument)
        else:
            await self._send_own(person, command, argument)

    async def _send_own(self, person: Person, command: str, argument: str) -> None:
        knowledge = self._knowledge_or_none()
        payload = command_payload(command, argument, knowledge)
        if payload is not None:
            await self._respond(person, payload)
            return
        language = person.chat.language
        if command == "delete":
            self.forget_chat(person.chat_id)
            done = f"{fixed_text('forgotten', language)} {wording('deleted', language)}"
            await self._delivery.send(person.target, render_text(done))
            return
        await self._delivery.send(person.target, render_command(command, language, knowledge))

    async def _take_attachment(self, person: Person, message: Message, has_words: bool) -> bool:
        """Say what the bot can read; give whether the words that came along are still to be answered."""
        if message.media_group_id:
            if message.media_group_id == person.chat.album and not has_words:
                return False
            person.chat.album = message.media_group_id
        if has_words:
            return True
        language = person.chat.language
        buttons = (crisis_button(language), *render_topics_button(language))
        await self._delivery.send(person.target, render_text(wording("only_text", language), buttons))
        return False

    async def _answer_new(self, person: Person, message_id: int, words: str) -> None:
        dangerous = self._assess(words).tier in (Tier.T1, Tier.T2)
        if not self._flood.allows(person.chat_id) and not dangerous:
            await self._say_too_fast(person)
            return

        async def answer(joined: str, message_ids: list[int]) -> None:
            sent = await self._respond(person, joined)
            for number in message_ids:
                person.chat.remember_answer(number, sent)

        if self._assess_alone is None or dangerous or person.public or parse_payload(words):
            await answer(words, [message_id])
        else:
            await self._pieces.join(person.chat_id, message_id, words, answer)

    async def _answer_edit(self, person: Person, message_id: int, words: str) -> None:
        old = person.chat.answers.get(message_id, [])
        person.chat.remember_answer(message_id, await self._respond(person, words, old))

    async def _respond(self, person: Person, words: str, in_place: list[int] | None = None) -> list[int]:
        """Get the reply and show it; give the ids of the messages that show it."""
        async with person.chat.turn:
            async with self._delivery.typing(person.target):
                bubbles, alarming = await self._get_reply(person, words)
            # An edited message makes no sound, so a crisis card is always a new one.
            if in_place and not alarming:
                return await self._delivery.replace(person.target, in_place, bubbles)
            return await self._delivery.send(person.target, bubbles)

    async def _get_reply(self, person: Person, words: str) -> tuple[list[Bubble], bool]:
        payload = parse_payload(words)
        try:
            words = clean_text(words[:MAX_CHARACTERS])
        except BadRequestError:
            return render_text(fixed_text("no_question", person.chat.language)), False
        language = person.chat.language if payload else person.chat.chosen
        try:
            reply = await self._answer(IncomingMessage(person.sender, words, language, "telegram"))
        except Exception as error:  # the person still gets the lines
            logger.error("answering failed (%s)", type(error).__name__)
            return [self._broken(person)], True
        self._learn(person, payload, language, reply)
        card = any(part.kind == "card" for part in reply.parts)
        if person.public and (card or reply.outcome == "crisis" or reply.safety.tier in (Tier.T1, Tier.T2)):
            return self._invitation(person), True
        return render_reply(reply), card

    def _learn(self, person: Person, payload: Payload | None, language: str | None, reply: Reply) -> None:
        chat = person.chat
        chat.spoken = reply.language
        # A language asked for, by button or in words, is kept; words show by an answer in another one than was asked for.
        asked = payload is not None and payload.kind == "lang"
        if asked or (payload is None and language is not None and reply.language != language):
            chat.chosen = reply.language
            self._store.choose_language(person.chat_id, reply.language)
        if payload is not None and payload.kind == "forget":
            self.forget_chat(person.chat_id)

    def _invitation(self, person: Person) -> list[Bubble]:
        language = person.chat.language
        address = self._delivery.private_address
        link = (wording("write_privately", language), address) if address else None
        return render_text(wording("in_private", language), (crisis_button(language),), link)

    async def _say_too_fast(self, person: Person) -> None:
        if self._flood.should_tell(person.chat_id):
            language = person.chat.language
            note = render_text(wording("too_fast", language), (crisis_button(language),))
            await self._delivery.send(person.target, note)

    def _broken(self, person: Person) -> Bubble:
        language = person.chat.language
        words = fixed_text("unavailable", language)
        knowledge = self._knowledge_or_none()
        if knowledge is None:
            words = wording("unavailable", language)
        else:
            words = fill_references(words, language, knowledge.contacts, knowledge.status, "bot/texts.py")
        return render_text(words, (crisis_button(language),))[0]

    def _knowledge_or_none(self) -> KnowledgeBase | None:
        try:
            return self._knowledge()
        except Exception as error:  # without knowledge the commands still work
            logger.error("the knowledge cannot be read (%s)", type(error).__name__)
            return None

    def _assess(self, words: str) -> SafetyVerdict:
        if self._assess_alone is None:
            return SAFE
        try:
            return self._assess_alone(words)
        except Exception as error:  # joined or not, the text is assessed again when it is answered
            logger.error("the safety check failed (%s)", type(error).__name__)
            return SAFE
