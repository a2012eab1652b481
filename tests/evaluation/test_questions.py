"""Labelled figures: reading the file, counting, the baselines, the report, the floors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from bot.evaluation.baselines import ask_bm25, predict_by_best_example
from bot.evaluation.labelled import EvaluationError, Labelled, load_floors, load_labelled
from bot.evaluation.question_figures import confusions, measure, reliability, summarize
from bot.evaluation.question_report import END, START, write_evaluation_page, write_report
from bot.evaluation.questions import RASA, Prediction, evaluate_over_http, evaluate_retrieval
from bot.evaluation.rasa_baseline import read_parse, write_project
from bot.evaluation.shares import Share, check_bounds
from bot.message import Tier
from knowledge.retrieval.index import OUT_OF_SCOPE, Examples
from tests.evaluation.conftest import FakeBot

HERE = Path(__file__).parent
KNOWN = ("strike-causes", "wait-too-long", "bot-limits")
CLASSES = [*KNOWN, OUT_OF_SCOPE]
EXAMPLES = Examples(
    [
        "why do therapists strike",
        "how long must I wait",
        "¿cuánto tengo que esperar?",
        "what can you do",
        "pizza near me",
    ],
    np.array([0, 1, 1, 2, 3]),
    np.array(["en", "en", "es", "en", "en"]),
)


def question(faq: str | None = "strike-causes", **fields: Any) -> Labelled:
    return Labelled(**{"text": "a question", "lang": "en", "faq": faq, **fields})


def answer(faq: str, confidence: float = 0.9) -> Prediction:
    return Prediction("answer", (faq, *(name for name in KNOWN if name != faq)), confidence, confidence)


@pytest.fixture
def write_lines(tmp_path: Path) -> Any:
    def write(*rows: Any) -> Path:
        path = tmp_path / "questions.jsonl"
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


def test_reads_questions_and_messages_out_of_scope(write_lines: Any) -> None:
    path = write_lines(
        {"text": "¿por qué?", "lang": "es", "faq": "strike-causes", "also": ["wait-too-long"], "style": "plain"},
        "",
        {"text": "weather", "lang": "en", "kind": "oos:other_topic"},
        {"text": "thanks", "lang": "en", "kind": "smalltalk:thanks"},
    )
    first, weather, thanks = load_labelled(path, KNOWN)
    assert first.accepted == {"strike-causes", "wait-too-long"}
    assert (first.is_out_of_scope, weather.is_out_of_scope, thanks.is_out_of_scope) == (False, True, False)


def test_message_at_risk_without_an_id_is_neither_question_nor_out_of_scope(write_lines: Any) -> None:
    (found,) = load_labelled(
        write_lines({"text": "x", "lang": "en", "faq": "", "also": ["bot-limits"], "tier": "T2"}), KNOWN
    )
    assert (found.kind, found.faq, found.is_out_of_scope) == ("crisis", None, False)


def test_committed_questions_are_readable() -> None:
    assert len(load_labelled(HERE / "heldout.jsonl")) > 400


@pytest.mark.parametrize("field", ["faq", "also"])
def test_names_line_and_unknown_id(write_lines: Any, field: str) -> None:
    good = {"text": "x", "lang": "en", "faq": "bot-limits"}
    bad = {**good, field: "no-such-id" if field == "faq" else ["no-such-id"]}
    with pytest.raises(EvaluationError, match=r"questions\.jsonl, line 2: unknown id 'no-such-id'"):
        load_labelled(write_lines(good, bad), KNOWN)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "line 1: is not JSON"),
        ("[1]", "line 1: .* is not an object in braces"),
        ({"lang": "en", "faq": "bot-limits"}, "line 1: lacks 'text'"),
        ({"text": "x", "lang": "fr", "faq": "bot-limits"}, "line 1: lang must be one of en, es"),
        ({"text": " ", "lang": "en", "faq": "bot-limits"}, "text must not be empty"),
        ({"text": "x", "lang": "en"}, "line 1: has neither faq nor kind"),
        ({"text": "x", "lang": "en", "faq": ["bot-limits"]}, "line 1: faq must be"),
        ({"text": "x", "lang": "en", "tier": "T9", "category": "ordinary"}, "line 1: unknown tier 'T9'; use T0 to T4"),
        ({"text": "x", "lang": "en", "label": "gloom"}, "line 1: unknown category or label 'gloom'"),
        ("", "holds no messages"),
    ],
)
def test_bad_line_is_named(write_lines: Any, line: Any, words: str) -> None:
    with pytest.raises(EvaluationError, match=words):
        load_labelled(write_lines(line), KNOWN)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"none\.jsonl: cannot be read"):
        load_labelled(tmp_path / "none.jsonl", KNOWN)


def test_counts_right_listed_wrong_and_abstained() -> None:
    asked = [question(), question(also=("wait-too-long",)), question(), question(), question(style="typo", lang="es")]
    got = [
        answer("strike-causes"),
        answer("wait-too-long"),
        answer("bot-limits"),
        Prediction("choices", ("bot-limits", "wait-too-long", "strike-causes"), 0.5, 0.6),
        Prediction("abstain", ("strike-causes",), 0.1, 0.2),
    ]
    figures = measure(asked, got)
    both = {metric: share.hits for metric, share in figures["questions"].items()}
    assert both == {
        "right": 2, "listed": 3, "wrong": 1, "choices": 1, "abstained": 1, "card": 0, "first": 3, "first_three": 5
    }  # fmt: skip
    assert figures["en"]["right"].total == 4
    assert figures["style typo es"]["abstained"].value == 1


def test_right_answers_under_a_cap_count_the_most_confident_first() -> None:
    sure = [Prediction("answer", ("strike-causes",), 0.9 - number / 100) for number in range(20)]
    wrong = [Prediction("answer", ("bot-limits",), confidence) for confidence in (0.95, 0.5, 0.4)]
    right_but_last = [Prediction("abstain", ("strike-causes",), 0.1), Prediction("choices", ("strike-causes",), 0.45)]
    got = [*sure, *wrong, *right_but_last]
    # One of 25 may be wrong, and that is the first; the right one between the other two wrong ones comes too late.
    assert measure([question() for _ in got], got)["en"]["capped"] == Share(20, 25)
    assert "capped" not in measure([question()], [Prediction("answer", ("strike-causes",))])["en"]


def test_choices_count_only_the_three_that_are_shown() -> None:
    late = Prediction("choices", ("a", "b", "c", "strike-causes"), 0.5, 0.5)
    assert measure([question()], [late])["en"]["listed"].hits == 0


def test_message_out_of_scope_may_get_an_acceptable_answer() -> None:
    asked = [question(None, kind="oos:action", also=("bot-limits",)), question(None, kind="oos:action")]
    figures = measure(asked, [answer("bot-limits"), answer("bot-limits")])
    assert figures["out of scope"]["answered"].hits == 1
    assert figures["oos:action en"]["answered"].total == 2
    assert "right" not in figures["out of scope"]


def test_small_talk_is_counted_apart_from_out_of_scope() -> None:
    figures = measure([question(None, kind="smalltalk:thanks")], [Prediction("smalltalk")])
    assert "out of scope" not in figures
    assert figures["smalltalk:thanks"]["reply"].value == 1


def test_refuses_to_pair_different_lengths() -> None:
    with pytest.raises(ValueError, match="shorter"):
        measure([question(), question()], [answer("bot-limits")])


def test_reliability_of_an_honest_judge_has_no_error() -> None:
    asked = [question()] * 4
    got = [answer("strike-causes", 0.75)] * 3 + [answer("bot-limits", 0.75)]
    found = reliability(asked, got)
    assert found["error"] == 0
    assert found["bins"][0]["n"] == 4


def test_reliability_counts_out_of_scope_as_never_right() -> None:
    assert reliability([question(None, kind="oos")], [answer("bot-limits", 1.0)])["error"] == 1


def test_confusion_leaves_acceptable_ids_out() -> None:
    asked = [question(), question(also=("bot-limits",))]
    assert confusions(asked, [answer("bot-limits")] * 2) == {("strike-causes", "bot-limits"): 1}


def test_bm25_ranks_the_example_that_shares_words_first() -> None:
    (wait, pizza) = ask_bm25(
        CLASSES, EXAMPLES, [question(text="cuanto hay que esperar", lang="es"), question(None, text="PIZZA!")]
    )
    assert (wait.outcome, wait.ranked[0]) == ("answer", "wait-too-long")
    assert pizza.outcome == "abstain"


def test_best_example_never_ranks_out_of_scope_as_an_id() -> None:
    found = predict_by_best_example(np.array([0.1, 0.2, 0.3, 0.0, 0.9]), EXAMPLES.labels, CLASSES)
    assert found == Prediction("abstain", ("wait-too-long", "strike-causes", "bot-limits"), 0.9)


def test_rasa_project_holds_every_example_once(tmp_path: Path) -> None:
    examples = Examples(["what [is](this)", "pizza"], np.array([2, 3]), np.array(["en", "en"]))
    write_project(tmp_path, CLASSES, examples)
    nlu = yaml.safe_load((tmp_path / "nlu.yml").read_text(encoding="utf-8"))["nlu"]
    assert nlu == [
        {"intent": "faq/bot-limits", "examples": "- what is this\n"},
        {"intent": OUT_OF_SCOPE, "examples": "- pizza\n"},
    ]
    domain = yaml.safe_load((tmp_path / "domain.yml").read_text(encoding="utf-8"))
    assert list(domain["responses"]) == ["utter_faq/bot-limits"]


@pytest.mark.parametrize(
    ("intent", "outcome"), [("faq", "answer"), ("nlu_fallback", "abstain"), (OUT_OF_SCOPE, "abstain")]
)
def test_reads_what_rasa_selected(intent: str, outcome: str) -> None:
    ranking = [{"intent_response_key": "faq/bot-limits", "confidence": 0.7}]
    reply = {"intent": {"name": intent}, "response_selector": {"faq": {"ranking": ranking}}}
    assert read_parse(reply) == Prediction(outcome, ("bot-limits",), 0.7)


def test_asks_the_running_bot_each_question_as_a_new_sender(bot_url: str) -> None:
    FakeBot.replies += [
        (200, {"outcome": "answer", "faq": "bot-limits"}),
        (200, {"outcome": "choices", "choices": ["bot-limits", "wait-too-long"]}),
        (200, {"outcome": "crisis", "safety": {"tier": "T1"}}),
    ]
    assert evaluate_over_http(bot_url, [question()] * 3) == [
        Prediction("answer", ("bot-limits",)),
        Prediction("choices", ("bot-limits", "wait-too-long")),
        Prediction("crisis", tier=Tier.T1),
    ]
    assert len({body["sender"] for body in FakeBot.bodies}) == 3


@pytest.mark.parametrize("reply", [(500, {}), (200, []), (200, {"outcome": "sulk"}), (200, {"outcome": "answer"})])
def test_unusable_reply_is_an_error_without_the_text(bot_url: str, reply: tuple[int, Any]) -> None:
    FakeBot.replies.append(reply)
    with pytest.raises(EvaluationError, match="question 1 got no usable reply") as raised:
        evaluate_over_http(bot_url, [question(text="my private words")])
    assert "private" not in str(raised.value)


def results_of(asked: list[Labelled], got: list[Prediction]) -> dict[str, Any]:
    thresholds = {"en": {"answer": 0.7, "choices": 0.4}}
    about = {
        "file": "f.jsonl",
        "sha256": "0" * 64,
        "index": "abc",
        "encoder": "e5",
        "variants": 9,
        "thresholds": thresholds,
    }
    return {**about, **summarize(asked, {"search": got})}


ASKED = [
    question(style="plain"),
    question(style="typo", lang="es"),
    question(None, kind="oos:politics", text="<b>vote"),
]
GOT = [answer("strike-causes"), answer("bot-limits", 0.8), answer("bot-limits", 0.7)]


def test_report_has_plots_and_escapes_what_people_wrote(tmp_path: Path) -> None:
    write_report(results_of(ASKED, GOT), ASKED, {"search": GOT}, tmp_path)
    page = (tmp_path / "questions.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;vote" in page
    assert "<b>vote" not in page
    for name in ("coverage", "refusals", "calibration", "styles", "confusion"):
        assert (tmp_path / f"{name}.png").stat().st_size > 1_000


def test_report_can_be_written_without_a_single_question_in_scope(tmp_path: Path) -> None:
    asked, got = ASKED[2:], [Prediction("abstain")]
    write_report(results_of(asked, got), asked, {"search": got}, tmp_path)
    assert (tmp_path / "questions.html").exists()


def test_page_keeps_what_stands_around_the_figures(tmp_path: Path) -> None:
    page = tmp_path / "evaluation.md"
    page.write_text(f"before\n{START}\nold\n{END}\nafter\n", encoding="utf-8")
    write_evaluation_page(results_of(ASKED, GOT), page)
    once = page.read_text(encoding="utf-8")
    write_evaluation_page(results_of(ASKED, GOT), page)
    assert page.read_text(encoding="utf-8") == once
    assert once.startswith("before\n")
    assert once.endswith("\nafter\n")
    assert "old" not in once
    assert "| English: right outright | 1 | 1.00 (0.21 to 1.00) |" in once


def test_page_says_which_goals_are_missed(tmp_path: Path) -> None:
    page = tmp_path / "evaluation.md"
    page.write_text(f"{START}\n{END}\n", encoding="utf-8")
    results = results_of(ASKED, GOT)
    results["judges"][RASA] = results["judges"]["search"]
    write_evaluation_page(results, page)
    text = page.read_text(encoding="utf-8")
    assert "| English: right outright | at least 0.82 | 1.000 | yes |" in text
    assert "| Spanish: wrong, given as sure | at most 0.04 | 1.000 | **no** |" in text
    assert f"| English: right outright, times {RASA} | at least 3 | 1.0 | **no** |" in text


def test_page_without_markers_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "evaluation.md"
    page.write_text("no markers", encoding="utf-8")
    with pytest.raises(EvaluationError, match="lacks a marker"):
        write_evaluation_page(results_of(ASKED, GOT), page)


def test_broken_and_missing_figures_are_named() -> None:
    floors = {"f.jsonl": {"en": {"right": 0.5, "wrong": 0.1}, "es": {"right": 0.5, "wrong": 0.1}, "fr": {"right": 0.1}}}
    figures = results_of(ASKED, GOT)["judges"]["search"]
    assert check_bounds(figures, floors["f.jsonl"]) == [
        "es: right is 0.0, must be at least 0.5",
        "es: wrong is 1.0, must be at most 0.1",
        "fr: right is None, must be at least 0.1",
    ]


def test_floors_that_are_not_json_are_named(tmp_path: Path) -> None:
    path = tmp_path / "question-floors.json"
    assert load_floors(path) == {}
    path.write_text("{")
    with pytest.raises(EvaluationError, match="is not JSON"):
        load_floors(path)


@pytest.mark.encoder
def test_search_keeps_the_committed_floors() -> None:
    from bot.settings import load_settings
    from bot.start.build import ensure_index
    from knowledge.retrieval.encoder import load_encoder
    from knowledge.retrieval.search import Searcher

    settings = load_settings()
    encoder = load_encoder(settings.encoder)
    index = ensure_index(settings, encoder)
    floors = load_floors(HERE / "question-floors.json")
    assert floors
    for name in floors:
        asked = load_labelled(HERE / name, index.knowledge.ids())
        results = summarize(asked, {"search": evaluate_retrieval(Searcher(index, encoder), asked)})
        assert check_bounds(results["judges"]["search"], floors[name]) == []
