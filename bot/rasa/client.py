"""The only caller of Rasa."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import httpx

from bot.dialogue.moves import Move, move_from_json
from bot.errors import RasaUnavailableError
from knowledge.material.registry import Language

# A text that starts like this would reach Rasa as a command ("/restart"), not as words.
COMMAND = re.compile(r"^[\s/]+")
# After this many turns in a row without an answer Rasa is left alone for a while, so that nobody waits for it in vain.
FAILURES_TO_OPEN = 2
OPEN_SECONDS = 5.0


class RasaClient:
    """Sends one message to Rasa's REST channel and reads the moves that its actions made.

    A circuit breaker (Nygard, "Release It!") spares people the time-out of a Rasa that hangs: it opens after two
    failures in a row, and closes with the first sign of life.
    """

    def __init__(self, url: str, timeout: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = url.rstrip("/")
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout, connect=1.0), trust_env=False, limits=httpx.Limits(max_connections=32)
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def is_up(self) -> bool:
        """Ask Rasa for a sign of life."""
        try:
            response = await self._client.get(f"{self.url}/webhooks/rest/", timeout=2.0)
        except httpx.HTTPError:
            return False
        if response.status_code != 200:
            return False
        self._open_until = 0.0
        return True

    async def say(
        self, conversation: str, text: str, language: Language, state: dict[str, bool] | None = None
    ) -> list[Move]:
        """Send what a person wrote.

        Args:
            conversation: the name Rasa knows it by.
            text: the message.
            language: the language of the reply.
            state: what the bot knows of the conversation (``bot.rasa_components.message_state``).

        Raises:
            RasaUnavailableError: Rasa is down, slow, or answered without a move.
        """
        return await self._moves(conversation, COMMAND.sub("", text) or "?", language, state)

    async def press(self, conversation: str, intent: str, entities: dict[str, str], language: Language) -> list[Move]:
        """Send a button press as its intent with entities."""
        return await self._moves(conversation, f"/{intent}{json.dumps(entities)}", language)

    async def forget(self, conversation: str) -> None:
        """Have Rasa drop all it holds of a conversation.

        Raises:
            RasaUnavailableError: Rasa is down or slow. What it held goes with its process, or after its time limit.
        """
        await self._post({"sender": conversation, "message": "/restart"})

    async def _moves(
        self, conversation: str, message: str, language: Language, state: dict[str, bool] | None = None
    ) -> list[Move]:
        metadata = {"language": language, **(state or {})}
        answers = await self._post({"sender": conversation, "message": message, "metadata": metadata})
        try:
            moves = [move_from_json(item.get("custom")) for item in answers]
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise RasaUnavailableError(f"Rasa at {self.url} failed ({type(error).__name__}).") from None
        if not moves:
            # Rasa answers 200 with [] when an action or a policy failed.
            raise RasaUnavailableError(f"Rasa at {self.url} answered without a move.")
        return moves

    async def _post(self, body: dict[str, Any]) -> list[Any]:
        if self._clock() < self._open_until:
            raise RasaUnavailableError(f"Rasa at {self.url} was silent a moment ago; it is left alone.")
        try:
            response = await self._client.post(f"{self.url}/webhooks/rest/webhook", json=body)
            response.raise_for_status()
            answers: list[Any] = response.json()
        except (httpx.HTTPError, ValueError) as error:
            self._failures += 1
            if self._failures >= FAILURES_TO_OPEN:
                self._open_until = self._clock() + OPEN_SECONDS
            # The error of a request may quote its body, so only its type goes on.
            raise RasaUnavailableError(f"Rasa at {self.url} failed ({type(error).__name__}).") from None
        self._failures = 0
        return answers
