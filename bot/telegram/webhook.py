"""Updates that Telegram posts to a public address, for those who do not poll."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator, Mapping

from telegram.ext import ExtBot

from bot.settings import Settings
from bot.telegram.intake import Intake, read_update_id
from bot.telegram.polling import ALLOWED_UPDATES

logger = logging.getLogger(__name__)
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name, not a secret
MAX_BODY_BYTES = 1_000_000
BODY_SECONDS = 10
# Telegram's own highest; each post waits for its answer, and a card must not wait for a free one.
CONNECTIONS = 100


class Webhook:
    """Takes posted updates.

    Args:
        settings: with the public address, the secret and the token.
        intake: takes the updates.
    """

    def __init__(self, settings: Settings, intake: Intake) -> None:
        token, secret = settings.telegram_token, settings.telegram_webhook_secret
        self._secret = secret.get_secret_value() if secret else ""
        self._base = str(settings.telegram_webhook_url or "").rstrip("/")
        self._intake = intake
        # Nobody can guess the path without the token, and nobody can tell the token from the path.
        digest = hmac.new((token.get_secret_value() if token else "").encode(), b"webhook path", hashlib.sha256)
        self.path = f"/telegram/{digest.hexdigest()[:32]}"

    async def register(self, bot: ExtBot[int]) -> None:
        """Tell Telegram where to post.

        Raises:
            TelegramError: Telegram refuses the address or does not answer.
        """
        await bot.set_webhook(
            self._base + self.path,
            secret_token=self._secret,
            allowed_updates=ALLOWED_UPDATES,
            max_connections=CONNECTIONS,
        )

    async def receive(self, headers: Mapping[str, str], body: AsyncIterator[bytes]) -> int:
        """Take one posted update.

        Args:
            headers: by their names in lower case; looked at before anything of the body is read.
            body: JSON of one update.

        Returns:
            The HTTP status: 200 once it is answered, 403 for a wrong secret, 415 for another content type, 413 over
            1 MB, 408 for a body that takes too long, 400 for anything that is no update.
        """
        refused = self._refuse(headers)
        if refused:
            return refused
        try:
            async with asyncio.timeout(BODY_SECONDS):
                raw = json.loads(await _read(body))
        except _TooLargeError:
            return 413
        except TimeoutError:
            return 408
        except (ValueError, RecursionError):
            return 400
        return await self._take(raw)

    def _refuse(self, headers: Mapping[str, str]) -> int | None:
        secret = headers.get(SECRET_HEADER, "")
        if not self._secret or not hmac.compare_digest(secret.encode(), self._secret.encode()):
            return 403
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return 415
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return 400
        return 413 if len(length) > len(str(MAX_BODY_BYTES)) or int(length) > MAX_BODY_BYTES else None

    async def _take(self, raw: object) -> int:
        update_id = read_update_id(raw)
        if update_id is None:
            return 400
        self._intake.start(raw)
        task = self._intake.under_way.get(update_id)
        # Telegram may hang up; the answer goes on, and the next post of the same update finds it under way or done.
        if task is not None:
            await asyncio.shield(task)
        return 200


class _TooLargeError(Exception):
    """A body is over the limit."""


async def _read(body: AsyncIterator[bytes]) -> bytes:
    read = bytearray()
    async for chunk in body:
        read += chunk
        if len(read) > MAX_BODY_BYTES:
            raise _TooLargeError
    return bytes(read)
