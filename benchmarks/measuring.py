"""What the benchmarks share: fresh questions, the memory of a process, and where results go."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
HELDOUT = ROOT / "tests/evaluation/heldout.jsonl"


def fresh_questions(count: int) -> list[tuple[str, str]]:
    """Give (language, text) of questions that no cache has seen: each ends in a reference of its own.

    Raises:
        SystemExit: there are fewer held-out questions than asked for.
    """
    lines = [json.loads(line) for line in HELDOUT.read_text(encoding="utf-8").splitlines() if line.strip()]
    found = list(dict.fromkeys((line["lang"], line["text"]) for line in lines))
    if len(found) < count:
        raise SystemExit(f"{HELDOUT} has {len(found)} questions, fewer than {count}. Ask for fewer with --count.")
    # Evenly over the file, so that both languages and all topics are in.
    rows = np.linspace(0, len(found) - 1, count).astype(int)
    return [(language, f"{text} (ref {secrets.token_hex(2)})") for language, text in (found[row] for row in rows)]


def resident_megabytes(pid: int) -> float:
    """Give the resident memory of a process in megabytes (10^6 bytes), shared pages counted in full."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise SystemExit(f"Process {pid} shows no resident memory; has it ended?")


def write_result(var_dir: Path, name: str, result: dict[str, Any]) -> None:
    """Write a result under var/benchmarks and print it."""
    path = var_dir / "benchmarks" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))
    print(f"written to {path}")


def summarize(seconds: list[float]) -> dict[str, float]:
    """Give median and 95th percentile in milliseconds."""
    values = np.asarray(seconds) * 1_000
    return {"median_ms": round(float(np.median(values)), 2), "p95_ms": round(float(np.percentile(values, 95)), 2)}
