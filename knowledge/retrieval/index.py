"""The index on disk: built as a whole, swapped in by one rename, refused when anything about it does not fit.

var/index/current            names the directory in service
var/index/<build>/           meta.json knowledge.json variants.faiss passages.faiss head.npz
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from knowledge.errors import IndexCorruptError, IndexMismatchError, IndexMissingError, KnowledgeError
from knowledge.fingerprint import fingerprint
from knowledge.material.base import KnowledgeBase
from knowledge.material.registry import Language
from knowledge.material.render import render_body
from knowledge.material.snapshot import dump_knowledge, restore_knowledge
from knowledge.retrieval.calibrate import Calibration, fit_calibration
from knowledge.retrieval.embedding_store import EmbeddingStore
from knowledge.retrieval.encoder import Encoder, Vectors
from knowledge.retrieval.kernel_ridge import KernelRidge, Shape, centre, fit_kernel_ridge
from knowledge.retrieval.lexical import NgramVectorizer
from knowledge.retrieval.vectors import VectorIndex

# Part of a build's name: raise it when the form of the files, or a constant of the head or the calibration, changes.
FORMAT = 5
OUT_OF_SCOPE = "out-of-scope"
KEPT_BUILDS = 2
# Chosen by leave-one-out and on the development questions; docs/evaluation.md has the table.
SHAPE = Shape(sharpness=1.5, lexical_weight=0.5)
REGULARIZATION = 0.2
# The ways of asking of an id stand in the order they were written; folds of neighbours are harder than folds by lot,
# and as hard as strangers are.
FOLDS = 5
HEAD_ARRAYS = ("mean", "dense", "weights", "offsets")
Progress = Callable[[str, int, int], None]
Message = tuple[Language, str]


@dataclass(frozen=True)
class Examples:
    """Every text whose right id is known: variants, titles and out-of-scope messages."""

    texts: list[str]
    labels: NDArray[np.int64]
    languages: NDArray[np.str_]


@dataclass(frozen=True)
class Index:
    """Everything a search needs, in memory.

    Attributes:
        classes: the ids, then :data:`OUT_OF_SCOPE`.
        elsewhere: names the messages from other worlds that the head has seen.
        labels: (n,) class of every row of ``variants``; the first ``fitted`` are those the head was fitted on.
        passage_labels: (p,) class of every row of ``passages``.
    """

    build: str
    knowledge: KnowledgeBase
    encoder_name: str
    encoder_fingerprint: str
    elsewhere: str
    classes: list[str]
    labels: NDArray[np.int64]
    variants: VectorIndex
    passage_labels: NDArray[np.int64]
    passages: VectorIndex
    vectorizer: NgramVectorizer
    fitted: int
    head: KernelRidge
    calibration: Calibration


def examples_of(knowledge: KnowledgeBase) -> tuple[list[str], Examples]:
    """List the classes and every labelled text of a knowledge base."""
    classes = [*knowledge.ids(), OUT_OF_SCOPE]
    number = {faq: row for row, faq in enumerate(classes)}
    rows: list[tuple[str, int, Language]] = []
    for (faq, language), entry in sorted(knowledge.entries.items()):
        rows += [(text, number[faq], language) for text in dict.fromkeys([*entry.variants, entry.title])]
    rows += [(message.text, number[OUT_OF_SCOPE], message.lang) for message in knowledge.out_of_scope]
    texts, labels, languages = zip(*rows, strict=True)
    return classes, Examples(list(texts), np.array(labels, dtype=np.int64), np.array(languages))


def build_index(
    knowledge: KnowledgeBase,
    encoder: Encoder,
    store: EmbeddingStore,
    progress: Progress | None = None,
    elsewhere: Sequence[Message] = (),
) -> Index:
    """Embed what changed, fit the head, calibrate.

    Args:
        knowledge: the answers and the ways of asking.
        encoder: embeds what the store does not have.
        store: kept embeddings.
        progress: called with the step and how much of it is done.
        elsewhere: (language, text) of messages that belong to another world; the head learns to leave them alone.

    Raises:
        KnowledgeError: a class without examples, or no out-of-scope messages.
    """
    if not knowledge.out_of_scope:
        raise KnowledgeError("knowledge/out_of_scope holds no messages; the bot cannot learn what not to answer.")
    report = progress or (lambda step, done, total: None)
    classes, examples = examples_of(knowledge)
    vectors = store.encode(encoder, examples.texts, "query", lambda done, total: report("questions", done, total))
    passage_texts, passage_labels = passages_of(knowledge, classes)
    passages = store.encode(encoder, passage_texts, "passage", lambda done, total: report("answers", done, total))
    report("head", 0, 1)
    foreign = [text for _, text in elsewhere]
    outside = store.encode(encoder, foreign, "query", lambda done, total: report("other messages", done, total))
    texts, everything = [*examples.texts, *foreign], np.vstack([vectors, outside])
    labels = np.concatenate([examples.labels, np.full(len(foreign), len(classes) - 1)])
    languages = np.concatenate([examples.languages, np.array([language for language, _ in elsewhere], dtype=str)])
    vectorizer = NgramVectorizer.fit(texts)
    targets = np.eye(len(classes), dtype=np.float32)[labels]
    folds = fold_by_neighbours(labels, languages)
    head, left_out = fit_kernel_ridge(everything, vectorizer.transform(texts), targets, folds, SHAPE, REGULARIZATION)
    dense = centre(vectors, head.mean)
    calibration = fit_calibration(left_out, nearest_elsewhere(everything, head.mean, folds), labels, languages)
    report("head", 1, 1)
    return Index(
        build=build_name(knowledge, encoder, elsewhere),
        knowledge=knowledge,
        encoder_name=encoder.name,
        encoder_fingerprint=encoder.fingerprint,
        elsewhere=_hash(elsewhere),
        classes=classes,
        labels=examples.labels,
        variants=VectorIndex.build(dense),
        passage_labels=passage_labels,
        passages=VectorIndex.build(passages),
        vectorizer=vectorizer,
        fitted=len(dense),
        head=head,
        calibration=calibration,
    )


def refresh_index(
    previous: Index,
    knowledge: KnowledgeBase,
    encoder: Encoder,
    store: EmbeddingStore,
    elsewhere: Sequence[Message] = (),
) -> tuple[Index, bool] | None:
    """Take edited answers and added variants into an index in seconds, without fitting its head again.

    Returns:
        The index, and whether it is all that a full build would give (True when no question changed); None when ids
        were added or removed, which only a full build can take in. Until the full build, a new variant is found when
        someone asks it in nearly the same words, and a removed one still counts.
    """
    classes, examples = examples_of(knowledge)
    if classes != previous.classes or previous.encoder_fingerprint != encoder.fingerprint:
        return None
    _, before = examples_of(previous.knowledge)
    known = set(zip(before.texts, before.labels.tolist(), strict=True))
    now = set(zip(examples.texts, examples.labels.tolist(), strict=True))
    final = known == now and previous.elsewhere == _hash(elsewhere) and len(previous.labels) == previous.fitted
    added = sorted(now - known)
    passage_texts, passage_labels = passages_of(knowledge, classes)
    dense = previous.variants.vectors()[: previous.fitted]
    labels = previous.labels[: previous.fitted]
    if added:
        vectors = store.encode(encoder, [text for text, _ in added], "query")
        dense = np.vstack([dense, centre(vectors, previous.head.mean)])
        labels = np.concatenate([labels, np.array([label for _, label in added], dtype=np.int64)])
    name = build_name(knowledge, encoder, elsewhere)
    index = replace(
        previous,
        build=name if final else f"{name}-quick",
        knowledge=knowledge,
        labels=labels,
        variants=VectorIndex.build(dense),
        passage_labels=passage_labels,
        passages=VectorIndex.build(store.encode(encoder, passage_texts, "passage")),
    )
    return index, final


def build_name(knowledge: KnowledgeBase, encoder: Encoder, elsewhere: Sequence[Message] = ()) -> str:
    """Name a build by what went into it, so that nothing is built twice."""
    return fingerprint(
        format=FORMAT, encoder=encoder.fingerprint, knowledge=knowledge.content_hash(), elsewhere=_hash(elsewhere)
    )


def _hash(messages: Sequence[Message]) -> str:
    return hashlib.sha256(json.dumps(list(messages)).encode()).hexdigest()


def passages_of(knowledge: KnowledgeBase, classes: list[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Give the title with each paragraph of every answer, and the class of each."""
    texts, labels = [], []
    for (faq, _), entry in sorted(knowledge.entries.items()):
        body = render_body(entry, knowledge.contacts, knowledge.status)
        for paragraph in body.split("\n\n"):
            texts.append(f"{entry.title} {paragraph}")
            labels.append(classes.index(faq))
    return texts, np.array(labels, dtype=np.int64)


