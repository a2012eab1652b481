"""The second layer: kernel ridge regression over embeddings and n-grams, and a small network over its scores.

A message's score for each category, harmless ones too, is a weighted sum of its likeness to training messages.
Whether it deserves a card is decided over all scores together (stacking, Wolpert 1992): one category that stands out
means more than the same sum spread over many. docs/safety-protocol.md compares both and linear heads.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bot.message import SAFE, SafetyVerdict, Tier
from bot.safety.errors import SafetyModelError
from bot.safety.normalize import canonical
from knowledge.retrieval.kernel_ridge import KernelRidge, Shape
from knowledge.retrieval.lexical import NgramVectorizer, fold

Floats = NDArray[np.float32]
FORMAT = 4
SHAPE = Shape(sharpness=0.6, lexical_weight=0.5)
# Below even odds a learned verdict is T2 at most: a card with 988 misses nobody, and 911 at every doubt would frighten.
SURE_ENOUGH_FOR_911 = 0.5
RIDGE_ARRAYS = ("mean", "dense", "weights", "offsets")
CALIBRATION_ARRAYS = ("slopes", "shifts")
NETWORK_ARRAYS = ("centre", "scale", "hidden", "hidden_bias", "out", "out_bias")
# What the network decides; every other probability is a calibrated score.
DECIDED = ("card", "imminent")
# "I" or "ok" says nothing by itself; with the message before it, it is judged all the same.
MIN_LETTERS = 4
# A few words are judged on evidence alone: what is not said outright cannot be told from an everyday request.
SHORT_WORDS = 6
# A longer message is read in windows that overlap, so that its end counts as its beginning does.
WHOLE_CHARACTERS = 1_400
WINDOW_CHARACTERS, OVERLAP_CHARACTERS = 1_100, 200
MAX_WINDOWS = 5
ARRAYS, META = "safety-model.npz", "safety-model.json"
REMEDY = "Run `carebot index` to train it again."
SPANISH_WORDS = (
    "que el la los las un una y de en mi me se lo no ya por para con es esta estoy pero como si yo le su cuando"
)
ENGLISH_WORDS = "the i to a and my of is it in that for was on with but not im have me just so do they he she you"
SPANISH, ENGLISH = frozenset(SPANISH_WORDS.split()), frozenset(ENGLISH_WORDS.split())


class QueryEncoder(Protocol):
    """What the layer needs of an encoder."""

    fingerprint: str

    def encode_queries(self, texts: list[str]) -> Floats:
        """Embed questions: (n, d) float32, rows of length 1."""


@dataclass(frozen=True)
class Thresholds:
    """Where a probability becomes a card, by language; chosen in training under caps of false alarms.

    Attributes:
        card: from here on T2 (or T1).
        firm: from here on the card speaks plainly; between ``card`` and ``firm`` it is soft.
        imminent: from here on a carded message is T1.
        short: from here on a message of up to ``SHORT_WORDS`` words is T2 (or T1).
    """

    card: float
    firm: float
    imminent: float
    short: float

    def limit(self, text: str) -> float:
        """Give the probability from which a canonical text gets a card."""
        return self.short if len(text.split()) <= SHORT_WORDS else self.card


@dataclass(frozen=True)
class Heads:
    """Fitted heads, each calibrated by itself.

    Attributes:
        names: what each column decides ("card", "imminent", "category:<name>").
        ridge: gives the scores.
        slopes: (heads,) calibration: probability = sigmoid(slope * score + shift).
        shifts: (heads,).
    """

    names: tuple[str, ...]
    ridge: KernelRidge
    slopes: Floats
    shifts: Floats

    def calibrate(self, scores: Floats) -> Floats:
        """Turn scores into probabilities, each head by itself."""
        return sigmoid(scores * self.slopes + self.shifts)


@dataclass(frozen=True)
class StackingNetwork:
    """One hidden layer over the scores of all heads, one network for each of ``DECIDED``.

    Attributes:
        centre: (heads,) taken from the scores.
        scale: (heads,) the scores are divided by.
        hidden: (decisions, heads, units) weights, with ``hidden_bias`` (decisions, units).
        out: (decisions, units) weights, with ``out_bias`` (decisions,).
    """

    centre: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats

    def probabilities(self, scores: Floats) -> Floats:
        """Give (m, decisions) probabilities."""
        plain = (scores - self.centre) / self.scale
        units = np.maximum(np.einsum("mk,dkh->mdh", plain, self.hidden) + self.hidden_bias, 0)
        return sigmoid(np.einsum("mdh,dh->md", units, self.out) + self.out_bias)


def sigmoid(logits: Floats) -> Floats:
    """Give 1 / (1 + exp(-x)) without overflow."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -40, 40))), dtype=np.float32)


