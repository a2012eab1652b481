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
SURE = 0.75


@lru_cache(maxsize=1)
def load_detector() -> LanguageDetector:
    """Load the detector for the two languages (about 0.1 s, once)."""
    return LanguageDetectorBuilder.from_languages(LinguaLanguage.ENGLISH, LinguaLanguage.SPANISH).build()


def detect_language(text: str, previous: Language | None = None) -> Language:
    """Tell the language of a message.

    Args:
        text: the message; mixed messages go by their larger part.
        previous: the language of the conversation so far, kept when the message does not tell.

    Returns:
        "en" or "es"; English when nothing tells.
    """
    words = [word.strip(".,;:!?¿¡()\"'") for word in fold(text).split()]
    spanish = sum(word in SHORT_SPANISH for word in words)
    english = sum(word in SHORT_ENGLISH for word in words)
    if "¿" in text or "¡" in text:
        return "es"
    if len(words) <= 3 and spanish != english:
        return "es" if spanish > english else "en"
    if abs(spanish - english) >= 2 and min(spanish, english) <= 2:
        return "es" if spanish > english else "en"
    if not any(char.isalpha() for char in text):
        return previous or "en"
    if len(words) <= 2 and previous:
        return previous
    confidence = load_detector().compute_language_confidence(text, LinguaLanguage.SPANISH)
    if confidence >= SURE:
        return "es"
    if confidence <= 1 - SURE:
        return "en"
    return previous or ("es" if confidence > 0.5 else "en")
