"""What a running bot writes about itself, for the commands that talk to it: loopback addresses and process ids."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

FILE = "running.json"


def write_running(var_dir: Path, address: str, internal: str, rasa_pid: int | None) -> None:
    """Say where this process is reached."""
    data = {"address": address, "internal": internal, "pid": os.getpid(), "rasa_pid": rasa_pid}
    (var_dir / FILE).write_text(json.dumps(data))


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
