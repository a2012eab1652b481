"""What a message asks: one question or several, and whether it asks yes or no."""

from __future__ import annotations

import re

from knowledge.retrieval.lexical import fold

# How a question begins. Dictated questions have no marks: they are parted where a joining word stands before.
OPENERS = (
    r"(?:how|what|when|where|who|whom|why|which|can|could|do|does|did|is|are|will|should|am i|may"
    r"|c[oó]mo|qu[eé]|cu[aá]l|cu[aá]ndo|cu[aá]nt[oa]s?|d[oó]nde|qui[eé]n|por qu[eé]|a qui[eé]n|a qu[eé]"
    r"|puedo|pueden|puede|tengo que|debo|hay|es|son)"
)
JOINERS = r"(?:and also|also|plus|and then|and|another thing|(?:y )?tambi[eé]n|(?:y )?adem[aá]s|otra cosa|y)"
MARKS = re.compile(r"(?<=[?？])\s+|\n+|(?<=[.!])\s+(?=[¿A-ZÁÉÍÓÚa-z])")
JOINED = re.compile(rf",?\s+{JOINERS}\s+(?={OPENERS}\b)", re.IGNORECASE)
MIN_WORDS = 3
MAX_QUESTIONS = 3
# Auxiliaries that begin a question to be answered with yes or no.
YES_NO = re.compile(
    r"^(?:(?:so|and|but|ok|hi|hello|hey|please|y|pero|entonces|oiga|hola|disculpe)[\s,]+)*"
    r"(?:is|are|am|was|were|do|does|did|can|could|will|would|should|may|have|has|had|isnt|arent|cant|dont|doesnt|wont"
    r"|es|son|esta|estan|hay|puedo|puede|pueden|podria|tengo|tiene|tienen|debo|va|van|sigue|siguen|me pueden|me puede"
    r"|se puede|ya|todavia|cubre|cubren|paga|pagan|acepta|aceptan|sirve|cuenta|saben|sabe)\b"
)
ASKS_WORD = re.compile(
    r"\b(?:how|what|when|where|who|whom|why|which|como|que|cual|cuales|cuando|cuanto|cuanta|cuantos|cuantas|donde|quien"
    r"|quienes)\b"
)


OPENS = re.compile(rf"^(?:(?:so|and|but|ok|also|y|pero|entonces|oiga)[\s,]+)*{OPENERS}\b")


def split_questions(text: str) -> list[str]:
    """Find the questions of a message: cut at question marks, lines, sentences and joining words.

    Returns:
        Parts of three words and more that read like questions, in the order written; the message alone where there
        are not two. What only tells a story is no part.
    """
    pieces = [piece.strip() for part in MARKS.split(text) for piece in JOINED.split(part)]
    parts = [piece for piece in pieces if len(piece.split()) >= MIN_WORDS]
    questions = [part for part in parts if _reads_like_question(part)]
    # "they cancelled my visit and how do I get my refill": with two halves the first may be a question told.
    if len(questions) == 1 and len(parts) == 2 and JOINED.search(text):
        return parts
    return questions if len(questions) > 1 else [text]


def _reads_like_question(part: str) -> bool:
    return part.endswith(("?", "？")) or OPENS.match(_plain(part)) is not None


def asks_something(text: str) -> bool:
    """Say whether any part of a message reads like a question."""
    return any(_reads_like_question(part) for part in split_questions(text))


def asks_yes_or_no(text: str) -> bool:
    """Say whether the last question of a message is one to answer with yes or no."""
    last = split_questions(text)[-1]
    plain = _plain(last)
    return YES_NO.match(plain) is not None and ASKS_WORD.match(plain) is None


def _plain(text: str) -> str:
    return fold(text).replace("'", "").replace("’", "").strip(" ¿?!¡.,")
