"""Kernel ridge regression over embeddings and n-grams together: the one kind of head, for questions and for safety.

A text's score for a head is a weighted sum of its likeness to some of the training texts (landmarks, Williams & Seeger
2001, "Using the Nyström method to speed up kernel machines"); the weights are fitted on all of them. The weights have a
closed form, and so have the scores that each training text would get had its fold been left out, which the decisions
are chosen on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, cholesky, lapack, solve_triangular
from scipy.sparse import csr_matrix

from knowledge.retrieval.encoder import Vectors

Scores = NDArray[np.float32]
# More landmarks cost time with their square; docs/evaluation.md has what they are worth.
LANDMARKS = 5_000
# Rows of training features made at a time.
BLOCK = 1_000
# Added to the landmarks' own kernel, which has texts in it that are nearly the same.
JITTER = 1e-4


@dataclass(frozen=True)
class Shape:
    """How likeness is measured: exp(sharpness * (cosine + lexical_weight * n-gram cosine - 1 - lexical_weight))."""

    sharpness: float
    lexical_weight: float

    def join(self, dense: Scores, lexical: Scores) -> Scores:
        """Join the cosines of embeddings and of n-grams: 1 for the same text, lower for unlike ones."""
        joined = dense + self.lexical_weight * lexical - (1 + self.lexical_weight)
        return np.exp(self.sharpness * joined, dtype=np.float32)


def centre(vectors: Vectors, mean: Vectors) -> Vectors:
    """Take the common direction out of e5's narrow cone of vectors: (n, d) rows of length 1."""
    moved = vectors - mean
    norms = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(norms, 1e-9), dtype=np.float32)


@dataclass(frozen=True)
class KernelRidge:
    """Fitted heads that share their landmarks.

    Attributes:
        shape: of the kernel.
        mean: (d,) mean of the training vectors.
        dense: (m, d) centred vectors of the landmarks.
        sparse: (m, terms) their n-gram rows of length 1.
        weights: (m, heads) weights of the landmarks.
        offsets: (heads,) mean of each target column.
    """

    shape: Shape
    mean: Vectors
    dense: Vectors
    sparse: csr_matrix
    weights: Scores
    offsets: Scores

    @cached_property
    def _columns(self) -> csr_matrix:
        # Turned once: scipy turns the matrix again for every product otherwise, which costs more than all the rest.
        return self.sparse.T.tocsr()

    def likeness(self, vectors: Vectors, rows: csr_matrix) -> Scores:
        """Give (n, m) likenesses of n texts to the landmarks."""
        return self._likeness(centre(vectors, self.mean), rows)

    def scores(self, vectors: Vectors, rows: csr_matrix) -> Scores:
        """Give (n, heads) scores of n texts."""
        return np.asarray(self.likeness(vectors, rows) @ self.weights + self.offsets, dtype=np.float32)

    def _likeness(self, centred: Vectors, rows: csr_matrix) -> Scores:
        return self.shape.join(centred @ self.dense.T, (rows @ self._columns).toarray())


def choose_landmarks(count: int, limit: int = LANDMARKS) -> NDArray[np.int64]:
    """Choose rows by lot, always the same for the same count; all of them where there are few."""
    return np.sort(np.random.default_rng(0).permutation(count)[:limit])


