"""Updates that Telegram posts to a public address, for those who do not poll."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging

from telegram.ext import ExtBot

from bot.settings import Settings
from bot.telegram.intake import Intake, read_update_id
from bot.telegram.polling import ALLOWED_UPDATES

logger = logging.getLogger(__name__)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name, not a secret
MAX_BODY_BYTES = 1_000_000


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
        await bot.set_webhook(self._base + self.path, secret_token=self._secret, allowed_updates=ALLOWED_UPDATES)

    async def receive(self, secret: str | None, body: bytes) -> int:
        """Take one posted update.

        Args:
            secret: the header ``X-Telegram-Bot-Api-Secret-Token``.
            body: JSON of one update.

        Returns:
            The HTTP status: 200 once it is answered, 403 for a wrong secret, 413 over 1 MB, 400 for anything
            that is no update.
        """
        if not self._secret or not hmac.compare_digest((secret or "").encode(), self._secret.encode()):
            return 403
        if len(body) > MAX_BODY_BYTES:
            return 413
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            return 400
        update_id = read_update_id(raw)
        if update_id is None:
            return 400
        self._intake.start(raw)
        task = self._intake.under_way.get(update_id)
        # Telegram may hang up; the answer goes on, and the next post of the same update finds it under way or done.
        if task is not None:
            await asyncio.shield(task)
        return 200
