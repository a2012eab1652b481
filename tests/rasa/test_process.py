"""Whatever Rasa does, it is started again; the client spares people a Rasa that hangs."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.errors import RasaUnavailableError
from bot.rasa import process as module
from bot.rasa.client import OPEN_SECONDS, RasaClient
from bot.rasa.process import RasaProcess
from bot.settings import Settings


class Probe:
    """A client whose Rasa is up as long as the test says so."""

    up = False

    async def is_up(self) -> bool:
        return self.up


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESTART_SECONDS", (0.05, 0.1))
    monkeypatch.setattr(module, "PROBE_SECONDS", 0.05)


def rasa_of(tmp_path: Path, script: str, seen: list[int | None]) -> RasaProcess:
    python = tmp_path / "python"
    python.write_text(f"#!{sys.executable}\n{script}")
    python.chmod(0o755)
    return RasaProcess(Settings(rasa_python=python), tmp_path / "model", 1, "http://127.0.0.1:2", seen.append)


async def until(done: Any, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not done():  # noqa: ASYNC110 - the state under test is a plain list
            await asyncio.sleep(0.02)


async def test_a_rasa_that_dies_is_started_again(tmp_path: Path) -> None:
    seen: list[int | None] = []
    rasa = rasa_of(tmp_path, "raise SystemExit(3)", seen)
    rasa.start(Probe())  # type: ignore[arg-type]
    await until(lambda: len([pid for pid in seen if pid]) >= 3)
    await rasa.stop()


async def test_a_rasa_that_cannot_be_started_is_tried_again(tmp_path: Path) -> None:
    seen: list[int | None] = []
    rasa = rasa_of(tmp_path, "import time; time.sleep(60)", seen)
    (tmp_path / "python").rename(tmp_path / "gone")
    rasa.start(Probe())  # type: ignore[arg-type]
    await until(lambda: seen.count(None) >= 2)
    (tmp_path / "gone").rename(tmp_path / "python")
    await until(lambda: rasa.pid is not None)
    await rasa.stop()


async def test_a_log_line_of_two_megabytes_does_not_end_the_watching(tmp_path: Path) -> None:
    seen: list[int | None] = []
    rasa = rasa_of(tmp_path, "print('x' * (1 << 21), flush=True)\nimport time; time.sleep(60)", seen)
    rasa.start(Probe())  # type: ignore[arg-type]
    await until(lambda: rasa.pid is not None)
    await asyncio.sleep(0.5)
    first = rasa.pid
    assert first is not None
    os.kill(first, 9)
    await until(lambda: rasa.pid not in (None, first))
    await rasa.stop()


async def test_a_rasa_that_falls_silent_is_ended_and_started_again(tmp_path: Path) -> None:
    seen: list[int | None] = []
    probe = Probe()
    rasa = rasa_of(tmp_path, "import time; time.sleep(60)", seen)
    rasa.start(probe)  # type: ignore[arg-type]
    await until(lambda: rasa.pid is not None)
    first = rasa.pid
    await asyncio.sleep(0.5)
    assert rasa.pid == first, "one that only takes long to start is left alone"
    probe.up = True
    await asyncio.sleep(0.3)
    probe.up = False
    await until(lambda: rasa.pid not in (None, first))
    await rasa.stop()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_after_two_failures_nobody_waits_until_rasa_shows_a_sign_of_life() -> None:
    asked: list[str] = []
    alive = False

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if not alive:
            raise httpx.ReadTimeout("silent")
        move = {"carebot_move": {"kind": "say", "faqs": [], "say": "greet", "misses": 0}}
        return httpx.Response(200, json=[{"custom": move}])

    clock = Clock()
    client = RasaClient("http://rasa", 1, clock)
    await client.close()
    client._client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    for _ in range(5):
        with pytest.raises(RasaUnavailableError):
            await client.say("someone", "hello", "en")
    assert len(asked) == 2
    clock.now = OPEN_SECONDS + 1
    alive = True
    assert [move.say for move in await client.say("someone", "hello", "en")] == ["greet"]
    await client.close()
