"""Scripted talks: hold them with the running bot and count turns right and whole talks right."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import httpx
import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.evaluation.labelled import EvaluationError
from bot.evaluation.questions import connect, send
from bot.evaluation.shares import Figures, Tally
from bot.message import Outcome, Tier
from bot.settings import ROOT
from knowledge.material.registries import load_catalogue
from knowledge.material.registry import Language


def _compiled(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression ({error})") from error
    return pattern


Pattern = Annotated[str, AfterValidator(_compiled)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Turn(_Strict):
    """What a person says and what the reply is held to; a turn that asks for nothing is not counted.

    Attributes:
        must: patterns that must each be found in the reply's texts, whatever the case.
        must_not: patterns that must not.
        faq: the ids of which one must answer.
        choices_contain: the ids that must each be offered, or given.
        outcome: those of the HTTP contract that are right.
        tier: those of the safety policy that are right.
    """

    say: str = Field(min_length=1)
    must: tuple[Pattern, ...] = ()
    must_not: tuple[Pattern, ...] = ()
    faq: tuple[str, ...] = ()
    choices_contain: tuple[str, ...] = ()
    outcome: tuple[Outcome, ...] = ()
    tier: tuple[Tier, ...] = ()
    language: Language | None = None

    @property
    def is_judged(self) -> bool:
        """Whether anything is asked of the reply."""
        return bool(self.model_fields_set - {"say"})


class Talk(_Strict):
    """A talk of one person from its first message on."""

    id: str = Field(min_length=1)
    lang: Language
    kind: str = Field(min_length=1)
    turns: tuple[Turn, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Failure:
    """A turn whose reply was not right: turn counted from 1, what was wrong, and what came."""

    talk: str
    turn: int
    said: str
    wrong: tuple[str, ...]
    got: str


def load_talks(path: Path, known: Collection[str] | None = None) -> list[Talk]:
    """Read a YAML list of talks.

    Args:
        path: the file.
        known: the ids that exist; by default those of the project's catalogue.

    Raises:
        EvaluationError: naming the file, the talk, the turn, the field and its value.
    """
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__}).") from error
    except yaml.YAMLError as error:
        raise EvaluationError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(rows, list) or not rows:
        raise EvaluationError(f"{path}: holds no talks. It must be a list; each needs id, lang, kind and turns.")
    try:
        talks = TypeAdapter(list[Talk]).validate_python(rows)
    except ValidationError as error:
        raise EvaluationError(f"{path}: {_first_fault(error, rows)}") from error
    _check_ids(path, talks, load_catalogue(ROOT / "knowledge/catalogue.yml").keys() if known is None else known)
    return talks


def _first_fault(error: ValidationError, rows: Sequence[Any]) -> str:
    fault = error.errors()[0]
    number, *place = fault["loc"]
    row = rows[int(number)]
    name = row.get("id", f"number {int(number) + 1}") if isinstance(row, dict) else f"number {int(number) + 1}"
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    return f"talk {name}: {where or 'all of it'}: {fault['msg']} (it is {fault['input']!r:.60})."


def _check_ids(path: Path, talks: Sequence[Talk], known: Collection[str]) -> None:
    seen: set[str] = set()
    for talk in talks:
        if talk.id in seen:
            raise EvaluationError(f"{path}: talk {talk.id}: a second one with this id. Give it another.")
        seen.add(talk.id)
        for number, turn in enumerate(talk.turns, 1):
            for faq in (*turn.faq, *turn.choices_contain):
                if faq not in known:
                    place = f"{path}: talk {talk.id}, turn {number}"
                    raise EvaluationError(f"{place}: unknown id {faq!r}. Use one of knowledge/catalogue.yml.")
        if not any(turn.is_judged for turn in talk.turns):
            raise EvaluationError(f"{path}: talk {talk.id}: no turn asks anything of its reply. Add must or faq.")


def hold_talks(url: str, talks: Sequence[Talk]) -> tuple[Figures, list[Failure]]:
    """Hold each talk with the bot at this address, as a person of its own.

    Returns:
        Figures of "turns" and "talks", for all, by language and by kind; and every turn that went wrong.

    Raises:
        EvaluationError: the bot does not answer, or not by the contract.
    """
    tally, failures = Tally(), []
    with connect(url) as client:
        for talk in talks:
            found = _hold(client, talk)
            groups = ("all", f"all {talk.lang}", talk.kind, f"{talk.kind} {talk.lang}")
            wrong = {failure.turn for failure in found}
            for number, turn in enumerate(talk.turns, 1):
                if turn.is_judged:
                    tally.add(groups, {"turns": number not in wrong})
            tally.add(groups, {"talks": not found})
            failures += found
    return tally.figures(), failures


def _hold(client: httpx.Client, talk: Talk) -> list[Failure]:
    sender, failures = uuid4().hex, []
    for number, turn in enumerate(talk.turns, 1):
        reply = send(client, turn.say, sender, f"talk {talk.id}, turn {number}")
        wrong = faults(turn, reply)
        if wrong:
            failures.append(Failure(talk.id, number, turn.say, tuple(wrong), _describe(reply)))
    return failures


def faults(turn: Turn, reply: dict[str, Any]) -> list[str]:
    """Say what is wrong with a reply; [] for nothing."""
    words = "\n".join(part["text"] for part in reply["replies"])
    found = [f"no {pattern!r}" for pattern in turn.must if not re.search(pattern, words, re.I)]
    found += [f"has {pattern!r}" for pattern in turn.must_not if re.search(pattern, words, re.I)]
    offered = (reply.get("faq"), *reply.get("choices", ()))
    found += [f"{faq} is not offered" for faq in turn.choices_contain if faq not in offered]
    for name, wanted, got in (
        ("faq", turn.faq, reply.get("faq")),
        ("outcome", turn.outcome, reply["outcome"]),
        ("tier", turn.tier, reply["safety"]["tier"]),
        ("language", (turn.language,) if turn.language else (), reply["language"]),
    ):
        if wanted and got not in wanted:
            found.append(f"{name} is {got}, not {' or '.join(wanted)}")
    return found


def _describe(reply: dict[str, Any]) -> str:
    parts = (reply["outcome"], reply.get("faq"), *reply.get("choices", ()), reply["safety"]["tier"], reply["language"])
    return " ".join(str(part) for part in parts if part)
