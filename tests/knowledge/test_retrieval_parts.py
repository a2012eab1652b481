"""Lexical rows, kernel ridge, calibration and the vector index, each against a slow and plain way of doing the same."""

import hashlib
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import knowledge.retrieval.vectors
from knowledge.errors import IndexCorruptError
from knowledge.retrieval.calibrate import OUT_OF_SCOPE_CAP, WRONG_CAP, Calibration, decision_features, fit_calibration
from knowledge.retrieval.embedding_store import EmbeddingStore, vector_key
from knowledge.retrieval.kernel_ridge import JITTER, Shape, centre, choose_landmarks, fit_kernel_ridge
from knowledge.retrieval.lexical import NgramVectorizer, fold
from knowledge.retrieval.shipped_vectors import read_shipped, write_shipped
from knowledge.retrieval.vectors import VectorIndex

TEXTS = [
    "me cancelaron la cita",
    "Mi cita fue cancelada",
    "how long is the wait",
    "the wait is too long",
    "qué número marco",
]


def unit_rows(count: int, size: int, seed: int = 7) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


# -- lexical


@pytest.mark.parametrize(("text", "folded"), [("¿QUÉ Número?", "¿que numero?"), ("Hawái ﬁx", "hawai fix"), ("", "")])
def test_fold_takes_case_and_accents_off(text, folded) -> None:
    assert fold(text) == folded


@given(st.text())
def test_fold_changes_nothing_the_second_time(text) -> None:
    assert fold(fold(text)) == fold(text)


