"""Ask labelled questions, of the search alone or of the running bot, and measure what comes back."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx

from knowledge.errors import CarebotError
from knowledge.material.registries import load_catalogue
from knowledge.material.registry import LANGUAGES, Language

if TYPE_CHECKING:
    from knowledge.retrieval.search import Searcher

HTTP_TIMEOUT_SECONDS = 60
RASA = "Rasa ResponseSelector"
OUTCOMES = ("answer", "choices", "abstain", "smalltalk", "form", "crisis", "unavailable")
# Messages of these kinds get a reply of their own, so they are neither questions nor out of scope.
KINDS_WITH_A_REPLY = ("smalltalk", "crisis")


class QuestionFileError(CarebotError):
    """A file of labelled questions is wrong, or the bot cannot be asked."""


@dataclass(frozen=True)
class Question:
    """A message and what should answer it.

    Attributes:
        faq: the id that answers, or None.
        also: ids that are acceptable too; on a message out of scope, the ids that may answer it.
        kind: "" for a question, else "oos:near_domain", "smalltalk:thanks", "crisis" and the like.
        style: how it is written ("plain", "typo", "rambling"), "" where the file does not say.
    """

    text: str
    lang: Language
    faq: str | None = None
    also: tuple[str, ...] = ()
    kind: str = ""
    style: str = ""

    @property
    def accepted(self) -> frozenset[str]:
        """The ids that are right."""
        return frozenset(self.also) | ({self.faq} if self.faq else frozenset())

    @property
    def is_out_of_scope(self) -> bool:
        """Whether the bot should not answer it."""
        return self.faq is None and not self.kind.startswith(KINDS_WITH_A_REPLY)


@dataclass(frozen=True)
class Prediction:
    """What came back for one question.

    Attributes:
        outcome: one of the outcomes of the HTTP contract.
        ranked: ids, best first: the answer, or the choices, or what would have come next.
        confidence: what the judge thinks of its first id (its own scale), None where it does not say.
        listed: probability that one of the first three is right, None where the judge does not say.
    """

    outcome: str
    ranked: tuple[str, ...] = ()
    confidence: float | None = None
    listed: float | None = None


def load_questions(path: Path, known: Collection[str] | None = None) -> list[Question]:
    """Read labelled questions: JSON lines with text, lang and either faq (and also) or kind.

    Args:
        path: the file.
        known: the ids that exist; by default those of the project's catalogue.

    Raises:
        QuestionFileError: naming the file, the line, and the id or field at fault.
    """
    if known is None:
        from bot.settings import ROOT

        known = load_catalogue(ROOT / "knowledge/catalogue.yml").keys()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionFileError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__}).") from error
    questions = [
        _parse(line, f"{path.name}, line {number}", known) for number, line in enumerate(lines, 1) if line.strip()
    ]
    if not questions:
        raise QuestionFileError(f"{path}: holds no questions. Each line needs text, lang and faq or kind, as JSON.")
    return questions


def _parse(line: str, place: str, known: Collection[str]) -> Question:
    try:
        row = json.loads(line)
        text, lang = row["text"], row["lang"]
        also = tuple(row.get("also") or ())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuestionFileError(
            f"{place}: {type(error).__name__}: {error}. Each line needs text, lang and faq or kind, as JSON."
        ) from error
    if lang not in LANGUAGES or not isinstance(text, str) or not text.strip():
        raise QuestionFileError(f"{place}: lang must be one of {', '.join(LANGUAGES)} and text must not be empty.")
    # A message at risk may name no id of its own: its reply is the card, whatever answers after it.
    faq, kind = row.get("faq"), str(row.get("kind") or ("crisis" if row.get("tier") and not row.get("faq") else ""))
    if faq and not isinstance(faq, str):
        raise QuestionFileError(f"{place}: faq must be one id, in quotes.")
    if not faq and not kind:
        raise QuestionFileError(f"{place}: has neither faq nor kind. Give the id that answers, or a kind such as oos.")
    for name in (*((faq,) if faq else ()), *also):
        if name not in known:
            raise QuestionFileError(f"{place}: unknown id {name!r}. Use an id of knowledge/catalogue.yml.")
    return Question(text, lang, faq or None, also, kind, str(row.get("style") or ""))


def evaluate_retrieval(searcher: Searcher, questions: Sequence[Question]) -> list[Prediction]:
    """Ask the search alone: no safety check, no Rasa, the language as labelled."""
    return list(_search_each(searcher, questions))


def _search_each(searcher: Searcher, questions: Sequence[Question]) -> Iterator[Prediction]:
    for question in questions:
        found = searcher.search(question.text, question.lang)
        ranked = tuple(candidate.faq for candidate in found.candidates)
        yield Prediction(found.outcome, ranked, found.probability, found.listed)


def evaluate_over_http(url: str, questions: Sequence[Question]) -> list[Prediction]:
    """Ask the running bot, each question as a new sender, so that none is understood from the one before.

    Args:
        url: address of the bot, without the path.
        questions: what to ask.

    Raises:
        QuestionFileError: the bot does not answer, or not by the contract. The text of the message is not named.
    """
    predictions = []
    with httpx.Client(base_url=url, trust_env=False, timeout=HTTP_TIMEOUT_SECONDS) as client:
        for number, question in enumerate(questions, 1):
            try:
                body = {"sender": uuid4().hex, "text": question.text}
                response = client.post("/api/messages", json=body).raise_for_status()
                predictions.append(_read_reply(response.json()))
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                raise QuestionFileError(
                    f"{url}: question {number} got no usable reply ({type(error).__name__}). Is 'carebot run' ready?"
                ) from error
    return predictions


def _read_reply(reply: dict[str, Any]) -> Prediction:
    outcome = reply["outcome"]
    if outcome not in OUTCOMES:
        raise ValueError(outcome)
    if outcome == "answer":
        return Prediction(outcome, (reply["faq"],))
    return Prediction(outcome, tuple(reply["choices"]) if outcome == "choices" else ())
