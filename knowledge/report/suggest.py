"""Ways of asking that an answer may lack, for an editor to read, change or throw away.

They come from frames (``ways_of_asking.yml``) around what the editor wrote, and from the neighbours: what people ask
about a related answer, with its word put in the place of theirs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, zip_longest
from pathlib import Path

from knowledge.checks.variants import MIN_VARIANTS, folded
from knowledge.errors import KnowledgeError
from knowledge.material.base import KnowledgeBase
from knowledge.material.registry import Language
from knowledge.material.source import read_yaml

SHORT_WORDS = 7
LONGEST_WORDS = 22
LONG_WORD = 5


def missing_ways(knowledge: KnowledgeBase, faq: str, language: Language) -> int:
    """Count how many ways of asking an answer lacks."""
    entry = knowledge.entries.get((faq, language))
    return max(0, MIN_VARIANTS[language] - len({folded(text) for text in entry.variants})) if entry else 0


def suggest_ways(knowledge: KnowledgeBase, directory: Path, faq: str, language: Language, number: int) -> list[str]:
    """Propose ways of asking that stand nowhere yet, from frames and neighbours in turn.

    Raises:
        KnowledgeError: no such answer in that language, or the frames cannot be read.
    """
    entry = knowledge.entries.get((faq, language))
    if entry is None:
        raise KnowledgeError(f"{faq!r} has no answer in {language!r}. `carebot new {faq}` begins one.")
    known = {folded(text) for other in knowledge.entries.values() for text in (*other.variants, other.title)}
    found: list[str] = []
    frames, neighbours = _framed(knowledge, directory, faq, language), _from_neighbours(knowledge, faq, language)
    for text in chain.from_iterable(zip_longest(frames, neighbours)):
        if text and folded(text) not in known:
            known.add(folded(text))
            found.append(text)
        if len(found) == number:
            break
    return found


def _framed(knowledge: KnowledgeBase, directory: Path, faq: str, language: Language) -> Iterator[str]:
    entry = knowledge.entries[faq, language]
    frames = read_yaml(directory / "ways_of_asking.yml")[language]
    asks = [text for text in (entry.title, *entry.variants) if len(text.split()) <= SHORT_WORDS]
    # Every ask meets every frame once, and both change from one proposal to the next.
    for turn in range(len(frames)):
        for number, ask in enumerate(asks):
            bare = ask.strip(" ¿?¡!.,")
            yield frames[(turn + number) % len(frames)].replace("{ask}", bare[:1].lower() + bare[1:])


def _from_neighbours(knowledge: KnowledgeBase, faq: str, language: Language) -> Iterator[str]:
    entry = knowledge.entries[faq, language]
    own = own_word(knowledge, faq, language)
    same_topic = [other for other in knowledge.topics().get(entry.topic, []) if other != faq]
    for other in dict.fromkeys([*entry.related, *same_topic]):
        neighbour, theirs = knowledge.entries.get((other, language)), own_word(knowledge, other, language)
        if neighbour is None or not own or not theirs or own == theirs:
            continue
        word = re.compile(rf"(?i)\b{re.escape(theirs)}\b")
        for text in neighbour.variants:
            if word.search(text) and len(text.split()) <= LONGEST_WORDS:
                yield word.sub(own, text)


def own_word(knowledge: KnowledgeBase, faq: str, language: Language) -> str:
    """Give the long word that stands in many ways of asking one thing and in few of asking another, "" for none."""
    here, elsewhere = Counter[str](), Counter[str]()
    for (other, spoken), entry in knowledge.entries.items():
        if spoken == language:
            counted = here if other == faq else elsewhere
            for text in (entry.title, *entry.variants):
                counted.update({word for word in re.findall(r"[^\W\d_]+", text.casefold()) if len(word) >= LONG_WORD})
    return max(here, key=lambda word: (here[word] ** 2 / (here[word] + elsewhere[word]), word), default="")
