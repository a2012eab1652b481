"""``carebot evaluate questions``: the search, the running bot and the baselines on one file, against the floors."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from bot.evaluation.baselines import ask_bm25, ask_nearest
from bot.evaluation.labelled import Labelled, load_floors, load_labelled
from bot.evaluation.question_figures import summarize
from bot.evaluation.question_report import print_table, write_evaluation_page, write_report
from bot.evaluation.questions import RASA, Prediction, evaluate_over_http, evaluate_retrieval
from bot.evaluation.rasa_baseline import ask_rasa
from bot.evaluation.report import say, write_results
from bot.evaluation.shares import check_bounds
from bot.settings import Settings
from bot.start.build import ensure_index
from knowledge.material.base import KnowledgeBase
from knowledge.retrieval.embedding_store import EmbeddingStore
from knowledge.retrieval.encoder import PACKAGED_ENGLISH, load_encoder
from knowledge.retrieval.index import examples_of
from knowledge.retrieval.search import Searcher


def evaluate_questions(
    settings: Settings,
    path: Path,
    out_dir: Path,
    with_rasa_baseline: bool = False,
    http: str | None = None,
    page: Path | None = None,
    floors: Path | None = None,
) -> int:
    """Measure the search, the running bot and the baselines; write questions.html and questions.json; print a table.

    Args:
        settings: where index, Rasa and the running bot are.
        path: labelled questions.
        out_dir: made if missing.
        with_rasa_baseline: also train Rasa's own ResponseSelector (half an hour the first time).
        http: address of a running bot that is asked as well.
        page: the model card whose figures are to be written again.
        floors: bounds by file name; by default question-floors.json beside ``path``, if there is one.

    Returns:
        0, or 1 when a figure is out of its bounds.

    Raises:
        CarebotError: the file, the index or the running bot is not usable.
    """
    encoder = load_encoder(settings.encoder)
    index = ensure_index(settings, encoder)
    questions = load_labelled(path, index.knowledge.ids())
    judges = {"carebot search": evaluate_retrieval(Searcher(index, encoder), questions)}
    if http:
        judges["carebot over HTTP"] = evaluate_over_http(http, questions)
    judges |= _ask_baselines(settings, index.knowledge, questions, with_rasa_baseline)
    about = {
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "encoder": index.encoder_name,
        "index": index.build,
        "variants": len(index.labels),
        "thresholds": {name: found.model_dump() for name, found in index.calibration.thresholds.items()},
    }
    results = {**about, **summarize(questions, judges)}
    write_results(results, out_dir / "questions.json")
    write_report(results, questions, judges, out_dir)
    print_table(results)
    if page is not None:
        write_evaluation_page(results, page)
    bounds = load_floors(floors or path.with_name("question-floors.json")).get(path.name, {})
    broken = check_bounds(results["judges"]["carebot search"], bounds)
    for line in broken:
        say(f"floor broken: {line}")
    return 1 if broken else 0


def _ask_baselines(
    settings: Settings, knowledge: KnowledgeBase, questions: Sequence[Labelled], with_rasa: bool
) -> dict[str, list[Prediction]]:
    classes, examples = examples_of(knowledge)
    found = {"BM25": ask_bm25(classes, examples, questions)}
    say("nearest neighbour by MiniLM (some minutes the first time)")
    store = EmbeddingStore(settings.var_dir / "embeddings.sqlite")
    try:
        found["MiniLM nearest"] = ask_nearest(load_encoder(PACKAGED_ENGLISH), store, classes, examples, questions)
    finally:
        store.close()
    if with_rasa:
        say("training Rasa's ResponseSelector (half an hour the first time)")
        found[RASA] = ask_rasa(settings.rasa_python, settings.var_dir / "rasa-baseline", classes, examples, questions)
    return found
