"""The real server on loopback, and clients that are silent, slow, many or large."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.start.run import bind, serving
from bot.web import connections
from bot.web.connections import MAX_HEAD_BYTES, Doorkeeper, OnceAMinute, quiet_accept_errors

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def count(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@contextlib.asynccontextmanager
async def server(doorkeeper: Doorkeeper) -> AsyncIterator[int]:
    listener = bind("127.0.0.1", 0, "a test's port")
    app = Starlette(routes=[Route("/", count, methods=["GET", "POST"])])
    async with serving(app, listener, doorkeeper):
        yield listener.getsockname()[1]


async def connect(port: int, first: bytes = b"") -> Stream:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    if first:
        writer.write(first)
        await writer.drain()
    return reader, writer


async def seconds_until_closed(stream: Stream, patience: float = 5) -> float:
    started = time.monotonic()
    with contextlib.suppress(ConnectionError):
        await asyncio.wait_for(stream[0].read(), patience)
    stream[1].close()
    return time.monotonic() - started


async def get(port: int, **more: object) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        return await client.request("GET", f"http://127.0.0.1:{port}/", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("first", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: a\r\nx-a: "])
async def test_a_connection_that_sends_no_request_is_closed(first: bytes) -> None:
    async with server(Doorkeeper(head_seconds=0.3)) as port:
        assert 0.1 < await seconds_until_closed(await connect(port, first)) < 2


async def test_a_drop_now_and_then_does_not_keep_a_connection_open() -> None:
    async with server(Doorkeeper(head_seconds=0.4, body_seconds=0.4)) as port:
        for first in (b"GET / HTTP/1.1\r\nx: ", b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 99\r\n\r\n"):
            stream = await connect(port, first)
            closed = asyncio.create_task(seconds_until_closed(stream))
            while not closed.done():
                stream[1].write(b"x")
                await asyncio.sleep(0.05)
            assert await closed < 2


async def test_a_second_request_on_a_connection_has_its_time_too() -> None:
    async with server(Doorkeeper(head_seconds=0.4)) as port:
        stream = await connect(port, b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        assert b"200 OK" in await asyncio.wait_for(stream[0].readuntil(b"\r\n\r\n0"), 2)
        await asyncio.sleep(0.6)
        stream[1].write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\nGET / HT")
        assert b"200 OK" in await asyncio.wait_for(stream[0].readuntil(b"\r\n\r\n0"), 2)
        stream[1].write(b"TP/1.1\r\nx: ")
        assert await seconds_until_closed(stream) < 2


async def test_a_slow_reply_is_not_cut_short() -> None:
    async def slow(request: Request) -> PlainTextResponse:
        await asyncio.sleep(0.6)
        return PlainTextResponse("there")

    listener = bind("127.0.0.1", 0, "a test's port")
    async with serving(Starlette(routes=[Route("/", slow)]), listener, Doorkeeper(head_seconds=0.2, body_seconds=0.2)):
        assert (await get(listener.getsockname()[1])).text == "there"


async def test_three_hundred_silent_connections_keep_nobody_out() -> None:
    async with server(Doorkeeper(total=100, head_seconds=30)) as port:
        silent = [await connect(port) for _ in range(300)]
        started = time.monotonic()
        assert (await get(port)).status_code == 200
        assert time.monotonic() - started < 1
        for _, writer in silent:
            writer.close()


async def test_one_address_has_a_number_of_connections_and_a_trusted_one_has_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with server(Doorkeeper(per_address=5)) as port:
        open_ones = [await connect(port) for _ in range(20)]
        assert (await get(port)).status_code == 200
        monkeypatch.setattr(connections, "is_trusted", lambda host, trusted: False)
        assert await seconds_until_closed(await connect(port)) < 1
        for _, writer in open_ones:
            writer.close()
        await asyncio.sleep(0.2)
        assert (await get(port)).status_code == 200


@pytest.mark.parametrize("size", [MAX_HEAD_BYTES + 100, 3_000_000])
async def test_headers_are_not_read_without_end(size: int) -> None:
    async with server(Doorkeeper()) as port:
        assert (await get(port, headers={"x-long": "a" * 60_000})).status_code == 200
        reader, writer = await connect(port, b"GET / HTTP/1.1\r\nhost: a\r\nx-long: ")
        with contextlib.suppress(ConnectionError):
            for _ in range(size // 10_000 + 1):
                writer.write(b"a" * 10_000)
                await writer.drain()
            reply = await asyncio.wait_for(reader.read(), 5)
            assert b" 431 " in reply and b"headers_too_large" in reply
        writer.close()
        assert (await get(port)).status_code == 200


async def test_a_request_has_a_size_whatever_its_parts_are() -> None:
    async with server(Doorkeeper(request_bytes=200_000)) as port:
        reader, writer = await connect(
            port, b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx-trailer: "
        )
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                writer.write(b"b" * 10_000)
                await writer.drain()
            assert b"200 OK" not in await asyncio.wait_for(reader.read(), 5)
        writer.close()


async def test_a_hundred_requests_in_one_piece_are_not_queued() -> None:
    async with server(Doorkeeper()) as port:
        stream = await connect(port, b"GET / HTTP/1.1\r\nhost: a\r\n\r\n" * 100)
        assert await seconds_until_closed(stream) < 2
        assert (await get(port)).status_code == 200


async def test_used_up_descriptors_are_said_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.get_running_loop()
    quiet_accept_errors(loop)
    for _ in range(100):
        loop.call_exception_handler(
            {"message": "socket.accept() out of system resource", "exception": OSError(24, "too many open files")}
        )
    assert [record.getMessage() for record in caplog.records] == ["no descriptor is left for new connections (OSError)"]


def test_a_line_comes_again_after_a_minute() -> None:
    now = [0.0]
    once = OnceAMinute(lambda: now[0])
    record = logging.makeLogRecord({"msg": "again"})
    assert [once.filter(record) for _ in range(3)] == [True, False, False]
    now[0] = 61
    assert once.filter(record)


def test_the_descriptor_limit_leaves_room_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[tuple[int, int]] = [(1_024, 4_096)]
    monkeypatch.setattr(connections.resource, "getrlimit", lambda kind: limits[-1])
    monkeypatch.setattr(connections.resource, "setrlimit", lambda kind, new: limits.append(new))
    assert connections.raise_descriptor_limit() == 4_096 - connections.SPARE_DESCRIPTORS
    assert limits[-1] == (4_096, 4_096)
