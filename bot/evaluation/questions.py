"""Ask labelled questions, of the search alone or of the running bot, and hold on to what comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx

from bot.evaluation.labelled import EvaluationError, Labelled
from bot.message import Tier

if TYPE_CHECKING:
    from knowledge.retrieval.search import Searcher

HTTP_TIMEOUT_SECONDS = 60
RASA = "Rasa ResponseSelector"
OUTCOMES = ("answer", "choices", "abstain", "smalltalk", "form", "crisis", "unavailable")


@dataclass(frozen=True)
class Prediction:
    """What came back for one question.

    Attributes:
        outcome: one of the outcomes of the HTTP contract.
        ranked: ids, best first: the answer, or the choices, or what would have come next.
        confidence: what the judge thinks of its first id (its own scale), None where it does not say.
        listed: probability that one of the first three is right, None where the judge does not say.
        tier: of the safety policy, None where the judge does not look at danger.
        category: of the safety policy.
    """

    outcome: str
    ranked: tuple[str, ...] = ()
    confidence: float | None = None
    listed: float | None = None
    tier: Tier | None = None
    category: str = ""


def evaluate_retrieval(searcher: Searcher, questions: Sequence[Labelled]) -> list[Prediction]:
    """Ask the search alone: no safety check, no Rasa, the language as labelled."""
    return list(_search_each(searcher, questions))


def _search_each(searcher: Searcher, questions: Sequence[Labelled]) -> Iterator[Prediction]:
    for question in questions:
        found = searcher.search(question.text, question.lang)
        ranked = tuple(candidate.faq for candidate in found.candidates)
        yield Prediction(found.outcome, ranked, found.probability, found.listed)


def evaluate_over_http(url: str, questions: Sequence[Labelled]) -> list[Prediction]:
    """Ask the running bot, each question as a new sender, so that none is understood from the one before.

    Args:
        url: address of the bot, without the path.
        questions: what to ask.

    Raises:
        EvaluationError: the bot does not answer, or not by the contract. The text of the message is not named.
    """
    with connect(url) as client:
        return [
            _read_reply(send(client, question.text, uuid4().hex, f"question {number}"))
            for number, question in enumerate(questions, 1)
        ]


def connect(url: str) -> httpx.Client:
    """Make a client for the bot at this address.

    Raises:
        EvaluationError: it is no address.
    """
    try:
        return httpx.Client(base_url=url, trust_env=False, timeout=HTTP_TIMEOUT_SECONDS)
    except httpx.InvalidURL as error:
        raise EvaluationError(f"{url!r} is no address ({error}). Give one such as http://127.0.0.1:8080.") from error


def send(client: httpx.Client, text: str, sender: str, place: str) -> dict[str, Any]:
    """Send one message to the running bot and return its reply.

    Raises:
        EvaluationError: naming ``place`` and the bot's address; there is no reply, or not one by the contract.
    """
    try:
        response = client.post("/api/messages", json={"sender": sender, "text": text}).raise_for_status()
        reply: dict[str, Any] = response.json()
        if reply["outcome"] not in OUTCOMES:
            raise ValueError(reply["outcome"])
        # Looked at here, so that a reply that breaks the contract is told from a wrong one.
        _read_reply(reply)
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise EvaluationError(
            f"{client.base_url}: {place} got no usable reply ({type(error).__name__}). Is 'carebot run' ready?"
        ) from error
    return reply


def _read_reply(reply: dict[str, Any]) -> Prediction:
    outcome, safety = reply["outcome"], reply.get("safety") or {}
    ranked = (reply["faq"],) if outcome == "answer" else reply["choices"] if outcome == "choices" else ()
    tier = Tier(safety["tier"]) if safety else None
    return Prediction(outcome, tuple(ranked), tier=tier, category=safety.get("category", ""))
