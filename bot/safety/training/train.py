"""Train the second layer from the project's own messages, and choose its thresholds on messages it has not seen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from bot.message import CARDED, Tier
from bot.safety.errors import SafetyModelError
from bot.safety.learned import (
    DECIDED,
    SHAPE,
    SHORT_WORDS,
    Floats,
    Heads,
    LearnedModel,
    StackingNetwork,
    Thresholds,
    save_safety_model,
    text_to_embed,
)
from bot.safety.normalize import canonical
from knowledge.json_lines import read_json_lines
from knowledge.retrieval.embedding_store import EmbeddingStore
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.kernel_ridge import fit_exact
from knowledge.retrieval.lexical import NgramVectorizer

Flags = NDArray[np.bool_]
# Chosen on folds of whole writers and on transfer to public posts; docs/safety-protocol.md has the figures.
REGULARIZATION = 0.01
MIN_DF = 3
FOLDS = 8
# The network over the scores: units of its hidden layer and weight decay (small, it has some twenty inputs).
UNITS, DECAY = 24, 0.01
# Networks whose logits are averaged: one alone is a matter of luck by a message or two in a hundred.
NETWORKS = 5
# A miss counts two and a half false alarms: about the lowest cost at which 96 in 100 people at risk are found, now that
# messages about everyday life are learned from. docs/safety-protocol.md has what other costs come to.
MISS_COST = 2.5
# Ordinary questions learned from, at most.
MAX_HARMLESS = 4_000
# Short ordinary messages that may get a card: what a few words say must be said outright, up to this probability.
SHORT_ALARMS, SHORT_LIMIT = 0.01, 0.6
FIRM_PRECISION = 0.9
IMMINENT_RECALL = 0.85


@dataclass(frozen=True)
class SafetyExample:
    """One line of a file of data/safety, whose name is ``source``."""

    lang: str
    category: str
    tier: Tier
    text: str
    source: str = ""


def load_examples(directory: Path, files: str = "*.jsonl") -> list[SafetyExample]:
    """Read labelled messages, one JSON object a line with lang, category, tier and text.

    Args:
        directory: holds the ``.jsonl`` files; each has the messages of its writers one after another.
        files: which of them.

    Raises:
        SafetyModelError: naming the file and the line.
    """
    return [
        replace(item, source=path.name)
        for path in sorted(directory.glob(files))
        for item in read_json_lines(path, _parse_example, "lang, category, tier and text", SafetyModelError)
    ]


def _parse_example(row: dict[str, Any]) -> SafetyExample:
    return SafetyExample(row["lang"], row["category"], Tier(row["tier"]), row["text"])


@dataclass(frozen=True)
class _Training:
    """Everything to learn from: (n, ...) aligned; the harmless questions stand last, with category "" and T0."""

    lang: NDArray[np.str_]
    category: NDArray[np.str_]
    tier: NDArray[np.str_]
    fold: NDArray[np.int64]
    question: Flags
    short: Flags

    @property
    def carded(self) -> Flags:
        """Which messages deserve a card."""
        return np.isin(self.tier, CARDED)


def train_safety_model(
    examples: Sequence[SafetyExample],
    harmless: Sequence[tuple[str, str]],
    encoder: Encoder,
    store: EmbeddingStore,
    directory: Path,
) -> LearnedModel:
    """Train, calibrate, choose thresholds and save (about a minute with the embeddings in the store).

    Args:
        examples: labelled messages, those of one writer together: folds are cut along the order, so that every message
            is judged by a model that has not seen its writer's other messages around it.
        harmless: (language, text) of ordinary questions without risk.
        encoder: embeds what the store does not have.
        store: kept embeddings.
        directory: where the model is written.

    Raises:
        SafetyModelError: too few examples of a kind.
    """
    labelled = {(item.category, item.tier in CARDED) for item in examples}
    if len(examples) < 200 or not any(carded for _, carded in labelled) or all(carded for _, carded in labelled):
        raise SafetyModelError(f"{len(examples)} examples are too few. Restore the files of data/safety.")
    harmless = harmless[:: max(1, -(-len(harmless) // MAX_HARMLESS))]
    written = [item.text for item in examples] + [text for _, text in harmless]
    vectors = store.encode(encoder, [text_to_embed(text) for text in written], "query")
    texts = [canonical(text) for text in written]
    vectorizer = NgramVectorizer.fit(texts, min_df=MIN_DF)
    data = _Training(
        lang=np.array([item.lang for item in examples] + [lang for lang, _ in harmless]),
        category=np.array([item.category for item in examples] + [""] * len(harmless)),
        tier=np.array([item.tier.value for item in examples] + ["T0"] * len(harmless)),
        fold=np.concatenate([_folds(examples), np.arange(len(harmless)) % FOLDS]),
        question=np.arange(len(texts)) >= len(examples),
        short=np.array([len(text.split()) <= SHORT_WORDS for text in texts]),
    )
    heads, unseen = _fit(vectors, vectorizer.transform(texts), data)
    network, found = _stack(unseen, data)
    thresholds = {lang: _choose(data, lang, found[:, 0], found[:, 1]) for lang in ("en", "es")}
    model = LearnedModel(
        encoder=encoder,
        heads=heads,
        network=network,
        vectorizer=vectorizer,
        thresholds=thresholds,
        data_hash=_hash(texts, data),
    )
    save_safety_model(model, directory)
    return model


def _folds(examples: Sequence[SafetyExample]) -> NDArray[np.int64]:
    """Cut each file along its order, where one writer's messages stand together.

    A fold of whole files would judge everyday life by a model that has never seen any.
    """
    sources = np.array([item.source for item in examples])
    folds = np.empty(len(examples), dtype=np.int64)
    for source in np.unique(sources):
        rows = np.flatnonzero(sources == source)
        folds[rows] = np.arange(len(rows)) * FOLDS // len(rows)
    return folds


def _targets(data: _Training) -> dict[str, Flags]:
    waiting = (data.category == "medication_gap") & (data.tier == "T3")
    return {
        "card": data.carded,
        "imminent": data.tier == "T1",
        **{
            f"category:{name}": data.carded & (data.category == name)
            for name in sorted(set(data.category[data.carded].tolist()))
        },
        "category:medication_wait": waiting,
        "category:distress_no_risk": data.category == "distress_no_risk",
        "category:past_or_denied": data.category == "past_or_denied",
        # Nothing is shown for these; the network weighs them against the rest.
        "harmless:calm": data.tier == "T4",
        "harmless:lookalike": data.category == "benign_lookalike",
        "harmless:ordinary": data.category == "ordinary",
        "harmless:question": data.question,
    }


def _fit(vectors: Floats, rows: csr_matrix, data: _Training) -> tuple[Heads, Floats]:
    """Fit every head, and calibrate each (Platt's sigmoid) on unseen messages.

    Returns:
        The heads, and (n, heads) scores of each message as if its fold had not been trained on.
    """
    named = _targets(data)
    targets = np.stack(list(named.values()), axis=1).astype(np.float32)
    ridge, unseen = fit_exact(vectors, rows, targets, data.fold, SHAPE, REGULARIZATION)
    slopes, shifts = np.empty_like(ridge.offsets), np.empty_like(ridge.offsets)
    for column in range(targets.shape[1]):
        sigmoid = LogisticRegression(C=1e6).fit(unseen[:, [column]], targets[:, column])
        slopes[column], shifts[column] = sigmoid.coef_[0, 0], sigmoid.intercept_[0]
    return Heads(tuple(named), ridge, slopes, shifts), unseen


def _stack(unseen: Floats, data: _Training) -> tuple[StackingNetwork, Floats]:
    """Fit the network on scores of messages their heads had not seen.

    Returns:
        The network, and (n, decisions) probabilities of each message by a network that had not seen its fold.
    """
    centre_, scale = unseen.mean(axis=0), unseen.std(axis=0) + 1e-6
    plain = (unseen - centre_) / scale
    targets = np.stack([data.carded, data.tier == "T1"], axis=1)
    found = np.empty(targets.shape, dtype=np.float32)
    for column in range(len(DECIDED)):
        for fold in range(FOLDS):
            out = data.fold == fold
            seen = _new_network(0).fit(plain[~out], targets[~out, column])
            found[out, column] = seen.predict_proba(plain[out])[:, 1]
    networks = [
        [_new_network(seed).fit(plain, targets[:, column]) for seed in range(NETWORKS)]
        for column in range(len(DECIDED))
    ]

    def join(take: Callable[[MLPClassifier], Any]) -> Floats:
        # The average of networks is one network: their hidden units side by side.
        return np.stack([np.concatenate([take(part) for part in parts], axis=-1) for parts in networks])

    network = StackingNetwork(
        centre=centre_,
        scale=scale,
        hidden=join(lambda part: part.coefs_[0]).astype(np.float32),
        hidden_bias=join(lambda part: part.intercepts_[0]).astype(np.float32),
        out=(join(lambda part: part.coefs_[1][:, 0]) / NETWORKS).astype(np.float32),
        out_bias=join(lambda part: part.intercepts_[1]).mean(axis=1).astype(np.float32),
    )
    return network, found


def _new_network(seed: int) -> MLPClassifier:
    return MLPClassifier((UNITS,), alpha=DECAY, max_iter=300, early_stopping=True, random_state=seed)


def _choose(data: _Training, lang: str, card: Floats, imminent: Floats) -> Thresholds:
    """Choose the thresholds of a language on unseen messages; the first follows from the cost of a miss."""
    here = data.lang == lang
    limit = 1 / (1 + MISS_COST)
    order = np.sort(card[here])[::-1]
    precise = [value for value in order if (data.carded[here & (card >= value)]).mean() >= FIRM_PRECISION]
    # Among what gets a card anyway, T1 in doubt: losing it is worse than a louder card.
    urgent = imminent[here & (data.tier == "T1") & (card >= limit)]
    loud = float(np.quantile(urgent, 1 - IMMINENT_RECALL)) if len(urgent) else 0.5
    everyday = card[here & data.short & np.isin(data.category, ("ordinary", ""))]
    short = float(np.quantile(everyday, 1 - SHORT_ALARMS)) if len(everyday) else limit
    return Thresholds(
        card=limit,
        firm=max(limit, float(min(precise, default=limit))),
        imminent=loud,
        short=min(max(short, limit), SHORT_LIMIT),
    )


def _hash(texts: Sequence[str], data: _Training) -> str:
    digest = hashlib.sha256()
    for text, category, tier in zip(texts, data.category, data.tier, strict=True):
        digest.update(f"{category}\0{tier}\0{text}\0".encode())
    return digest.hexdigest()