def fit_kernel_ridge(
    vectors: Vectors,
    rows: csr_matrix,
    targets: Scores,
    folds: NDArray[np.int64],
    shape: Shape,
    regularization: float,
    landmarks: NDArray[np.int64] | None = None,
) -> tuple[KernelRidge, Scores]:
    """Fit heads.

    Args:
        vectors: (n, d) embeddings of the training texts.
        rows: (n, terms) their n-gram rows.
        targets: (n, heads) what each head should say.
        folds: (n,) fold of each text, 0 to the number of folds - 1.
        shape: of the kernel.
        regularization: added to the diagonal; higher is smoother.
        landmarks: rows that texts are compared with; by default chosen by lot.

    Returns:
        The heads, and the (n, heads) scores of every text as if its fold had been left out.
    """
    chosen = choose_landmarks(len(targets)) if landmarks is None else landmarks
    mean = vectors.mean(axis=0).astype(np.float32)
    dense = centre(vectors, mean)
    offsets = targets.mean(axis=0).astype(np.float32)
    wanted = (targets - offsets).astype(np.float32)
    nothing = np.empty((0, targets.shape[1]), dtype=np.float32)
    head = KernelRidge(shape, mean, dense[chosen], rows[chosen], nothing, offsets)
    features, root = _features(head, dense, rows)
    gram = features.T @ features
    right = features.T @ wanted
    weights = solve_triangular(root, _solve(gram, right, regularization), lower=True, trans=1, check_finite=False)
    left_out = np.empty_like(wanted)
    for fold in np.unique(folds):
        out = np.flatnonzero(folds == fold)
        part = features[out]
        left_out[out] = part @ _solve(gram - part.T @ part, right - part.T @ wanted[out], regularization)
    fitted = KernelRidge(shape, mean, head.dense, head.sparse, weights.astype(np.float32), offsets)
    return fitted, (left_out + offsets).astype(np.float32)


def _features(head: KernelRidge, dense: Vectors, rows: csr_matrix) -> tuple[Scores, Scores]:
    """Give (n, m) features whose products are the kernel, and the (m, m) lower root of the landmarks' kernel."""
    own = head._likeness(head.dense, head.sparse)
    own[np.diag_indices_from(own)] += JITTER
    root = cholesky(own, lower=True, overwrite_a=True, check_finite=False)
    features = np.empty((len(dense), len(own)), dtype=np.float32)
    for start in range(0, len(dense), BLOCK):
        block = slice(start, start + BLOCK)
        alike = head._likeness(dense[block], rows[block])
        features[block] = solve_triangular(root, alike.T, lower=True, overwrite_b=True, check_finite=False).T
    return features, root


def _solve(gram: Scores, right: Scores, regularization: float) -> Scores:
    gram = gram.copy()
    gram[np.diag_indices_from(gram)] += regularization
    solved = cho_solve(cho_factor(gram, overwrite_a=True, check_finite=False), right, check_finite=False)
    return np.asarray(solved, dtype=np.float32)


def fit_exact(
    vectors: Vectors,
    rows: csr_matrix,
    targets: Scores,
    folds: NDArray[np.int64],
    shape: Shape,
    regularization: float,
) -> tuple[KernelRidge, Scores]:
    """Fit heads that compare a text with every training text: better than landmarks, at the cube of their number.

    Arguments and what is given back are those of :func:`fit_kernel_ridge`. The scores of a left-out fold B have a
    closed form: targets[B] - inverse[B, B]^-1 weights[B] (Rasmussen & Williams 2006, section 5.4.2).
    """
    mean = vectors.mean(axis=0).astype(np.float32)
    dense = centre(vectors, mean)
    offsets = targets.mean(axis=0).astype(np.float32)
    wanted = (targets - offsets).astype(np.float32)
    head = KernelRidge(shape, mean, dense, csr_matrix(rows), np.empty((0, targets.shape[1]), np.float32), offsets)
    matrix = np.empty((len(dense), len(dense)), dtype=np.float32)
    for start in range(0, len(dense), BLOCK):
        block = slice(start, start + BLOCK)
        matrix[block] = head._likeness(dense[block], rows[block])
    matrix[np.diag_indices_from(matrix)] += regularization
    inverse = invert_positive(matrix)
    weights = (inverse @ wanted).astype(np.float32)
    left_out = np.empty_like(wanted)
    for fold in np.unique(folds):
        out = np.flatnonzero(folds == fold)
        left_out[out] = wanted[out] - np.linalg.solve(inverse[np.ix_(out, out)], weights[out])
    fitted = KernelRidge(shape, mean, dense, head.sparse, weights, offsets)
    return fitted, (left_out + offsets).astype(np.float32)


def invert_positive(matrix: Scores) -> Scores:
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
