"""One message on its way, with all that answering it needs."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace

from bot.dialogue.decide import Dialogue
from bot.dialogue.language import detect_language
from bot.dialogue.memory import Conversation, Conversations
from bot.errors import RasaUnavailableError
from bot.message import SAFE, IncomingMessage, SafetyVerdict
from bot.metrics import Metrics
from bot.rasa.client import RasaClient
from bot.reply.compose import Composer
from bot.reply.payload import Payload, parse_payload
from bot.safety.gate import SafetyGate
from bot.safety.lane import SafetyLanes
from bot.turn.admission import Admission
from bot.turn.service import Service
from knowledge.material.registry import Language

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bot:
    """What answering needs. ``service`` holds what may be replaced while running; all else is fixed at the start."""

    gate: SafetyGate
    conversations: Conversations
    service: Service
    metrics: Metrics
    lanes: SafetyLanes = field(default_factory=SafetyLanes, repr=False)
    answers: Admission = field(default_factory=Admission, repr=False)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set, repr=False)

    @property
    def rasa(self) -> RasaClient | None:
        """The Rasa in use, or None while there is none."""
        return self.service.rasa

    @property
    def dialogue(self) -> Dialogue:
        """The decisions that need no Rasa."""
        return self.service.dialogue

    def forget(self, conversation_id: str) -> None:
        """Drop all that is known of a conversation, here at once and in Rasa as soon as it hears of it."""
        conversation = self.conversations.forget(conversation_id)
        if conversation is not None and self.rasa is not None:
            task = asyncio.get_running_loop().create_task(self._forget_in_rasa(self.rasa, conversation.rasa_name))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _forget_in_rasa(self, rasa: RasaClient, name: str) -> None:
        try:
            await rasa.forget(name)
        except RasaUnavailableError:
            self.metrics.count_rasa_failure()

    def count_error(self, error: Exception) -> None:
        """Record what failed by its type, and nothing that a person wrote."""
        logger.error("answering failed (%s)", type(error).__name__)
        self.metrics.count_error(type(error).__name__)


@dataclass
class Turn:
    """One message and its conversation.

    Attributes:
        language: the language to reply in; a language asked for in words changes it on the way.
        verdict: what the safety gate found; SAFE for a button.
    """

    message: IncomingMessage
    conversation: Conversation
    language: Language
    bot: Bot
    verdict: SafetyVerdict = SAFE

    @classmethod
    def begin(cls, message: IncomingMessage, bot: Bot) -> Turn:
        """Find the conversation of a message and the language it is in."""
        conversation = bot.conversations.get(message.conversation_id)
        language = message.language or conversation.chosen
        if language is None and parse_payload(message.text) is None:
            language = detect_language(message.text, conversation.language)
        return cls(message, conversation, language or conversation.language or "en", bot)

    @property
    def text(self) -> str:
        """What the person wrote, or the payload they pressed."""
        return self.message.text

    @property
    def payload(self) -> Payload | None:
        """The button press this is, or None for words."""
        return parse_payload(self.message.text)

    @property
    def composer(self) -> Composer:
        """What puts decisions into words, with the knowledge in service."""
        return self.bot.service.composer

    def saying(self, text: str) -> Turn:
        """Make the same turn with other words, for a question that was put off."""
        return replace(self, message=replace(self.message, text=text))
