"""The order in which the messages of one chat are answered."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


class ChatTurns:
    """One message at a time, in the order of the questions; an urgent one waits for nobody, and all wait for it."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._urgent = 0
        self._calm = asyncio.Event()
        self._calm.set()

    @property
    def busy(self) -> bool:
        """Whether a message is being answered."""
        return self._lock.locked() or self._urgent > 0

    @contextlib.asynccontextmanager
    async def take(self, urgent: bool) -> AsyncIterator[None]:
        """Hold the chat's turn while the block runs."""
        if urgent:
            self._urgent += 1
            self._calm.clear()
            try:
                yield
            finally:
                self._urgent -= 1
                if not self._urgent:
                    self._calm.set()
        else:
            async with self._lock:
                await self._calm.wait()
                yield
