"""Sending: tries again what may pass, never gives up a text for its formatting, and notices who blocked the bot."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from telegram import LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, TelegramError
from telegram.ext import ExtBot

from bot.telegram.rendering import Bubble, build_keyboard

logger = logging.getLogger(__name__)
Result = TypeVar("Result")
# Seconds between tries after a 5xx or a time-out; 429 is the rate limiter's work.
BACKOFF = (0.5, 1.0, 2.0)
TYPING_SECONDS = 4.0
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True)
class Target:
    """Where messages go.

    Attributes:
        chat_id: the chat.
        thread_id: the topic of a forum.
        reply_to: the message they answer, shown above them; None in private chats.
    """

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None


class Delivery:
    """Sends and edits messages."""

    def __init__(self, bot: ExtBot[int], on_blocked: Callable[[int], None]) -> None:
        self._bot = bot
        self._on_blocked = on_blocked

    @property
    def private_address(self) -> str:
        """A link that opens the private chat with the bot and shows the crisis lines there."""
        return f"https://t.me/{self._bot.username}?start=crisis-lines"

    async def send(self, target: Target, bubbles: Sequence[Bubble]) -> list[int]:
        """Send messages in order; give their ids, fewer where one could not be sent."""
        sent = []
        for bubble in bubbles:
            try:
                message = await self._send_one(target, bubble)
            except ChatMigrated as error:
                target = replace(target, chat_id=error.new_chat_id, reply_to=None)
                message = await self._send_one(target, bubble)
            except Forbidden:
                self._on_blocked(target.chat_id)
                break
            except TelegramError as error:
                logger.error("a message was not sent (%s)", type(error).__name__)
                continue
            sent.append(message.message_id)
        return sent

    async def replace(self, target: Target, old: Sequence[int], bubbles: Sequence[Bubble]) -> list[int]:
        """Show messages in the place of older ones: edit, delete what is left over, send what is more."""
        shown = []
        for number, bubble in enumerate(bubbles):
            if number < len(old) and await self._edit(target.chat_id, old[number], bubble):
                shown.append(old[number])
            else:
                shown += await self.send(target, [bubble])
        for message_id in old[len(bubbles) :]:
            await self._quietly(self._bot.delete_message(target.chat_id, message_id))
        return shown

    async def acknowledge(self, query_id: str) -> None:
        """Stop the waiting circle on a pressed button; too late is no harm."""
        await self._quietly(self._bot.answer_callback_query(query_id))

    @contextlib.asynccontextmanager
    async def typing(self, target: Target) -> AsyncIterator[None]:
        """Show "typing" while the block runs."""
        first = asyncio.create_task(self._show_typing(target))
        again = asyncio.create_task(self._keep_typing(target))
        try:
            yield
        finally:
            again.cancel()
            # The answer must not overtake the first sign, or the chat shows "typing" after it.
            await asyncio.wait([first, again], timeout=1)

    async def _keep_typing(self, target: Target) -> None:
        while True:
            await asyncio.sleep(TYPING_SECONDS)
            await self._show_typing(target)

    async def _show_typing(self, target: Target) -> None:
        call = self._bot.send_chat_action(target.chat_id, ChatAction.TYPING, message_thread_id=target.thread_id)
        await self._quietly(call)

    async def _send_one(self, target: Target, bubble: Bubble) -> Message:
        async def call(text: str, parse_mode: str | None) -> Message:
            quoted = ReplyParameters(target.reply_to, allow_sending_without_reply=True) if target.reply_to else None
            return await self._bot.send_message(
                target.chat_id,
                text,
                parse_mode=parse_mode,
                link_preview_options=NO_PREVIEW,
                reply_markup=build_keyboard(bubble),
                message_thread_id=target.thread_id,
                reply_parameters=quoted,
            )

        return await _with_formatting_or_without(call, bubble)

    async def _edit(self, chat_id: int, message_id: int, bubble: Bubble) -> bool:
        async def call(text: str, parse_mode: str | None) -> Message | bool:
            return await self._bot.edit_message_text(
                text,
                chat_id,
                message_id,
                parse_mode=parse_mode,
                link_preview_options=NO_PREVIEW,
                reply_markup=build_keyboard(bubble),
            )

        try:
            await _with_formatting_or_without(call, bubble)
        except BadRequest as error:
            return "not modified" in str(error).lower()
        except TelegramError as error:
            logger.warning("a message was not edited (%s)", type(error).__name__)
            return False
        return True

    async def _quietly(self, call: Awaitable[object]) -> None:
        try:
            await call
        except TelegramError as error:
            logger.info("a call that may fail failed (%s)", type(error).__name__)


async def _with_formatting_or_without(call: Callable[[str, str | None], Awaitable[Result]], bubble: Bubble) -> Result:
    try:
        return await try_again(lambda: call(bubble.html, ParseMode.HTML))
    except BadRequest as error:
        if "can't parse entities" not in str(error).lower():
            raise
        logger.error("Telegram refused the formatting of a message; it went out plain")
        return await try_again(lambda: call(bubble.plain, None))


async def try_again(call: Callable[[], Awaitable[Result]]) -> Result:
    """Make a call again after a 5xx, a time-out or a lost connection.

    Raises:
        TelegramError: what the last try raised, or at once what no new try can mend.
    """
    for pause in BACKOFF:
        try:
            return await call()
        except BadRequest:  # a NetworkError for the library, yet the same call would fail again
            raise
        except NetworkError as error:
            logger.warning("Telegram did not answer (%s); trying again", type(error).__name__)
            await asyncio.sleep(pause)
    return await call()
