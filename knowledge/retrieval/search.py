"""A question in, a decision out: answer, three choices, or abstain."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from knowledge.material.registry import Language
from knowledge.retrieval.calibrate import decision_features
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.index import Index
from knowledge.retrieval.kernel_ridge import centre

NEIGHBOURS = 64
PASSAGES = 16
CHOICES = 3
# A question this near to a known one (centred cosine) is that question, whatever the head makes of it.
SAME_QUESTION = 0.97
# A message this long may bury its question, so its sentences are searched as well as the whole.
LONG_MESSAGE = 160
MAX_SEGMENTS = 5
MIN_SEGMENT_WORDS = 3
# A sentence that asks or wants something, as against one that tells.
ASKING = re.compile(
    r"[?¿]|\b(how|whats?|where|when|who|why|which|can (i|you|they|we)|could|do i|does|should|is (there|it)"
    r"|are (you|there)|need|want|help|tell me|cómo|como (le|puedo|hago)|qué|que (hago|puedo|pasa)|dónde|donde"
    r"|cuándo|cuando (van|me|empieza)|quién|quien|cuál|cuánto|puedo|pueden|puede|hay (algo|alguien|forma|manera)"
    r"|necesito|quiero (saber|que)|quisiera|ayuda|ayúdenme|díganme|me pueden)\b",
    re.IGNORECASE,
)
# An answer less sure than this names the second candidate too, where that is not far-fetched.
SURE, SECOND_SCORE = 0.85, 0.1
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


@dataclass(frozen=True)
class Candidate:
    """An id that may answer, with its score (about 0 to 1)."""

    faq: str
    score: float


@dataclass(frozen=True)
class Decision:
    """What to do with a question.

    Attributes:
        outcome: answer, choices or abstain.
        candidates: best first; the first one is the answer, the first three the choices.
        probability: that the first candidate is right, 0 to 1.
        listed: that the right one is among the first three, 0 to 1.
        second: an id worth offering below an answer that is likely, not sure; None for none.
        about: the sentence of a long message that the first candidate answers; "" for the whole of it.
    """

    outcome: Literal["answer", "choices", "abstain"]
    candidates: tuple[Candidate, ...]
    probability: float
    listed: float = 0.0
    second: str | None = None
    about: str = ""

    @property
    def faq(self) -> str | None:
        """The id that answers, or None."""
        return self.candidates[0].faq if self.outcome == "answer" else None

    @property
    def choices(self) -> list[str]:
        """The ids to offer, best first."""
        return [candidate.faq for candidate in self.candidates[:CHOICES]]


def segments_of(text: str) -> list[str]:
    """Give the whole text and, where it is long, its sentences too."""
    text = text.strip()
    if len(text) < LONG_MESSAGE:
        return [text]
    sentences = [part.strip() for part in SENTENCE_END.split(text) if len(part.split()) >= MIN_SEGMENT_WORDS]
    if len(sentences) < 2:
        return [text]
    # Questions before narration, and the later before the earlier; the cap bounds the cost of a hostile message.
    order = sorted(range(len(sentences)), key=lambda row: (ASKING.search(sentences[row]) is None, -row))
    return [text, *(sentences[row] for row in sorted(order[:MAX_SEGMENTS]))]


class Searcher:
    """Search one index. Immutable, so a new index is a new searcher."""

    def __init__(self, index: Index, encoder: Encoder) -> None:
        self.index = index
        self._encoder = encoder

    def scores(self, texts: list[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Score texts for every class and give the cosine of the nearest known way of asking.

        FAISS finds the nearest ways of asking and passages; the head scores only the ids they belong to.

        Returns:
            (m, classes) scores, out-of-scope last, and (m,) cosines.
        """
        vectors = self._encoder.encode_queries(texts)
        cosines, rows = self.index.variants.search(centre(vectors, self.index.head.mean), NEIGHBOURS)
        _, passage_rows = self.index.passages.search(vectors, PASSAGES)
        scores = self.index.head.scores(vectors, self.index.vectorizer.transform(texts))
        for number in range(len(texts)):
            found = np.zeros(scores.shape[1], dtype=bool)
            found[self.index.labels[rows[number]]] = True
            found[self.index.passage_labels[passage_rows[number]]] = True
            found[-1] = True
            scores[number, ~found] = np.minimum(scores[number, ~found], 0)
            if cosines[number, 0] >= SAME_QUESTION:
                label = self.index.labels[rows[number, 0]]
                scores[number, label] = max(scores[number, label], cosines[number, 0])
        return scores, cosines[:, 0]

    def search(self, text: str, language: Language) -> Decision:
        """Decide what answers a question."""
        segments = segments_of(text)
        scores, nearest = self.scores(segments)
        if len(segments) == 1:
            return self.decide(scores, nearest, language)
        scores[0, :-1] = np.maximum(scores[0, :-1], scores[1:, :-1].mean(axis=0))
        decision = self.decide(scores[:1], nearest[:1], language)
        first = self.index.classes.index(decision.candidates[0].faq)
        return replace(decision, about=segments[1 + int(scores[1:, first].argmax())])

    def decide(self, scores: NDArray[np.float32], nearest: NDArray[np.float32], language: Language) -> Decision:
        """Turn one row of scores into a decision."""
        calibration = self.index.calibration
        features = decision_features(scores, nearest)
        probability = float(calibration.probability_right(features)[0])
        listed = float(calibration.probability_listed(features)[0])
        thresholds = calibration.thresholds[language]
        order = np.argsort(-scores[0, :-1], kind="stable")[: CHOICES + 2]
        candidates = tuple(Candidate(self.index.classes[row], float(scores[0, row])) for row in order)
        if probability >= thresholds.answer:
            doubt = probability < SURE and len(candidates) > 1 and candidates[1].score >= SECOND_SCORE
            second = candidates[1].faq if doubt else None
            return Decision("answer", candidates, probability, listed, second)
        if listed >= thresholds.choices:
            return Decision("choices", candidates, probability, listed)
        return Decision("abstain", candidates, probability, listed)
