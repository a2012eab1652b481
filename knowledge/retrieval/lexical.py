"""Character n-grams: what catches misspelt words, names and Spanish without accents where a dense vector blurs them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

NGRAMS = (2, 5)


def fold(text: str) -> str:
    """Lower-case a text and take its accents off."""
    # Decomposed on both sides: "𝐀" becomes a letter with a lower case only then, and lower-casing can compose anew.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


class NgramVectorizer:
    """TF-IDF over the character n-grams of folded texts; rows are sparse float32 of length 1."""

    def __init__(self, vectorizer: TfidfVectorizer) -> None:
        self._vectorizer = vectorizer

    @classmethod
    def fit(cls, texts: Sequence[str], min_df: int = 2) -> NgramVectorizer:
        """Learn the n-grams and their weights from texts."""
        vectorizer = _new_vectorizer(min_df=min_df)
        vectorizer.fit(texts)
        return cls(vectorizer)

    @classmethod
    def from_arrays(cls, vocabulary: NDArray[np.str_], idf: NDArray[np.float32]) -> NgramVectorizer:
        """Rebuild a vectorizer from :meth:`to_arrays`."""
        vectorizer = _new_vectorizer(vocabulary={term: row for row, term in enumerate(vocabulary.tolist())})
        vectorizer.idf_ = idf
        return cls(vectorizer)

    def to_arrays(self) -> tuple[NDArray[np.str_], NDArray[np.float32]]:
        """Give the terms, in column order, and their weights."""
        return self._vectorizer.get_feature_names_out().astype(np.str_), self._vectorizer.idf_.astype(np.float32)

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Give (n, terms) rows of length 1 (0 where no n-gram is known)."""
        return csr_matrix(self._vectorizer.transform(texts))


def _new_vectorizer(**options: object) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char_wb", ngram_range=NGRAMS, sublinear_tf=True, preprocessor=fold, dtype=np.float32, **options
    )
