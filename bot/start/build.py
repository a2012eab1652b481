"""Makes what the bot needs before it can answer (index, safety model, Rasa's model), and only what changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.message import Tier
from bot.safety.errors import SafetyModelError
from bot.safety.learned import load_safety_model, text_to_embed
from bot.safety.training.train import load_examples, train_safety_model
from bot.settings import ROOT, Settings
from knowledge.errors import SearchIndexError
from knowledge.fingerprint import fingerprint
from knowledge.material.base import KnowledgeBase, load_knowledge
from knowledge.retrieval.embedding_store import EmbeddingStore, Role, vector_key
from knowledge.retrieval.encoder import Encoder, Vectors
from knowledge.retrieval.index import (
    Index,
    Message,
    Progress,
    build_index,
    build_name,
    current_build,
    examples_of,
    load_index,
    passages_of,
    refresh_index,
    save_index,
)
from knowledge.retrieval.shipped_vectors import write_shipped

SAFETY_EXAMPLES = ROOT / "data/safety"
SHIPPED_VECTORS = ROOT / "data/vectors"
# What the safety model is made by; a change of its code makes it anew.
SAFETY_CODE = (
    *(ROOT / "bot/safety" / name for name in ("learned.py", "normalize.py", "training")),
    *(ROOT / "knowledge/retrieval" / name for name in ("encoder.py", "kernel_ridge.py", "lexical.py")),
)


def ensure_index(settings: Settings, encoder: Encoder, progress: Progress | None = None) -> Index:
    """Build the index if the knowledge or the encoder changed, and put it in service.

    Raises:
        KnowledgeError: the knowledge is wrong; the index in service stays there.
    """
    knowledge = load_knowledge(settings.knowledge_dir)
    elsewhere = everyday_messages()
    if current_build(settings.index_dir) == build_name(knowledge, encoder, elsewhere):
        try:
            return load_index(settings.index_dir, encoder)
        except SearchIndexError:
            pass  # damaged: built again below
    store = EmbeddingStore(settings.var_dir / "embeddings.sqlite", SHIPPED_VECTORS)
    try:
        quick = _refresh(settings, knowledge, encoder, store, elsewhere)
        if quick and quick[1]:
            return quick[0]
        index = build_index(knowledge, encoder, store, progress, elsewhere)
    finally:
        store.close()
    save_index(index, settings.index_dir)
    return index


def _refresh(
    settings: Settings,
    knowledge: KnowledgeBase,
    encoder: Encoder,
    store: EmbeddingStore,
    elsewhere: Sequence[Message],
) -> tuple[Index, bool] | None:
    """Put what can be had in seconds in service first: edited answers and new variants."""
    try:
        previous = load_index(settings.index_dir, encoder)
    except SearchIndexError:
        return None
    quick = refresh_index(previous, knowledge, encoder, store, elsewhere)
    if quick:
        save_index(quick[0], settings.index_dir)
    return quick


def ensure_safety_model(
    settings: Settings, knowledge: KnowledgeBase, encoder: Encoder, report: Callable[[str], None]
) -> None:
    """Train the learned safety layer if its examples or the encoder changed."""
    directory = settings.var_dir / "safety"
    harmless = harmless_texts(knowledge)
    wanted = fingerprint(
        encoder=encoder.fingerprint, code=SAFETY_CODE, examples=SAFETY_EXAMPLES, questions=json.dumps(harmless)
    )
    stamp = directory / "fingerprint"
    if stamp.exists() and stamp.read_text() == wanted:
        try:
            load_safety_model(directory, encoder)
            return
        except SafetyModelError:
            pass  # damaged: trained again below
    report("training the safety model (some minutes the first time)")
    store = EmbeddingStore(settings.var_dir / "embeddings.sqlite", SHIPPED_VECTORS)
    try:
        train_safety_model(load_examples(SAFETY_EXAMPLES), harmless, encoder, store, directory)
    finally:
        store.close()
    stamp.write_text(wanted)


def everyday_messages() -> list[Message]:
    """Give (language, text) of messages about everything but this bot's matter, which it must not answer."""
    examples = load_examples(SAFETY_EXAMPLES, "ordinary-*.jsonl")
    return [("es" if found.lang == "es" else "en", found.text) for found in examples if found.tier is Tier.T0]


def harmless_texts(knowledge: KnowledgeBase) -> list[tuple[str, str]]:
    """Give (language, text) of every question and out-of-scope message that shows no risk."""
    questions: list[tuple[str, str]] = [
        (language, variant)
        for (_, language), entry in sorted(knowledge.entries.items())
        if not entry.risky_wording
        for variant in entry.variants
    ]
    return questions + [(message.lang, message.text) for message in knowledge.out_of_scope]


def ship_vectors(
    settings: Settings, encoder: Encoder, progress: Callable[[int, int], None] | None = None
) -> list[Path]:
    """Write the vectors of every text that a first start embeds into the repository, in place of those there.

    Returns:
        The files.
    """
    knowledge = load_knowledge(settings.knowledge_dir)
    classes, examples = examples_of(knowledge)
    written = [item.text for item in load_examples(SAFETY_EXAMPLES)] + [text for _, text in harmless_texts(knowledge)]
    questions = [*examples.texts, *(text for _, text in everyday_messages()), *map(text_to_embed, written)]
    store = EmbeddingStore(settings.var_dir / "embeddings.sqlite")
    vectors: dict[bytes, Vectors] = {}
    asked: list[tuple[Role, list[str]]] = [("query", questions), ("passage", passages_of(knowledge, classes)[0])]
    try:
        for role, texts in asked:
            rows = store.encode(encoder, texts, role, progress)
            vectors |= {vector_key(encoder, role, text): row for text, row in zip(texts, rows, strict=True)}
    finally:
        store.close()
    return write_shipped(SHIPPED_VECTORS, vectors)
