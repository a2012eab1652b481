"""What the network over the scores is worth: one score alone against it, on labelled messages.

Usage: python -m benchmarks.safety_heads [FILE.jsonl ...]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score

from bot.evaluation.labelled import load_labelled
from bot.evaluation.run_safety import HELDOUT
from bot.message import CARDED, Tier
from bot.safety.learned import LearnedModel, load_safety_model
from bot.settings import load_settings
from knowledge.retrieval.encoder import load_encoder

# Harmless messages that may get a card, where recall is compared.
ALARMS = 0.04


def main() -> None:
    """Print a table: area under the curve, and recall where 4 % of harmless messages get a card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=HELDOUT[:1])
    settings = load_settings()
    model = load_safety_model(settings.var_dir / "safety", load_encoder(settings.encoder))
    table = Table("file", "language", "card decided by", "area under the curve", f"recall at {ALARMS:.0%} false alarms")
    for path in parser.parse_args().files:
        messages = load_labelled(path)
        texts = [message.text for message in messages]
        risk = np.array([message.tier in CARDED for message in messages])
        calm = np.array([message.tier is Tier.T0 for message in messages])
        for lang in ("en", "es"):
            here = np.array([message.lang == lang for message in messages])
            for name, chance in chances(model, texts).items():
                area = roc_auc_score(risk[here & (risk | calm)], chance[here & (risk | calm)])
                recall = (chance[here & risk] > np.quantile(chance[here & calm], 1 - ALARMS)).mean()
                table.add_row(path.name, lang, name, f"{area:.3f}", f"{recall:.2f}")
    Console().print(table)


def chances(model: LearnedModel, texts: list[str]) -> dict[str, NDArray[np.float32]]:
    """Give each message's probability of a card, by the card's own score alone and by the network over all scores."""
    scores = model.scores(texts)
    return {
        "its own score": model.heads.calibrate(scores)[:, model.heads.names.index("card")],
        "the network": model.network.probabilities(scores)[:, 0],
    }


if __name__ == "__main__":
    main()
