"""What a connection may cost: time, bytes and descriptors. uvicorn itself bounds none of the three."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import resource
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.web.visitors import Network, is_trusted, network_of

logger = logging.getLogger(__name__)
MAX_HEAD_BYTES = 64 * 1024
MAX_PIPELINED = 16
# For the database, Rasa, Telegram and files: no connection may take these descriptors.
SPARE_DESCRIPTORS = 200
MAX_DESCRIPTORS = 65_536
QUIET_SECONDS = 60.0
TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b'content-length: 86\r\n\r\n{"error": "headers_too_large", "detail": "The headers are over 65536 bytes together."}'
)


def raise_descriptor_limit() -> int:
    """Take as many file descriptors as the system allows; gives how many connections that leaves room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MAX_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    have = MAX_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
    return max(have - SPARE_DESCRIPTORS, have // 2)


class OnceAMinute(logging.Filter):
    """Lets a line through once a minute, however often it is written."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether to write a record."""
        now = self._clock()
        if now - self._last.get(record.msg, -QUIET_SECONDS) < QUIET_SECONDS:
            return False
        self._last[record.msg] = now
        return True


logger.addFilter(OnceAMinute())


def quiet_accept_errors(loop: asyncio.AbstractEventLoop) -> None:
    """Have the loop say once a minute, and in one line, that descriptors are used up."""
    once = OnceAMinute()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if "accept" not in str(context.get("message", "")):
            loop.default_exception_handler(context)
        elif once.filter(logging.makeLogRecord({"msg": "accept"})):
            logger.error("no descriptor is left for new connections (%s)", type(context.get("exception")).__name__)

    loop.set_exception_handler(handle)


@dataclass
class Doorkeeper:
    """Counts the connections of a server and decides which may stay.

    Attributes:
        trusted: networks without a limit by address.
        total: connections at once; beyond it the one that has been silent for longest goes.
        per_address: connections at once of one address.
        head_seconds: from the first moment to the end of the headers.
        body_seconds: from there to the end of the body.
        reply_seconds: from there until the reply is read.
        request_bytes: of a whole request, far above what a route takes: what is over a route's limit is read in vain.
    """

    trusted: Sequence[Network] = ()
    total: int = 1_000
    per_address: int = 128
    head_seconds: float = 10.0
    body_seconds: float = 10.0
    reply_seconds: float = 90.0
    request_bytes: int = 1024 * 1024
    _open: int = 0
    _by_address: Counter[str] = field(default_factory=Counter)
    _silent: dict[asyncio.Transport, None] = field(default_factory=dict)

    def admit(self, host: str, transport: asyncio.Transport) -> bool:
        """Count a new connection, and say whether it may stay."""
        address = network_of(host)
        self._open += 1
        self._by_address[address] += 1
        if self._by_address[address] > self.per_address and not is_trusted(host, self.trusted):
            logger.warning("connections are refused: too many from one address")
            return False
        if self._open > self.total:
            logger.warning("connections are refused: %s are open", self.total)
            if not self._silent:
                return False
            next(iter(self._silent)).abort()
        self.note_silent(transport, True)
        return True

    def leave(self, host: str, transport: asyncio.Transport) -> None:
        """Count a connection off."""
        address = network_of(host)
        self._open -= 1
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]
        self._silent.pop(transport, None)

    def note_silent(self, transport: asyncio.Transport, silent: bool) -> None:
        """Remember whether a connection owes us a request."""
        self._silent.pop(transport, None)
        if silent:
            self._silent[transport] = None

    def protocol(self) -> Callable[..., HttpToolsProtocol]:
        """Give what uvicorn makes its connections with."""
        return functools.partial(GuardedProtocol, self)


class GuardedProtocol(HttpToolsProtocol):
    """A connection that ends when a part of a request or of its reply takes too long, or is too large."""

    def __init__(self, doorkeeper: Doorkeeper, config: Config, *args: Any, **kwargs: Any) -> None:
        super().__init__(config, *args, **kwargs)
        self._doorkeeper = doorkeeper
        self._deadline: asyncio.TimerHandle | None = None
        self._in_head = True
        self._size = 0

    @property
    def _host(self) -> str:
        return self.client[0] if self.client else ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection; it owes the headers from now on."""
        super().connection_made(transport)
        if self._doorkeeper.admit(self._host, transport):
            self._allow(self._doorkeeper.head_seconds)
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connection off."""
        self._allow(None)
        self._doorkeeper.leave(self._host, self.transport)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand on no more of the headers than they may have."""
        if self._deadline is None:
            self._allow(self._doorkeeper.head_seconds)
        while data and not self.transport.is_closing():
            # The parser keeps an unfinished header as long as it grows, so its bytes are counted before it.
            room = (MAX_HEAD_BYTES if self._in_head else self._doorkeeper.request_bytes) - self._size
            piece, data = data[: max(room, 0)], data[max(room, 0) :]
            self._size += len(piece)
            if piece:
                super().data_received(piece)
            else:
                self._refuse()

    def on_headers_complete(self) -> None:
        """Go on to the body."""
        self._in_head = False
        self._doorkeeper.note_silent(self.transport, False)
        self._allow(self._doorkeeper.body_seconds)
        super().on_headers_complete()
        if len(self.pipeline) > MAX_PIPELINED:
            self.transport.abort()

    def on_message_complete(self) -> None:
        """Go on to the reply."""
        self._in_head, self._size = True, 0
        self._allow(self._doorkeeper.reply_seconds)
        super().on_message_complete()
        if self.cycle.response_complete:
            self._rest()

    def on_response_complete(self) -> None:
        """Go on to the next request, unless the body of this one still comes."""
        if self._in_head and not self.pipeline:
            self._rest()
        super().on_response_complete()

    def _rest(self) -> None:
        # uvicorn's own time limit ends a connection that asks for nothing more.
        self._allow(None)
        self._doorkeeper.note_silent(self.transport, True)

    def _refuse(self) -> None:
        if self._in_head:
            self.transport.write(TOO_LARGE)
            self.transport.close()
        else:
            self.transport.abort()

    def _allow(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
