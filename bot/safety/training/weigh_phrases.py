"""Weigh the phrases of the first layer anew: ``python -m bot.safety.training.weigh_phrases`` (half a minute).

Run it when data/safety/, the patterns' vocabulary or the misspellings changed much, and measure before keeping it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from bot.message import CARDED, Tier
from bot.safety.lexicon import LEXICON_DIR, load_lexicon
from bot.safety.phrases import phrases_of
from bot.safety.training.train import SafetyExample, load_examples

DATA_DIR = Path(__file__).resolve().parents[3] / "data" / "safety"
FEWEST_MESSAGES = 3
# Danger now is what this layer must not miss; a harmless message of distress is the nearest thing to it.
MESSAGE_WEIGHTS = {Tier.T1: 4.0, Tier.T2: 0.5, Tier.T4: 2.0}
STRENGTH = 0.5
SMALLEST_WEIGHT = 0.05
# Chosen on the strangers of the development files: at most 0.008 of them get a card from the patterns and this.
THRESHOLD = 2.8
HEAD = """\
# Made by `python -m bot.safety.training.weigh_phrases` from data/safety/: weight, category and phrase a line. A message
# is carded when the bias and the weights of its phrases are more than the threshold. ("a .. b": up to 3 words between.)
"""


def weigh_phrases(examples: list[SafetyExample]) -> str:
    """Give the text of phrases.yml, weighed on the examples."""
    normalizer = load_lexicon().normalizer
    texts = [normalizer.normalize(example.text).text for example in examples]
    vectorizer = CountVectorizer(analyzer=lambda text: list(phrases_of(text)), min_df=FEWEST_MESSAGES, binary=True)
    rows = vectorizer.fit_transform(texts)
    risky = np.array([example.tier in CARDED for example in examples])
    weights = np.array([MESSAGE_WEIGHTS.get(example.tier, 1.0) for example in examples])
    model = LogisticRegression(l1_ratio=1.0, C=STRENGTH, solver="liblinear", random_state=0)
    model.fit(rows, risky, sample_weight=weights)
    kept = np.flatnonzero(np.abs(model.coef_[0]) >= SMALLEST_WEIGHT)
    danger = np.array([example.category for example in examples])[risky]
    speaks_for = _speakers(rows[risky][:, kept], danger)
    phrases = vectorizer.get_feature_names_out()
    lines = [
        f"  {weight:.2f} {category if weight > 0 else '-'} {phrases[at]}"
        for at, weight, category in zip(kept, model.coef_[0][kept], speaks_for, strict=True)
    ]
    return f"{HEAD}bias: {model.intercept_[0]:.3f}\nthreshold: {THRESHOLD}\nphrases: |\n" + "\n".join(lines) + "\n"


def _speakers(rows: Any, categories: NDArray[np.str_]) -> NDArray[np.str_]:
    """Give for each phrase (column of the risky rows) the category it is likeliest in, whatever the size of that."""
    names = np.unique(categories)
    shares = [np.asarray(rows[categories == name].mean(axis=0)).ravel() for name in names]
    speakers: NDArray[np.str_] = names[np.argmax(shares, axis=0)]
    return speakers


def main() -> None:
    """Write phrases.yml."""
    (LEXICON_DIR / "phrases.yml").write_text(weigh_phrases(load_examples(DATA_DIR)), encoding="utf-8")


if __name__ == "__main__":
    main()
