"""The figures of a text, in digits and in words, so that two texts can be held against each other."""

from __future__ import annotations

import re

from knowledge.checks.prose import NUMBER, without_references
from knowledge.material.registry import Language

DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
LIST_MARKER = re.compile(r"^\s*\d+\.\s", re.MULTILINE)
SEASON = re.compile(r"\b(\d\d)(\d\d)-(\d\d)\b")
# What to press on a phone differs between the languages by nature; a step's number is none of a claim's.
KEY = re.compile(r"(?i)\b(?:press|oprim\w+|step|paso)(?: el)? \d\b")
# "One" and "un" are articles and pronouns as well; "once" is eleven in Spanish only.
ONES = {
    "en": "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve",
}
TENS = {
    "en": "thirty forty fifty sixty seventy eighty ninety hundred",
    "es": "treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
}
TENS_OF = {language: {word: value * 10 for value, word in enumerate(TENS[language].split(), 3)} for language in TENS}
WORDS = {
    language: dict(zip(ONES[language].split(), range(2, 30), strict=False)) | TENS_OF[language] for language in ONES
}
WORDS["en"]["twice"] = 2
SINGLE = {"one": 1, "uno": 1, "una": 1, "un": 1}


def _spoken(language: Language, joiner: str) -> re.Pattern[str]:
    tens = "|".join([*TENS_OF[language], *(["twenty"] if language == "en" else [])])
    ones = "|".join([*SINGLE, *list(WORDS[language])[:8]])
    return re.compile(rf"\b(?:({tens})(?:{joiner}({ones}))?|({'|'.join(WORDS[language])}))\b")


# "twenty-five", "treinta y cinco": tens, and a one after them; or any word alone.
SPOKEN = {"en": _spoken("en", "-"), "es": _spoken("es", " y ")}


def written_figures(text: str) -> set[str]:
    """List the figures in digits: "1,200" and "1200" are the same, "2024-25" is two years."""
    plain = KEY.sub(" ", LIST_MARKER.sub("", NUMBER.sub(" ", without_references(text))))
    plain = SEASON.sub(lambda match: f"{match.group(1)}{match.group(2)} {match.group(1)}{match.group(3)}", plain)
    return {f"{float(found.replace(',', '')):.10g}" for found in DIGITS.findall(plain)}


def spoken_figures(text: str, language: Language) -> set[str]:
    """List the figures in words, from two to a hundred."""
    plain = KEY.sub(" ", without_references(text)).casefold()
    values = WORDS[language] | SINGLE
    found = set()
    for match in SPOKEN[language].finditer(plain):
        tens, ones = match.group(1), match.group(2) or match.group(3)
        found.add((values[tens] if tens else 0) + (values[ones] if ones else 0))
    return {str(value) for value in found if value > 1}


def figures(text: str, language: Language) -> set[str]:
    """List the figures of a text, in digits or in words."""
    return written_figures(text) | spoken_figures(text, language)
