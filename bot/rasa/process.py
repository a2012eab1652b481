"""Rasa as a child of the bot: started, watched, restarted, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import signal
from pathlib import Path

from bot.rasa.client import RasaClient
from bot.rasa.model import rasa_environment
from bot.settings import ROOT, Settings

logger = logging.getLogger(__name__)
START_SECONDS = 180
POLL_SECONDS = 0.25
RESTART_SECONDS = (1, 2, 5, 10, 30)
EVENT_NAME = re.compile(r"[a-z_.]{3,60}")


class RasaProcess:
    """Keeps one Rasa server running on a loopback port."""

    def __init__(self, settings: Settings, model: Path, port: int, internal_url: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._model = model
        self._port = port
        self._python = settings.rasa_python
        self._environment = rasa_environment(internal_url)
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def pid(self) -> int | None:
        """The process id of the running Rasa."""
        return self._process.pid if self._process and self._process.returncode is None else None

    def start(self) -> None:
        """Start Rasa and go on starting it when it dies."""
        self._watch = asyncio.create_task(self._keep_running())

    async def stop(self) -> None:
        """Stop Rasa and wait until it is gone."""
        self._stopping = True
        if self._watch:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        process = self._process
        if process is None or process.returncode is not None:
            return
        _signal_group(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            _signal_group(process.pid, signal.SIGKILL)
            await process.wait()

    async def wait_until_up(self, client: RasaClient) -> bool:
        """Wait until Rasa answers; False after three minutes."""
        for _ in range(int(START_SECONDS / POLL_SECONDS)):
            if await client.is_up():
                return True
            await asyncio.sleep(POLL_SECONDS)
        return False

    async def _keep_running(self) -> None:
        failures = 0
        while not self._stopping:
            self._process = await self._spawn()
            assert self._process.stdout is not None
            async for line in self._process.stdout:
                summary = summarize_log_line(line)
                if summary:
                    logger.warning("rasa: %s", summary)
            code = await self._process.wait()
            pause = RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)]
            failures += 1
            logger.error("rasa ended with code %s; answers come without it; starting it again in %s s", code, pause)
            await asyncio.sleep(pause)

    async def _spawn(self) -> asyncio.subprocess.Process:
        command = [str(self._python), "-m", "rasa", "run", "--model", str(self._model), "--port", str(self._port)]
        command += ["--interface", "127.0.0.1", "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
        return await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env={**self._environment, "LOG_LEVEL": "ERROR", "LOG_LEVEL_LIBRARIES": "ERROR"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=1 << 20,
            # A group of its own: Ctrl-C reaches the bot first, which stops Rasa in order.
            start_new_session=True,
        )


def summarize_log_line(line: bytes) -> str:
    """Give what may be logged of a line of Rasa's log: the event's name, level and type of error.

    Rasa's REST channel logs the text of the message when something fails, so nothing else of a line is kept.
    """
    try:
        event = json.loads(line)
    except ValueError:
        return ""
    if not isinstance(event, dict):
        return ""
    name = str(event.get("event", ""))
    kinds = [str(item.get("exc_type", "")) for item in event.get("exception") or [] if isinstance(item, dict)]
    shown = name if EVENT_NAME.fullmatch(name) else "message withheld"
    kinds = [kind for kind in kinds if kind.isidentifier()]
    return f"{shown} ({', '.join(kinds)})" if kinds else shown


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)
