"""Embeddings kept on disk by text and encoder, so that a build embeds only what changed."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from knowledge.retrieval.encoder import Encoder, Vectors
from knowledge.retrieval.shipped_vectors import read_shipped

Role = Literal["query", "passage"]
BATCH = 64


class EmbeddingStore:
    """A SQLite file of vectors. It holds hashes and vectors of the project's own texts, never what people write."""

    def __init__(self, path: Path, shipped: Path | None = None) -> None:
        """Open or make the file.

        Args:
            path: the SQLite file.
            shipped: folder of vectors that came with the project, asked for what the file does not have.
        """
        self._shipped = shipped
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path)
        self._connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def encode(
        self, encoder: Encoder, texts: Sequence[str], role: Role, progress: Callable[[int, int], None] | None = None
    ) -> Vectors:
        """Embed texts, taking from the file what is there: (n, d) float32.

        Args:
            encoder: what embeds the rest.
            texts: the texts, in order.
            role: whether they are questions or answers.
            progress: called with (done, total) of the texts that are not in the file.
        """
        keys = [vector_key(encoder, role, text) for text in texts]
        found = self._read(keys)
        if self._shipped and (unknown := [key for key in keys if key not in found]):
            found |= self._keep(read_shipped(self._shipped, unknown))
        missing = [row for row, key in enumerate(keys) if key not in found]
        # Texts of a batch run beside each other: of like length, none of the cores waits for the longest.
        missing.sort(key=lambda row: len(texts[row]))
        embed = encoder.encode_queries if role == "query" else encoder.encode_passages
        for start in range(0, len(missing), BATCH):
            rows = missing[start : start + BATCH]
            vectors = embed([texts[row] for row in rows])
            # Kept by batch: a build that is stopped goes on where it was.
            found |= self._keep({keys[row]: vector for row, vector in zip(rows, vectors, strict=True)})
            if progress:
                progress(min(start + BATCH, len(missing)), len(missing))
        if not texts:
            return np.empty((0, encoder.dimension), dtype=np.float32)
        return np.stack([found[key] for key in keys])

    def _keep(self, vectors: dict[bytes, Vectors]) -> dict[bytes, Vectors]:
        rows = [(key, vector.tobytes()) for key, vector in vectors.items()]
        self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        self._connection.commit()
        return vectors

    def _read(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        for start in range(0, len(keys), 500):
            part = keys[start : start + 500]
            marks = ",".join("?" * len(part))
            query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"  # noqa: S608 - only question marks
            rows = self._connection.execute(query, part)
            found.update((key, np.frombuffer(blob, dtype=np.float32)) for key, blob in rows)
        return found


def vector_key(encoder: Encoder, role: Role, text: str) -> bytes:
    """Name the vector of a text by a hash."""
    return hashlib.sha256(f"{encoder.fingerprint}\0{role}\0{text}".encode()).digest()
