"""Inline mode: "@bot and a question" in any chat offers answers to share there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from telegram import InlineQuery, InlineQueryResultArticle, InlineQueryResultsButton, InputTextMessageContent
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.errors import BadRequestError
from bot.message import IncomingMessage, Reply, Tier
from bot.telegram.delivery import NO_PREVIEW
from bot.telegram.formatting import LIMIT, utf16_length
from bot.telegram.rendering import cut_title, render_reply
from bot.telegram.wording import wording
from bot.turn.incoming import clean_text
from knowledge.material.base import KnowledgeBase
from knowledge.material.registry import Language

logger = logging.getLogger(__name__)
# A query comes with every pause in typing; only the last one is worth an answer.
PAUSE_SECONDS = 0.4
SHORTEST = 3
CACHE_SECONDS = 60
CRISIS_LINES = "crisis-lines"


class InlineSearch:
    """Answers inline queries.

    Args:
        answer: gives the reply to a message or a payload.
        knowledge: gives the knowledge in service, or None.
    """

    def __init__(
        self, answer: Callable[[IncomingMessage], Awaitable[Reply]], knowledge: Callable[[], KnowledgeBase | None]
    ) -> None:
        self._answer = answer
        self._knowledge = knowledge
        self._latest: dict[int, str] = {}

    async def take(self, query: InlineQuery) -> None:
        """Offer the answers to a query, none for one that a newer query of the same person has overtaken."""
        person = query.from_user.id
        self._latest[person] = query.id
        try:
            await asyncio.sleep(PAUSE_SECONDS)
        finally:
            latest = self._latest.get(person) == query.id
            if latest:
                del self._latest[person]
        if not latest:
            return
        language: Language = "es" if (query.from_user.language_code or "").startswith("es") else "en"
        results = await self._find(f"inline-{person}", query.query)
        button = InlineQueryResultsButton(wording("ask_in_chat", language), start_parameter="inline")
        try:
            await query.answer(results, cache_time=CACHE_SECONDS, is_personal=True, button=button)
        except TelegramError as error:  # the person typed on, and Telegram no longer wants the answer
            logger.info("an inline query was not answered (%s)", type(error).__name__)

    async def _find(self, sender: str, words: str) -> list[InlineQueryResultArticle]:
        try:
            words = clean_text(words)
        except BadRequestError:
            return []
        if len(words) < SHORTEST:
            return []
        reply = await self._answer(IncomingMessage(sender, words, None, "telegram"))
        if reply.outcome == "crisis" or reply.safety.tier in (Tier.T1, Tier.T2):
            return await self._offer(sender, [CRISIS_LINES], reply.language)
        return await self._offer(sender, [reply.faq] if reply.faq else reply.choices, reply.language)

    async def _offer(self, sender: str, faqs: Sequence[str], language: Language) -> list[InlineQueryResultArticle]:
        knowledge = self._knowledge()
        results = []
        for faq in faqs:
            entry = knowledge.get(faq, language) if knowledge else None
            if entry is None:
                continue
            reply = await self._answer(IncomingMessage(sender, f"faq:{faq}", language, "telegram"))
            content = InputTextMessageContent(
                _one_text(reply), parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW
            )
            # Of the reply and not of the entry, whose numbers and names are references still to be filled in.
            description = reply.parts[0].text.partition("\n")[0] if reply.parts else ""
            results.append(InlineQueryResultArticle(faq, cut_title(entry.title), content, description=description))
        return results


def _one_text(reply: Reply) -> str:
    """Put a reply into one message; where it does not fit, its beginning and its end with the sources."""
    pieces = [bubble.html for bubble in render_reply(reply)]
    while len(pieces) > 1 and utf16_length("\n\n".join(pieces)) > LIMIT:
        pieces.pop(len(pieces) // 2)
    return "\n\n".join(pieces)
