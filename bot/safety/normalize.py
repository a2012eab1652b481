"""Bring what people type to plain words: one spelling for the lexicon, however it was written.

Every step is linear in the length of the text, and the text is cut at ``MAX_CHARACTERS``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

import regex  # type: ignore[import-untyped]
from rapidfuzz.distance import OSA

MAX_CHARACTERS = 4_096
MAX_RUN_ON = 40
MAX_WORD = 14
# A run-on may be split into these words of one letter, and the words of at most two letters may be this share of it.
LONE_LETTERS = frozenset("iayo")
LONGEST_SCRAP = 2
MAX_SCRAPS = 0.4
# Letters of other scripts that look like Latin ones; NFKC has already dealt with full-width and mathematical letters.
LOOK_ALIKES = str.maketrans(
    {
        look: latin
        for latin, looks in {
            "a": "аɑα",
            "e": "еєε",
            "o": "оοσ",
            "p": "рρ",
            "c": "сϲ",
            "y": "у",
            "x": "хχ",
            "i": "іιı",
            "j": "ј",
            "s": "ѕ",
            "d": "ԁ",
            "h": "һн",
            "k": "кκ",
            "m": "м",
            "t": "тτ",
            "b": "в",
            "r": "г",
            "n": "пη",
            "v": "ν",
            "u": "υ",
            "g": "ɡ",
            "l": "ⅼ",
            "q": "ԛ",
            "w": "ѡω",
        }.items()
        for look in looks
    }
)
LEET = str.maketrans("013457@$!|", "oieastasil")
APOSTROPHES = "'’‘`´ʼ"
QUOTES = '"“”«»„‟'
# A run of single letters with something between them ("s u i c i d e", "k.m.s"). The classes do not overlap and the
# quantifiers are possessive, so there is nothing to backtrack into.
SPACED_OUT = regex.compile(r"(?<![^\W_])[^\W_](?:[ .\-_*/|]{1,3}+[^\W_](?![^\W_])){2,}+")
TOKEN = regex.compile(r"[@$]?[^\W_]++(?:[@$!*|_]++[^\W_]++)*+|[.?!;:\n\r\"]")
STOP = "."


@dataclass(frozen=True)
class NormalizedText:
    """Plain words.

    Attributes:
        text: words of a-z and 0-9 with one space between them and " . " between sentences, a space at both ends.
        quoted: (start, end) of what stood in quotation marks, in characters of ``text``.
    """

    text: str
    quoted: tuple[tuple[int, int], ...] = ()


def canonical(text: str) -> str:
    """Give the text without case, accents, invisible characters and extra spaces; punctuation stays.

    This is what the learned layer reads, so that its verdict cannot depend on any of these either.
    """
    return " ".join(_plain_characters(text, {}).split())


def _plain_characters(text: str, emoji: Mapping[str, str]) -> str:
    visible = (char for char in text[:MAX_CHARACTERS] if unicodedata.category(char) not in ("Cf", "Cs", "Co"))
    # One character may unfold into eighteen: cut again.
    folded = unicodedata.normalize("NFKD", "".join(visible).casefold())[:MAX_CHARACTERS].casefold()
    kept: list[str] = []
    for char in folded:
        word = emoji.get(char)
        if word is not None:
            kept.append(f" {word} ")
            continue
        category = unicodedata.category(char)
        if category[0] == "M" or category in ("Cf", "Sk"):
            continue
        kept.append(" " if category == "So" or (category == "Cc" and char not in "\n\r\t") else char)
    return "".join(kept).translate(LOOK_ALIKES)


class CoreWords:
    """Words that say danger by themselves, found again when a letter or two is wrong, missing, doubled or swapped."""

    def __init__(self, edits: Mapping[str, int], others: Iterable[str]) -> None:
        """Take the words.

        Args:
            edits: core word to how many edits it may be away (optimal string alignment).
            others: ordinary words so near to a core word that they would be taken for it.
        """
        self._others = frozenset(others)
        # The first letter is the one that people get right; it keeps the look-up to a handful of words.
        self._alike: dict[str, list[tuple[str, int]]] = {}
        for word, most in edits.items():
            self._alike.setdefault(word[:1], []).append((word, most))

    def nearest(self, token: str) -> str:
        """Give the core word that a token was meant to be, or ""."""
        if token in self._others:
            return ""
        found = [
            (distance, word)
            for word, most in self._alike.get(token[:1], ())
            if abs(len(word) - len(token)) <= most
            and (distance := OSA.distance(token, word, score_cutoff=most)) <= most
        ]
        return min(found)[1] if found else ""


class Normalizer:
    """Normalises texts with the word lists of the lexicon."""

    def __init__(
        self,
        vocabulary: Iterable[str],
        misspellings: Mapping[str, str],
        emoji: Mapping[str, str],
        core: CoreWords | None = None,
    ) -> None:
        """Take the words worth repairing.

        Args:
            vocabulary: words that leetspeak, repeated letters and run-ons are brought back to.
            misspellings: wrong spelling to the right words.
            emoji: one character to words.
            core: words of danger that a few wrong letters may not hide.
        """
        self._vocabulary = frozenset(vocabulary)
        # By length and first letter, so that a message full of asterisks costs no more than another.
        self._alike: dict[tuple[int, str], list[str]] = {}
        for word in sorted(self._vocabulary):
            self._alike.setdefault((len(word), word[:1]), []).append(word)
        self._misspellings = dict(misspellings)
        self._emoji = {key[0]: words for key, words in emoji.items()}
        self._core = core or CoreWords({}, ())

    def normalize(self, text: str) -> NormalizedText:
        """Give the plain words of a text."""
        plain = _plain_characters(text, self._emoji)
        plain = "".join(char for char in plain if char not in APOSTROPHES)
        for quote in QUOTES:
            plain = plain.replace(quote, '"')
        # "..." is a pause inside a sentence, not its end.
        plain = regex.sub(r"\.{2,}+|…", " ", plain)
        plain = SPACED_OUT.sub(_join_letters, plain)
        words: list[str] = []
        repaired: dict[str, str] = {}
        quoted: list[tuple[int, int]] = []
        length, opened = 1, -1
        for piece in TOKEN.findall(plain):
            if piece == '"':
                if opened >= 0 and length > opened:
                    quoted.append((opened, length))
                opened = -1 if opened >= 0 else length
                continue
            if piece not in repaired:
                repaired[piece] = STOP if piece in ".?!;:\n\r" else self._repair(piece)
            word = repaired[piece]
            if word == STOP and (not words or words[-1] == STOP):
                continue
            words.append(word)
            length += len(word) + 1
        return NormalizedText(f" {' '.join(words)} ", tuple(quoted))

    def _repair(self, token: str) -> str:
        if token in self._vocabulary and token not in self._misspellings:
            return token
        if not token.isalpha() and not token.isdigit():
            token = self._read_leet(token)
        word = self._shorten(token)
        if word in self._misspellings:
            return self._misspellings[word]
        if word in self._vocabulary:
            return word
        meant = self._core.nearest(word)
        if meant:
            return self._misspellings.get(meant, meant)
        if not 8 <= len(word) <= MAX_RUN_ON:
            return word
        return self._split_run_on(word) or word

    def _read_leet(self, token: str) -> str:
        if "*" in token:
            return self._unmask(token)
        read = self._shorten(token.translate(LEET))
        known = read in self._vocabulary or read in self._misspellings
        return read if known else "".join(char for char in token if char.isalnum()) or token

    def _unmask(self, token: str) -> str:
        # "k*ll": the known word of the same length that agrees in every letter shown.
        for word in self._alike.get((len(token), token[0]), ()):
            if all(shown in ("*", char) for shown, char in zip(token, word, strict=True)):
                return word
        return token.replace("*", "")

    def _shorten(self, token: str) -> str:
        runs = [(char, len(list(run))) for char, run in groupby(token)]
        if all(length < 2 for _, length in runs) or token in self._vocabulary:
            return token
        if token.isdigit():
            return token
        twice = "".join(char * min(length, 2) for char, length in runs)
        once = "".join(char for char, _ in runs)
        if any(length > 2 for _, length in runs) or once in self._misspellings:
            for form in (twice, once):
                if form in self._vocabulary or form in self._misspellings:
                    return form
            return _longest_known(runs, self._vocabulary) or twice
        return token

    def _split_run_on(self, token: str) -> str:
        """Split into known words where they cover the token without rest (fewest words), else give ""."""
        best: list[tuple[int, int] | None] = [None] * (len(token) + 1)
        best[0] = (0, 0)
        for end in range(1, len(token) + 1):
            for start in range(max(0, end - MAX_WORD), end):
                before = best[start]
                piece = token[start:end]
                if before is None or piece not in self._vocabulary or (len(piece) == 1 and piece not in LONE_LETTERS):
                    continue
                known = best[end]
                if known is None or before[0] + 1 < known[0]:
                    best[end] = (before[0] + 1, start)
        words: list[str] = []
        end = len(token)
        while end > 0:
            step = best[end]
            if step is None:
                return ""
            words.append(token[step[1] : end])
            end = step[1]
        # "encargado" is no "en carga do": what is made of scraps of words is a word that is not known.
        scraps = sum(len(word) for word in words if len(word) <= LONGEST_SCRAP)
        return " ".join(reversed(words)) if scraps <= MAX_SCRAPS * len(token) else ""


def _longest_known(runs: list[tuple[str, int]], vocabulary: frozenset[str]) -> str:
    # "killlll": only the stretched letters are in doubt, and two forms of each are enough.
    stretched = [row for row, (_, length) in enumerate(runs) if length > 2]
    for row in stretched[:4]:
        form = "".join(
            char * (1 if at != row and length > 2 else min(length, 2)) for at, (char, length) in enumerate(runs)
        )
        if form in vocabulary:
            return form
    form = "".join(char * (1 if length > 2 else length) for char, length in runs)
    return form if form in vocabulary else ""


def _join_letters(match: regex.Match[str]) -> str:
    return "".join(char for char in match.group() if char.isalnum())
