"""The vectors of the project's own texts, kept in the repository: a first start need not embed them all again.

Each row is in 8 bits with a scale of its own, found by a hash of encoder, role and text. Another encoder, or a text
that changed, finds nothing here and is embedded.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from knowledge.retrieval.encoder import Vectors

# About 8 MB a file.
ROWS = 20_000
KEY_BYTES = 8
LEVELS = 127


def read_shipped(directory: Path, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
    """Give the vectors that the files of a folder hold for keys; a damaged file holds nothing."""
    wanted = {key[:KEY_BYTES]: key for key in keys}
    found: dict[bytes, Vectors] = {}
    for path in sorted(directory.glob("*.npz")):
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                held, levels, scales = arrays["keys"], arrays["levels"], arrays["scales"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            continue
        for row, key in enumerate(held):
            if (name := wanted.get(key.tobytes())) is not None:
                found[name] = _unit(levels[row].astype(np.float32) * scales[row])
    return found


def write_shipped(directory: Path, vectors: Mapping[bytes, Vectors]) -> list[Path]:
    """Write vectors by key, in place of what the folder held.

    Returns:
        The files.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for path in directory.glob("*.npz"):
        path.unlink()
    keys = sorted(vectors)
    paths = []
    for number, start in enumerate(range(0, len(keys), ROWS)):
        part = keys[start : start + ROWS]
        rows = np.stack([vectors[key] for key in part])
        scales = np.abs(rows).max(axis=1, keepdims=True) / LEVELS
        path = directory / f"vectors-{number}.npz"
        np.savez(
            path,
            keys=np.frombuffer(b"".join(key[:KEY_BYTES] for key in part), dtype=np.uint8).reshape(-1, KEY_BYTES),
            levels=np.round(rows / scales).astype(np.int8),
            scales=scales[:, 0].astype(np.float32),
        )
        paths.append(path)
    return paths


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