def fold_by_neighbours(labels: NDArray[np.int64], languages: NDArray[np.str_]) -> NDArray[np.int64]:
    """Cut the texts of each class and language into ``FOLDS`` parts along their order."""
    folds = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        for language in np.unique(languages):
            rows = np.flatnonzero((labels == label) & (languages == language))
            folds[rows] = np.arange(len(rows)) * FOLDS // max(1, len(rows))
    return folds


def nearest_elsewhere(vectors: Vectors, mean: Vectors, folds: NDArray[np.int64]) -> NDArray[np.float32]:
    """Give, for each row, the centred cosine of the nearest row of another fold."""
    dense = centre(vectors, mean)
    best = np.empty(len(dense), dtype=np.float32)
    for start in range(0, len(dense), 1_000):
        block = slice(start, start + 1_000)
        cosines = dense[block] @ dense.T
        cosines[folds[block, None] == folds[None]] = -1
        best[block] = cosines.max(axis=1)
    return best


def save_index(index: Index, directory: Path) -> Path:
    """Write an index beside the others and put it in service by one rename.

    A build that is stopped half-way leaves the old one in service.
    """
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / index.build
    if not target.exists():
        work = Path(tempfile.mkdtemp(prefix=".build-", dir=directory))
        try:
            _write(index, work)
            os.replace(work, target)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
    pointer = directory / ".current"
    pointer.write_text(index.build)
    os.replace(pointer, directory / "current")
    _remove_old(directory, index.build)
    return target


