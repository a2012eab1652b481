"""The head that decides over what FAISS found: kernel ridge regression over dense and lexical similarity.

A row's score for an id is a weighted sum of its similarity to every known way of asking. The weights have a closed
form, and so do the scores that each training row would get had it been left out, which the calibration needs.

Source: Rasmussen & Williams, "Gaussian Processes for Machine Learning" (2006), section 5.4.2 (leave-one-out).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.sparse import csr_matrix

from knowledge.retrieval.encoder import Vectors

# Chosen by leave-one-out and on the development questions; docs/evaluation.md has the table.
SHARPNESS = 1.5
LEXICAL_WEIGHT = 0.5
REGULARIZATION = 0.2
# Rows of a training kernel made, or of its inverse mended, at a time.
BLOCK = 1_000


def centre(vectors: Vectors, mean: Vectors) -> Vectors:
    """Take the common direction out of e5's narrow cone of vectors: (n, d) rows of length 1."""
    moved = vectors - mean
    norms = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(norms, 1e-9), dtype=np.float32)


@dataclass(frozen=True)
class KernelRidge:
    """A fitted head.

    Attributes:
        mean: (d,) mean of the training vectors.
        dense: (n, d) centred training vectors.
        sparse: (n, terms) lexical training rows.
        weights: (n, classes) dual weights.
        offsets: (classes,) mean of each target column.
    """

    mean: Vectors
    dense: Vectors
    sparse: csr_matrix
    weights: NDArray[np.float32]
    offsets: NDArray[np.float32]

    @cached_property
    def _columns(self) -> csr_matrix:
        # Turned once: scipy turns the matrix again for every product otherwise, which costs more than all the rest.
        return self.sparse.T.tocsr()

    def similarities(self, vectors: Vectors, rows: csr_matrix) -> NDArray[np.float32]:
        """Give the kernel between m queries and the n training rows: (m, n), 0 to 1."""
        return kernel(centre(vectors, self.mean) @ self.dense.T, (rows @ self._columns).toarray())

    def scores(self, vectors: Vectors, rows: csr_matrix) -> NDArray[np.float32]:
        """Score m queries for every class: (m, classes), about 0 (no) to 1 (yes)."""
        return self.similarities(vectors, rows) @ self.weights + self.offsets


def kernel(dense: NDArray[np.float32], lexical: NDArray[np.float32]) -> NDArray[np.float32]:
    """Join cosine similarities into one kernel value, 1 for identical texts."""
    joined = dense + LEXICAL_WEIGHT * lexical - (1 + LEXICAL_WEIGHT)
    return np.exp(SHARPNESS * joined, dtype=np.float32)


def fit_kernel_ridge(
    vectors: Vectors, rows: csr_matrix, labels: NDArray[np.int64], classes: int
) -> tuple[KernelRidge, NDArray[np.float32]]:
    """Fit the head.

    Args:
        vectors: (n, d) embeddings of the training texts.
        rows: (n, terms) their lexical rows.
        labels: (n,) class of each, 0 to ``classes`` - 1.
        classes: number of classes.

    Returns:
        The head, and the (n, classes) scores of every row as if it had been left out.
    """
    mean = vectors.mean(axis=0).astype(np.float32)
    dense = centre(vectors, mean)
    targets = np.zeros((len(labels), classes), dtype=np.float32)
    targets[np.arange(len(labels)), labels] = 1
    offsets = targets.mean(axis=0)
    targets -= offsets
    matrix = kernel_matrix(dense, rows, kernel)
    matrix[np.diag_indices_from(matrix)] += REGULARIZATION
    inverse = invert_positive(matrix)
    weights = (inverse @ targets).astype(np.float32)
    left_out = targets - weights / np.diag(inverse)[:, None] + offsets
    head = KernelRidge(mean=mean, dense=dense, sparse=rows, weights=weights, offsets=offsets)
    return head, left_out.astype(np.float32)


def kernel_matrix(
    dense: Vectors, rows: csr_matrix, join: Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Give the (n, n) kernel of training rows among themselves, by blocks.

    The sparse product of all rows at once takes several times the memory of the result.
    """
    columns = rows.T.tocsr()
    matrix = np.empty((len(dense), len(dense)), dtype=np.float32)
    for start in range(0, len(dense), BLOCK):
        block = slice(start, start + BLOCK)
        matrix[block] = join(dense[block] @ dense.T, (rows[block] @ columns).toarray())
    return matrix


def invert_positive(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Invert a symmetric positive definite (n, n) matrix in its own memory; half the work of a general inverse.

    Raises:
        np.linalg.LinAlgError: the matrix is not positive definite.
    """
    # Turned, a C array is a Fortran one, which LAPACK takes without a copy.
    factor, failed = lapack.spotrf(matrix.T, lower=1, overwrite_a=1)
    if not failed:
        inverse, failed = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed:
        raise np.linalg.LinAlgError("the kernel matrix is not positive definite; are there empty training texts?")
    for start in range(0, len(inverse), BLOCK):
        stop = min(start + BLOCK, len(inverse))
        square = np.tril(inverse[start:stop, start:stop])
        inverse[start:stop, start:stop] = square + np.tril(square, -1).T
        inverse[start:stop, stop:] = inverse[stop:, start:stop].T
    return np.asarray(inverse, dtype=np.float32)
