"""The Telegram channel as the rest of the program sees it: start, stop, healthy."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence

from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.errors import StartError
from bot.message import IncomingMessage, Reply, SafetyVerdict
from bot.settings import Settings
from bot.telegram.delivery import Delivery
from bot.telegram.exchange import Exchange
from bot.telegram.flood import FloodLimit
from bot.telegram.inline import InlineSearch
from bot.telegram.intake import Intake
from bot.telegram.polling import FIRST_PAUSE, LONGEST_PAUSE, Poller
from bot.telegram.profile import publish_profile
from bot.telegram.rate_limit import ChatRateLimiter
from bot.telegram.responder import Responder
from bot.telegram.store import Store, database_path
from bot.telegram.webhook import Webhook
from knowledge.material.base import KnowledgeBase

logger = logging.getLogger(__name__)
CONNECTIONS = 64
FINISH_SECONDS = 5
CONFIRM_SECONDS = 2
# These write whole updates and addresses with the token in them.
TALKATIVE = ("telegram", "httpx", "httpcore")


class TelegramGateway:
    """Connects the bot to Telegram, by long polling or, with a webhook address set, by webhook.

    Args:
        settings: with ``telegram_token`` set.
        answer: gives the reply to a message or a payload.
        forget: drops all that is known of a sender.
        knowledge: gives the knowledge in service.
        assess_alone: the safety check of one text by patterns. With it, messages sent in quick pieces are joined
            before they are answered, and a dangerous one is neither joined nor held back for coming too fast.
        assess: the whole safety check of one text, for messages that would wait behind others of their chat.
    """

    def __init__(
        self,
        settings: Settings,
        answer: Callable[[IncomingMessage], Awaitable[Reply]],
        forget: Callable[[str], None],
        knowledge: Callable[[], KnowledgeBase],
        assess_alone: Callable[[str], SafetyVerdict] | None = None,
        assess: Callable[[str], SafetyVerdict] | None = None,
    ) -> None:
        token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
        self._settings = settings
        limiter = ChatRateLimiter()
        self._bot = _build_bot(settings, token, limiter)
        self._store = Store(database_path(settings), token)
        self._delivery = Delivery(self._bot, limiter, self._store, on_gone=self._end_chat)
        self._outbox = self._delivery.outbox
        self._exchange = Exchange(answer, forget, knowledge, self._delivery, self._store)
        flood = FloodLimit(settings.rate_burst, settings.rate_per_second)
        inline = InlineSearch(answer, self._exchange.knowledge_or_none)
        self._responder = Responder(self._exchange, inline, flood, assess_alone, assess)
        self._intake = Intake(self._bot, self._responder.take, self._responder.apologise, self._store)
        self._poller = Poller(self._bot, self._intake)
        self._webhook = Webhook(settings, self._intake) if settings.telegram_webhook_url else None
        self._registered = False
        self._reached = False
        self._found: list[object] = []
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def healthy(self) -> bool:
        """Whether the last call to Telegram for updates worked, or the webhook is registered."""
        return self._poller.healthy or self._registered

    def parts(self) -> dict[str, bool]:
        """Say which parts of the channel are up, for /health."""
        return {
            "telegram": self.healthy,
            "telegram_sending": self._outbox.healthy,
            "database": self._store.available,
        }

    @property
    def webhook(self) -> Webhook | None:
        """Where the public server hands over what is posted to ``webhook.path``; None while the bot polls."""
        return self._webhook

    async def start(self) -> None:
        """Check the token and begin to answer; does not block.

        Telegram out of reach is no error: the bot keeps trying, for the web page must come up all the same.

        Raises:
            StartError: there is no token, or Telegram does not take it.
        """
        if self._settings.telegram_token is None:
            raise StartError("CAREBOT_TELEGRAM_TOKEN: not set. Get a token from @BotFather.")
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        await self._store.open(self._outbox.resume, self._resume_updates)
        try:
            connected = await self._connect()
        except StartError:
            await self._bot.shutdown()
            await self._store.close()
            raise
        # The first of the tasks, and the last to end: what is answered must get out.
        self._tasks.append(asyncio.create_task(self._outbox.run()))
        self._tasks.append(asyncio.create_task(self._run(connected)))

    async def stop(self) -> None:
        """Stop reading, let what is under way end, and close."""
        await _end_tasks(self._tasks[1:])
        await self._intake.wait(FINISH_SECONDS)
        await self._outbox.wait(FINISH_SECONDS)
        await _end_tasks(self._tasks[:1])
        self._tasks.clear()
        await self._outbox.cancel()
        if self._poller.healthy:
            # Before the rest is cancelled: what is confirmed after that would be lost.
            with contextlib.suppress(TelegramError, TimeoutError):
                await asyncio.wait_for(self._poller.confirm(), CONFIRM_SECONDS)
        await self._intake.cancel()
        self._poller.stop()
        self._registered = False
        await self._delivery.cancel()
        self._responder.close()
        await self._bot.shutdown()
        await self._store.close()

    def _resume_updates(self, found: Sequence[object]) -> None:
        """Answer what an earlier run took in, once Telegram has said who we are."""
        self._found += found
        while self._reached and self._found:
            self._intake.start(self._found.pop(0))

    def _end_chat(self, chat_id: int) -> None:
        self._exchange.end_chat(chat_id)

    async def _connect(self) -> bool:
        """Ask Telegram who we are; give False where it does not answer."""
        try:
            await self._bot.initialize()
        except InvalidToken:
            # "from None": the library's own error holds the token.
            raise StartError(
                "CAREBOT_TELEGRAM_TOKEN: Telegram does not know this token. Copy it anew from @BotFather, or "
                "make one with /newbot there; CAREBOT_TELEGRAM_API_URL must be the server it belongs to."
            ) from None
        except TelegramError as error:
            logger.warning("Telegram does not answer (%s); trying on", type(error).__name__)
            return False
        return True

    async def _run(self, connected: bool) -> None:
        if not await self._reach(connected):
            return
        self._reached = True
        self._resume_updates([])
        self._tasks.append(asyncio.create_task(publish_profile(self._bot)))
        if self._webhook is None:
            await self._poller.run()

    async def _reach(self, connected: bool) -> bool:
        """Get ready to receive, however long Telegram takes to answer; give False for a token it does not take."""
        pause = FIRST_PAUSE
        while True:
            try:
                if connected or await self._connect():
                    connected = True
                    await self._choose_way()
                    return True
            except StartError as error:
                logger.error("%s", error)
                return False
            except TelegramError as error:
                logger.warning("Telegram does not answer (%s); trying on", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _choose_way(self) -> None:
        if self._webhook is None:
            # Telegram refuses to be polled while a webhook of an earlier run is set.
            await self._bot.delete_webhook()
        else:
            await self._webhook.register(self._bot)
            self._registered = True


async def _end_tasks(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _build_bot(settings: Settings, token: str, limiter: ChatRateLimiter) -> ExtBot[int]:
    # A token is needed to build the bot; start() says so properly when there is none.
    return ExtBot(
        token or "0:none",
        base_url=f"{str(settings.telegram_api_url).rstrip('/')}/bot",
        request=HTTPXRequest(connection_pool_size=CONNECTIONS, read_timeout=15, pool_timeout=15),
        get_updates_request=HTTPXRequest(connection_pool_size=1),
        rate_limiter=limiter,
    )
