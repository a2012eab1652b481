"""How a message becomes a move.

Rasa's actions use it with what the conversation remembers; when Rasa is down the bot uses it without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.moves import Move
from knowledge.lexical import fold
from knowledge.registry import Language
from knowledge.search import CHOICES, Decision, Searcher

# A message this short may lean on what came before it.
SHORT_WORDS = 7
CONTEXT_WEIGHT = 0.5
LEANING = re.compile(
    r"^(and|but|so|what about|how about|what if|why|when|where|who|how long|how much|is it|does it|do they|can they|then|"
    r"y|pero|entonces|que tal|que pasa si|por que|cuando|donde|quien|cuanto|cuanta|es|tambien|si)\b"
)
ORDINALS = {
    0: ("first", "1", "one", "1st", "primera", "primero", "uno", "una"),
    1: ("second", "2", "two", "2nd", "segunda", "segundo", "dos", "middle", "medio"),
    2: ("third", "3", "three", "3rd", "tercera", "tercero", "tres", "last", "ultima", "ultimo"),
}
TWO_QUESTIONS = re.compile(r"(?<=\?)\s+|\s+(?:and also|also|plus|y tambien|y también|ademas|además)\s+", re.IGNORECASE)
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
    r"\b(therapist|social worker|psychologist|clinician|work|worker|strik\w+|union|steward|terapeuta|trabajador\w*|trabajo|"
    r"psicolog\w+|huelg\w+|sindicato)\b"
)


class Dialogue:
    """Decides moves with the searcher in service."""

    def __init__(self, searcher: Callable[[], Searcher]) -> None:
        self._searcher = searcher

    def answer_question(
        self, text: str, language: Language, last_faq: str | None = None, misses: int = 0, followup: bool = False
    ) -> Move:
        """Answer, offer or abstain.

        Args:
            text: the message.
            language: its language, for the thresholds.
            last_faq: the id answered before, for messages that lean on it.
            misses: how many times in a row nothing fitted.
            followup: whether Rasa takes the message for a follow-up.
        """
        searcher = self._searcher()
        both = self._two_answers(searcher, text, language)
        if both:
            return Move("answer", both)
        decision = self._decide(searcher, text, language, last_faq, followup)
        if decision.outcome == "answer":
            return Move("answer", (decision.candidates[0].faq,))
        if decision.outcome == "choices":
            return Move("choices", tuple(decision.choices))
        return Move("abstain", misses=misses + 1)

    def is_question(self, text: str, language: Language) -> bool:
        """Say whether a message that looks like small talk holds a question that can be answered outright."""
        if len(text.split()) > SMALL_TALK_WORDS:
            return True
        return self._searcher().search(text, language).outcome == "answer"

    def related_to(self, faq: str | None, language: Language) -> Move:
        """Offer what people want next after an answer."""
        entry = self._searcher().index.knowledge.get(faq, language) if faq else None
        if entry is None or not entry.related:
            return Move("say", say="topics")
        return Move("choices", tuple(entry.related[:CHOICES]))

    def next_best(self, offered: Sequence[str], rejected: Sequence[str]) -> Move:
        """Offer what was not refused yet, or the topics."""
        left = [faq for faq in offered if faq not in rejected]
        if not left:
            return Move("say", say="rephrase")
        return Move("choices", tuple(left[:CHOICES]))

    def alternatives(self, text: str, language: Language) -> list[str]:
        """Give the next candidates of a question, for someone who says that the answer was another one."""
        decision = self._searcher().search(text, language)
        return [candidate.faq for candidate in decision.candidates]

    def _decide(
        self, searcher: Searcher, text: str, language: Language, last_faq: str | None, followup: bool
    ) -> Decision:
        alone = searcher.search(text, language)
        entry = searcher.index.knowledge.get(last_faq, language) if last_faq else None
        words = fold(text).strip(" ¿?!¡.").split()
        leans = len(words) <= SHORT_WORDS and (followup or bool(LEANING.match(" ".join(words))))
        if entry is None or not leans or alone.outcome == "answer":
            return alone
        joined = f"{entry.title} {text}"
        scores, nearest = searcher.scores([text, joined])
        mixed = (1 - CONTEXT_WEIGHT) * scores[:1] + CONTEXT_WEIGHT * scores[1:]
        decision = searcher.decide(mixed, nearest[1:], language)
        # A short message after an answer is about something, so three guesses are better than none.
        if decision.outcome == "abstain":
            return Decision("choices", decision.candidates, decision.probability, decision.listed)
        return decision

    def _two_answers(self, searcher: Searcher, text: str, language: Language) -> tuple[str, ...]:
        parts = [part.strip() for part in TWO_QUESTIONS.split(text) if len(part.split()) >= 4]
        if len(parts) != 2 or len(text) > 300:
            return ()
        decisions = [searcher.search(part, language) for part in parts]
        found = [decision.faq for decision in decisions if decision.faq]
        return tuple(found) if len(set(found)) == 2 else ()


def picked_number(text: str) -> int | None:
    """Read "the second one" as 1; None where no number is named."""
    words = re.findall(r"\w+", fold(text))
    # "la segunda una": the rarer words decide before "one" and "una".
    for number in (2, 1, 0):
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