def ngrams(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for word in fold(text).split():
        padded = f" {word} "
        for size in range(2, 6):
            if size >= len(padded):
                found[padded] += 1
                break
            found.update(padded[start : start + size] for start in range(len(padded) - size + 1))
    return found


def test_lexical_rows_equal_tf_idf_written_out() -> None:
    counts = [ngrams(text) for text in TEXTS]
    seen = Counter(gram for count in counts for gram in count)
    terms = sorted(gram for gram, number in seen.items() if number >= 2)
    vectorizer = NgramVectorizer.fit(TEXTS)
    assert vectorizer.to_arrays()[0].tolist() == terms
    rows = vectorizer.transform(TEXTS).toarray()
    for row, count in zip(rows, counts, strict=True):
        weights = np.array(
            [
                (1 + math.log(count[t])) * (math.log((1 + len(TEXTS)) / (1 + seen[t])) + 1) if count[t] else 0
                for t in terms
            ]
        )
        norm = np.linalg.norm(weights)
        np.testing.assert_allclose(row, weights / norm if norm else weights, atol=1e-5)


def test_accents_and_case_do_not_change_a_row() -> None:
    vectorizer = NgramVectorizer.fit(TEXTS, min_df=1)
    rows = vectorizer.transform(["QUÉ NÚMERO marco", "que numero MARCO"]).toarray()
    np.testing.assert_array_equal(rows[0], rows[1])


def test_unknown_letters_give_an_empty_row() -> None:
    assert NgramVectorizer.fit(TEXTS).transform(["日本語", ""]).nnz == 0


def test_vectorizer_comes_back_from_its_arrays() -> None:
    before = NgramVectorizer.fit(TEXTS)
    after = NgramVectorizer.from_arrays(*before.to_arrays())
    np.testing.assert_allclose(before.transform(TEXTS).toarray(), after.transform(TEXTS).toarray(), atol=1e-6)


# -- kernel ridge


def test_centre_takes_the_mean_out_and_keeps_length_one() -> None:
    rows = unit_rows(20, 8) + 3
    centred = centre(rows, rows.mean(axis=0))
    np.testing.assert_allclose(np.linalg.norm(centred, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(centre(rows[:1], rows[0]), 0)


def test_kernel_is_one_for_the_same_text_and_falls_with_distance() -> None:
    values = Shape(1.5, 0.5).join(
        np.array([[1.0, 0.5, -1.0]], dtype=np.float32), np.array([[1.0, 0.5, 0.0]], dtype=np.float32)
    )
    assert values[0, 0] == pytest.approx(1)
    assert values[0, 0] > values[0, 1] > values[0, 2] > 0


def test_left_out_scores_equal_a_refit_without_each_fold() -> None:
    texts = [f"{text} {word}" for text in TEXTS for word in ("hoy", "please", "xq")]
    vectors = unit_rows(len(texts), 12)
    labels, folds = np.arange(len(texts)) % 4, np.arange(len(texts)) % 5
    rows = NgramVectorizer.fit(texts).transform(texts)
    targets = np.eye(4, dtype=np.float32)[labels]
    head, left_out = fit_kernel_ridge(vectors, rows, targets, folds, Shape(1.5, 0.5), 0.2)

    dense = centre(vectors, vectors.mean(axis=0)).astype(np.float64)
    lexical = (rows @ rows.T).toarray().astype(np.float64)
    matrix = np.exp(1.5 * (dense @ dense.T + 0.5 * lexical - 1.5))
    system = matrix + (0.2 + JITTER) * np.eye(len(texts))
    wanted = targets - targets.mean(axis=0)
    for number in range(5):
        kept, out = folds != number, folds == number
        weights = np.linalg.solve(system[np.ix_(kept, kept)], wanted[kept])
        expected = matrix[np.ix_(out, kept)] @ weights + targets.mean(axis=0)
        np.testing.assert_allclose(left_out[out], expected, atol=2e-3)
    everything = matrix @ np.linalg.solve(system, wanted) + targets.mean(axis=0)
    np.testing.assert_allclose(head.scores(vectors, rows), everything, atol=2e-3)


def test_landmarks_are_some_of_many_and_all_of_few() -> None:
    assert choose_landmarks(5, 9).tolist() == [0, 1, 2, 3, 4]
    assert len(set(choose_landmarks(1_000, 50).tolist())) == 50
    assert np.array_equal(choose_landmarks(1_000, 50), choose_landmarks(1_000, 50))


def test_half_the_landmarks_are_nearly_as_good_as_all() -> None:
    labels = np.arange(300) % 3
    vectors = unit_rows(300, 16) + 2 * unit_rows(3, 16)[labels]
    rows = NgramVectorizer.fit(TEXTS).transform(["hola"] * 300)
    targets = np.eye(3, dtype=np.float32)[labels]
    arguments = (vectors, rows, targets, np.arange(300) // 60, Shape(1.0, 0.5), 0.1)
    whole, _ = fit_kernel_ridge(*arguments)
    few, left_out = fit_kernel_ridge(*arguments, choose_landmarks(300, 150))
    assert few.weights.shape == (150, 3)
    assert np.abs(few.scores(vectors, rows) - whole.scores(vectors, rows)).mean() < 0.05
    assert (left_out.argmax(axis=1) == labels).mean() > 0.9


# -- vectors that come with the project


def test_shipped_vectors_come_back_nearly_as_they_were_and_a_damaged_file_holds_nothing(tmp_path) -> None:
    rows = unit_rows(30, 384) + 0.3
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    keys = [hashlib.sha256(bytes([number])).digest() for number in range(30)]
    (path,) = write_shipped(tmp_path, dict(zip(keys, rows, strict=True)))
    found = read_shipped(tmp_path, [*keys[:20], b"unknown" * 5])
    assert set(found) == set(keys[:20])
    assert min(float(found[key] @ row) for key, row in zip(keys[:20], rows, strict=False)) > 0.9999
    path.write_bytes(path.read_bytes()[:500])
    assert read_shipped(tmp_path, keys) == {}


def test_a_store_embeds_only_what_was_not_shipped(tmp_path) -> None:
    encoder = CountingEncoder()
    first = EmbeddingStore(tmp_path / "first.sqlite")
    vector = first.encode(encoder, ["hola"], "query")[0]
    first.close()
    write_shipped(tmp_path / "shipped", {vector_key(encoder, "query", "hola"): vector})
    encoder.seen.clear()
    store = EmbeddingStore(tmp_path / "second.sqlite", tmp_path / "shipped")
    found = store.encode(encoder, ["hola", "adios"], "query")
    store.close()
    assert encoder.seen == ["adios"]
    np.testing.assert_allclose(found[0], vector, atol=2e-3)


class CountingEncoder:
    name, fingerprint, dimension = "counting", "counting-1", 16

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode_queries(self, texts, progress=None):
        self.seen += texts
        return unit_rows(len(texts), 16)

    encode_passages = encode_queries


# -- calibration


def test_decision_features_written_out() -> None:
    scores = np.array([[0.1, 0.7, 0.4, 0.05, 0.3]], dtype=np.float32)
    features = decision_features(scores, np.array([0.8], dtype=np.float32))
    np.testing.assert_allclose(features, [[0.7, 0.3, 0.4, 0.3, 1.2, 0.8]], atol=1e-6)


@pytest.mark.parametrize("ids", [1, 2])
def test_decision_features_work_with_fewer_than_three_ids(ids) -> None:
    features = decision_features(np.full((2, ids + 1), 0.5, dtype=np.float32), np.zeros(2, dtype=np.float32))
    assert features.shape == (2, 6)
    assert np.isfinite(features).all()


def left_out_scores(count: int = 1_200, classes: int = 7, seed: int = 3) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, count)
    scores = random.normal(0.1, 0.15, (count, classes)).astype(np.float32)
    scores[np.arange(count), labels] += random.choice([0.0, 0.6], count, p=[0.25, 0.75]).astype(np.float32)
    nearest = np.clip(scores.max(axis=1), -1, 1)
    return scores, nearest, labels.astype(np.int64), np.where(np.arange(count) % 2, "en", "es")


@pytest.fixture(scope="module")
def fitted() -> tuple[Calibration, tuple[np.ndarray, ...]]:
    data = left_out_scores()
    return fit_calibration(*data), data


@pytest.mark.parametrize("language", ["en", "es"])
def test_thresholds_keep_their_caps(fitted, language) -> None:
    calibration, (scores, nearest, labels, languages) = fitted
    outside = scores.shape[1] - 1
    answered = (
        calibration.probability_right(decision_features(scores, nearest)) >= calibration.thresholds[language].answer
    )
    here = languages == language
    best = scores[:, :-1].argmax(axis=1)
    inside = here & (labels != outside)
    assert (answered & inside & (best != labels)).sum() / inside.sum() <= WRONG_CAP
    stray = here & (labels == outside)
    assert (answered & stray).sum() / stray.sum() <= OUT_OF_SCOPE_CAP
    assert (answered & inside).sum() / inside.sum() > 0.3


def test_probabilities_are_probabilities_and_rise_with_the_lead(fitted) -> None:
    calibration, (scores, nearest, _, _) = fitted
    features = decision_features(scores, nearest)
    for values in (calibration.probability_right(features), calibration.probability_listed(features)):
        assert ((values >= 0) & (values <= 1)).all()
    sure = np.array([[0.9, 0.1, 0.1, 0.1, 0.1]], dtype=np.float32)
    torn = np.array([[0.4, 0.4, 0.1, 0.1, 0.4]], dtype=np.float32)
    close = np.array([0.9], dtype=np.float32)
    assert calibration.probability_right(decision_features(sure, close)) > calibration.probability_right(
        decision_features(torn, close)
    )


def test_calibration_names_a_language_without_examples() -> None:
    scores, nearest, labels, _ = left_out_scores(200)
    with pytest.raises(ValueError, match="'es'"):
        fit_calibration(scores, nearest, labels, np.full(200, "en"))


# -- vectors


@pytest.mark.parametrize("count", [1, 5, 200])
def test_exact_search_equals_brute_force(count) -> None:
    rows, queries = unit_rows(300, 24), unit_rows(9, 24, seed=8)
    cosines, found = VectorIndex.build(rows).search(queries, count)
    brute = queries.astype(np.float64) @ rows.astype(np.float64).T
    expected = np.argsort(-brute, axis=1)[:, :count]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(cosines, np.take_along_axis(brute, expected, axis=1), atol=1e-5)


def test_search_gives_no_more_rows_than_there_are() -> None:
    cosines, found = VectorIndex.build(unit_rows(3, 8)).search(unit_rows(2, 8), 64)
    assert cosines.shape == found.shape == (2, 3)
    assert sorted(found[0]) == [0, 1, 2]


def test_graph_finds_nearly_all_that_brute_force_finds(monkeypatch) -> None:
    monkeypatch.setattr(knowledge.retrieval.vectors, "EXACT_LIMIT", 100)
    rows, queries = unit_rows(2_000, 24), unit_rows(50, 24, seed=8)
    _, found = VectorIndex.build(rows).search(queries, 10)
    expected = np.argsort(-(queries @ rows.T), axis=1)[:, :10]
    recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found, expected, strict=True)])
    assert recall > 0.97


def test_index_comes_back_from_its_file(tmp_path) -> None:
    rows = unit_rows(40, 8)
    VectorIndex.build(rows).save(tmp_path / "rows.faiss")
    back = VectorIndex.load(tmp_path / "rows.faiss")
    assert (len(back), back.dimension) == (40, 8)
    np.testing.assert_array_equal(back.vectors(), rows)


@pytest.mark.parametrize("damage", [b"", b"not an index", None])
def test_damaged_index_is_named(tmp_path, damage) -> None:
    path = tmp_path / "rows.faiss"
    if damage is None:
        VectorIndex.build(unit_rows(40, 8)).save(path)
        damage = path.read_bytes()[:200]
    path.write_bytes(damage)
    with pytest.raises(IndexCorruptError, match=r"rows\.faiss.*carebot index"):
        VectorIndex.load(path)
