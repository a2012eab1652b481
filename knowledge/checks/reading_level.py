"""How easy an answer is to read: grade 8 or below in English, "normal" or easier in Spanish.

Sources: Kincaid et al., "Derivation of New Readability Formulas for Navy Enlisted Personnel" (1975), the
Flesch-Kincaid grade; Fernández Huerta, "Medidas sencillas de lecturabilidad" (1959), where 60 to 70 is what a
pupil of grade 7 or 8 reads.
"""

from __future__ import annotations

import re
import warnings
from functools import cache
from typing import Any

from knowledge.material.registry import Language
from knowledge.material.render import REFERENCE

MAX_GRADE = 8.0
MIN_EASE = 60.0
LIST_MARKER = re.compile(r"^\s*(?:-|\d+\.)\s+")
SENTENCE_END = re.compile(r"[.!?…:][\"'”»)]*$")


@cache
def _reader(language: Language) -> Any:
    with warnings.catch_warnings():
        # textstat still imports pkg_resources, which warns by itself.
        warnings.simplefilter("ignore")
        from textstat.textstat import textstatistics
    reader = textstatistics()
    reader.set_lang(language)
    return reader


def prose_of(body: str) -> str:
    """Give the sentences of a body: list markers off, an unfinished line closed, references as one short word.

    A phone number is dialled, not read, so it must not count as a long word.
    """
    lines = []
    for line in REFERENCE.sub("X", body).splitlines():
        words = LIST_MARKER.sub("", line).strip()
        if words:
            lines.append(words if SENTENCE_END.search(words) else words + ".")
    return " ".join(lines)


def reading_level(body: str, language: Language) -> float:
    """Measure a body: the school grade in English (lower is easier), about 0 to 100 in Spanish (higher is easier)."""
    reader = _reader(language)
    prose = prose_of(body)
    return float(reader.fernandez_huerta(prose) if language == "es" else reader.flesch_kincaid_grade(prose))


def is_hard(level: float, language: Language) -> bool:
    """Say whether a level is harder than the limit of the language."""
    return level < MIN_EASE if language == "es" else level > MAX_GRADE
