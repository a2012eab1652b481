"""What the search is compared with: the same ways of asking, ranked by plain BM25 and by a bare encoder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bot.evaluation.labelled import EvaluationError, Labelled
from bot.evaluation.questions import Prediction
from knowledge.retrieval.index import OUT_OF_SCOPE, Examples
from knowledge.retrieval.lexical import fold

if TYPE_CHECKING:
    from knowledge.retrieval.embedding_store import EmbeddingStore
    from knowledge.retrieval.encoder import Encoder

WORD = re.compile(r"\w+")
RANKED = 5


def ask_bm25(classes: Sequence[str], examples: Examples, questions: Sequence[Labelled]) -> list[Prediction]:
    """Rank the ids by their best way of asking under BM25 (Robertson & Zaragoza 2009, Okapi BM25).

    Raises:
        EvaluationError: rank-bm25 is not installed.
    """
    try:
        from rank_bm25 import BM25Okapi
    except ImportError as error:
        raise EvaluationError("rank-bm25 is not installed. Run 'make setup-test'.") from error
    ranker = BM25Okapi([WORD.findall(fold(text)) for text in examples.texts])
    return [
        predict_by_best_example(ranker.get_scores(WORD.findall(fold(question.text))), examples.labels, classes)
        for question in questions
    ]


def ask_nearest(
    encoder: Encoder,
    store: EmbeddingStore,
    classes: Sequence[str],
    examples: Examples,
    questions: Sequence[Labelled],
) -> list[Prediction]:
    """Rank the ids by the cosine of their nearest way of asking."""
    known = store.encode(encoder, examples.texts, "query")
    asked = encoder.encode_queries([question.text for question in questions])
    return [predict_by_best_example(known @ vector, examples.labels, classes) for vector in asked]


def predict_by_best_example(scores: NDArray[Any], labels: NDArray[np.int64], classes: Sequence[str]) -> Prediction:
    """Answer with the id of the best example; abstain when that is an out-of-scope message.

    Args:
        scores: (n,) score of every example.
        labels: (n,) class of every example.
        classes: names of the classes.
    """
    order = np.argsort(-scores, kind="stable")
    ordered = list(dict.fromkeys(labels[order[: 50 * RANKED]].tolist()))
    ranked = tuple(classes[row] for row in ordered if classes[row] != OUT_OF_SCOPE)[:RANKED]
    outcome = "abstain" if classes[ordered[0]] == OUT_OF_SCOPE else "answer"
    return Prediction(outcome, ranked, float(scores[order[0]]))
