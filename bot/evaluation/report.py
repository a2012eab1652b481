"""What all evaluation reports share: the page around them, the console, where they go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from rich.console import Console

from bot.evaluation.shares import cell

console = Console(highlight=False)


def say(message: str) -> None:
    """Print one line."""
    console.print(f"carebot: {message}", markup=False)


def write_results(results: Mapping[str, Any], path: Path) -> None:
    """Write figures as JSON, for comparison between versions; the folder is made if missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False), encoding="utf-8")


def write_page(template: str, path: Path, **values: Any) -> None:
    """Fill a template of this package; what people wrote is escaped."""
    pages = Environment(
        loader=PackageLoader("bot.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["cell"] = cell
    path.write_text(pages.get_template(template).render(**values), encoding="utf-8")
