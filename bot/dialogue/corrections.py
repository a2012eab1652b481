"""What remains of "no, I meant the pharmacies" when the refusal is taken off."""

from __future__ import annotations

import re

from knowledge.retrieval.lexical import fold

# "no" alone starts many questions ("no me dan cita"), so it counts only before a comma or another word of this list.
REFUSAL = re.compile(
    r"^\s*(?:"
    r"(?:no+|nope|nah|sorry|wait|oops|perd[oó]n|disculpe|espere)\s*[,.;:!-]+\s*"
    r"|(?:no+|nope|nah|sorry|perd[oó]n)\s+(?=(?:i meant?|not|the|what|sorry|quise|me refer|eso|esa|ese|las?|digo|"
    r"hablo)\b)"
    r"|(?:(?:no|but|pero)\s+)?(?:i meant?|i was asking about|i asked about|i wanted to ask about|"
    r"i am asking about)\b[\s:,]*(?:to ask\s+)?"
    r"|(?:quise decir|quiero decir|me refiero a|me refer[ií]a a|digo|hablo de|hablaba de|pregunt[eé] por|"
    r"preguntaba por)\b[\s:,]*"
    r"|(?:actually|rather|instead|en realidad|m[aá]s bien|mejor dicho)\b[\s:,]*"
    r"|(?:that'?s not (?:it|what i (?:asked|meant)|my question)|that is not (?:it|what i asked)|not that(?: one)?|"
    r"no es eso|"
    r"eso no(?: es(?: lo que pregunt[eé])?)?|esa no)\s*(?:[,.;:!-]+\s*|$)"
    r")",
    re.IGNORECASE,
)
# A message of these words alone refuses and says nothing about what was meant.
EMPTY_WORDS = frozenset(
    "no nope nah not none neither nor either never that thats this these those it is was i me my of the a an one ones "
    "other others "
    "thing things else something what asked ask meant mean question answer wrong sorry didn't didnt did don't dont "
    "want you "
    "misunderstood quite at all still again than about "
    "ni eso esa ese esos esas esto lo la el las los otro otra otros otras cosa es era de que pregunte pregunta "
    "pregunto "
    "quise decir referia refiero me mi entendio entendiste mal tampoco ninguna ninguno nada algo mas asi a perdon "
    "respuesta equivocada un una sigue siendo".split()
)


def without_refusal(text: str) -> str:
    """Take refusals off the front of a message: "no, I meant the pharmacies" gives "the pharmacies".

    Returns:
        What is left; "" when nothing but a refusal was said.
    """
    left = text.strip()
    while match := REFUSAL.match(left):
        left = left[match.end() :].strip()
    return "" if says_nothing(left) else left


def says_nothing(text: str) -> bool:
    """Say whether a message holds only words like "no, the other thing"."""
    words = re.findall(r"[\w']+", fold(text))
    return all(word in EMPTY_WORDS for word in words)
