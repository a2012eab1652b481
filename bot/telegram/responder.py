"""What the bot does with each kind of update."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType

from bot.dialogue.decide import SHORT_WORDS
from bot.message import Button, SafetyVerdict
from bot.reply.payload import parse_payload
from bot.reply.texts import text as fixed_text
from bot.telegram.addressing import addressed_text, is_group, with_quoted
from bot.telegram.commands import PAYLOADS, SHOWN, command_payload, crisis_button, render_command
from bot.telegram.exchange import ALARMING, Exchange
from bot.telegram.flood import FloodLimit
from bot.telegram.inline import InlineSearch
from bot.telegram.letters import Dispatch
from bot.telegram.person import Person, presser_of, writer_of
from bot.telegram.pieces import Pieces
from bot.telegram.rendering import render_text
from bot.telegram.wording import wording

logger = logging.getLogger(__name__)
Assess = Callable[[str], SafetyVerdict]
ASSESS_THREADS, ASSESS_SECONDS = 2, 3.0
# Menus are turned over in place; an answer is a message of its own, so that the menu stays.
IN_PLACE = ("topic", "topics")
# What a person sends that is no text; all else without text is news about the chat and wants no answer.
ATTACHMENTS = (
    *("animation", "audio", "contact", "dice", "document", "game", "live_photo", "location", "paid_media", "photo"),
    *("poll", "sticker", "story", "venue", "video", "video_note", "voice"),
)


class Responder:
    """Answers messages, commands and button presses.

    Args:
        exchange: gets replies and shows them.
        inline: answers inline queries.
        flood: how fast one chat may write.
        assess_alone: the safety check of one text by patterns, for messages that are joined or held back; without it
            none are.
        assess: the whole safety check of one text, for messages that would wait behind others.
    """

    def __init__(
        self,
        exchange: Exchange,
        inline: InlineSearch,
        flood: FloodLimit,
        assess_alone: Assess | None,
        assess: Assess | None = None,
    ) -> None:
        self._exchange = exchange
        self._inline = inline
        self._flood = flood
        self._assess_alone = assess_alone
        self._assess = assess
        # Threads of its own: what keeps the program's others busy must not keep a danger from being noticed.
        self._threads = ThreadPoolExecutor(ASSESS_THREADS, "telegram-safety")
        self._deep_thread = ThreadPoolExecutor(1, "telegram-deep-safety")
        self._pieces = Pieces()

    def close(self) -> None:
        """Let the threads go."""
        for threads in (self._threads, self._deep_thread):
            threads.shutdown(wait=False, cancel_futures=True)

    async def take(self, update: Update) -> None:
        """Do what an update asks for; what fails on the way is said to the person, with the crisis lines."""
        try:
            if update.callback_query:
                await self._take_press(update.callback_query)
            elif update.message:
                await self._take_message(update.message, edited=False)
            elif update.edited_message:
                await self._take_message(update.edited_message, edited=True)
            elif update.inline_query:
                if self._flood.allows(update.inline_query.from_user.id):
                    await self._inline.take(update.inline_query)
            elif update.my_chat_member and update.my_chat_member.new_chat_member.status in ("kicked", "left"):
                self._exchange.end_chat(update.my_chat_member.chat.id)
        except Exception as error:  # nothing an update holds may stop the channel
            logger.error("an update failed (%s)", type(error).__name__)
            self.apologise(update)

    async def _take_message(self, message: Message, edited: bool) -> None:
        sender = message.from_user
        if message.chat.type == ChatType.CHANNEL or sender is None or sender.is_bot:
            return
        if message.migrate_to_chat_id:
            self._exchange.end_chat(message.chat.id)
            return
        attached = any(getattr(message, kind, None) for kind in ATTACHMENTS)
        if message.text is None and not attached:
            return
        person = writer_of(message, self._exchange.chats)
        if message.text is not None and message.text.startswith("/"):
            await self._take_command(person, message)
            return
        words = addressed_text(message, message.get_bot().bot)
        if words is None:
            return
        words = with_quoted(message, self._with_subject(person, message, words))
        if words and edited:
            await self._take_edit(person, message.message_id, words)
        elif words:
            await self._take_words(person, message.message_id, words, joinable=not attached)
        elif attached and not edited:
            await self._take_attachment(person, message.media_group_id)
        elif not edited:
            await self._exchange.respond(person, PAYLOADS["help"])

    def _with_subject(self, person: Person, message: Message, words: str) -> str:
        """Name the subject of an earlier answer that a short reply points at ("and for children?")."""
        quoted = message.reply_to_message
        faq = person.chat.earlier_faq(quoted.message_id) if quoted else None
        knowledge = self._exchange.knowledge_or_none() if faq and len(words.split()) <= SHORT_WORDS else None
        entry = knowledge.get(faq, person.chat.language) if knowledge and faq else None
        return f"{entry.title} {words}" if entry and words else words

    async def _take_command(self, person: Person, message: Message) -> None:
        words, _, argument = (message.text or "").removeprefix("/").partition(" ")
        command, _, name = words.partition("@")
        ours = name.lower() == message.get_bot().username.lower()
        if name and not ours:
            return
        argument = argument.strip()
        if command.lower() not in SHOWN:
            # "/quiero morir" is a sentence, not a command, and must reach the safety check.
            if ours or not person.public:
                await self._take_words(person, message.message_id, f"{command} {argument}".strip(), joinable=False)
        elif argument and command.lower() != "start" and await self._may_be_crisis(argument):
            await self._exchange.respond(person, argument, urgent=True)
        elif self._flood.allows(person.chat_id) or command.lower() == "crisis":
            await self._run_command(person, command.lower(), argument)
        else:
            self._say_too_fast(person)

    async def _run_command(self, person: Person, command: str, argument: str) -> None:
        exchange, language = self._exchange, person.chat.language
        knowledge = exchange.knowledge_or_none()
        payload = command_payload(command, argument, knowledge)
        if payload is not None:
            await exchange.respond(person, payload, urgent=is_call_for_help(payload))
        elif command == "delete":
            exchange.forget_chat(person.chat_id)
            done = f"{fixed_text('forgotten', language)} {wording('deleted', language)}"
            exchange.say(person, render_text(done))
        else:
            exchange.say(person, render_command(command, language, knowledge))

    async def _take_words(self, person: Person, message_id: int, words: str, joinable: bool) -> None:
        dangerous = await self._may_be_crisis(words)
        if not self._may_pass(person, dangerous):
            self._say_too_fast(person)
            return

        waits = joinable and not dangerous and not person.public and parse_payload(words) is None
        if waits and self._assess_alone is not None:
            await self._pieces.join(person.chat_id, message_id, words, partial(self._answer_joined, person))
            return
        if not dangerous and self._exchange.keeps_waiting(person):
            dangerous = await self._is_crisis(words)
        await self._answer(person, words, [message_id], urgent=dangerous)

    async def _answer_joined(self, person: Person, words: str, message_ids: list[int]) -> None:
        dispatch = await self._answer(person, words, message_ids, urgent=False)
        # The updates of all pieces count as answered after this.
        await dispatch.settled.wait()

    async def _answer(self, person: Person, words: str, message_ids: list[int], urgent: bool) -> Dispatch:
        dispatch = await self._exchange.respond(person, words, urgent=urgent)
        for number in message_ids:
            person.chat.remember_answer(number, dispatch.ids)
        return dispatch

    async def _take_edit(self, person: Person, message_id: int, words: str) -> None:
        dangerous = await self._may_be_crisis(words)
        if not self._may_pass(person, dangerous):
            return
        old = list(person.chat.answers.get(message_id, []))
        dispatch = await self._exchange.respond(person, words, old, urgent=dangerous)
        person.chat.remember_answer(message_id, dispatch.ids)

    async def _take_attachment(self, person: Person, album: str | None) -> None:
        # The photos of an album come as messages of their own; one kind word is enough.
        if album is not None and album == person.chat.album:
            return
        person.chat.album = album or ""
        language = person.chat.language
        topics = Button(fixed_text("all_topics", language), PAYLOADS["topics"])
        self._exchange.say(person, render_text(wording("only_text", language), (crisis_button(language), topics)))

    async def _take_press(self, query: CallbackQuery) -> None:
        # First of all, so that the circle on the button stops.
        self._exchange.delivery.acknowledge(query.id)
        person = presser_of(query, self._exchange.chats)
        if person is None or query.message is None or not query.data:
            return
        payload = parse_payload(query.data)
        kind = payload.kind if payload else ""
        urgent = is_call_for_help(query.data)
        if not self._flood.allows(person.chat_id) and not urgent:
            self._say_too_fast(person)
            return
        in_place = [query.message.message_id] if kind in IN_PLACE else []
        await self._exchange.respond(person, query.data, in_place, urgent=urgent)

    def apologise(self, update: Update) -> None:
        """Say that an update could not be answered, with the crisis lines; in a group only to whom it concerns."""
        try:
            message = update.effective_message
            if message is not None and (update.callback_query or not is_group(message)):
                self._exchange.apologise(writer_of(message, self._exchange.chats))
        except Exception as error:
            logger.error("an apology failed (%s)", type(error).__name__)

    def _may_pass(self, person: Person, dangerous: bool) -> bool:
        # Without a safety check nobody can tell what would be held back, so nothing is.
        return self._flood.allows(person.chat_id) or dangerous or self._assess_alone is None

    def _say_too_fast(self, person: Person) -> None:
        if self._flood.should_tell(person.chat_id):
            language = person.chat.language
            self._exchange.say(person, render_text(wording("too_fast", language), (crisis_button(language),)))

    async def _may_be_crisis(self, words: str) -> bool:
        """Ask the patterns; in doubt a message is neither joined nor held back."""
        return self._assess_alone is not None and await _assess_in(self._threads, self._assess_alone, words, True)

    async def _is_crisis(self, words: str) -> bool:
        """Ask the whole check; in doubt a message waits for its turn, or a rush that slows the check would grow."""
        return self._assess is not None and await _assess_in(self._deep_thread, self._assess, words, False)


async def _assess_in(threads: ThreadPoolExecutor, assess: Assess, words: str, in_doubt: bool) -> bool:
    try:
        call = asyncio.get_running_loop().run_in_executor(threads, assess, words)
        verdict = await asyncio.wait_for(call, ASSESS_SECONDS)
    except Exception as error:
        logger.error("the safety check failed (%s)", type(error).__name__)
        return in_doubt
    return verdict.tier in ALARMING


def is_call_for_help(payload: str) -> bool:
    """Say whether a button or command asks for the crisis lines or a step of a crisis card."""
    return payload == PAYLOADS["crisis"] or payload.startswith("crisis:")