def text_to_embed(text: str) -> str:
    """Give what is embedded of a message: itself, so that the search and Rasa find its vector in the cache.

    A message in disguise (look-alike letters, spaced-out or invisible characters) is embedded without it.
    """
    plain = canonical(text)
    return text.strip() if " ".join(fold(text).split()) == plain else plain


def windows_of(text: str) -> list[str]:
    """Give a text, or, where it is long, at most ``MAX_WINDOWS`` parts that overlap and cover it all."""
    text = text.strip()
    if len(text) <= WHOLE_CHARACTERS:
        return [text]
    count = min(MAX_WINDOWS, 1 + math.ceil((len(text) - WINDOW_CHARACTERS) / (WINDOW_CHARACTERS - OVERLAP_CHARACTERS)))
    size = max(WINDOW_CHARACTERS, math.ceil(len(text) / count) + OVERLAP_CHARACTERS)
    starts = [round(number * (len(text) - size) / (count - 1)) for number in range(count)]
    # The overlap is longer than any word: one that a border cuts stands whole in the next window.
    return [text[start : start + size] for start in starts]


def guess_language(text: str) -> str:
    """Tell English from Spanish by function words of a canonical text: "en" or "es"."""
    words = text.split()
    return "es" if sum(word in SPANISH for word in words) > sum(word in ENGLISH for word in words) else "en"


class LearnedModel:
    """Judges messages; raises only what the encoder raises."""

    def __init__(
        self,
        *,
        encoder: QueryEncoder,
        heads: Heads,
        network: StackingNetwork,
        vectorizer: NgramVectorizer,
        thresholds: dict[str, Thresholds],
        data_hash: str,
    ) -> None:
        self.encoder = encoder
        self.heads = heads
        self.network = network
        self.vectorizer = vectorizer
        self.thresholds = thresholds
        self.data_hash = data_hash

    def scores(self, texts: list[str]) -> Floats:
        """Give (n, heads) scores of messages, each read as a whole."""
        vectors = np.asarray(self.encoder.encode_queries([text_to_embed(text) for text in texts]), dtype=np.float32)
        return self.heads.ridge.scores(vectors, self.vectorizer.transform([canonical(text) for text in texts]))

    def probabilities(self, texts: list[str]) -> Floats:
        """Give (n, heads) probabilities of messages, each read as a whole."""
        scores = self.scores(texts)
        found = self.heads.calibrate(scores)
        found[:, [self.heads.names.index(name) for name in DECIDED]] = self.network.probabilities(scores)
        return found

    def danger(self, text: str) -> tuple[Floats, float]:
        """Give the probabilities of a message and that it deserves a card; of a long one, those of its worst window."""
        card = self.heads.names.index("card")
        parts = [part for part in windows_of(text) if sum(char.isalpha() for char in canonical(part)) >= MIN_LETTERS]
        if not parts:
            return np.zeros(len(self.heads.names), dtype=np.float32), 0.0
        found = self.probabilities(parts)
        worst = found[int(found[:, card].argmax())]
        return worst, float(worst[card])

    def judge(self, text: str) -> SafetyVerdict:
        """Give the verdict on one message.

        Raises:
            EncoderError: the encoder failed.
        """
        found, card = self.danger(text)
        plain = canonical(text)
        limits = self.thresholds[guess_language(plain)]
        by_name = dict(zip(self.heads.names, found.tolist(), strict=True))
        categories = {name[9:]: value for name, value in by_name.items() if name.startswith("category:")}
        risks = {name: value for name, value in categories.items() if name not in CALM}
        if card < limits.limit(plain):
            return _judge_calm(categories, by_name)
        category = max(risks, key=lambda name: risks[name])
        urgent = by_name["imminent"] >= limits.imminent and card >= SURE_ENOUGH_FOR_911
        if urgent and category != "medication_gap":
            return SafetyVerdict(Tier.T1, "suicide_imminent" if category == "suicide_ideation" else category, "learned")
        if category == "suicide_imminent":
            category = "suicide_ideation"
        return SafetyVerdict(Tier.T2, category, "learned", soft=card < limits.firm)


