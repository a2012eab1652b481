"""How a message becomes a move.

Rasa's actions use it with what the conversation remembers; when Rasa is down the bot uses it without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.dialogue.corrections import without_refusal
from bot.dialogue.followups import answer_after
from bot.dialogue.moves import Move
from knowledge.material.entry import Entry
from knowledge.material.registry import Language
from knowledge.retrieval.lexical import fold
from knowledge.retrieval.search import CHOICES, Decision, Searcher

# A message this short may lean on what came before it.
SHORT_WORDS = 7
CONTEXT_WEIGHT = 0.5
LEANING = re.compile(
    r"^(and|but|so|what about|how about|what if|why|when|where|who|how long|how much|is it|does it|do they|can they|"
    r"then|"
    r"y|pero|entonces|que tal|que pasa si|por que|cuando|donde|quien|cuanto|cuanta|es|tambien|si)\b"
)
# "do patients get any of it?": what "it" is stands in the answer before.
REFERRING = re.compile(r"\b(it|that|them|those|eso|esto|esos|ellos)\b")
ORDINALS = {
    0: ("first", "1", "one", "1st", "primera", "primero", "uno", "una"),
    1: ("second", "2", "two", "2nd", "segunda", "segundo", "dos", "middle", "medio"),
    2: ("third", "3", "three", "3rd", "tercera", "tercero", "tres"),
    -1: ("last", "bottom", "ultima", "ultimo", "final"),
}
# "and" joins two questions only where the second begins like one.
TWO_QUESTIONS = re.compile(
    r"(?<=\?)\s+|,?\s+(?:and also|also|plus|y tambien|y también|ademas|además)\s+"
    r"|,?\s+(?:and|y)\s+(?=(?:how|what|when|where|who|why|which|can|could|do|does|is|are|will|c[oó]mo|qu[eé]|cu[aá]l|"
    r"cu[aá]ndo|cu[aá]nt[oa]s?|d[oó]nde|qui[eé]n|por qu[eé]|puedo|pueden|tengo que|a qui[eé]n)\b)",
    re.IGNORECASE,
)
MIN_PART_WORDS = 3
TWO_QUESTIONS_LIMIT = 300
# What a short message gains by being near the answer before it, on the scale of scores (about 0 to 1).
NEAR_BONUS = 0.1
# A leaning message that is near the last answer needs less proof than one that stands alone.
NEAR_PROBABILITY = 0.45
# A short message this sure means the same whatever came before it.
SURE_ALONE = 0.85
# Choices this doubtful are no help when Rasa, too, takes the message for something else.
DOUBTFUL = 0.5
# Small talk never has more words than this; a longer message goes to the search.
SMALL_TALK_WORDS = 6
PLAN_ANSWERS = {
    "medi-cal": "plan-medi-cal",
    "medicare": "plan-medicare",
    "federal": "plan-federal-employee",
    "self-funded": "plan-self-funded",
    "ppo-calpers": "plan-ppo-calpers",
    "hawaii": "members-in-hawaii",
}
# The steps in these answers differ by plan, so the plan is asked once after them.
PLAN_MATTERS = frozenset(
    {
        "complaint-to-state",
        "grievance-with-kaiser",
        "grievance-no-answer",
        "grievance-complaint-imr",
        "out-of-network-referral",
    }
)
PLAN_WORDS = (
    ("medi-cal", re.compile(r"medi[- ]?cal|medicaid")),
    ("medicare", re.compile(r"medicare|senior advantage")),
    ("federal", re.compile(r"\bfehb\b|federal")),
    ("self-funded", re.compile(r"self[- ]?(funded|insured)|autofinanciad")),
    ("ppo-calpers", re.compile(r"\bppo\b|calpers")),
    ("hawaii", re.compile(r"hawa[i']*\b")),
    ("commercial", re.compile(r"\b(job|work|employer|trabajo|patron|covered california)\b")),
)
WORKER_WORDS = re.compile(
    r"\b(therapist|social worker|psychologist|clinician|work|worker|strik\w+|union|steward|terapeuta|trabajador\w*|"
    r"trabajo|"
    r"psicolog\w+|huelg\w+|sindicato)\b"
)


@dataclass(frozen=True)
class Context:
    """What a conversation remembers that changes what a message means.

    Attributes:
        offered: ids on the screen as choices, in order.
        role: patient or worker, or None when not said.
        followup: whether Rasa takes the message for a follow-up.
        out_of_scope: whether Rasa takes it for something else altogether.
    """

    offered: tuple[str, ...] = ()
    role: str | None = None
    followup: bool = False
    out_of_scope: bool = False


NO_CONTEXT = Context()


class Dialogue:
    """Decides moves with the searcher in service."""

    def __init__(self, searcher: Callable[[], Searcher]) -> None:
        self._searcher = searcher

    def answer_question(
        self,
        text: str,
        language: Language,
        last_faq: str | None = None,
        misses: int = 0,
        context: Context = NO_CONTEXT,
    ) -> Move:
        """Answer, offer or abstain.

        Args:
            text: the message.
            language: its language, for the thresholds.
            last_faq: the id answered before, for messages that lean on it.
            misses: how many times in a row nothing fitted.
            context: what else the conversation remembers.
        """
        searcher = self._searcher()
        last = searcher.index.knowledge.get(last_faq, language) if last_faq else None
        if last or context.offered:
            meant = without_refusal(text) or text
            # What was meant instead lies near what was answered.
            context = replace(context, followup=context.followup or meant != text)
            text = meant
        fixed = self._bare_followup(text, last)
        found = (fixed,) if fixed else self._two_answers(text, language)
        if found:
            return Move("answer", found)
        decision = self._decide(text, language, last, context)
        if decision.outcome == "choices" and context.out_of_scope and decision.probability < DOUBTFUL:
            return Move("abstain", misses=misses + 1)
        if decision.outcome == "answer":
            return Move("answer", (decision.candidates[0].faq,))
        if decision.outcome == "choices":
            return self._offer(text, decision, misses, context)
        return Move("abstain", misses=misses + 1)

    def is_question(self, text: str, language: Language) -> bool:
        """Say whether a message that looks like small talk holds a question that can be answered outright."""
        if len(text.split()) > SMALL_TALK_WORDS:
            return True
        return self._searcher().search(text, language).outcome == "answer"

    def related_to(self, faq: str | None, language: Language, seen: Sequence[str] = ()) -> Move:
        """Offer what people want next after an answer: related questions, then others of its topic, none twice."""
        knowledge = self._searcher().index.knowledge
        entry = knowledge.get(faq, language) if faq else None
        if entry is None:
            return Move("say", say="topics")
        following = [*entry.related, *knowledge.topics().get(entry.topic, [])]
        fresh = [other for other in dict.fromkeys(following) if other not in seen and other != faq]
        if not fresh:
            return Move("say", say="topics")
        return Move("choices", tuple(fresh[:CHOICES]))

    def shown_with(self, faq: str | None, language: Language) -> tuple[str, ...]:
        """Give the related questions that stand as buttons under an answer, in order."""
        entry = self._searcher().index.knowledge.get(faq, language) if faq else None
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

    def alternatives(self, text: str, language: Language) -> list[str]:
        """Give the candidates of a question, for someone who says that the answer was another one."""
        decision = self._searcher().search(without_refusal(text) or text, language)
        return [candidate.faq for candidate in decision.candidates]

    def _bare_followup(self, text: str, last: Entry | None) -> str | None:
        faq = answer_after(text, last) if last else None
        return faq if faq and last and self._searcher().index.knowledge.get(faq, last.language) else None

    def _offer(self, text: str, decision: Decision, misses: int, context: Context) -> Move:
        best = decision.candidates[0].faq
        # "the pay one": a short answer to a list of choices picks from it.
        if best in context.offered and len(text.split()) <= SMALL_TALK_WORDS and len(context.offered) > 1:
            if set(decision.choices) != set(context.offered):
                return Move("answer", (best,))
            # The same three again would help as little as before.
            return Move("abstain", misses=max(misses, 1) + 1)
        return Move("choices", tuple(decision.choices))

    def _decide(self, text: str, language: Language, last: Entry | None, context: Context) -> Decision:
        searcher = self._searcher()
        alone = searcher.search(text, language)
        folded = fold(text).strip(" ¿?!¡.")
        leans = context.followup or bool(LEANING.match(folded) or REFERRING.search(folded))
        is_short = len(folded.split()) <= SHORT_WORDS
        if last is None or not (is_short and leans) or (alone.outcome == "answer" and alone.probability >= SURE_ALONE):
            return self._by_role(alone, last, context)
        scores, nearest = searcher.scores([text, f"{last.title} {text}"])
        mixed = (1 - CONTEXT_WEIGHT) * scores[:1] + CONTEXT_WEIGHT * scores[1:]
        classes = searcher.index.classes
        # The title in front makes the last answer its own best follow-up, so there the message alone counts.
        own = [number for number, faq in enumerate(classes) if faq == last.id]
        mixed[0, own] = scores[0, own]
        near = {*last.related, *searcher.index.knowledge.topics().get(last.topic, [])} - {last.id}
        mixed[0, [number for number, faq in enumerate(classes) if faq in near]] += NEAR_BONUS
        decision = searcher.decide(mixed, nearest[:1], language)
        best = decision.candidates[0].faq
        if best in near and decision.probability >= NEAR_PROBABILITY:
            return _with_outcome(decision, "answer")
        if alone.outcome == "answer":
            return alone
        # A short message after an answer is about something, so three guesses are better than none.
        if decision.outcome == "abstain" and not context.out_of_scope:
            return _with_outcome(decision, "choices")
        return self._by_role(decision, last, context)

    def _by_role(self, decision: Decision, last: Entry | None, context: Context) -> Decision:
        """Answer a worker's doubtful question when only the first of the choices is for workers."""
        role = context.role or (last.audience if last else None)
        if decision.outcome != "choices" or role != "worker":
            return decision
        knowledge = self._searcher().index.knowledge
        entries = [knowledge.get(faq, "en") for faq in decision.choices]
        is_for_workers = [entry is not None and entry.audience == "worker" for entry in entries]
        return _with_outcome(decision, "answer") if is_for_workers == [True, False, False] else decision

    def _two_answers(self, text: str, language: Language) -> tuple[str, ...]:
        parts = [part.strip() for part in TWO_QUESTIONS.split(text) if len(part.split()) >= MIN_PART_WORDS]
        if len(parts) != 2 or len(text) > TWO_QUESTIONS_LIMIT:
            return ()
        found = [faq for part in parts if (faq := self._searcher().search(part, language).faq)]
        return tuple(found) if len(set(found)) == 2 else ()


def _with_outcome(decision: Decision, outcome: Literal["answer", "choices"]) -> Decision:
    return Decision(outcome, decision.candidates, decision.probability, decision.listed)


def picked_number(text: str) -> int | None:
    """Read "the second one" as 1 and "the last one" as -1; None where no number is named."""
    words = re.findall(r"\w+", fold(text))
    # "la segunda una": the rarer words decide before "one" and "una".
    for number in (-1, 2, 1, 0):
        if any(word in ORDINALS[number] for word in words):
            return number
    return None


def plan_in(text: str) -> str | None:
    """Name the kind of plan a message speaks of, or None."""
    folded = fold(text)
    return next((plan for plan, pattern in PLAN_WORDS if pattern.search(folded)), None)


def role_in(text: str) -> str:
    """Say whether a message about oneself speaks as a worker or a patient. Union membership is never inferred."""
    return "worker" if WORKER_WORDS.search(fold(text)) else "patient"
