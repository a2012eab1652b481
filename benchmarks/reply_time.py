"""Time from request to reply over HTTP, as a ratio to one bare encode and FAISS search in the same run.

A ratio holds on a slow and on a fast machine alike; both times are taken in turns, so load weighs on both.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from uuid import uuid4

import httpx
import numpy as np

from benchmarks.measuring import fresh_questions, resident_megabytes, summarize, write_result
from bot.settings import load_settings
from bot.start.running import read_running
from knowledge.retrieval.encoder import load_encoder
from knowledge.retrieval.index import load_index
from knowledge.retrieval.kernel_ridge import centre

NEIGHBOURS = 10


def main() -> None:
    """Measure and write var/benchmarks/reply_time.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="how many questions (default 200)")
    parser.add_argument("--pause", type=float, default=0.05, help="seconds between two questions (default 0.05)")
    arguments = parser.parse_args()
    settings = load_settings()
    running = read_running(settings.var_dir)
    if not running:
        raise SystemExit(f"No bot runs ({settings.var_dir / 'running.json'} is missing). Start one: carebot run")
    encoder = load_encoder(settings.encoder)
    index = load_index(settings.index_dir, encoder)
    questions = fresh_questions(arguments.count + 3)
    bare: list[float] = []
    replies: list[float] = []
    outcomes: dict[str, int] = {}
    with httpx.Client(base_url=running["address"], timeout=60, trust_env=False) as client:
        for number, (_, text) in enumerate(questions):
            started = time.perf_counter()
            vectors = encoder.encode_queries([text])
            index.variants.search(centre(vectors, index.head.mean), NEIGHBOURS)
            searched = time.perf_counter()
            response = client.post("/api/messages", json={"sender": uuid4().hex, "text": text})
            replied = time.perf_counter()
            response.raise_for_status()
            time.sleep(arguments.pause)
            if number < 3:  # the first ones warm both processes up
                continue
            outcome = response.json()["outcome"]
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            bare.append(searched - started)
            replies.append(replied - searched)
    report(settings.var_dir, bare, replies, outcomes, {name: running.get(name) for name in ("pid", "rasa_pid")})


def report(
    var_dir: Path, bare: list[float], replies: list[float], outcomes: dict[str, int], pids: dict[str, int | None]
) -> None:
    """Write the ratios and the memory of both processes."""
    ratios = np.asarray(replies) / np.asarray(bare)
    result = {
        "questions": len(bare),
        "bare_encode_and_search": summarize(bare),
        "reply": summarize(replies),
        "ratio_median": round(float(np.median(ratios)), 2),
        "ratio_p95": round(float(np.percentile(ratios, 95)), 2),
        "ratio_of_medians": round(float(np.median(replies) / np.median(bare)), 2),
        "outcomes": outcomes,
        "resident_megabytes": {name: round(resident_megabytes(pid)) for name, pid in pids.items() if pid},
    }
    write_result(var_dir, "reply_time", result)


if __name__ == "__main__":
    main()
