import json

import numpy as np

from knowledge.checks.topics import check_topics
from knowledge.material.base import read_material
from knowledge.retrieval.embedding_store import EmbeddingStore


class LetterEncoder:
    """An encoder for which texts are alike that share words."""

    name = "letters"
    fingerprint = "letters"
    dimension = 4_096

    def encode_passages(self, texts, progress=None):
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().split():
                vectors[row, sum(map(ord, word)) * 31 % self.dimension] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    encode_queries = encode_passages


def found_in(small, tmp_path) -> list[tuple[str, str]]:
    material = read_material(small.directory)
    store = EmbeddingStore(tmp_path / "embeddings.sqlite")
    try:
        found = check_topics(material.entries, material.registries, LetterEncoder(), store)
    finally:
        store.close()
    return [(finding.path.name, finding.message.split()[1]) for finding in found]


def test_warns_of_a_fact_that_does_not_speak_of_its_answer(small, tmp_path) -> None:
    facts = json.loads((small.directory / "facts.json").read_text(encoding="utf-8"))
    facts[0]["claim"] = "We do not know, call the press."
    facts[1]["claim"] = "The union asked for a raise."
    (small.directory / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    assert found_in(small, tmp_path) == []
    facts[1]["claim"] = "Lithium levels rise with salt loss."
    (small.directory / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    assert found_in(small, tmp_path) == [("demand-pay.en.md", "A02")]


def test_has_nothing_to_say_without_facts(small, tmp_path) -> None:
    for path in (small.directory / "faq").rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace("facts: [A01]", "facts: []").replace("facts: [A02]", "facts: []"), encoding="utf-8"
        )
    assert found_in(small, tmp_path) == []
