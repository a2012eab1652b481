"""How many answers may be under way: when many people write at once, answers are what is left out, never safety."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

MAX_ANSWERS = 64


class Admission:
    """Lets in a bounded number at once."""

    def __init__(self, places: int = MAX_ANSWERS) -> None:
        self._free = places

    @contextlib.contextmanager
    def enter(self) -> Iterator[bool]:
        """Take a place while the context lasts; gives False where there was none."""
        admitted = self._free > 0
        self._free -= admitted
        try:
            yield admitted
        finally:
            self._free += admitted
