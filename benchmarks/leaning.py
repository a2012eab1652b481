"""What the constants for messages that lean on the answer before them are worth, on the scripted conversations.

    python -m benchmarks.leaning

For each conversation whose last message asks on, the answer before it is taken from the search and the last message is
decided with it. Each constant is then set to other values, the rest as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from benchmarks.measuring import ROOT
from bot.dialogue import decide
from bot.dialogue.decide import Context, Dialogue
from bot.settings import load_settings
from knowledge.retrieval.encoder import load_encoder
from knowledge.retrieval.index import load_index
from knowledge.retrieval.search import Searcher

VALUES = {
    "CONTEXT_WEIGHT": (0.0, 0.25, 0.5, 0.75),
    "NEAR_PROBABILITY": (0.3, 0.45, 0.6, 1.0),
    "SURE_ALONE": (0.7, 0.85, 0.95, 1.01),
}


def leaning_turns() -> list[dict[str, Any]]:
    """List the conversations that end with a message asking on, and the ids that answer it."""
    conversations = yaml.safe_load((ROOT / "tests/dialogue/conversations.yml").read_text(encoding="utf-8"))
    return [item for item in conversations if item["kind"] == "follow-up" and "faq" in item["expect"]]


def count_right(searcher: Searcher, turns: list[dict[str, Any]]) -> tuple[int, int]:
    """Count the messages answered outright with a right id, and those that get it outright or among choices."""
    dialogue = Dialogue(lambda: searcher)
    outright = listed = 0
    for item in turns:
        before = searcher.search(item["turns"][-2], item["lang"]).faq
        move = dialogue.answer_question(item["turns"][-1], item["lang"], Context(last_faq=before, leans=True))
        right = set(item["expect"]["faq"])
        outright += move.kind == "answer" and move.faqs[0] in right
        listed += bool(right.intersection(move.faqs))
    return outright, listed


@contextmanager
def constant(name: str, value: float) -> Iterator[None]:
    """Set a constant of the dialogue while the block runs."""
    before = getattr(decide, name)
    setattr(decide, name, value)
    try:
        yield
    finally:
        setattr(decide, name, before)


def main() -> None:
    """Print a line for each value of each constant."""
    settings = load_settings()
    encoder = load_encoder(settings.encoder)
    searcher = Searcher(load_index(settings.index_dir, encoder), encoder)
    turns = leaning_turns()
    print(
        f"{len(turns)} messages that ask on; as they are: {count_right(searcher, turns)} (outright, or among choices)"
    )
    for name, values in VALUES.items():
        for value in values:
            with constant(name, value):
                print(f"{name} = {value}: {count_right(searcher, turns)}")


if __name__ == "__main__":
    main()
