"""Short messages the dialogue knows to the letter: Rasa's own examples, read without Rasa.

They say what a message of a few words is where nothing may wait for Rasa: whether it deserves a crisis card, and what
to answer someone after a card while Rasa is down.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.settings import ROOT
from knowledge.material.source import read_yaml
from knowledge.retrieval.lexical import fold

NLU = ROOT / "data/nlu"
FILES = ("small_talk.yml", "dialogue.yml", "follow_ups.yml", "after_card.yml")
ANNOTATION = re.compile(r"\[([^\]]+)\]\([^)]+\)")
# Words of courtesy around a phrase change nothing: "ok thank you", "no, it was a joke".
COURTESY = frozenset(
    "ok okay oh well yes yeah no and but so please thanks thank you hey hi sorry um "
    "lol haha lmao jaja jajaja jeje tranqui tranquis bro man dude guey wey vos fijate "
    "si pues bueno y pero ay gracias por favor oiga este perdon ya".split()
)
MAX_WORDS = 10
# Whoever writes these may be in danger as well as not: what they say is left to the safety gate.
LEFT_TO_GATE = frozenset({"say_alone", "say_scared", "fill_silence", "insult"})


@lru_cache(maxsize=1)
def known_phrases() -> dict[str, str]:
    """The intent of every example, by the example without accents, case and punctuation."""
    found: dict[str, str] = {}
    for name in FILES:
        for block in read_yaml(NLU / name)["nlu"]:
            for line in str(block.get("examples", "")).splitlines():
                example = ANNOTATION.sub(r"\1", line.removeprefix("- "))
                if "intent" in block and _plain(example):
                    found[_plain(example)] = str(block["intent"])
    return found


def known_intent(text: str) -> str | None:
    """The intent of a message that is one of the examples, courtesies apart; None for any other."""
    phrases, words = known_phrases(), _plain(text).split()[: MAX_WORDS + 1]
    if len(words) > MAX_WORDS:
        return None
    # The longest part that is known, with nothing but courtesies before and after it.
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length + 1):
            rest = (*words[:start], *words[start + length :])
            found = phrases.get(" ".join(words[start : start + length]))
            if found and COURTESY.issuperset(rest):
                return found
    return None


def is_small_talk(text: str) -> bool:
    """Whether the dialogue is sure that a message is small talk or a short follow-up, which alone deserves no card."""
    intent = known_intent(text)
    return intent is not None and intent not in LEFT_TO_GATE


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", fold(text).replace("'", "").replace("’", "")))
