"""Every reply gets out: kept until Telegram has taken it, over restarts too, cards first, each chat in its order.

A message is given up only when its chat is gone, Telegram refuses it for what it is, or half a day has passed.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import heapq
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.telegram.letters import ChatLetters, Dispatch, Letter, Target, letter_from_json, under_way
from bot.telegram.rate_limit import ChatRateLimiter
from bot.telegram.rendering import Bubble
from bot.telegram.store import KeptLetter, Store

logger = logging.getLogger(__name__)
KEPT_SECONDS = 12 * 3_600
# Pauses after a 5xx, a time-out or a lost connection double up to this; a card is tried more often.
FIRST_PAUSE, LONGEST_PAUSE, LONGEST_URGENT_PAUSE = 0.5, 30.0, 3.0
# How long the next message of a chat waits for the note that the last one was sent; a card does not wait.
WRITTEN_SECONDS = 0.5
# An error that is not Telegram's is ours, and more tries do not mend it.
MAX_TRIES_OF_OURS = 5
# Connections left for cards when Telegram hangs and ordinary messages hang with it.
MAX_ORDINARY = 24
# What /health calls failing: so many tries in vain one after the other, or a message this old.
FAILURES, OLD_SECONDS, OLD_URGENT_SECONDS = 3, 120.0, 10.0


class Outbox:
    """Sends what it is given, until it is sent.

    Args:
        post: sends one message to a chat and gives its id.
        limiter: says when a chat may get a message.
        store: keeps the messages over a restart.
        on_gone: is told of chats that nothing can be sent to any more.
    """

    def __init__(
        self,
        post: Callable[[Target, Bubble], Awaitable[int]],
        limiter: ChatRateLimiter,
        store: Store,
        on_gone: Callable[[int], None],
    ) -> None:
        self._post = post
        self._limiter = limiter
        self._store = store
        self._on_gone = on_gone
        self._chats: dict[int, ChatLetters] = {}
        self._ready: list[tuple[tuple[bool, int], int]] = []
        self._later: list[tuple[float, int]] = []
        self._sending: dict[asyncio.Task[None], Letter] = {}
        self._ordinary = 0
        self._changed = asyncio.Event()
        self._last_number = 0
        self._failures = 0

    @property
    def healthy(self) -> bool:
        """Whether messages get out: the last tries did not all fail, and none waits for long."""
        now = time.time()
        old = any(now - letter.made > (OLD_URGENT_SECONDS if letter.bubble.urgent else OLD_SECONDS)
                  for letter in self._letters())  # fmt: skip
        return self._failures < FAILURES and not old

    @property
    def waiting(self) -> int:
        """How many messages are not sent yet."""
        return len(self._letters())

    def put(
        self, target: Target, bubbles: Sequence[Bubble], on_sent: Callable[[int], None] | None = None,
        ids: list[int] | None = None,
    ) -> Dispatch:  # fmt: skip
        """Take messages to send; they are on their way at once and kept until they are sent.

        Args:
            target: where to.
            bubbles: in their order.
            on_sent: is told Telegram's id of each.
            ids: to which the ids are added.
        """
        dispatch = Dispatch(len(bubbles), on_sent, ids)
        letters = [Letter(self._next_number(), target, bubble, time.time(), dispatch) for bubble in bubbles]
        if not letters:
            return dispatch
        update = under_way.get()
        if update is not None:
            update.dispatches.append(dispatch)
        kept = [KeptLetter(letter.number, letter.to_json()) for letter in letters]
        dispatch.durable = self._store.keep_letters(kept, update.update_id if update else None)
        dispatch.durable.add_done_callback(lambda _: dispatch.settled.set())
        for letter in letters:
            self._add(letter)
        return dispatch

    def resume(self, kept: Sequence[KeptLetter]) -> None:
        """Take over what an earlier run could not send."""
        for item in kept:
            try:
                letter = letter_from_json(item.number, item.content)
            except (KeyError, TypeError, ValueError):
                logger.error("a message of an earlier run cannot be read and is lost")
                self._store.drop_letters([item.number])
                continue
            self._last_number = max(self._last_number, item.number)
            self._add(letter)

    def drop_chat(self, chat_id: int) -> None:
        """Give up what waits for a chat that cannot be written to."""
        chat = self._chats.get(chat_id)
        if chat is not None:
            self._empty(chat)
            self._arrange(chat)

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            self._changed.clear()
            chat, wait = self._next()
            if chat is None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), wait)
                continue
            await self._limiter.take_turn()
            # Chosen only now: a card may have come while the turn was waited for.
            chat, _ = self._next()
            if chat is not None:
                self._start(chat)

    async def wait(self, seconds: float) -> None:
        """Let what waits get out, for so many seconds."""
        deadline = time.monotonic() + seconds
        while self._letters() and not self._failures and time.monotonic() < deadline:  # noqa: ASYNC110 - only at the end
            await asyncio.sleep(0.02)

    async def cancel(self) -> None:
        """Give up what is being sent now; it is sent after the next start."""
        tasks = list(self._sending)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _letters(self) -> list[Letter]:
        waiting = [letter for chat in self._chats.values() for _, letter in chat.waiting]
        return waiting + list(self._sending.values())

    def _next_number(self) -> int:
        # Over restarts too a later letter gets a higher number, whatever the clock does in between.
        self._last_number = max(self._last_number + 1, time.time_ns() // 1000)
        return self._last_number

    def _add(self, letter: Letter) -> None:
        chat_id = letter.target.chat_id
        chat = self._chats.setdefault(chat_id, ChatLetters(chat_id))
        heapq.heappush(chat.waiting, (letter.rank, letter))
        self._arrange(chat)

    def _arrange(self, chat: ChatLetters) -> None:
        """Note when the first letter of a chat may go. Notes that are no longer true are passed over when read."""
        if chat.busy:
            return
        if not chat.waiting:
            self._chats.pop(chat.chat_id, None)
            self._changed.set()
            return
        rank, letter = chat.waiting[0]
        at = self._free_at(letter)
        if at <= time.monotonic():
            heapq.heappush(self._ready, (rank, chat.chat_id))
        else:
            heapq.heappush(self._later, (at, chat.chat_id))
        self._changed.set()

    def _free_at(self, letter: Letter) -> float:
        return max(letter.not_before, self._limiter.free_at(letter.target.chat_id, letter.bubble.urgent))

    def _next(self) -> tuple[ChatLetters | None, float | None]:
        """Give the chat whose letter is next, or None and the seconds until one may be."""
        now = time.monotonic()
        while self._later and self._later[0][0] <= now:
            chat = self._chats.get(heapq.heappop(self._later)[1])
            if chat is not None:
                self._arrange(chat)
        while self._ready:
            rank, chat_id = self._ready[0]
            chat = self._chats.get(chat_id)
            if chat is None or chat.busy or not chat.waiting or chat.waiting[0][0] != rank:
                heapq.heappop(self._ready)
            elif (at := self._free_at(chat.waiting[0][1])) > now:
                heapq.heappop(self._ready)
                heapq.heappush(self._later, (at, chat_id))
            elif rank[0] and self._ordinary >= MAX_ORDINARY:
                break
            else:
                return chat, None
        return None, max(0.0, self._later[0][0] - now) if self._later else None

    def _start(self, chat: ChatLetters) -> None:
        _, letter = heapq.heappop(chat.waiting)
        chat.busy = True
        self._ordinary += not letter.bubble.urgent
        self._limiter.count(chat.chat_id)
        # A fresh context: what the letter sets off belongs to no update.
        task = asyncio.get_running_loop().create_task(self._send(chat, letter), context=contextvars.Context())
        self._sending[task] = letter
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[None]) -> None:
        letter = self._sending.pop(task)
        self._ordinary -= not letter.bubble.urgent
        self._changed.set()

    async def _send(self, chat: ChatLetters, letter: Letter) -> None:
        try:
            await self._try_to_send(chat, letter)
        finally:
            chat.busy = False
            self._arrange(chat)

    async def _try_to_send(self, chat: ChatLetters, letter: Letter) -> None:
        try:
            message_id = await self._post(letter.target, letter.bubble)
        except RetryAfter:
            self._failures = 0
            heapq.heappush(chat.waiting, (letter.rank, letter))  # the limiter knows for how long
        except ChatMigrated as error:
            self._failures = 0
            self._move(chat, letter, error.new_chat_id)
        except (Forbidden, BadRequest) as error:
            self._failures = 0
            self._end(letter)
            if isinstance(error, Forbidden) or is_gone(error):
                self._empty(chat)
                self._on_gone(chat.chat_id)
            else:
                logger.error("a message was refused and is given up (%s)", type(error).__name__)
        except Exception as error:  # 5xx, time-outs, lost connections, and what nobody thought of
            self._put_off(chat, letter, error)
        else:
            self._failures = 0
            written = self._end(letter, message_id)
            if written is not None and not (chat.waiting and chat.waiting[0][1].bubble.urgent):
                # So that a kill -9 doubles no more than one message of a chat.
                await asyncio.wait([written], timeout=WRITTEN_SECONDS)

    def _put_off(self, chat: ChatLetters, letter: Letter, error: Exception) -> None:
        self._failures += 1
        hopeless = letter.tries >= MAX_TRIES_OF_OURS and not isinstance(error, TelegramError)
        if hopeless or time.time() - letter.made > KEPT_SECONDS:
            logger.error("a message could not be sent and is given up (%s)", type(error).__name__)
            self._end(letter)
            return
        longest = LONGEST_URGENT_PAUSE if letter.bubble.urgent else LONGEST_PAUSE
        pause = min(FIRST_PAUSE * 2 ** min(letter.tries, 10), longest)
        logger.warning("a message was not sent (%s); trying again in %.1f s", type(error).__name__, pause)
        letter.tries += 1
        letter.not_before = time.monotonic() + pause
        heapq.heappush(chat.waiting, (letter.rank, letter))

    def _move(self, chat: ChatLetters, letter: Letter, new_chat_id: int) -> None:
        """Send a group's letters to the supergroup it has become."""
        waiting, chat.waiting = [letter, *(item for _, item in chat.waiting)], []
        for item in waiting:
            item.target = replace(item.target, chat_id=new_chat_id, reply_to=None)
            self._add(item)

    def _empty(self, chat: ChatLetters) -> None:
        waiting, chat.waiting = chat.waiting, []
        for _, letter in waiting:
            self._end(letter)

    def _end(self, letter: Letter, message_id: int | None = None) -> asyncio.Task[None] | None:
        written = self._store.drop_letters([letter.number])
        if letter.dispatch is not None and message_id is None:
            letter.dispatch.count_ended()
        elif letter.dispatch is not None and message_id is not None:
            letter.dispatch.count_sent(message_id)
        return written


def is_gone(error: BadRequest) -> bool:
    """Say whether a refusal means that the chat is no longer there."""
    words = str(error).lower()
    return any(sign in words for sign in ("chat not found", "deactivated", "peer_id_invalid", "was deleted"))
