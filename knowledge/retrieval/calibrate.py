"""From scores to a decision: the probability that the best id is right, and the thresholds that keep a stated cap.

Thresholds are chosen on the scores that each training text gets when it is left out, per language, and are stored with
the index they were chosen for. They are never reused for another encoder.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from sklearn.linear_model import LogisticRegression

from knowledge.material.registry import LANGUAGES, Language

# Caps on texts whose fold was left out, which are as hard for the head as posts of strangers (right first in 0.70 of
# them, 0.74 and 0.64 of real posts). Chosen on real posts, requests to other services and the blind questions together:
# tighter ones answered a third of real posts that the head knows, wider ones doubled the wrong answers.
WRONG_CAP = 0.10
OUT_OF_SCOPE_CAP = 0.06
# Whatever the caps allow: on held-out messages this takes the answers to what is out of scope from 0.07 to 0.06, and
# one right answer in a hundred with them.
LEAST_ANSWER = 0.6
CHOICES_KEEP = 0.96
FEATURES = 6


class LanguageThresholds(BaseModel):
    """Probabilities from which the bot answers, and from which it offers three choices."""

    answer: float
    choices: float


class Calibration(BaseModel):
    """Logistic weights for "the best id is right" and "the right id is among the best three", and thresholds."""

    right_weights: list[float]
    right_bias: float
    listed_weights: list[float]
    listed_bias: float
    thresholds: dict[Language, LanguageThresholds]

    def probability_right(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give P(best id is right) for (m, 6) features."""
        return _sigmoid(features @ np.array(self.right_weights) + self.right_bias)

    def probability_listed(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give P(right id is among the best three) for (m, 6) features."""
        return _sigmoid(features @ np.array(self.listed_weights) + self.listed_bias)


def decision_features(scores: NDArray[np.float32], nearest: NDArray[np.float32]) -> NDArray[np.float64]:
    """Describe each row of scores for the decision.

    Args:
        scores: (m, classes) scores, the out-of-scope class last.
        nearest: (m,) cosine of the nearest known way of asking.

    Returns:
        (m, 6): best score, lead over the second, lead over out-of-scope, lead of the second over the third,
        sum of the best three, nearest cosine.
    """
    ranked = -np.sort(-scores[:, :-1].astype(np.float64), axis=1)
    padded = np.pad(ranked, ((0, 0), (0, max(0, 3 - ranked.shape[1]))))
    first, second, third = padded[:, 0], padded[:, 1], padded[:, 2]
    outside = scores[:, -1]
    return np.stack([first, first - second, first - outside, second - third, first + second + third, nearest], axis=1)


def fit_calibration(
    scores: NDArray[np.float32],
    nearest: NDArray[np.float32],
    labels: NDArray[np.int64],
    languages: NDArray[Any],
) -> Calibration:
    """Fit the probabilities and choose the thresholds on left-out scores.

    Args:
        scores: (n, classes) left-out scores, out-of-scope last.
        nearest: (n,) cosine of the nearest other text.
        labels: (n,) true class.
        languages: (n,) language of each text.
    """
    outside_class = scores.shape[1] - 1
    features = decision_features(scores, nearest)
    order = np.argsort(-scores[:, :-1], axis=1)[:, :3]
    inside = labels != outside_class
    right = inside & (order[:, 0] == labels)
    listed = inside & (order == labels[:, None]).any(axis=1)
    right_model = LogisticRegression(C=10, max_iter=2_000).fit(features, right)
    listed_model = LogisticRegression(C=10, max_iter=2_000).fit(features, listed)
    calibration = Calibration(
        right_weights=right_model.coef_[0].tolist(),
        right_bias=float(right_model.intercept_[0]),
        listed_weights=listed_model.coef_[0].tolist(),
        listed_bias=float(listed_model.intercept_[0]),
        thresholds={},
    )
    p_right = calibration.probability_right(features)
    p_listed = calibration.probability_listed(features)
    for language in LANGUAGES:
        chosen = languages == language
        if not (chosen & inside).any():
            raise ValueError(f"no variants in {language!r}: the thresholds of that language cannot be chosen")
        calibration.thresholds[language] = LanguageThresholds(
            answer=max(LEAST_ANSWER, _answer_threshold(p_right[chosen], right[chosen], inside[chosen])),
            choices=float(np.quantile(p_listed[chosen & listed], 1 - CHOICES_KEEP)) if (chosen & listed).any() else 0.5,
        )
    return calibration


def _answer_threshold(probability: NDArray[np.float64], right: NDArray[np.bool_], inside: NDArray[np.bool_]) -> float:
    candidates = np.unique(np.round(probability, 3))
    for threshold in candidates:
        answered = probability >= threshold
        wrong = (answered & inside & ~right).sum() / max(1, inside.sum())
        strayed = (answered & ~inside).sum() / max(1, (~inside).sum())
        if wrong <= WRONG_CAP and strayed <= OUT_OF_SCOPE_CAP:
            return float(threshold)
    return 1.0


def _sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-values))