def _write(index: Index, directory: Path) -> None:
    index.variants.save(directory / "variants.faiss")
    index.passages.save(directory / "passages.faiss")
    terms, idf = index.vectorizer.to_arrays()
    sparse = index.head.sparse
    np.savez(
        directory / "head.npz",
        **{name: getattr(index.head, name) for name in HEAD_ARRAYS},
        sparse_data=sparse.data,
        sparse_columns=sparse.indices,
        sparse_rows=sparse.indptr,
        terms=terms,
        idf=idf,
        labels=index.labels,
        passage_labels=index.passage_labels,
    )
    (directory / "knowledge.json").write_text(dump_knowledge(index.knowledge), encoding="utf-8")
    meta = {
        "format": FORMAT,
        "build": index.build,
        "encoder": index.encoder_name,
        "encoder_fingerprint": index.encoder_fingerprint,
        "elsewhere": index.elsewhere,
        "fitted": index.fitted,
        "knowledge_hash": index.knowledge.content_hash(),
        "classes": index.classes,
        "calibration": index.calibration.model_dump(),
    }
    (directory / "meta.json").write_text(json.dumps(meta, indent=1), encoding="utf-8")


def _remove_old(directory: Path, current: str) -> None:
    builds = sorted(
        (path for path in directory.iterdir() if path.is_dir() and not path.name.startswith(".")),
        key=lambda path: path.stat().st_mtime,
    )
    for path in builds[:-KEPT_BUILDS]:
        if path.name != current:
            shutil.rmtree(path, ignore_errors=True)


def current_build(directory: Path) -> str | None:
    """Name the build in service, or None."""
    try:
        return (directory / "current").read_text().strip() or None
    except FileNotFoundError:
        return None


def load_index(directory: Path, encoder: Encoder) -> Index:
    """Read the index in service.

    Raises:
        IndexMissingError: there is none.
        IndexMismatchError: it was built for another encoder or format.
        IndexCorruptError: a file is missing or damaged.
    """
    build = current_build(directory)
    if build is None:
        raise IndexMissingError(f"{directory} holds no index. Run 'carebot index'.")
    folder = directory / build
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        if meta["format"] != FORMAT:
            raise IndexMismatchError(f"{folder}: format {meta['format']}, not {FORMAT}. Run 'carebot index'.")
        if meta["encoder_fingerprint"] != encoder.fingerprint:
            raise IndexMismatchError(
                f"{folder} was built for encoder {meta['encoder']!r}, and {encoder.name!r} is loaded. "
                "Run 'carebot index', or set CAREBOT_ENCODER back."
            )
        return _read(folder, meta)
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise IndexCorruptError(
            f"{folder} is damaged ({type(error).__name__}: {error}). Delete {directory} and run 'carebot index'."
        ) from error


def _read(folder: Path, meta: dict[str, Any]) -> Index:
    # Opened here, so that a damaged archive does not leave the file open.
    with (folder / "head.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        data = {name: arrays[name] for name in arrays.files}
    sparse = csr_matrix(
        (data["sparse_data"], data["sparse_columns"], data["sparse_rows"]),
        shape=(len(data["weights"]), len(data["terms"])),
    )
    return Index(
        build=meta["build"],
        knowledge=restore_knowledge((folder / "knowledge.json").read_text(encoding="utf-8")),
        encoder_name=meta["encoder"],
        encoder_fingerprint=meta["encoder_fingerprint"],
        elsewhere=meta["elsewhere"],
        classes=meta["classes"],
        labels=data["labels"],
        variants=VectorIndex.load(folder / "variants.faiss"),
        passage_labels=data["passage_labels"],
        passages=VectorIndex.load(folder / "passages.faiss"),
        vectorizer=NgramVectorizer.from_arrays(data["terms"], data["idf"]),
        fitted=meta["fitted"],
        head=KernelRidge(shape=SHAPE, sparse=sparse, **{name: data[name] for name in HEAD_ARRAYS}),
        calibration=Calibration.model_validate(meta["calibration"]),
    )
