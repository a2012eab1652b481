"""What stands on the disk can be read with the bot's token only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

logger = logging.getLogger(__name__)


class Seal:
    """Seals content (Fernet: AES-128-CBC with HMAC-SHA256) and names chats, both with keys made from the token.

    Args:
        token: of the bot; a copy of the file without it tells nobody who talked to the bot or what was said.
    """

    def __init__(self, token: str) -> None:
        self._key = token.encode()
        self._fernet = Fernet(base64.urlsafe_b64encode(self._digest(b"outbox")))

    def name(self, chat_id: int) -> str:
        """Give the name a chat has on the disk."""
        return self._digest(str(chat_id).encode()).hex()

    def close(self, content: object) -> bytes:
        """Seal what JSON can hold."""
        return self._fernet.encrypt(json.dumps(content).encode())

    def open(self, sealed: bytes) -> Any:
        """Give what was sealed, None where it was sealed with another token."""
        try:
            return json.loads(self._fernet.decrypt(sealed))
        except (InvalidToken, ValueError, TypeError):
            logger.error("something kept by an earlier run was sealed with another token and is lost")
            return None

    def _digest(self, words: bytes) -> bytes:
        return hmac.new(self._key, words, hashlib.sha256).digest()
