"""How a message becomes a move.

Rasa's actions use it with what the conversation remembers; when Rasa is down the bot uses it without.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.dialogue.corrections import without_refusal
from bot.dialogue.moves import Move
from bot.dialogue.questions import MAX_QUESTIONS, asks_yes_or_no, split_questions
from knowledge.material.entry import Entry, FollowUp
from knowledge.material.registry import Language
from knowledge.material.rules import Rule
from knowledge.retrieval.search import CHOICES, Decision, Searcher

# A message that leans on the answer before it is searched with that answer's title as well, and needs less proof near
# that answer. On the scripted follow-ups (benchmarks/leaning.py) the weight is worth 2 of 24, the lesser proof 4.
CONTEXT_WEIGHT = 0.5
NEAR_PROBABILITY = 0.45
# A message this sure means the same whatever came before it.
SURE_ALONE = 0.85
# A pick from choices, a refusal or a plan is short; a longer message says something of its own.
SHORT_WORDS = 7
# The answers to a message this long say which of its questions they answer.
LONG_WORDS = 40


@dataclass(frozen=True)
class Context:
    """What a conversation remembers that changes what a message means.

    Attributes:
        last_faq: the id answered before, for messages that lean on it.
        misses: how many times in a row nothing fitted.
        offered: ids on the screen as choices, in order.
        role: patient or worker, or None when not said.
        leans: whether Rasa takes the message for one that leans on the answer before it.
    """

    last_faq: str | None = None
    misses: int = 0
    offered: tuple[str, ...] = ()
    role: str | None = None
    leans: bool = False


NO_CONTEXT = Context()


class Dialogue:
    """Decides moves with the searcher in service."""

    def __init__(self, searcher: Callable[[], Searcher]) -> None:
        self._searcher = searcher

    def answer_question(self, text: str, language: Language, context: Context = NO_CONTEXT) -> Move:
        """Answer, offer or abstain.

        Args:
            text: the message.
            language: its language, for the thresholds.
            context: what the conversation remembers.
        """
        last = self.entry(context.last_faq, language)
        if last or context.offered:
            meant = without_refusal(text) or text
            # What was meant instead lies near what was answered.
            context = replace(context, leans=context.leans or meant != text)
            text = meant
        several = self._several_answers(text, language)
        if several:
            return several
        decision = self._decide(text, language, last, context)
        return self._to_move(text, decision, context)

    def follow_up(self, kind: FollowUp, text: str, language: Language, context: Context) -> Move:
        """Answer a short message that asks on with what the last answer's front matter names, else by search."""
        last = self.entry(context.last_faq, language)
        faq = last.follow_ups.get(kind) if last else None
        if faq and self.entry(faq, language) and len(text.split()) <= SHORT_WORDS:
            return Move("answer", (faq,), opened=_opened(faq, text))
        return self.answer_question(text, language, replace(context, leans=True))

    def entry(self, faq: str | None, language: Language) -> Entry | None:
        """Look an answer up; None for no id, or one that is no longer there."""
        return self._searcher().index.knowledge.get(faq, language) if faq else None

    @property
    def rules(self) -> dict[str, Rule]:
        """The limits on waiting, by kind of visit."""
        return self._searcher().index.knowledge.rules

    def answer_for_plan(self, plan: str | None) -> str | None:
        """Name the answer that tells what is different for a kind of plan."""
        return self._searcher().index.knowledge.answer_for_plan(plan) if plan else None

    def related_to(self, faq: str | None, language: Language, seen: Sequence[str] = ()) -> Move:
        """Offer what people want next after an answer: related questions, then others of its topic, none twice."""
        entry = self.entry(faq, language)
        if entry is None:
            return Move("say", say="topics")
        following = [*entry.related, *self._searcher().index.knowledge.topics().get(entry.topic, [])]
        fresh = [other for other in dict.fromkeys(following) if other not in seen and other != faq]
        return Move("choices", tuple(fresh[:CHOICES])) if fresh else Move("say", say="topics")

    def shown_with(self, faq: str | None, language: Language) -> tuple[str, ...]:
        """List the related questions that stand as buttons under an answer, in order."""
        entry = self.entry(faq, language)
        return tuple(entry.related[:CHOICES]) if entry else ()

    def next_best(self, candidates: Sequence[str], rejected: Sequence[str], misses: int = 0) -> Move:
        """Offer what was not refused yet; then ask for other words, then give people to call."""
        left = [faq for faq in dict.fromkeys(candidates) if faq not in rejected]
        if not left:
            return self.say_once("rephrase", misses)
        return Move("choices", tuple(left[:CHOICES]), misses=misses)

    def say_once(self, say: str, misses: int) -> Move:
        """Say a text that helps nobody the second time; after that give topics and people to call instead."""
        return Move("abstain", misses=misses + 1) if misses else Move("say", say=say, misses=1)

    def _to_move(self, text: str, decision: Decision, context: Context) -> Move:
        found = tuple(candidate.faq for candidate in decision.candidates)
        if decision.outcome == "answer":
            opened = _opened(found[0], text)
            second, named = decision.second or "", bool(decision.about)
            return Move("answer", found[:1], alternatives=found, second=second, opened=opened, named=named)
        if decision.outcome == "choices":
            return replace(self._offer(text, decision, context), alternatives=found)
        return Move("abstain", misses=context.misses + 1)

    def _offer(self, text: str, decision: Decision, context: Context) -> Move:
        best = decision.candidates[0].faq
        # "the pay one": a short answer to a list of choices picks from it.
        if best in context.offered and len(text.split()) <= SHORT_WORDS and len(context.offered) > 1:
            if set(decision.choices) != set(context.offered):
                return Move("answer", (best,))
            # The same three again would help as little as before.
            return Move("abstain", misses=max(context.misses, 1) + 1)
        return Move("choices", tuple(decision.choices))

    def _decide(self, text: str, language: Language, last: Entry | None, context: Context) -> Decision:
        searcher = self._searcher()
        alone = searcher.search(text, language)
        sure = alone.outcome == "answer" and alone.probability >= SURE_ALONE
        if last is None or not context.leans or sure or len(text.split()) > SHORT_WORDS:
            return self._by_role(alone, last, context)
        scores, nearest = searcher.scores([text, f"{last.title} {text}"])
        mixed = (1 - CONTEXT_WEIGHT) * scores[:1] + CONTEXT_WEIGHT * scores[1:]
        classes = searcher.index.classes
        # The title in front makes the last answer its own best follow-up, so there the message alone counts.
        own = [number for number, faq in enumerate(classes) if faq == last.id]
        mixed[0, own] = scores[0, own]
        near = {*last.related, *searcher.index.knowledge.topics().get(last.topic, [])} - {last.id}
        decision = searcher.decide(mixed, nearest[:1], language)
        if decision.candidates[0].faq in near and decision.probability >= NEAR_PROBABILITY:
            return _with_outcome(decision, "answer")
        if alone.outcome == "answer":
            return alone
        # A short message after an answer is about something, so three guesses are better than none.
        return _with_outcome(decision, "choices") if decision.outcome == "abstain" else decision

    def _by_role(self, decision: Decision, last: Entry | None, context: Context) -> Decision:
        """Answer a worker's doubtful question when only the first of the choices is for workers."""
        role = context.role or (last.audience if last else None)
        if decision.outcome != "choices" or role != "worker":
            return decision
        entries = [self.entry(faq, "en") for faq in decision.choices]
        is_for_workers = [entry is not None and entry.audience == "worker" for entry in entries]
        return _with_outcome(decision, "answer") if is_for_workers == [True, False, False] else decision

    def _several_answers(self, text: str, language: Language) -> Move | None:
        """Answer each question of a message that holds several which the search is sure of, in the order asked."""
        parts = split_questions(text)[: 2 * MAX_QUESTIONS]
        if len(parts) == 1:
            return None
        found = [(part, self._searcher().search(part, language)) for part in parts]
        sure = {decision.faq: part for part, decision in found if decision.faq}
        if not sure:
            return None
        # A question that is not sure of its answer is offered below the others, not dropped.
        open_ones = [item.candidates[0].faq for _, item in found if item.outcome == "choices"]
        second = next((faq for faq in open_ones if faq not in sure), "")
        if len(sure) == 1 and not second:
            return None
        opened = tuple(faq for faq, part in sure.items() if not asks_yes_or_no(part))
        named = len(text.split()) > LONG_WORDS
        return Move("answer", tuple(sure)[:MAX_QUESTIONS], second=second, opened=opened, named=named)


def _opened(faq: str, text: str) -> tuple[str, ...]:
    return () if asks_yes_or_no(text) else (faq,)


def _with_outcome(decision: Decision, outcome: Literal["answer", "choices", "abstain"]) -> Decision:
    return replace(decision, outcome=outcome)
