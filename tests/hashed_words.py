"""An encoder for units: a text's vector is the sum of its words' own, so that texts which share words are alike."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
DIMENSION = 64


@lru_cache(maxsize=50_000)
def _word(word: str) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4])
    return np.random.default_rng(seed).standard_normal(DIMENSION)


class HashedWords:
    """Encodes without a model, the same on every machine."""

    name = "hashed-words"
    fingerprint = "hashed-words"
    dimension = DIMENSION

    def encode_queries(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Embed texts: (n, 64) float32, rows of length 1."""
        return np.stack([self._embed(text) for text in texts]) if texts else np.empty((0, DIMENSION), np.float32)

    encode_passages = encode_queries

    def _embed(self, text: str) -> Vectors:
        total = np.sum([_word(word) for word in text.lower().split() or [""]], axis=0)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)
