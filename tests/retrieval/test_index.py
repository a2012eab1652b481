"""The encoder, the index and the search on the packaged encoder and a small knowledge base of the project's own."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge.errors import EncoderError, IndexCorruptError, IndexMismatchError, IndexMissingError
from knowledge.material.base import KnowledgeBase, load_knowledge
from knowledge.retrieval.embedding_store import EmbeddingStore, vector_key
from knowledge.retrieval.encoder import PACKAGED_MULTILINGUAL, SentenceEncoder, load_encoder
from knowledge.retrieval.index import Index, build_index, load_index, refresh_index, save_index
from knowledge.retrieval.search import SAME_QUESTION, Searcher, segments_of
from knowledge.retrieval.shipped_vectors import read_shipped
from tests.conftest import ROOT

pytestmark = pytest.mark.encoder
KEPT = ("strike-causes", "appointment-cancelled", "wait-too-long", "crisis-lines", "worker-unemployment")


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return load_encoder(PACKAGED_MULTILINGUAL)


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    whole = load_knowledge(ROOT / "knowledge")
    entries = {
        key: entry.model_copy(update={"variants": entry.variants[:12]})
        for key, entry in whole.entries.items()
        if key[0] in KEPT
    }
    return replace(whole, entries=entries, out_of_scope=whole.out_of_scope[::20])


@pytest.fixture
def store(tmp_path: Path) -> EmbeddingStore:
    return EmbeddingStore(tmp_path / "embeddings.sqlite")


@pytest.fixture(scope="module")
def index(knowledge: KnowledgeBase, encoder: SentenceEncoder, tmp_path_factory: pytest.TempPathFactory) -> Index:
    store = EmbeddingStore(tmp_path_factory.mktemp("store") / "embeddings.sqlite")
    return build_index(knowledge, encoder, store)


def test_canonical_vectors_of_the_packaged_encoder(encoder: SentenceEncoder) -> None:
    assert encoder.fingerprint == "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
    question = encoder.encode_queries(["me cancelaron la cita y no sé qué hacer"])[0]
    answer = encoder.encode_passages(["You can complain to the state."])[0]
    assert question.shape == (384,)
    assert np.allclose(question[:5], [0.0552, -0.0222, -0.0269, -0.0593, 0.0521], atol=2e-3)
    assert np.allclose(answer[:5], [0.0922, -0.0129, -0.0391, -0.1337, 0.056], atol=2e-3)
    assert np.isclose(np.linalg.norm(question), 1, atol=1e-5)


def test_a_text_is_embedded_once(encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    first = encoder.encode_queries(["a text that nobody has sent before"])
    monkeypatch.setattr(encoder, "_embed", lambda *_: pytest.fail("embedded twice"))
    assert np.array_equal(encoder.encode_queries(["a text that nobody has sent before"]), first)


def test_no_text_stays_in_the_cache(encoder: SentenceEncoder) -> None:
    text = "a sentence that must not be found in memory afterwards"
    encoder.encode_queries([text])
    kept = [(key, vars(encoder)["_cache"][key]) for key in list(vars(encoder)["_cache"])]
    assert all(isinstance(key, bytes) and len(key) == 64 for key, _ in kept)
    assert not any(text.encode() in key for key, _ in kept)


def test_shipped_vectors_equal_fresh_ones(encoder: SentenceEncoder, knowledge: KnowledgeBase) -> None:
    texts = [text for entry in knowledge.entries.values() for text in entry.variants[:6]]
    held = read_shipped(ROOT / "data/vectors", [vector_key(encoder, "query", text) for text in texts])
    assert len(held) > 0.9 * len(texts)
    for text, fresh in zip(texts, encoder.encode_queries(texts), strict=True):
        shipped = held.get(vector_key(encoder, "query", text))
        assert shipped is None or float(shipped @ fresh) > 0.9995


def test_an_unknown_encoder_is_named_with_the_remedy() -> None:
    with pytest.raises(EncoderError, match="CAREBOT_ENCODER"):
        load_encoder("./no-such-model")


def test_faiss_finds_what_brute_force_finds(index: Index, encoder: SentenceEncoder) -> None:
    rows_of_index = index.variants.vectors()
    queries = rows_of_index[::7]
    scores, rows = index.variants.search(queries, 10)
    exact = queries @ rows_of_index.T
    best = -np.sort(-exact, axis=1)[:, :10]
    assert np.allclose(scores, best, atol=1e-5)
    assert np.allclose(np.take_along_axis(exact, rows, axis=1), best, atol=1e-5)


def test_a_known_question_is_answered_and_an_index_read_back_decides_alike(
    index: Index, encoder: SentenceEncoder, tmp_path: Path
) -> None:
    save_index(index, tmp_path)
    before, after = Searcher(index, encoder), Searcher(load_index(tmp_path, encoder), encoder)
    for (faq, language), entry in index.knowledge.entries.items():
        for text in entry.variants[:3]:
            decision = after.search(text, language)
            assert decision.candidates[0].faq == faq
            assert decision.candidates[0].score >= SAME_QUESTION
            assert decision == before.search(text, language)


def test_nothing_is_embedded_twice_by_a_second_build(
    knowledge: KnowledgeBase, encoder: SentenceEncoder, store: EmbeddingStore
) -> None:
    build_index(knowledge, encoder, store)
    counted: list[int] = []
    store.encode(
        encoder, knowledge.entries["crisis-lines", "en"].variants, "query", lambda done, _: counted.append(done)
    )
    assert counted == []


def test_an_edited_answer_and_a_new_variant_are_live_without_fitting_again(
    index: Index, knowledge: KnowledgeBase, encoder: SentenceEncoder, store: EmbeddingStore, tmp_path: Path
) -> None:
    key = ("worker-unemployment", "en")
    entry = knowledge.entries[key]
    added = "does the EDD send me a check when the picket line is all i do"
    edited = entry.model_copy(update={"body": entry.body + "\n\nA new sentence.", "variants": [*entry.variants, added]})
    result = refresh_index(index, replace(knowledge, entries={**knowledge.entries, key: edited}), encoder, store)
    assert result is not None
    quick, final = result
    assert not final
    save_index(quick, tmp_path)
    searcher = Searcher(load_index(tmp_path, encoder), encoder)
    assert searcher.search(added, "en").candidates[0].faq == "worker-unemployment"
    assert "A new sentence." in searcher.index.knowledge.entries[key].body


def test_only_an_answer_edited_needs_no_full_build(
    index: Index, knowledge: KnowledgeBase, encoder: SentenceEncoder, store: EmbeddingStore
) -> None:
    key = ("crisis-lines", "es")
    edited = knowledge.entries[key].model_copy(update={"body": knowledge.entries[key].body + "\n\nOtra frase."})
    result = refresh_index(index, replace(knowledge, entries={**knowledge.entries, key: edited}), encoder, store)
    assert result is not None
    assert result[1]


def test_no_index_an_index_of_another_encoder_and_a_damaged_one_are_named(
    index: Index, encoder: SentenceEncoder, tmp_path: Path
) -> None:
    with pytest.raises(IndexMissingError, match="carebot index"):
        load_index(tmp_path, encoder)
    folder = save_index(index, tmp_path)
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps({**meta, "encoder_fingerprint": "x", "encoder": "another"}))
    with pytest.raises(IndexMismatchError, match="another"):
        load_index(tmp_path, encoder)
    (folder / "meta.json").write_text(json.dumps(meta))
    for name in ("variants.faiss", "head.npz", "knowledge.json", "passages.faiss"):
        good = (folder / name).read_bytes()
        (folder / name).write_bytes(good[: len(good) // 2])
        with pytest.raises(IndexCorruptError):
            load_index(tmp_path, encoder)
        (folder / name).write_bytes(good)
    shutil.rmtree(folder)
    with pytest.raises(IndexCorruptError):
        load_index(tmp_path, encoder)


def test_a_long_message_is_searched_by_sentence_too_within_bounds() -> None:
    assert segments_of("short one") == ["short one"]
    long = "This is a sentence about my week. " * 40 + "When will they call me?"
    segments = segments_of(long)
    assert segments[0] == long
    assert len(segments) <= 6
    assert segments[-1] == "When will they call me?"


def test_questions_of_a_long_message_are_kept_before_its_narration() -> None:
    telling = "It was a long week and the bus was late again. " * 8
    segments = segments_of("Where do I complain about a cancelled visit? " + telling)
    assert "Where do I complain about a cancelled visit?" in segments
    assert len(segments) <= 6


def test_a_long_message_names_the_sentence_that_was_answered(index: Index, encoder: SentenceEncoder) -> None:
    question = index.knowledge.entries["appointment-cancelled", "en"].variants[0]
    story = "My sister came to stay with us in spring. We painted the kitchen green and the dog hated every day of it. "
    decision = Searcher(index, encoder).search(f"{story}{question}? {story}", "en")
    assert decision.candidates[0].faq == "appointment-cancelled"
    assert question in decision.about
    assert Searcher(index, encoder).search(question, "en").about == ""
