"""Compare heads on the same embeddings and n-grams: the table "What was tried" of docs/evaluation.md.

    python -m benchmarks.heads tests/evaluation/heldout.jsonl [MORE.jsonl ...] [--folds 5]

Every head ranks the ids for a text. It is measured twice: on the knowledge's own ways of asking, each left out (exactly
where that has a closed form; logistic regression in folds), and on files of questions written apart.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

# Before numpy starts its threads: one core, so that times can be compared.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from bot.evaluation.labelled import Labelled, load_labelled
from bot.settings import load_settings
from knowledge.material.base import load_knowledge
from knowledge.retrieval.embedding_store import EmbeddingStore
from knowledge.retrieval.encoder import load_encoder
from knowledge.retrieval.index import FOLDS, REGULARIZATION, SHAPE, Examples, examples_of
from knowledge.retrieval.kernel_ridge import LANDMARKS, centre, choose_landmarks, fit_kernel_ridge
from knowledge.retrieval.lexical import NgramVectorizer

Scores = NDArray[np.float32]
NEAR = 3
LINEAR_REGULARIZATION = 0.5


@dataclass(frozen=True)
class Texts:
    """Texts as the heads see them: (n, d) embeddings and (n, terms) n-gram rows."""

    dense: Scores
    sparse: csr_matrix

    def rows(self, chosen: NDArray[Any]) -> Texts:
        """Give some of the rows."""
        return Texts(self.dense[chosen], self.sparse[chosen])


class Fitted(Protocol):
    """A head that has seen labelled texts."""

    def score(self, asked: Texts) -> Scores:
        """Give (m, classes) scores, higher is better."""

    def left_out(self) -> Scores | None:
        """Give (n, classes) scores of each known text as if it had not been seen; None without a closed form."""


Fit = Callable[[Texts, NDArray[np.int64], int], Fitted]


class Nearest:
    """Mean cosine of the ``count`` nearest ways of asking of each id."""

    def __init__(self, known: Texts, labels: NDArray[np.int64], classes: int, count: int) -> None:
        self.mean = known.dense.mean(axis=0)
        self.known = centre(known.dense, self.mean)
        self.labels, self.classes, self.count = labels, classes, count

    def score(self, asked: Texts) -> Scores:
        """Score by the nearest."""
        return self._by_class(centre(asked.dense, self.mean) @ self.known.T)

    def left_out(self) -> Scores:
        """Score by the nearest others."""
        cosines = self.known @ self.known.T
        cosines[np.diag_indices_from(cosines)] = -1
        return self._by_class(cosines)

    def _by_class(self, cosines: Scores) -> Scores:
        scores = np.full((len(cosines), self.classes), -1, dtype=np.float32)
        for label in np.unique(self.labels):
            mine = cosines[:, self.labels == label]
            count = min(self.count, mine.shape[1])
            scores[:, label] = np.partition(mine, -count, axis=1)[:, -count:].mean(axis=1)
        return scores


class Logistic:
    """Logistic regression on the centred embedding, with or without n-grams."""

    def __init__(self, known: Texts, labels: NDArray[np.int64], classes: int, with_ngrams: bool) -> None:
        self.mean = known.dense.mean(axis=0)
        self.classes, self.with_ngrams = classes, with_ngrams
        self.model = LogisticRegression(C=10, max_iter=100, tol=1e-3).fit(self._features(known), labels)

    def score(self, asked: Texts) -> Scores:
        """Score by the linear function of each class."""
        scores = np.full((len(asked.dense), self.classes), -np.inf, dtype=np.float32)
        scores[:, self.model.classes_] = self.model.decision_function(self._features(asked))
        return scores

    def left_out(self) -> None:
        """Have no closed form."""

    def _features(self, texts: Texts) -> Any:
        dense = centre(texts.dense, self.mean)
        return csr_matrix(hstack([csr_matrix(dense), texts.sparse])) if self.with_ngrams else dense


class LinearKernel:
    """Kernel ridge regression over the plain sum of the similarities."""

    def __init__(self, known: Texts, labels: NDArray[np.int64], classes: int) -> None:
        self.mean = known.dense.mean(axis=0)
        self.known = Texts(centre(known.dense, self.mean), known.sparse)
        targets = np.zeros((len(labels), classes), dtype=np.float32)
        targets[np.arange(len(labels)), labels] = 1
        self.offsets = targets.mean(axis=0)
        matrix = self._similarity(self.known)
        matrix[np.diag_indices_from(matrix)] += LINEAR_REGULARIZATION
        inverse = np.linalg.inv(matrix)
        self.weights = inverse @ (targets - self.offsets)
        self._left_out = np.asarray(targets - self.weights / np.diag(inverse)[:, None], dtype=np.float32)

    def score(self, asked: Texts) -> Scores:
        """Score by the weighted similarities."""
        similarity = self._similarity(Texts(centre(asked.dense, self.mean), asked.sparse))
        return np.asarray(similarity @ self.weights + self.offsets, dtype=np.float32)

    def left_out(self) -> Scores:
        """Give the closed form (Rasmussen & Williams 2006, section 5.4.2)."""
        return self._left_out

    def _similarity(self, asked: Texts) -> Scores:
        lexical = (asked.sparse @ self.known.sparse.T).toarray()
        return np.asarray(asked.dense @ self.known.dense.T + SHAPE.lexical_weight * lexical, dtype=np.float32)


class ExponentialKernel:
    """The head in use (knowledge.retrieval.kernel_ridge), over some landmarks."""

    def __init__(self, known: Texts, labels: NDArray[np.int64], classes: int, landmarks: int) -> None:
        targets = np.eye(classes, dtype=np.float32)[labels]
        folds, chosen = np.arange(len(labels)) % FOLDS, choose_landmarks(len(labels), landmarks)
        self.head, self._left_out = fit_kernel_ridge(
            known.dense, known.sparse, targets, folds, SHAPE, REGULARIZATION, chosen
        )

    def score(self, asked: Texts) -> Scores:
        """Score as the search does, before FAISS narrows the ids down."""
        return self.head.scores(asked.dense, asked.sparse)

    def left_out(self) -> Scores:
        """Give the closed form that the calibration uses."""
        return self._left_out


HEADS: dict[str, Fit] = {
    "nearest variant": partial(Nearest, count=1),
    "mean of the three nearest of an id": partial(Nearest, count=NEAR),
    "logistic regression, embedding": partial(Logistic, with_ngrams=False),
    "logistic regression, embedding + character n-grams": partial(Logistic, with_ngrams=True),
    f"kernel ridge, linear, both (λ = {LINEAR_REGULARIZATION})": LinearKernel,
    **{
        f"kernel ridge, exponential of joint similarity (λ = {REGULARIZATION}), {landmarks:,} landmarks": partial(
            ExponentialKernel, landmarks=landmarks
        )
        for landmarks in (2_000, LANDMARKS, 10_000)
    },
}


def cross_validate(fit: Fit, known: Texts, labels: NDArray[np.int64], classes: int, folds: int) -> Scores:
    """Give (n, classes) scores of each text from the other folds; folds are drawn with a fixed seed."""
    fold = np.random.default_rng(0).permutation(len(labels)) % folds
    scores = np.empty((len(labels), classes), dtype=np.float32)
    for number in range(folds):
        inside, outside = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        scores[outside] = fit(known.rows(inside), labels[inside], classes).score(known.rows(outside))
    return scores


def share_right(scores: Scores, accepted: Sequence[frozenset[int]], chosen: NDArray[np.bool_]) -> str:
    """Give "right first / in the first three" of the chosen rows; the out-of-scope class is not ranked."""
    order = np.argsort(-scores[:, :-1], axis=1, kind="stable")[:, :NEAR].tolist()
    rows = np.flatnonzero(chosen).tolist()
    first = np.mean([order[row][0] in accepted[row] for row in rows])
    three = np.mean([not accepted[row].isdisjoint(order[row]) for row in rows])
    return f"{first:.3f} / {three:.3f}"


def cells(scores: Scores, accepted: Sequence[frozenset[int]], langs: NDArray[np.str_]) -> Iterator[str]:
    """Give the share for each language; rows without an acceptable id are out of scope and left out."""
    inside = np.array([bool(found) for found in accepted])
    for lang in ("en", "es"):
        yield share_right(scores, accepted, inside & (langs == lang))


def accepted_of_examples(examples: Examples, classes: int) -> list[frozenset[int]]:
    """Give the acceptable class of each known text; none for out-of-scope texts."""
    return [frozenset({label} if label < classes - 1 else ()) for label in examples.labels.tolist()]


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="+", type=Path, help="labelled questions, JSON lines")
    parser.add_argument("--folds", type=int, default=5)
    arguments = parser.parse_args()
    settings = load_settings()
    encoder = load_encoder(settings.encoder)
    classes, examples = examples_of(load_knowledge(settings.knowledge_dir))
    store = EmbeddingStore(settings.var_dir / "embeddings.sqlite")
    vectors = store.encode(encoder, examples.texts, "query")
    store.close()
    ngrams = NgramVectorizer.fit(examples.texts)
    known = Texts(vectors, ngrams.transform(examples.texts))
    files: list[tuple[Texts, list[frozenset[int]], NDArray[np.str_]]] = []
    for path in arguments.questions:
        asked: list[Labelled] = [found for found in load_labelled(path, classes) if found.faq]
        texts = [found.text for found in asked]
        accepted = [frozenset(classes.index(name) for name in found.accepted) for found in asked]
        vectors = encoder.encode_queries(texts)
        files.append((Texts(vectors, ngrams.transform(texts)), accepted, np.array([found.lang for found in asked])))
    groups = ["left out", *[path.stem for path in arguments.questions]]
    print("| head | " + " | ".join(f"{group}, {lang}" for group in groups for lang in ("en", "es")) + " | seconds |")
    print("|---" * (2 * len(groups) + 2) + "|")
    inside = accepted_of_examples(examples, len(classes))
    for name, fit in HEADS.items():
        start = time.perf_counter()
        head = fit(known, examples.labels, len(classes))
        seconds = time.perf_counter() - start
        left_out = head.left_out()
        if left_out is None:
            left_out = cross_validate(fit, known, examples.labels, len(classes), arguments.folds)
        row = [*cells(left_out, inside, examples.languages)]
        for asked_texts, accepted, langs in files:
            row += cells(head.score(asked_texts), accepted, langs)
        note = "" if head.left_out() is not None else f" ({arguments.folds} folds)"
        print(f"| {name}{note} | {' | '.join(row)} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
