"""Which language a message is in."""

from __future__ import annotations

from functools import lru_cache

from lingua import Language as LinguaLanguage
from lingua import LanguageDetector, LanguageDetectorBuilder

from knowledge.material.registry import Language
from knowledge.retrieval.lexical import fold

# Words of two or three letters decide nothing for a statistical detector, and chat is full of them.
SHORT_SPANISH = frozenset(
    "hola si no que cual como cuando donde quien por para gracias adios ayuda menu mas otra otro pero porque buenas "
    "buenos dias tardes noches cita huelga ingles espanol mi en el la los las de un una me le se lo con esta tengo "
    "y es soy".split()
)
SHORT_ENGLISH = frozenset(
    "hi hello hey yes what which how when where who why thanks thank you bye help more other and but the my is are "
    "strike appointment english spanish morning good to of on it for with this have i im can do".split()
)
# A conversation changes its language for a sentence of the other one, not for "no", "ok", a name or a place.
SENTENCE_WORDS = 4
SURE_ENOUGH_TO_CHANGE = 0.9


@lru_cache(maxsize=1)
def load_detector() -> LanguageDetector:
    """Load the detector for the two languages (about 0.1 s, once)."""
    return LanguageDetectorBuilder.from_languages(LinguaLanguage.ENGLISH, LinguaLanguage.SPANISH).build()


def detect_language(text: str, previous: Language | None = None) -> Language:
    """Tell the language of a message.

    Args:
        text: the message; mixed messages go by their larger part.
        previous: the language of the conversation so far; it stays unless a whole sentence is in the other one.

    Returns:
        "en" or "es"; English when nothing tells.
    """
    words = [word.strip(".,;:!?¿¡()\"'") for word in fold(text).split()]
    spanish = sum(word in SHORT_SPANISH for word in words)
    english = sum(word in SHORT_ENGLISH for word in words)
    if previous:
        return _changed(text, words, spanish, english, previous)
    if "¿" in text or "¡" in text:
        return "es"
    if len(words) <= 3 and spanish != english:
        return "es" if spanish > english else "en"
    if abs(spanish - english) >= 2 and min(spanish, english) <= 2:
        return "es" if spanish > english else "en"
    if not any(char.isalpha() for char in text):
        return "en"
    return "es" if _confidence_spanish(text) > 0.5 else "en"


def _changed(text: str, words: list[str], spanish: int, english: int, previous: Language) -> Language:
    other: Language = "en" if previous == "es" else "es"
    ahead = (spanish - english) if other == "es" else (english - spanish)
    if other == "es" and ("¿" in text or "¡" in text) and spanish:
        return "es"
    if len(words) < SENTENCE_WORDS:
        # "¿por qué?" and "cuánto cuesta": two words that only the other language has, and none of this one.
        return other if ahead >= 2 and min(spanish, english) == 0 else previous
    confidence = _confidence_spanish(text)
    sure = confidence if other == "es" else 1 - confidence
    return other if ahead >= 1 and sure >= SURE_ENOUGH_TO_CHANGE else previous


def _confidence_spanish(text: str) -> float:
    return float(load_detector().compute_language_confidence(text, LinguaLanguage.SPANISH))