CALM = ("distress_no_risk", "past_or_denied", "medication_wait")


def _judge_calm(categories: dict[str, float], by_name: dict[str, float]) -> SafetyVerdict:
    name = max(CALM, key=lambda calm: categories.get(calm, 0.0))
    if categories.get(name, 0.0) < 0.5:
        return SAFE
    if name == "medication_wait":
        return SafetyVerdict(Tier.T3, "medication_gap", "learned")
    return SafetyVerdict(Tier.T4, name, "learned")


def save_safety_model(model: LearnedModel, directory: Path) -> None:
    """Write the model: arrays as npz, the rest as JSON; nothing that can run code when read."""
    directory.mkdir(parents=True, exist_ok=True)
    terms, idf = model.vectorizer.to_arrays()
    ridge = model.heads.ridge
    np.savez(
        directory / ARRAYS,
        terms=terms,
        idf=idf,
        sparse_data=ridge.sparse.data,
        sparse_indices=ridge.sparse.indices,
        sparse_indptr=ridge.sparse.indptr,
        **{name: getattr(ridge, name) for name in RIDGE_ARRAYS},
        **{name: getattr(model.heads, name) for name in CALIBRATION_ARRAYS},
        **{f"network_{name}": getattr(model.network, name) for name in NETWORK_ARRAYS},
    )
    meta = {
        "format": FORMAT,
        "encoder": model.encoder.fingerprint,
        "data": model.data_hash,
        "names": model.heads.names,
        "thresholds": {language: vars(limits) for language, limits in model.thresholds.items()},
    }
    (directory / META).write_text(json.dumps(meta, indent=1), encoding="utf-8")


def load_safety_model(directory: Path, encoder: QueryEncoder) -> LearnedModel:
    """Read a model written by :func:`save_safety_model`.

    Raises:
        SafetyModelError: a file is missing, damaged, of another format, or for another encoder.
    """
    try:
        meta = json.loads((directory / META).read_text(encoding="utf-8"))
        if meta["format"] != FORMAT or meta["encoder"] != encoder.fingerprint:
            raise SafetyModelError(f"safety model in {directory} is for another encoder or format. {REMEDY}")
        # Opened here, since np.load leaves the file of a damaged archive open.
        with (directory / ARRAYS).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            heads, network, vectorizer = _rebuild(tuple(meta["names"]), arrays)
        thresholds = {language: Thresholds(**limits) for language, limits in meta["thresholds"].items()}
        return LearnedModel(
            encoder=encoder,
            heads=heads,
            network=network,
            vectorizer=vectorizer,
            thresholds={"en": thresholds["en"], "es": thresholds["es"]},
            data_hash=str(meta["data"]),
        )
    except FileNotFoundError as error:
        raise SafetyModelError(f"safety model: {error.filename} is missing. {REMEDY}") from error
    except SafetyModelError:
        raise
    except Exception as error:  # a damaged archive raises anything from zlib.error to KeyError
        raise SafetyModelError(f"safety model in {directory} is damaged ({type(error).__name__}). {REMEDY}") from error


def _rebuild(names: tuple[str, ...], arrays: Mapping[str, Any]) -> tuple[Heads, StackingNetwork, NgramVectorizer]:
    vectorizer = NgramVectorizer.from_arrays(arrays["terms"], arrays["idf"])
    parts = {name: arrays[name] for name in RIDGE_ARRAYS}
    rows, columns = len(parts["dense"]), len(arrays["idf"])
    sparse = csr_matrix(
        (arrays["sparse_data"], arrays["sparse_indices"], arrays["sparse_indptr"]), shape=(rows, columns)
    )
    network = StackingNetwork(**{name: arrays[f"network_{name}"] for name in NETWORK_ARRAYS})
    if parts["weights"].shape != (rows, len(names)) or network.hidden.shape[:2] != (len(DECIDED), len(names)):
        raise ValueError("sizes do not agree")
    ridge = KernelRidge(shape=SHAPE, sparse=sparse, **parts)
    return Heads(names, ridge, **{name: arrays[name] for name in CALIBRATION_ARRAYS}), network, vectorizer
