"""Ways of asking that the encoder finds in the wrong place, seen through the index.

Ids overlap by nature, so these are notices for an editor's eye and fail nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from knowledge.checks.variants import Place
from knowledge.material.finding import Finding, notice
from knowledge.retrieval.encoder import Vectors
from knowledge.retrieval.index import Index, examples_of

# Both were chosen by reading what they show on this material with the packaged encoder: below them, questions that
# merely touch come up. Cosines are of centred vectors.
TWIN_COSINE = 0.85
# The other id must be near (mean cosine of its three nearest), and nearer than the own id by this much.
STRANGER_COSINE = 0.45
STRANGER_MARGIN = 0.2
NEAREST = 3
WORST = 20
BLOCK = 1_000


def check_neighbours(index: Index, places: list[Place]) -> list[Finding]:
    """Find near-duplicates across ids and variants that are nearer to another id than to their own.

    Args:
        index: a full build (any other gives nothing); what it holds and the files no longer do is left out.
        places: where every text stands now.
    """
    classes, examples = examples_of(index.knowledge)
    # An index that took edits in quickly keeps rows of texts that are gone, so its rows have no known texts.
    if len(index.labels) != index.fitted or not np.array_equal(index.labels, examples.labels):
        return []
    numbers = {(place.text, place.faq): place for place in places}
    here = [numbers.get((text, classes[row])) for text, row in zip(examples.texts, index.labels, strict=True)]
    twins, strangers = _search(
        index.variants.vectors(), index.labels, len(classes), np.array([p is not None for p in here])
    )
    findings = []
    for cosine, row, other in sorted(twins, reverse=True)[:WORST]:
        place, twin = here[row], here[other]
        if place and twin:
            message = f"almost the same as in {twin.path.name}:{twin.line}, {twin.text[:40]!r}, cosine {cosine:.2f}"
            findings.append(
                notice(place.path, place.line, place.text, message, "Keep it in one place, or tell them apart.")
            )
    for margin, row, nearer in sorted(strangers, reverse=True)[:WORST]:
        if place := here[row]:
            message = f"nearer to {classes[nearer]} than to {place.faq}, by {margin:.2f}"
            findings.append(
                notice(place.path, place.line, place.text, message, "Move it there, or say it more plainly.")
            )
    return findings


def _search(
    dense: Vectors, labels: NDArray[np.int64], classes: int, current: NDArray[np.bool_]
) -> tuple[list[tuple[float, int, int]], list[tuple[float, int, int]]]:
    """Compare all (n, d) rows: (cosine, row, row) of twins, and (margin, row, class) of strangers."""
    twins: list[tuple[float, int, int]] = []
    strangers: list[tuple[float, int, int]] = []
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(classes))
    ends = np.searchsorted(labels[order], np.arange(classes), side="right")
    for start in range(0, len(dense), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(dense)))
        cosines = dense[rows] @ dense.T
        cosines[np.arange(len(rows)), rows] = -1
        for row, other in np.argwhere(cosines > TWIN_COSINE):
            if rows[row] < other and labels[rows[row]] != labels[other] and current[rows[row]] and current[other]:
                twins.append((float(cosines[row, other]), int(rows[row]), int(other)))
        ordered = cosines[:, order]
        near = np.stack([_mean_of_nearest(ordered[:, a:b]) for a, b in zip(starts, ends, strict=True)], axis=1)
        own = near[np.arange(len(rows)), labels[rows]].copy()
        near[np.arange(len(rows)), labels[rows]] = -1
        # Out of scope, the last class, is as wide as the world: nothing is a stranger there, or to it.
        best = near[:, :-1].argmax(axis=1)
        value = near[np.arange(len(rows)), best]
        strange = (value >= STRANGER_COSINE) & (value - own >= STRANGER_MARGIN) & (labels[rows] < classes - 1)
        for row in np.flatnonzero(strange & current[rows]):
            strangers.append((float(value[row] - own[row]), int(rows[row]), int(best[row])))
    return twins, strangers


def _mean_of_nearest(cosines: Vectors) -> Vectors:
    count = min(NEAREST, cosines.shape[1])
    if not count:
        return np.full(len(cosines), -1, dtype=np.float32)
    return np.asarray(np.partition(cosines, -count, axis=1)[:, -count:].mean(axis=1), dtype=np.float32)
