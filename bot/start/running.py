"""What a running bot writes about itself, for the commands that talk to it: loopback addresses and process ids."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

FILE = "running.json"


def write_running(var_dir: Path, about: dict[str, str], rasa_pid: int | None) -> None:
    """Say where this process is reached, and with which secret; only its owner may read that."""
    new = var_dir / f"{FILE}.new"
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(json.dumps({**about, "pid": os.getpid(), "rasa_pid": rasa_pid}))
    new.replace(var_dir / FILE)


def read_running(var_dir: Path) -> dict[str, Any]:
    """Read what the last started bot wrote; {} when there is nothing. It may have stopped since."""
    try:
        data = json.loads((var_dir / FILE).read_text())
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def forget_running(var_dir: Path) -> None:
    """Take the file away when the bot stops."""
    (var_dir / FILE).unlink(missing_ok=True)
