from dataclasses import replace

import numpy as np
import pytest

from knowledge.checks.check import check_knowledge
from knowledge.material.base import KnowledgeBase, load_knowledge
from knowledge.retrieval.calibrate import Calibration
from knowledge.retrieval.index import REGULARIZATION, SHAPE, Index, examples_of
from knowledge.retrieval.kernel_ridge import centre, fit_kernel_ridge
from knowledge.retrieval.lexical import NgramVectorizer
from knowledge.retrieval.vectors import VectorIndex

from .conftest import TODAY

SIZE = 64


def index_of(base: KnowledgeBase, alike: dict[str, str]) -> Index:
    """Index a knowledge base with vectors that point to their id, except texts that lie where another one does."""
    classes, examples = examples_of(base)
    random = np.random.default_rng(5)
    centres = random.normal(size=(len(classes), SIZE))
    place = {text: row for row, text in enumerate(examples.texts)}
    vectors = centres[examples.labels] + random.normal(size=(len(examples.texts), SIZE))
    for text, other in alike.items():
        vectors[place[text]] = vectors[place[other]] + 0.05
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    vectorizer = NgramVectorizer.fit(examples.texts)
    targets = np.eye(len(classes), dtype=np.float32)[examples.labels]
    folds = np.arange(len(targets)) % 2
    head, _ = fit_kernel_ridge(vectors, vectorizer.transform(examples.texts), targets, folds, SHAPE, REGULARIZATION)
    return Index(
        build="x",
        knowledge=base,
        encoder_name="x",
        encoder_fingerprint="x",
        classes=classes,
        labels=examples.labels,
        variants=VectorIndex.build(centre(vectors, head.mean)),
        elsewhere="",
        fitted=len(vectors),
        passage_labels=examples.labels[:1],
        passages=VectorIndex.build(vectors[:1]),
        vectorizer=vectorizer,
        head=head,
        calibration=Calibration.model_construct(),
    )


@pytest.fixture
def base(small) -> KnowledgeBase:
    return load_knowledge(small.directory)


def test_ways_of_asking_in_their_place_are_not_noticed(small, base) -> None:
    assert check_knowledge(small.directory, TODAY, index_of(base, {})) == []


def test_notices_a_twin_in_another_id_and_that_it_is_nearer_there(small, base) -> None:
    index = index_of(base, {"demand-pay en number 7": "strike-status en number 3"})
    found = check_knowledge(small.directory, TODAY, index)
    assert {finding.level for finding in found} == {"notice"}
    twin, stranger = sorted(found, key=lambda finding: finding.message)
    assert "almost the same as in strike-status.en.md:" in twin.message
    assert stranger.message.startswith("nearer to strike-status than to demand-pay")
    assert {twin.value, stranger.value} == {"demand-pay en number 7"}
    lines = small.path().read_text().split("\n")
    assert "number 7" in lines[twin.line - 1]


def test_what_the_files_no_longer_hold_is_not_noticed(small, base) -> None:
    index = index_of(base, {"demand-pay en number 7": "strike-status en number 3"})
    small.replace(small.path(), "demand-pay en number 7", "something else")
    assert check_knowledge(small.directory, TODAY, index) == []


def test_index_that_took_edits_in_quickly_gives_no_notices(small, base) -> None:
    index = index_of(base, {"demand-pay en number 7": "strike-status en number 3"})
    grown = replace(index, labels=np.concatenate([index.labels, index.labels[:1]]))
    assert check_knowledge(small.directory, TODAY, grown) == []
