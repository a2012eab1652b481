"""The encoder of a running bot, over loopback: ``carebot index`` then need not load a model of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import numpy as np

from bot.start.running import read_running
from bot.web.internal import SECRET_HEADER
from knowledge.errors import EncoderError
from knowledge.retrieval.encoder import Vectors

BATCH = 64


class RemoteEncoder:
    """Embeds through the internal server of a running bot; an ``Encoder`` like the local one."""

    def __init__(self, client: httpx.Client, name: str, fingerprint: str, dimension: int) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.dimension = dimension
        self._client = client

    def encode_queries(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Embed questions: (n, dimension) float32, rows of length 1."""
        return self._encode(texts, "query", progress)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Embed answers: (n, dimension) float32, rows of length 1."""
        return self._encode(texts, "passage", progress)

    def _encode(self, texts: Sequence[str], role: str, progress: Callable[[int], None] | None) -> Vectors:
        found = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            part = list(texts[start : start + BATCH])
            try:
                response = self._client.post("/embed", json={"texts": part, "role": role})
                response.raise_for_status()
            except httpx.HTTPError as error:
                raise EncoderError(f"the running bot stopped embedding ({type(error).__name__}). Run again.") from None
            found[start : start + len(part)] = response.json()["vectors"]
            if progress:
                progress(len(part))
        return found


def connect_to_running(var_dir: Path, name: str) -> RemoteEncoder | None:
    """Give the encoder of the bot that runs from ``var_dir``, or None when none runs or it uses another encoder."""
    running = read_running(var_dir)
    if not running.get("internal"):
        return None
    headers = {SECRET_HEADER: str(running.get("internal_secret", ""))}
    client = httpx.Client(base_url=str(running["internal"]), headers=headers, timeout=120, trust_env=False)
    try:
        about = client.get("/health", timeout=3).json()
        if about["encoder"] == name:
            return RemoteEncoder(client, about["encoder"], about["fingerprint"], about["dimension"])
    except (httpx.HTTPError, ValueError, KeyError):
        pass
    client.close()
    return None
