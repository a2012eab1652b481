"""What happens when parts die. A carebot of its own, since the test kills what it starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT, Carebot, start_carebot, stop_carebot
from tests.telegram.bot_api_server import TOKEN, BotApiServer

pytestmark = pytest.mark.dialogue
MARK = "zanahoria7391"


@pytest.fixture(scope="module")
def telegram() -> Iterator[BotApiServer]:
    with BotApiServer() as server:
        yield server


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory, telegram: BotApiServer) -> Iterator[Carebot]:
    folder = tmp_path_factory.mktemp("fragile")
    running = start_carebot(
        folder / "carebot.log",
        # The one in var/ may know this test's updates from a run that was stopped, and would not answer them again.
        CAREBOT_DATABASE_URL=f"sqlite:///{folder / 'carebot.sqlite3'}",
        CAREBOT_TELEGRAM_TOKEN=TOKEN,
        CAREBOT_TELEGRAM_API_URL=telegram.url,
    )
    yield running
    assert stop_carebot(running.process) == 0


async def test_the_cancelled_appointment_on_telegram(fragile: Carebot, telegram: BotApiServer) -> None:
    telegram.write(501, "me cancelaron la cita y no se que hacer")
    texts = "\n".join(await telegram.wait_for_texts(501, 2, seconds=60))
    assert "1. " in texts
    assert "Fuentes" in texts
    assert "988" in texts
    assert "888-466-2219" in texts


async def test_danger_on_telegram_gets_the_card(fragile: Carebot, telegram: BotApiServer) -> None:
    telegram.write(502, f"i am going to kill myself tonight {MARK}")
    texts = await telegram.wait_for_texts(502, 1, seconds=60)
    assert texts[0].index("911") < texts[0].index("988")


def test_rasa_killed_in_mid_conversation(fragile: Carebot) -> None:
    sender = "mid-conversation"
    assert fragile.ask("why are therapists on strike", sender)["faq"] == "strike-causes"
    os.killpg(fragile.running["rasa_pid"], signal.SIGKILL)
    assert fragile.ask(f"me cancelaron la cita {MARK}", sender)["faq"] == "appointment-cancelled"
    assert fragile.ask("voy a matarme esta noche", sender)["outcome"] == "crisis"
    assert fragile.ask("faq:wait-too-long", sender)["faq"] == "wait-too-long"
    health = httpx.get(f"{fragile.url}/health", trust_env=False).json()
    assert health["status"] == "degraded"
    assert health["parts"]["rasa"] is False
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if httpx.get(f"{fragile.url}/health", trust_env=False).json()["parts"]["rasa"]:
            break
        time.sleep(0.5)
    assert fragile.ask("why are therapists on strike", sender)["faq"] == "strike-causes"


def test_nothing_that_people_write_is_kept(fragile: Carebot) -> None:
    sender = f"person-{MARK}"
    for text in (f"{MARK} my phone is 555-0100", f"I want to die {MARK}", f"/restart {MARK}", f"{MARK} " * 300):
        fragile.ask(text[:4_000], sender)
    log = fragile.log.read_text(errors="replace")
    assert MARK not in log
    assert TOKEN not in log
    assert MARK not in fragile.metrics()
    for path in (*fragile.var_dir.rglob("*"), *fragile.log.parent.rglob("*")):
        if path.is_file() and path.suffix not in (".png",):
            assert MARK.encode() not in path.read_bytes(), path


def test_a_taken_port_is_named_with_its_setting(fragile: Carebot) -> None:
    port = fragile.url.rsplit(":", 1)[1]
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        cwd=ROOT,
        env={**os.environ, "CAREBOT_HTTP_PORT": port},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "CAREBOT_HTTP_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_new_index_is_taken_over_and_a_bad_one_refused(fragile: Carebot, tmp_path: Path) -> None:
    pointer = fragile.var_dir / "index/current"
    good = pointer.read_text()
    try:
        pointer.write_text("no-such-build")
        time.sleep(2)
        assert fragile.ask("why are therapists on strike")["faq"] == "strike-causes"
        assert "refused" in fragile.log.read_text(errors="replace")
    finally:
        pointer.write_text(good)
