"""Facts that do not speak of what their answer is about, seen through the encoder."""

from __future__ import annotations

import numpy as np

from knowledge.errors import EntryError
from knowledge.material.entry import EntryFile
from knowledge.material.finding import Finding, warning
from knowledge.material.registries import Registries
from knowledge.material.render import render_body
from knowledge.retrieval.embedding_store import EmbeddingStore
from knowledge.retrieval.encoder import Encoder, Vectors

# Cosine of centred vectors between a claim and the line of the answer that is most like it. Of 606 facts cited in
# November 2026 one lay below, of 747 given to answers by chance 15 in 100; twice the floor: three, and 35 in 100.
FLOOR = 0.05


def check_topics(
    entries: list[EntryFile], registries: Registries, encoder: Encoder, store: EmbeddingStore
) -> list[Finding]:
    """Warn of facts that lie far from every paragraph of the English answer that names them."""
    english = [found for found in entries if found.entry.language == "en"]
    paragraphs: list[str] = []
    spans: list[tuple[int, int]] = []
    for found in english:
        start = len(paragraphs)
        paragraphs += [found.entry.title, *_paragraphs(found, registries)]
        spans.append((start, len(paragraphs)))
    facts = sorted({name for found in english for name in found.entry.facts if name in registries.facts})
    if not facts:
        return []
    said = [f"{registries.facts[name].topic}: {registries.facts[name].claim}" for name in facts]
    claims = store.encode(encoder, said, "passage")
    answers = store.encode(encoder, paragraphs, "passage")
    centre = np.concatenate([claims, answers]).mean(axis=0)
    claims, answers = (_unit(vectors - centre) for vectors in (claims, answers))
    row = {name: number for number, name in enumerate(facts)}
    findings = []
    for found, (start, end) in zip(english, spans, strict=True):
        for name in found.entry.facts:
            if name not in row:
                continue
            cosine = float((answers[start:end] @ claims[row[name]]).max())
            if cosine < FLOOR:
                message = f"fact {name} hardly speaks of this answer's topic, likeness {cosine:.2f}"
                value = registries.facts[name].claim
                findings.append(warning(found.path, found.line("facts"), value, message, "Take it out, or say it."))
    return findings


def _paragraphs(found: EntryFile, registries: Registries) -> list[str]:
    try:
        body = render_body(found.entry, registries.contacts, registries.status)
    except EntryError:  # a dead reference, reported by the reader
        body = found.entry.body
    return [line.strip() for line in body.split("\n") if line.strip()]


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)
