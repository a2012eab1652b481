"""FAISS, in the only place that imports it: exact search, or an approximate graph for a very large knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.errors import IndexCorruptError
from knowledge.retrieval.encoder import Vectors

# Below this exact search costs less than a graph would save (benchmarks/search_scaling.py draws the curve).
EXACT_LIMIT = 20_000
HNSW_NEIGHBOURS = 32
HNSW_BUILD_EFFORT = 120
HNSW_SEARCH_EFFORT = 160


class VectorIndex:
    """Nearest neighbours by cosine over rows of length 1."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of a row."""
        return int(self._index.d)

    @classmethod
    def build(cls, vectors: Vectors) -> VectorIndex:
        """Index (n, d) float32 rows; the kind of index follows from n."""
        index: Any
        if len(vectors) <= EXACT_LIMIT:
            index = faiss.IndexFlatIP(vectors.shape[1])
        else:
            index = faiss.IndexHNSWFlat(vectors.shape[1], HNSW_NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = HNSW_BUILD_EFFORT
            index.hnsw.efSearch = HNSW_SEARCH_EFFORT
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    def search(self, queries: Vectors, count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Find the nearest rows of m queries: cosines (m, k) and row numbers (m, k), k = min(count, len)."""
        scores, rows = self._index.search(np.ascontiguousarray(queries, dtype=np.float32), min(count, len(self)))
        return scores, rows

    def vectors(self) -> Vectors:
        """Give all rows back, (n, d)."""
        return np.asarray(self._index.reconstruct_n(0, len(self)), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Read an index from a file.

        Raises:
            IndexCorruptError: naming the file.
        """
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise IndexCorruptError(f"{path} cannot be read as a FAISS index. Run 'carebot index' again.") from error
