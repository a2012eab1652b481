"""Calls to Telegram that show something: sends through the outbox, edits in place, gives no text up for its form."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from telegram import LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, NetworkError, TelegramError
from telegram.ext import ExtBot

from bot.telegram.letters import Dispatch, Target
from bot.telegram.outbox import Outbox, is_gone
from bot.telegram.rate_limit import PACED, ChatRateLimiter
from bot.telegram.rendering import Bubble, build_keyboard
from bot.telegram.store import Store

logger = logging.getLogger(__name__)
Result = TypeVar("Result")
# Seconds between tries of an edit after a 5xx or a time-out; what cannot be edited is sent.
BACKOFF = (0.5, 1.0)
TYPING_SECONDS = 4.0
# An answer must not overtake the first sign, or the chat shows "typing" after it; yet it waits no longer than this.
TYPING_PATIENCE = 0.5
# When Telegram hangs, the small calls must not take the connections that messages need.
MAX_SMALL_CALLS = 24
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Delivery:
    """Sends and edits messages.

    Args:
        bot: calls Telegram.
        limiter: the one the bot was built with.
        store: keeps messages until they are sent.
        on_gone: is told of chats that nothing can be sent to any more.
    """

    def __init__(
        self, bot: ExtBot[int], limiter: ChatRateLimiter, store: Store, on_gone: Callable[[int], None]
    ) -> None:
        self._bot = bot
        self._small_calls: set[asyncio.Task[None]] = set()
        self.outbox = Outbox(self._post, limiter, store, on_gone)

    @property
    def private_address(self) -> str:
        """A link that opens the private chat with the bot and shows the crisis lines there."""
        return f"https://t.me/{self._bot.username}?start=crisis-lines"

    def send(self, target: Target, bubbles: Sequence[Bubble], on_sent: Callable[[int], None] | None = None) -> Dispatch:
        """Send messages in order; they are kept until they are sent."""
        return self.outbox.put(target, bubbles, on_sent)

    async def replace(
        self,
        target: Target,
        old: Sequence[int],
        bubbles: Sequence[Bubble],
        on_sent: Callable[[int], None] | None = None,
    ) -> Dispatch:
        """Show messages in the place of older ones: edit, delete what is left over, send what is more."""
        shown: list[int] = []
        for message_id, bubble in zip(old, bubbles, strict=False):
            if not await self._edit(target.chat_id, message_id, bubble):
                break
            shown.append(message_id)
            if on_sent is not None:
                on_sent(message_id)
        for message_id in old[len(bubbles) :]:
            self._call_quietly(partial(self._bot.delete_message, target.chat_id, message_id, rate_limit_args=PACED))
        return self.outbox.put(target, bubbles[len(shown) :], on_sent, shown)

    def acknowledge(self, query_id: str) -> None:
        """Stop the waiting circle on a pressed button; too late is no harm."""
        self._call_quietly(partial(self._bot.answer_callback_query, query_id))

    @contextlib.asynccontextmanager
    async def typing(self, target: Target) -> AsyncIterator[None]:
        """Show "typing" while the block runs."""
        first = self._show_typing(target)
        again = asyncio.create_task(self._keep_typing(target))
        try:
            yield
        finally:
            again.cancel()
            await asyncio.wait([task for task in (first, again) if task], timeout=TYPING_PATIENCE)

    async def cancel(self) -> None:
        """Give up the calls whose end nobody needs."""
        calls = list(self._small_calls)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    async def _keep_typing(self, target: Target) -> None:
        while True:
            await asyncio.sleep(TYPING_SECONDS)
            self._show_typing(target)

    def _show_typing(self, target: Target) -> asyncio.Task[None] | None:
        show = self._bot.send_chat_action
        return self._call_quietly(partial(show, target.chat_id, ChatAction.TYPING, message_thread_id=target.thread_id))

    def _call_quietly(self, call: Callable[[], Awaitable[object]]) -> asyncio.Task[None] | None:
        """Start a call that nothing depends on; None where too many of them hang."""
        if len(self._small_calls) >= MAX_SMALL_CALLS:
            return None
        task = asyncio.create_task(_ignore_failure(call))
        self._small_calls.add(task)
        task.add_done_callback(self._small_calls.discard)
        return task

    async def _post(self, target: Target, bubble: Bubble) -> int:
        """Send one message; where Telegram refuses it for its form, the bare words."""
        try:
            message = await _with_formatting_or_without(partial(self._send, target, bubble), bubble)
        except BadRequest as error:
            if is_gone(error):
                raise
            # A topic that was closed, a button it does not take: the words matter more.
            logger.error("Telegram refused a message; its words alone are tried")
            bare = replace(bubble, buttons=(), address=None)
            message = await self._send(Target(target.chat_id), bare, bubble.plain, None)
        return message.message_id

    async def _send(self, target: Target, bubble: Bubble, text: str, parse_mode: str | None) -> Message:
        quoted = ReplyParameters(target.reply_to, allow_sending_without_reply=True) if target.reply_to else None
        return await self._bot.send_message(
            target.chat_id,
            text,
            parse_mode=parse_mode,
            link_preview_options=NO_PREVIEW,
            reply_markup=build_keyboard(bubble),
            message_thread_id=target.thread_id,
            reply_parameters=quoted,
            rate_limit_args=PACED,
        )

    async def _edit(self, chat_id: int, message_id: int, bubble: Bubble) -> bool:
        async def call(text: str, parse_mode: str | None) -> Message | bool:
            return await try_again(
                lambda: self._bot.edit_message_text(
                    text,
                    chat_id,
                    message_id,
                    parse_mode=parse_mode,
                    link_preview_options=NO_PREVIEW,
                    reply_markup=build_keyboard(bubble),
                    rate_limit_args=PACED,
                )
            )

        try:
            await _with_formatting_or_without(call, bubble)
        except BadRequest as error:
            return "not modified" in str(error).lower()
        except TelegramError as error:
            logger.warning("a message was not edited (%s)", type(error).__name__)
            return False
        return True


async def _ignore_failure(call: Callable[[], Awaitable[object]]) -> None:
    try:
        await call()
    except TelegramError as error:
        logger.info("a call that may fail failed (%s)", type(error).__name__)


async def _with_formatting_or_without(call: Callable[[str, str | None], Awaitable[Result]], bubble: Bubble) -> Result:
    try:
        return await call(bubble.html, ParseMode.HTML)
    except BadRequest as error:
        if "can't parse entities" not in str(error).lower():
            raise
        logger.error("Telegram refused the formatting of a message; it went out plain")
        return await call(bubble.plain, None)


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
