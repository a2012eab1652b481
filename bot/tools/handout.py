"""Files made for one person: kept in memory only, for minutes, under an address nobody can guess."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

KEPT_SECONDS = 15 * 60
# About 20 kB each, so some 40 MB at the most.
MOST = 2_000
TOKEN_BYTES = 24


@dataclass(frozen=True)
class Handout:
    """One file: what it is called, of what type it is, whose it is, and what is in it."""

    name: str
    media_type: str
    content: bytes
    owner: str = ""


class Handouts:
    """Files by their token; each goes after its time, with its owner, or when there are too many."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._items: OrderedDict[str, tuple[float, Handout]] = OrderedDict()

    def put(self, handout: Handout) -> str:
        """Keep a file; give the token to fetch it by."""
        self._drop_old()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._items[token] = (self._clock(), handout)
        while len(self._items) > MOST:
            self._items.popitem(last=False)
        return token

    def get(self, token: str) -> Handout | None:
        """Fetch a file; None for a token that was never given out, or no longer holds."""
        self._drop_old()
        found = self._items.get(token)
        return found[1] if found else None

    def forget(self, owner: str) -> None:
        """Drop all files of a person."""
        for token in [token for token, (_, handout) in self._items.items() if handout.owner == owner]:
            del self._items[token]

    def __len__(self) -> int:
        self._drop_old()
        return len(self._items)

    def _drop_old(self) -> None:
        oldest = self._clock() - KEPT_SECONDS
        while self._items and next(iter(self._items.values()))[0] <= oldest:
            self._items.popitem(last=False)
