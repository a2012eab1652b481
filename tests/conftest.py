"""Fixtures shared by the suites: the real program as a process, started once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 900


@dataclass
class Carebot:
    """A running carebot and what the tests need to talk to it."""

    url: str
    log: Path
    var_dir: Path
    process: subprocess.Popen[bytes]
    running: dict[str, Any]

    def ask(self, text: str, sender: str | None = None, **fields: Any) -> dict[str, Any]:
        """Send one message and give the reply."""
        body = {"sender": sender or uuid4().hex, "text": text, **fields}
        response = httpx.post(f"{self.url}/api/messages", json=body, timeout=60, trust_env=False)
        assert response.status_code == 200, response.text
        reply: dict[str, Any] = response.json()
        return reply

    def metrics(self) -> str:
        """Read the metrics from their private port."""
        return httpx.get(f"{self.running['metrics']}/metrics", timeout=10, trust_env=False).text


def launch_carebot(log: Path, **environment: str) -> subprocess.Popen[bytes]:
    """Start ``carebot run`` on free ports, its output in a file, and do not wait."""
    with log.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=ROOT,
            env={**os.environ, "CAREBOT_HTTP_PORT": "0", **environment},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def start_carebot(log: Path, **environment: str) -> Carebot:
    """Start ``carebot run`` on free ports and wait until it is ready."""
    var_dir = Path(environment.get("CAREBOT_VAR_DIR", ROOT / "var"))
    process = launch_carebot(log, **environment)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if "ready at" in log.read_text(errors="replace"):
            data = json.loads((var_dir / "running.json").read_text())
            return Carebot(data["address"], log, var_dir, process, data)
        if process.poll() is not None:
            break
        time.sleep(0.2)
    stop_carebot(process)
    pytest.fail(f"carebot did not start:\n{log.read_text(errors='replace')[-3000:]}")


def stop_carebot(process: subprocess.Popen[bytes]) -> int:
    """Stop a carebot as Ctrl-C does and give its exit code."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        return process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise


@pytest.fixture(scope="session")
def carebot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carebot]:
    """The real program: encoder, index, Rasa and web server, for all suites that need it."""
    running = start_carebot(tmp_path_factory.mktemp("carebot") / "carebot.log")
    yield running
    assert stop_carebot(running.process) == 0


@pytest.fixture(scope="session")
def carebot_url(carebot: Carebot) -> str:
    """Address of the running program."""
    return carebot.url


@pytest.fixture
def new_sender() -> Callable[[], str]:
    """Give sender ids that no one has used."""
    return lambda: uuid4().hex
