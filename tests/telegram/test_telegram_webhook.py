"""The webhook behind the real server: strangers are turned away before they have sent a body."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest
from pydantic import HttpUrl, SecretStr
from starlette.applications import Starlette

from bot.settings import Settings
from bot.start.run import LOOPBACK, bind, serving, telegram_routes
from bot.telegram.gateway import TelegramGateway
from tests.telegram.bot_api_server import BotApiServer
from tests.telegram.fake_bot import FakeBot

CHAT = 4711
SECRET = "webhook-secret"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "telegram_webhook_url": HttpUrl("https://bot.example.org"),
            "telegram_webhook_secret": SecretStr(SECRET),
        }
    )


@pytest.fixture
async def port(gateway: TelegramGateway, server: BotApiServer) -> AsyncIterator[int]:
    await server.wait_for(lambda: gateway.healthy)
    with bind(LOOPBACK, 0, "a port") as listener:
        async with serving(Starlette(routes=list(telegram_routes(gateway))), listener):
            yield listener.getsockname()[1]


async def post(port: int, path: str, headers: dict[str, str], body: bytes = b"") -> int:
    """Send a request, perhaps with less body than it announces; give the status of the answer."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    lines = [f"POST {path} HTTP/1.1", "host: x", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    try:
        async with asyncio.timeout(5):
            return int((await reader.readline()).split()[1])
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("secret", "kind", "length", "status"),
    [
        ("wrong", "application/json", 900_000, 403),
        (SECRET, "application/json", 900_000_000, 413),
        (SECRET, "text/html", 900_000, 415),
    ],
)
async def test_refused_before_the_body_is_sent(
    port: int, gateway: TelegramGateway, secret: str, kind: str, length: int, status: int
) -> None:
    assert gateway.webhook is not None
    headers = {
        "x-telegram-bot-api-secret-token": secret,
        "content-type": kind,
        "content-length": str(length),
    }
    started = time.monotonic()
    assert await post(port, gateway.webhook.path, headers) == status
    assert time.monotonic() - started < 1


async def test_update_is_taken(port: int, gateway: TelegramGateway, server: BotApiServer, fake: FakeBot) -> None:
    assert gateway.webhook is not None
    server.write(CHAT, "hi")
    body = json.dumps(server.updates.pop()).encode()
    headers = {
        "x-telegram-bot-api-secret-token": SECRET,
        "content-type": "application/json; charset=utf-8",
        "content-length": str(len(body)),
    }
    assert await post(port, gateway.webhook.path, headers, body) == 200
    assert await server.wait_for_texts(CHAT, 1) == ["answer to hi"]
