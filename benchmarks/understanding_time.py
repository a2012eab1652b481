"""Time to understand a question (encode, search, rank, decide) against one bare encode, medians in one run.

Two encoders in one process, each with a cache of its own, so that neither is handed the other's work.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from benchmarks.measuring import fresh_questions, summarize, write_result
from bot.settings import load_settings
from knowledge.retrieval.encoder import load_encoder
from knowledge.retrieval.index import load_index
from knowledge.retrieval.search import LONG_MESSAGE, Searcher

TARGET = 1.6


def main() -> None:
    """Measure and write var/benchmarks/understanding_time.json; ends with 1 above the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="how many questions (default 200)")
    count = parser.parse_args().count
    settings = load_settings()
    bare_encoder, encoder = load_encoder(settings.encoder), load_encoder(settings.encoder)
    searcher = Searcher(load_index(settings.index_dir, encoder), encoder)
    bare: list[float] = []
    understood: list[float] = []
    lengths: list[int] = []
    for number, (language, text) in enumerate(fresh_questions(count + 3)):
        language_known = "es" if language == "es" else "en"
        tasks: list[tuple[list[float], Callable[[], object]]] = [
            (bare, lambda text=text: bare_encoder.encode_queries([text])),
            (understood, lambda text=text, language=language_known: searcher.search(text, language)),
        ]
        # Whoever goes second finds the processor's caches warm, so they take turns.
        for times, task in tasks if number % 2 else reversed(tasks):
            started = time.perf_counter()
            task()
            if number >= 3:
                times.append(time.perf_counter() - started)
        if number >= 3:
            lengths.append(len(text))
    ratio = float(np.median(understood) / np.median(bare))
    ratios, is_long = np.asarray(understood) / np.asarray(bare), np.asarray(lengths) >= LONG_MESSAGE
    result = {
        "questions": len(bare),
        "bare_encode": summarize(bare),
        "understanding": summarize(understood),
        "ratio_of_medians": round(ratio, 3),
        "ratio_median": round(float(np.median(ratios)), 3),
        "ratio_median_short": round(float(np.median(ratios[~is_long])), 3),
        "ratio_median_long": round(float(np.median(ratios[is_long])), 3),
        "long_from_characters": LONG_MESSAGE,
        "long_questions": int(is_long.sum()),
        "target": TARGET,
    }
    write_result(settings.var_dir, "understanding_time", result)
    raise SystemExit(0 if ratio <= TARGET else 1)


if __name__ == "__main__":
    main()
