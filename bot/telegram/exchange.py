"""One exchange: words or a payload in, the reply shown, whatever fails."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.errors import BadRequestError
from bot.message import IncomingMessage, Reply, Tier, conversation_id
from bot.reply.payload import Payload, parse_payload
from bot.reply.texts import text as fixed_text
from bot.safety.cards import LAST_RESORT
from bot.telegram.chats import Chats
from bot.telegram.commands import crisis_button
from bot.telegram.delivery import Delivery
from bot.telegram.person import Person
from bot.telegram.rendering import Bubble, render_reply, render_text
from bot.telegram.store import Store
from bot.telegram.wording import wording
from bot.turn.incoming import MAX_CHARACTERS, clean_text
from knowledge.material.base import KnowledgeBase
from knowledge.material.registry import Language
from knowledge.material.render import render_text as fill_references

logger = logging.getLogger(__name__)
ALARMING = (Tier.T1, Tier.T2)


@dataclass(frozen=True)
class _Shown:
    """What to show: ``alarming`` must be noticed, ``faq`` is the entry it answers with."""

    bubbles: list[Bubble]
    alarming: bool = False
    faq: str | None = None


class Exchange:
    """Gets replies and shows them.

    Args:
        answer: gives the reply to a message or a payload.
        forget: drops all that is known of a sender.
        knowledge: gives the knowledge in service.
    """

    def __init__(
        self,
        answer: Callable[[IncomingMessage], Awaitable[Reply]],
        forget: Callable[[str], None],
        knowledge: Callable[[], KnowledgeBase],
        delivery: Delivery,
        store: Store,
    ) -> None:
        self._answer = answer
        self._forget = forget
        self._knowledge = knowledge
        self._store = store
        self.delivery = delivery
        self.chats = Chats(store.chosen_language)

    async def respond(self, person: Person, words: str, in_place: Sequence[int] = ()) -> list[int]:
        """Get the reply and show it.

        Args:
            person: who waits.
            words: a text or a payload.
            in_place: ids of older messages to show it in.

        Returns:
            The ids of the messages that show it.
        """
        async with person.chat.turn:
            async with self.delivery.typing(person.target):
                shown = await self._get_reply(person, words)
            # An edited message makes no sound, so a crisis card is always a new one.
            if in_place and not shown.alarming:
                ids = await self.delivery.replace(person.target, in_place, shown.bubbles)
            else:
                ids = await self.delivery.send(person.target, shown.bubbles)
            if shown.faq:
                person.chat.remember_faq(ids, shown.faq)
            return ids

    async def say(self, person: Person, bubbles: Sequence[Bubble]) -> list[int]:
        """Show what needs no answering."""
        return await self.delivery.send(person.target, bubbles)

    async def apologise(self, person: Person) -> None:
        """Say that something broke, with the crisis lines."""
        await self.say(person, self._broken(person.chat.language))

    def forget_chat(self, chat_id: int) -> None:
        """Drop all that is known of a chat, here and in the rest of the program."""
        self._forget(conversation_id("telegram", f"tg-{chat_id}"))
        self.chats.forget(chat_id)
        self._store.forget(chat_id)

    def knowledge_or_none(self) -> KnowledgeBase | None:
        """Give the knowledge in service; the commands work without it too."""
        try:
            return self._knowledge()
        except Exception as error:
            logger.error("the knowledge cannot be read (%s)", type(error).__name__)
            return None

    async def _get_reply(self, person: Person, words: str) -> _Shown:
        payload = parse_payload(words)
        try:
            words = clean_text(words[:MAX_CHARACTERS])
        except BadRequestError:
            return _Shown(render_text(fixed_text("no_question", person.chat.language)))
        # A button shows no language; words do, unless the person asked for one.
        language = person.chat.language if payload else person.chat.chosen
        try:
            reply = await self._answer(IncomingMessage(person.sender, words, language, "telegram"))
        except Exception as error:  # the person still gets the lines
            logger.error("answering failed (%s)", type(error).__name__)
            return _Shown(self._broken(person.chat.language), alarming=True)
        self._learn(person, payload, language, reply)
        card = any(part.kind == "card" for part in reply.parts)
        if person.public and (card or reply.outcome == "crisis" or reply.safety.tier in ALARMING):
            return _Shown(self._invitation(person.chat.language), alarming=True)
        return _Shown(render_reply(reply), card, reply.faq)

    def _learn(self, person: Person, payload: Payload | None, asked: Language | None, reply: Reply) -> None:
        chat = person.chat
        chat.spoken = reply.language
        pressed = payload is not None and payload.kind == "lang"
        # "en español por favor": an answer in another language than the one asked for is a new choice, made in words.
        told = payload is None and asked is not None and reply.language != asked
        if pressed or told:
            chat.chosen = reply.language
            self._store.choose_language(person.chat_id, reply.language)
        if payload is not None and payload.kind == "forget":
            self.forget_chat(person.chat_id)

    def _invitation(self, language: Language) -> list[Bubble]:
        address = (wording("write_privately", language), self.delivery.private_address)
        return render_text(wording("in_private", language), (crisis_button(language),), address)

    def _broken(self, language: Language) -> list[Bubble]:
        knowledge = self.knowledge_or_none()
        if knowledge is None:
            words = LAST_RESORT[language]
        else:
            template = fixed_text("unavailable", language)
            words = fill_references(template, language, knowledge.contacts, knowledge.status, "bot/reply/texts.py")
        return render_text(words, (crisis_button(language),))
