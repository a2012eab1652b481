"""The only caller of Rasa."""

from __future__ import annotations

import json
import re

import httpx

from bot.dialogue.moves import Move, move_from_json
from bot.errors import RasaUnavailableError
from knowledge.material.registry import Language

# A text that starts like this would reach Rasa as a command ("/restart"), not as words.
COMMAND = re.compile(r"^[\s/]+")


class RasaClient:
    """Sends one message to Rasa's REST channel and reads the moves that its actions made."""

    def __init__(self, url: str, timeout: float) -> None:
        self.url = url.rstrip("/")
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout, connect=1.0), trust_env=False, limits=httpx.Limits(max_connections=32)
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def is_up(self) -> bool:
        """Say whether Rasa answers."""
        try:
            response = await self._client.get(f"{self.url}/webhooks/rest/", timeout=2.0)
        except httpx.HTTPError:
            return False
        return response.status_code == 200

    async def say(self, conversation: str, text: str, language: Language) -> list[Move]:
        """Send what a person wrote.

        Raises:
            RasaUnavailableError: Rasa is down, slow, or answered without a move.
        """
        return await self._post(conversation, COMMAND.sub("", text) or "?", language)

    async def press(self, conversation: str, intent: str, entities: dict[str, str], language: Language) -> list[Move]:
        """Send a button press as its intent with entities."""
        return await self._post(conversation, f"/{intent}{json.dumps(entities)}", language)

    async def _post(self, conversation: str, message: str, language: Language) -> list[Move]:
        body = {"sender": conversation, "message": message, "metadata": {"language": language}}
        try:
            response = await self._client.post(f"{self.url}/webhooks/rest/webhook", json=body)
            response.raise_for_status()
            moves = [move_from_json(item.get("custom")) for item in response.json()]
        except (httpx.HTTPError, ValueError, KeyError, AttributeError, TypeError) as error:
            # The error of a request may quote its body, so only its type goes on.
            raise RasaUnavailableError(f"Rasa at {self.url} failed ({type(error).__name__}).") from None
        if not moves:
            # Rasa answers 200 with [] when an action or a policy failed.
            raise RasaUnavailableError(f"Rasa at {self.url} answered without a move.")
        return moves
