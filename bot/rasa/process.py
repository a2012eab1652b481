"""Rasa as a child of the bot: started, watched, restarted, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import logging
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from bot.rasa.client import RasaClient
from bot.rasa.model import rasa_environment
from bot.settings import ROOT, Settings

logger = logging.getLogger(__name__)
RESTART_SECONDS = (1, 2, 5, 10, 30)
# After this long without dying, Rasa's earlier deaths no longer count.
STEADY_SECONDS = 120
PROBE_SECONDS = 1.0
# A Rasa that answered and then was silent for this many probes (two seconds each at most) hangs, and is ended.
SILENT_PROBES = 4
# A line of the log longer than this is dropped, not read.
MAX_LINE = 1 << 20
CHUNK = 1 << 16
EVENT_NAME = re.compile(r"[a-z_.]{3,60}")
PR_SET_PDEATHSIG = 1


class RasaProcess:
    """Keeps one Rasa server running on a loopback port.

    Args:
        settings: where Rasa's Python is.
        model: the trained model.
        port: a free port on loopback.
        internal_url: where Rasa finds the bot.
        on_change: told the process id of every Rasa that starts, and None when one ends.
    """

    def __init__(
        self,
        settings: Settings,
        model: Path,
        port: int,
        internal_url: str,
        on_change: Callable[[int | None], None] = lambda pid: None,
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._model = model
        self._port = port
        self._python = settings.rasa_python
        self._environment = rasa_environment(internal_url, settings.internal_secret.get_secret_value())
        self._on_change = on_change
        self._process: asyncio.subprocess.Process | None = None
        self._spawning: asyncio.Task[asyncio.subprocess.Process] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    @property
    def pid(self) -> int | None:
        """The process id of the running Rasa."""
        return self._process.pid if self._process and self._process.returncode is None else None

    def start(self, client: RasaClient) -> None:
        """Start Rasa; go on starting it when it dies, and ending it when it hangs."""
        self._tasks = [asyncio.create_task(self._keep_running()), asyncio.create_task(self._end_when_silent(client))]

    async def stop(self) -> None:
        """Stop Rasa and wait until it is gone."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._spawning is not None:
            # One that was just being started must be stopped as well.
            with contextlib.suppress(OSError):
                self._process = await self._spawning
        process = self._process
        if process is None or process.returncode is not None:
            return
        _signal_group(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            _signal_group(process.pid, signal.SIGKILL)
            await process.wait()

    async def _keep_running(self) -> None:
        failures = 0
        while not self._stopping:
            started = time.monotonic()
            try:
                await self._run_once()
            except OSError as error:
                logger.error("rasa cannot be started (%s); answers come without it", type(error).__name__)
            self._on_change(None)
            if time.monotonic() - started > STEADY_SECONDS:
                failures = 0
            pause = RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)]
            failures += 1
            logger.error("rasa ended; answers come without it; starting it again in %s s", pause)
            await asyncio.sleep(pause)

    async def _run_once(self) -> None:
        self._spawning = asyncio.create_task(self._spawn())
        self._process = await asyncio.shield(self._spawning)
        self._on_change(self._process.pid)
        assert self._process.stdout is not None
        async for line in _lines(self._process.stdout):
            summary = summarize_log_line(line)
            if summary:
                logger.warning("rasa: %s", summary)
        await self._process.wait()

    async def _end_when_silent(self, client: RasaClient) -> None:
        answered, silent = None, 0
        while True:
            await asyncio.sleep(PROBE_SECONDS)
            pid = self.pid
            if await client.is_up():
                answered, silent = pid, 0
                continue
            # Only one that has answered can fall silent: starting takes as long as it takes.
            if pid is None or pid != answered:
                continue
            silent += 1
            if silent >= SILENT_PROBES:
                logger.error("rasa no longer answers; ending it")
                _signal_group(pid, signal.SIGKILL)
                answered, silent = None, 0

    async def _spawn(self) -> asyncio.subprocess.Process:
        command = [str(self._python), "-m", "rasa", "run", "--model", str(self._model), "--port", str(self._port)]
        command += ["--interface", "127.0.0.1", "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
        return await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env={**self._environment, "LOG_LEVEL": "ERROR", "LOG_LEVEL_LIBRARIES": "ERROR"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            # A group of its own: Ctrl-C reaches the bot first, which stops Rasa in order.
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )


def _die_with_parent() -> None:
    # A bot that is killed outright cannot stop its Rasa, so the kernel does.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Read lines; one that is too long is left out instead of ending the reading."""
    kept, too_long = b"", False
    while chunk := await stream.read(CHUNK):
        *whole, rest = (kept + chunk).split(b"\n")
        for line in whole:
            if not too_long:
                yield line
            too_long = False
        too_long = too_long or len(rest) > MAX_LINE
        kept = b"" if too_long else rest


def summarize_log_line(line: bytes) -> str:
    """Tell what may be logged of a line of Rasa's log: the event's name, level and type of error.

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
