"""A gateway in a process of its own, and what it leaves on the disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.telegram.bot_api_server import BotApiServer

ROOT = Path(__file__).resolve().parents[2]


def start_process(server: BotApiServer, var_dir: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.telegram.crash_gateway", server.url, str(var_dir)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def take_nothing(found: list[Any]) -> None:
    """Be told of what an earlier run left."""


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
