"""How many answers may be under way: when many people write at once, answers are what is left out, never safety."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator

MAX_ANSWERS = 64
# One payer may hold a quarter of the places.
SHARE = 4


class Admission:
    """Lets in a bounded number at once."""

    def __init__(self, places: int = MAX_ANSWERS) -> None:
        self._free = places
        self._share = max(1, places // SHARE)
        self._held: Counter[str] = Counter()

    @contextlib.contextmanager
    def enter(self, payer: str) -> Iterator[bool]:
        """Take a place while the context lasts; gives False where there was none."""
        admitted = self._free > 0 and self._held[payer] < self._share
        self._take(payer, admitted)
        try:
            yield admitted
        finally:
            self._take(payer, -admitted)

    def _take(self, payer: str, places: int) -> None:
        self._free -= places
        self._held[payer] += places
        if not self._held[payer]:
            del self._held[payer]
