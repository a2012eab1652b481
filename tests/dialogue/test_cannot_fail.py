"""One part broken at a time, in the real program: it comes up, says so, and a person in danger gets the card."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import ROOT, Carebot, launch_carebot, stop_carebot
from tests.telegram.bot_api_server import TOKEN, BotApiServer

pytestmark = pytest.mark.dialogue
START_SECONDS = 120
DANGER = {"en": "i am going to kill myself tonight", "es": "me voy a matar hoy en la noche"}


class EmptyReplies(BaseHTTPRequestHandler):
    """A Rasa whose action server is gone: it is up, and answers every message with nothing."""

    def _reply(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"[]" if self.command == "POST" else b'{"status": "ok"}')

    do_GET = do_POST = _reply

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def telegram() -> Iterator[BotApiServer]:
    with BotApiServer() as server:
        yield server


@pytest.fixture(scope="module")
def silent_address() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(scope="module")
def rasa_without_actions() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), EmptyReplies)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A var folder of its own with what the real one has built, so that a fault harms no other test."""
    for name in ("index", "safety"):
        shutil.copytree(ROOT / "var" / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def start(folder: Path, silent_address: str) -> Iterator[Callable[..., Carebot]]:
    started: list[subprocess.Popen[bytes]] = []

    def run(log: str | None = None, **settings: str) -> Carebot:
        path = folder / "carebot.log"
        environment = {"CAREBOT_VAR_DIR": str(folder), "CAREBOT_RASA_URL": silent_address, **settings}
        process = launch_carebot(Path(log or path), **environment)
        started.append(process)
        address = folder / "running.json"
        deadline = time.monotonic() + START_SECONDS
        while not address.exists():
            assert process.poll() is None and time.monotonic() < deadline, path.read_text(errors="replace")[-2000:]
            time.sleep(0.1)
        running = json.loads(address.read_text())
        return Carebot(running["address"], path, folder, process, running)

    yield run
    for process in started:
        stop_carebot(process)


def assert_cards(carebot: Carebot) -> None:
    for language, text in DANGER.items():
        reply = carebot.ask(text)
        words = reply["replies"][0]["text"]
        assert (reply["outcome"], reply["language"]) == ("crisis", language)
        assert words.index("911") < words.index("988")


def parts_of(carebot: Carebot) -> dict[str, bool]:
    response = httpx.get(f"{carebot.url}/health", timeout=10, trust_env=False)
    assert response.status_code == 200
    parts: dict[str, bool] = response.json()["parts"]
    return parts


def test_encoder_that_cannot_be_loaded(start: Callable[..., Carebot]) -> None:
    carebot = start(CAREBOT_ENCODER="/no/such/encoder")
    assert_cards(carebot)
    assert not parts_of(carebot)["index"] and not parts_of(carebot)["safety_learned"]
    log = carebot.log.read_text()
    assert "/no/such/encoder" in log and "CAREBOT_ENCODER" in log
    assert carebot.ask("why are therapists on strike")["outcome"] == "unavailable"
    for path in ("/", "/es", "/safety", "/es/safety"):
        assert httpx.get(carebot.url + path, trust_env=False).status_code == 200
    # The answers can be read, only not searched.
    page = httpx.get(f"{carebot.url}/answers", trust_env=False)
    assert page.status_code == 200 and "988" in page.text
    assert "carebot_safety_learned_layer 0.0" in carebot.metrics()


def test_no_index_and_no_knowledge_to_build_one(start: Callable[..., Carebot], folder: Path) -> None:
    shutil.rmtree(folder / "index")
    (folder / "knowledge").mkdir()
    carebot = start(CAREBOT_KNOWLEDGE_DIR=str(folder / "knowledge"))
    assert_cards(carebot)
    assert not parts_of(carebot)["index"] and parts_of(carebot)["safety_learned"]


def test_wrong_knowledge_keeps_the_last_good_index(start: Callable[..., Carebot], folder: Path) -> None:
    shutil.copytree(ROOT / "knowledge", folder / "knowledge")
    broken = folder / "knowledge/faq/care-access/wait-too-long.en.md"
    broken.write_text(broken.read_text().replace("id:", "idd:", 1))
    carebot = start(CAREBOT_KNOWLEDGE_DIR=str(folder / "knowledge"))
    assert carebot.ask("how long is too long to wait for an appointment")["faq"] == "wait-too-long"
    assert "wait-too-long.en.md" in carebot.log.read_text()


def test_no_classifier_and_none_can_be_trained(start: Callable[..., Carebot], folder: Path) -> None:
    shutil.rmtree(folder / "safety")
    (folder / "embeddings.sqlite").write_bytes(b"no database " * 100)
    carebot = start()
    assert_cards(carebot)
    assert parts_of(carebot)["index"] and not parts_of(carebot)["safety_learned"]
    assert "carebot_safety_learned_layer 0.0" in carebot.metrics()


def test_rasa_that_hangs_and_a_full_disk_behind_the_log(start: Callable[..., Carebot]) -> None:
    carebot = start(log="/dev/full")
    assert_cards(carebot)
    reply = carebot.ask("quisiera estar muerto. por qué están en huelga los terapeutas?")
    assert reply["safety"]["tier"] == "T2" and "988" in reply["replies"][0]["text"]
    assert not parts_of(carebot)["rasa"]


def test_action_server_that_is_gone(start: Callable[..., Carebot], rasa_without_actions: str) -> None:
    carebot = start(CAREBOT_RASA_URL=rasa_without_actions)
    assert_cards(carebot)
    assert carebot.ask("why are therapists on strike")["faq"] == "strike-causes"
    assert "carebot_rasa_failures_total 1.0" in carebot.metrics()


@pytest.mark.parametrize("address", ["sqlite:////dev/full", "sqlite:////dev/null/x.sqlite3"])
async def test_database_that_cannot_be_written(
    start: Callable[..., Carebot], telegram: BotApiServer, address: str
) -> None:
    carebot = start(CAREBOT_DATABASE_URL=address, CAREBOT_TELEGRAM_TOKEN=TOKEN, CAREBOT_TELEGRAM_API_URL=telegram.url)
    chat = 900 + len(address)
    telegram.write(chat, DANGER["en"])
    texts = await telegram.wait_for_texts(chat, 1, seconds=60)
    assert texts[0].index("911") < texts[0].index("988")
    assert not parts_of(carebot)["database"]
    assert_cards(carebot)


def test_redis_that_does_not_answer(start: Callable[..., Carebot], silent_address: str) -> None:
    carebot = start(CAREBOT_REDIS_URL=silent_address.replace("http", "redis"))
    assert_cards(carebot)
