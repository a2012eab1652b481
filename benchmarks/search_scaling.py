"""Search time and recall of the index as the knowledge grows to 100,000 ways of asking.

The rows are real embeddings moved a random way, so that they crowd as real ones do. Recall is against exact search by
matrix product (numpy), which also shows where exact search stops being the cheaper one.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import write_result
from bot.settings import load_settings
from knowledge.retrieval.encoder import load_encoder
from knowledge.retrieval.index import load_index
from knowledge.retrieval.vectors import EXACT_LIMIT, VectorIndex

mpl.use("Agg")
import matplotlib.pyplot as plt

SIZES = (2_000, 10_000, 20_000, 50_000, 100_000)
# Length of the random move against a row of length 1: paraphrases of one question lie about this far apart.
MOVE = 0.6
NEIGHBOURS = 10
MAX_MILLISECONDS = 5.0
MIN_RECALL = 0.98
Rows = NDArray[np.float32]


def main() -> None:
    """Measure, write var/benchmarks/search_scaling.json and .png; ends with 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=500, help="how many queries a size (default 500)")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of rows")
    arguments = parser.parse_args()
    settings = load_settings()
    real = load_index(settings.index_dir, load_encoder(settings.encoder)).variants.vectors()
    random = np.random.default_rng(7)
    queries = moved(real, arguments.queries, random)
    points = [measure(moved(real, size, random), queries) for size in arguments.sizes]
    draw(points, settings.var_dir / "benchmarks/search_scaling.png")
    largest = points[-1]
    passed = largest["index_ms"] < MAX_MILLISECONDS and largest["recall_at_10"] >= MIN_RECALL
    targets = {"max_ms": MAX_MILLISECONDS, "min_recall_at_10": MIN_RECALL}
    write_result(settings.var_dir, "search_scaling", {"exact_limit": EXACT_LIMIT, "targets": targets, "sizes": points})
    raise SystemExit(0 if passed else 1)


def moved(real: Rows, count: int, random: np.random.Generator) -> Rows:
    """Give ``count`` rows of length 1, each a real row moved a random way: (count, d) float32."""
    rows = real[random.integers(0, len(real), count)]
    noise = random.standard_normal(rows.shape, dtype=np.float32)
    noise *= MOVE / np.linalg.norm(noise, axis=1, keepdims=True)
    rows = rows + noise
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def measure(rows: Rows, queries: Rows) -> dict[str, float]:
    """Build the index of a size and search it one query at a time, as the bot does."""
    started = time.perf_counter()
    index = VectorIndex.build(rows)
    build_seconds = time.perf_counter() - started
    index_times, exact_times, found = [], [], 0
    for query in queries:
        started = time.perf_counter()
        _, numbers = index.search(query[None], NEIGHBOURS)
        index_times.append(time.perf_counter() - started)
        started = time.perf_counter()
        nearest = np.argpartition(-(rows @ query), NEIGHBOURS)[:NEIGHBOURS]
        exact_times.append(time.perf_counter() - started)
        found += len(set(numbers[0].tolist()) & set(nearest.tolist()))
    point = {
        "rows": len(rows),
        "build_seconds": round(build_seconds, 2),
        "index_ms": round(float(np.median(index_times)) * 1_000, 3),
        "index_p95_ms": round(float(np.percentile(index_times, 95)) * 1_000, 3),
        "exact_ms": round(float(np.median(exact_times)) * 1_000, 3),
        "recall_at_10": round(found / (len(queries) * NEIGHBOURS), 4),
    }
    print(point, flush=True)
    return point


def draw(points: list[dict[str, float]], path: Path) -> None:
    """Draw time and recall against the number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sizes = [point["rows"] for point in points]
    figure, (times, recalls) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    times.plot(sizes, [point["index_ms"] for point in points], "o-", label="index")
    times.plot(sizes, [point["exact_ms"] for point in points], "s--", label="exact (numpy)")
    times.axhline(MAX_MILLISECONDS, color="grey", linewidth=0.8)
    times.axvline(EXACT_LIMIT, color="grey", linewidth=0.8, linestyle=":")
    times.set(xlabel="rows", ylabel="ms a query, median", title="Search time", xscale="log", yscale="log")
    times.legend()
    recalls.plot(sizes, [point["recall_at_10"] for point in points], "o-")
    recalls.axhline(MIN_RECALL, color="grey", linewidth=0.8)
    recalls.set(xlabel="rows", ylabel="recall@10", title="Recall against exact search", xscale="log", ylim=(0.9, 1.005))
    figure.savefig(path, dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()
