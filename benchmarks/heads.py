"""Compare heads on the same embeddings and n-grams: the table "What was tried" of docs/evaluation.md.

    python -m benchmarks.heads tests/evaluation/heldout.jsonl [MORE.jsonl ...] [--folds 5]

Every head ranks the ids for a text. It is measured twice: on the knowledge's own ways of asking with each left out
(cross-validation in folds; true leave-one-out where it has a closed form), and on files of questions written apart.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

# Before numpy starts its threads: one core, so that times can be compared.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from bot.evaluation.questions import Question, load_questions
from bot.settings import load_settings
from knowledge.base import load_knowledge
from knowledge.embedding_store import EmbeddingStore
from knowledge.encoder import load_encoder
from knowledge.index import Examples, examples_of
from knowledge.kernel_ridge import LEXICAL_WEIGHT, REGULARIZATION, centre, fit_kernel_ridge, invert_positive
from knowledge.lexical import NgramVectorizer

Scores = NDArray[np.float32]
NEAR = 3
LINEAR_REGULARIZATION = 0.5
MISSING = "–"


@dataclass(frozen=True)
class Texts:
    """Texts as the heads see them: (n, d) embeddings and (n, terms) n-gram rows."""

    dense: Scores
    sparse: csr_matrix

    def rows(self, chosen: NDArray[Any]) -> Texts:
        """Give some of the rows."""
        return Texts(self.dense[chosen], self.sparse[chosen])


class Head(Protocol):
    """Ranks the classes for new texts after seeing labelled ones."""

    def score(self, known: Texts, labels: NDArray[np.int64], classes: int, asked: Texts) -> Scores:
        """Give (m, classes) scores, higher is better."""

    def left_out(self, known: Texts, labels: NDArray[np.int64], classes: int) -> Scores | None:
        """Give (n, classes) scores of each text as if it had not been seen; None where that has no closed form."""


def centred(known: Texts, asked: Texts) -> tuple[Scores, Scores]:
    """Centre both on the mean of the known."""
    mean = known.dense.mean(axis=0)
    return centre(known.dense, mean), centre(asked.dense, mean)


@dataclass(frozen=True)
class Nearest:
    """Mean cosine of the ``count`` nearest ways of asking of each id."""

    count: int

    def score(self, known: Texts, labels: NDArray[np.int64], classes: int, asked: Texts) -> Scores:
        have, want = centred(known, asked)
        return self._by_class(want @ have.T, labels, classes)

    def left_out(self, known: Texts, labels: NDArray[np.int64], classes: int) -> Scores | None:
        have, _ = centred(known, known)
        cosines = have @ have.T
        cosines[np.diag_indices_from(cosines)] = -1
        return self._by_class(cosines, labels, classes)

    def _by_class(self, cosines: Scores, labels: NDArray[np.int64], classes: int) -> Scores:
        scores = np.full((len(cosines), classes), -1, dtype=np.float32)
        for label in np.unique(labels):
            mine = cosines[:, labels == label]
            count = min(self.count, mine.shape[1])
            scores[:, label] = np.partition(mine, -count, axis=1)[:, -count:].mean(axis=1)
        return scores


@dataclass(frozen=True)
class Logistic:
    """Logistic regression on standardised embeddings, with or without n-grams."""

    with_ngrams: bool

    def score(self, known: Texts, labels: NDArray[np.int64], classes: int, asked: Texts) -> Scores:
        have, want = (part * np.sqrt(part.shape[1]) for part in centred(known, asked))
        if self.with_ngrams:
            have, want = self._join(have, known.sparse), self._join(want, asked.sparse)
        # The stronger penalty suits the many correlated columns; weaker ones were no better on left-out texts.
        model = LogisticRegression(C=0.05, max_iter=100, tol=1e-3).fit(have, labels)
        scores = np.full((asked.dense.shape[0], classes), -np.inf, dtype=np.float32)
        scores[:, model.classes_] = model.decision_function(want)
        return scores

    @staticmethod
    def _join(dense: Scores, sparse: csr_matrix) -> csr_matrix:
        return csr_matrix(hstack([csr_matrix(dense), sparse * 10]))

    def left_out(self, known: Texts, labels: NDArray[np.int64], classes: int) -> Scores | None:
        return None


class LinearKernel:
    """Kernel ridge regression over the plain sum of the similarities."""

    def score(self, known: Texts, labels: NDArray[np.int64], classes: int, asked: Texts) -> Scores:
        have, want = centred(known, asked)
        inverse, targets, offsets = self._solve(have, known.sparse, labels, classes)
        similarity = want @ have.T + LEXICAL_WEIGHT * (asked.sparse @ known.sparse.T).toarray()
        return np.asarray(similarity @ (inverse @ targets) + offsets, dtype=np.float32)

    def left_out(self, known: Texts, labels: NDArray[np.int64], classes: int) -> Scores | None:
        have, _ = centred(known, known)
        inverse, targets, offsets = self._solve(have, known.sparse, labels, classes)
        return np.asarray(targets - (inverse @ targets) / np.diag(inverse)[:, None] + offsets, dtype=np.float32)

    @staticmethod
    def _solve(have: Scores, sparse: csr_matrix, labels: NDArray[np.int64], classes: int) -> tuple[Scores, ...]:
        targets = np.zeros((len(labels), classes), dtype=np.float32)
        targets[np.arange(len(labels)), labels] = 1
        offsets = targets.mean(axis=0)
        matrix = have @ have.T + LEXICAL_WEIGHT * (sparse @ sparse.T).toarray()
        matrix[np.diag_indices_from(matrix)] += LINEAR_REGULARIZATION
        return invert_positive(matrix.astype(np.float32)), targets - offsets, offsets


class ExponentialKernel:
    """The head in use (knowledge.kernel_ridge)."""

    def score(self, known: Texts, labels: NDArray[np.int64], classes: int, asked: Texts) -> Scores:
        head, _ = fit_kernel_ridge(known.dense, known.sparse, labels, classes)
        return head.scores(asked.dense, asked.sparse)

    def left_out(self, known: Texts, labels: NDArray[np.int64], classes: int) -> Scores | None:
        return fit_kernel_ridge(known.dense, known.sparse, labels, classes)[1]


HEADS: dict[str, Head] = {
    "nearest variant": Nearest(1),
    "mean of the three nearest of an id": Nearest(NEAR),
    "logistic regression, embedding": Logistic(with_ngrams=False),
    "logistic regression, embedding + character n-grams": Logistic(with_ngrams=True),
    f"kernel ridge, linear, both (λ = {LINEAR_REGULARIZATION})": LinearKernel(),
    f"kernel ridge, exponential of joint similarity (λ = {REGULARIZATION}; in use)": ExponentialKernel(),
}


def cross_validate(head: Head, known: Texts, labels: NDArray[np.int64], classes: int, folds: int) -> Scores:
    """Give (n, classes) scores of each text from the other folds; folds are drawn with a fixed seed."""
    fold = np.random.default_rng(0).permutation(len(labels)) % folds
    scores = np.empty((len(labels), classes), dtype=np.float32)
    for number in range(folds):
        inside, outside = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        scores[outside] = head.score(known.rows(inside), labels[inside], classes, known.rows(outside))
    return scores


def share_right(scores: Scores | None, accepted: Sequence[frozenset[int]], chosen: NDArray[np.bool_]) -> str:
    """Give "right first / in the first three" of the chosen rows; the out-of-scope class is not ranked."""
    if scores is None:
        return MISSING
    order = np.argsort(-scores[:, :-1], axis=1, kind="stable")[:, :NEAR].tolist()
    rows = np.flatnonzero(chosen)
    first = np.mean([order[row][0] in accepted[row] for row in rows])
    three = np.mean([not accepted[row].isdisjoint(order[row]) for row in rows])
    return f"{first:.3f} / {three:.3f}"


def cells(scores: Scores | None, accepted: Sequence[frozenset[int]], langs: NDArray[np.str_]) -> Iterator[str]:
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
        asked: list[Question] = [found for found in load_questions(path, classes) if found.faq]
        texts = [found.text for found in asked]
        accepted = [frozenset(classes.index(name) for name in found.accepted) for found in asked]
        vectors = encoder.encode_queries(texts)
        files.append((Texts(vectors, ngrams.transform(texts)), accepted, np.array([found.lang for found in asked])))
    groups = ["left out", f"{arguments.folds} folds", *[path.stem for path in arguments.questions]]
    print("| head | " + " | ".join(f"{group}, {lang}" for group in groups for lang in ("en", "es")) + " | seconds |")
    print("|---" * (2 * len(groups) + 2) + "|")
    inside = accepted_of_examples(examples, len(classes))
    for name, head in HEADS.items():
        start = time.perf_counter()
        row = [*cells(head.left_out(known, examples.labels, len(classes)), inside, examples.languages)]
        folded = cross_validate(head, known, examples.labels, len(classes), arguments.folds)
        row += cells(folded, inside, examples.languages)
        for asked_texts, accepted, langs in files:
            row += cells(head.score(known, examples.labels, len(classes), asked_texts), accepted, langs)
        print(f"| {name} | {' | '.join(row)} | {time.perf_counter() - start:.0f} |", flush=True)


if __name__ == "__main__":
    main()
