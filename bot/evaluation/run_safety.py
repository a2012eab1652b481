"""``carebot evaluate safety``: the gate as it runs, on files of labelled messages, against the committed floors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.evaluation.labelled import load_floors
from bot.evaluation.report import say
from bot.evaluation.safety import check_floors, evaluate_safety
from bot.safety.gate import SafetyGate
from bot.safety.learned import load_safety_model
from bot.settings import ROOT, Settings
from bot.start.build import ensure_index, ensure_safety_model
from knowledge.retrieval.encoder import load_encoder

FLOORS = ROOT / "tests/evaluation/safety-floors.json"
HELDOUT = tuple(ROOT / f"tests/evaluation/safety-{name}.jsonl" for name in ("heldout", "hard", "fresh"))


def evaluate_safety_model(settings: Settings, files: Sequence[Path], out_dir: Path) -> int:
    """Measure both layers together and alone; 0 when every floor holds, else 1 with the broken ones printed."""
    encoder = load_encoder(settings.encoder)
    ensure_safety_model(settings, ensure_index(settings, encoder).knowledge, encoder, lambda step: None)
    gate = SafetyGate(load_safety_model(settings.var_dir / "safety", encoder))
    results = evaluate_safety(gate, files, out_dir)
    broken = check_floors(results, load_floors(FLOORS))
    for line in broken:
        say(f"floor broken: {line}")
    return 1 if broken else 0
