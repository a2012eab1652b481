"""The public, private and internal servers on loopback, without a browser, an index or Rasa."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from pydantic import SecretStr
from rasa_sdk.executor import ActionExecutor

from bot.dialogue.memory import Conversations
from bot.message import SAFE, SafetyVerdict, Tier
from bot.metrics import Metrics
from bot.safety.gate import SafetyGate
from bot.settings import Settings
from bot.start.remote_encoder import connect_to_running
from bot.start.run import bind, serving
from bot.start.running import read_running, write_running
from bot.turn.service import Service
from bot.turn.turn import Bot
from bot.web.internal import SECRET_HEADER, build_internal_app
from bot.web.public import build_metrics_app, build_public_app

RISK = "nobody would miss me if this all stopped"
BROWSER = {"accept": "text/html,application/xhtml+xml"}


class Learned:
    def judge(self, text: str) -> SafetyVerdict:
        return SafetyVerdict(Tier.T2, "suicide_ideation", "learned") if RISK in text else SAFE


class FakeEncoder:
    name, fingerprint, dimension = "fake", "f", 2

    def encode_queries(self, texts: list[str]) -> Any:
        return np.ones((len(texts), 2), dtype=np.float32)

    encode_passages = encode_queries


@contextlib.asynccontextmanager
async def on_loopback(app: Any, **more: Any) -> AsyncIterator[httpx.AsyncClient]:
    listener = bind("127.0.0.1", 0, "a test's port")
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with (
        serving(app, listener, **more),
        httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as client,
    ):
        yield client


@contextlib.asynccontextmanager
async def public(**settings: Any) -> AsyncIterator[tuple[httpx.AsyncClient, Bot]]:
    bot = Bot(SafetyGate(Learned()), Conversations(), Service(), Metrics())
    read = Settings(cookie_secret=SecretStr("s" * 32), **settings)
    async with on_loopback(build_public_app(bot, read, [], dict)) as client:
        yield client, bot


async def send(client: httpx.AsyncClient, text: str, sender: str = "a", **headers: str) -> httpx.Response:
    return await client.post("/api/messages", json={"sender": sender, "text": text}, headers=headers)


async def test_a_visit_gets_a_cookie_that_no_script_reads_and_a_program_gets_none() -> None:
    async with public() as (client, _):
        assert "set-cookie" not in (await client.get("/")).headers
        cookie = (await client.get("/", headers=BROWSER)).headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=lax" in cookie and "secure" not in cookie
        assert "set-cookie" not in (await client.get("/", headers=BROWSER)).headers
    async with public() as (client, _):
        cookie = (await client.get("/", headers={**BROWSER, "x-forwarded-proto": "https"})).headers["set-cookie"]
        assert "secure" in cookie.lower()


async def test_the_pages_conversation_is_bound_to_its_cookie_and_tab() -> None:
    async with public() as (client, bot):
        await client.get("/", headers=BROWSER)
        await send(client, "hola", "tab")
        (name,) = bot.conversations._items
        assert name.startswith("web:") and name.endswith(".tab")
        client.cookies.clear()
        # Neither the whole name nor a cookie of one's own making leads there.
        await send(client, "hello", name.removeprefix("web:"))
        await send(client, "hello", "tab", cookie="carebot=" + name.removeprefix("web:").removesuffix(".tab"))
        await send(client, "hello", "tg-5")
        assert {other.partition(":")[0] for other in bot.conversations._items if other != name} == {"api"}
        assert len(bot.conversations) == 4


async def test_a_form_of_another_site_is_refused() -> None:
    async with public() as (client, _):
        for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
            reply = await client.post(
                "/api/messages", content=b'{"sender": "a", "text": "hi"}', headers={"content-type": kind}
            )
            assert (reply.status_code, reply.json()["error"]) == (415, "bad_content_type")
            assert reply.json()["detail"]
        body = b'{"sender": "a", "text": "hi"}'
        reply = await client.post(
            "/api/messages", content=body, headers={"content-type": "Application/JSON; charset=utf-8"}
        )
        assert reply.status_code == 200


@pytest.mark.parametrize("limit", ["rate_burst", "cost_burst", "address_burst"])
async def test_what_comes_too_fast_is_refused_and_still_read_by_both_layers(limit: str) -> None:
    size = {"rate_burst": 3, "cost_burst": 4_096, "address_burst": 3}[limit]
    rate = {limit.replace("burst", "per_second"): 0.01}
    async with public(**{limit: size}, **rate) as (client, bot):
        text = "why are they on strike " * (100 if limit == "cost_burst" else 1)
        statuses = []
        for number in range(5):
            sender = f"s{number}" if limit == "address_burst" else "s"
            reply = await send(client, text, sender, **{"x-forwarded-for": "203.0.113.7"})
            statuses.append(reply.status_code)
        assert statuses[0] == 200 and statuses[-1] == 429
        assert reply.json()["error"] == "too_fast" and reply.json()["detail"]
        for danger in (RISK, "voy a matarme esta noche"):
            # Long, so that the cost is over the limit as well.
            reply = await send(client, f"{danger} {'.' * 4_000}", "s", **{"x-forwarded-for": "203.0.113.7"})
            assert reply.status_code == 200 and reply.json()["replies"][0]["kind"] == "card"
        assert "carebot_rate_limited_total 0.0" not in bot.metrics.render().decode()


async def test_this_machine_and_trusted_addresses_are_spared_by_address_but_not_by_sender() -> None:
    settings = {"address_burst": 2, "address_per_second": 0.01, "trusted_addresses": "198.51.100.0/24"}
    async with public(**settings) as (client, _):
        for headers in ({}, {"x-forwarded-for": "198.51.100.9"}):
            replies = [await send(client, "hi", f"s{n}", **headers) for n in range(5)]
            assert {reply.status_code for reply in replies} == {200}
        others = [await send(client, "hi", f"t{n}", **{"x-forwarded-for": f"2001:db8::{n}"}) for n in range(4)]
        assert others[-1].status_code == 429
    async with public(rate_burst=2, rate_per_second=0.01) as (client, _):
        assert [(await send(client, "hi")).status_code for _ in range(3)][-1] == 429


async def test_metrics_are_not_on_the_public_port() -> None:
    async with public() as (client, bot):
        assert (await client.get("/metrics")).status_code == 404
        async with on_loopback(build_metrics_app(bot)) as private:
            assert "carebot_shed_total" in (await private.get("/metrics")).text


async def test_who_may_frame_the_page_is_a_setting() -> None:
    async with public(frame_ancestors="'self' https://clinic.example") as (client, _):
        policy = (await client.get("/")).headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'self' https://clinic.example")
    async with public() as (client, _):
        assert "frame-ancestors 'self' http://127.0.0.1:*" in (await client.get("/")).headers["content-security-policy"]


async def test_the_host_that_a_request_names_comes_back_nowhere() -> None:
    async with public() as (client, _):
        for path in ("/", "/static", "/static/", "/health", "/api/messages/", "/sitemap.xml", "/answers/"):
            reply = await client.get(path, headers={"host": "evil.example"})
            assert "evil.example" not in reply.text + str(reply.headers), path


async def test_the_internal_server_answers_only_who_knows_the_secret(tmp_path: Path) -> None:
    app = build_internal_app(FakeEncoder(), ActionExecutor(), "secret-of-this-start")
    async with on_loopback(app) as client:
        for headers in ({}, {SECRET_HEADER: "guess"}):
            for path in ("/embed", "/webhook"):
                assert (await client.post(path, json={"texts": ["a"]}, headers=headers)).status_code == 403
            assert (await client.get("/health", headers=headers)).status_code == 403
        known = {SECRET_HEADER: "secret-of-this-start"}
        assert (await client.post("/embed", json={"texts": ["a"]}, headers=known)).json() == {"vectors": [[1, 1]]}


def test_only_the_owner_reads_the_secret_of_a_running_bot(tmp_path: Path) -> None:
    write_running(tmp_path, {"address": "a", "internal_secret": "s"}, 7)
    write_running(tmp_path, {"address": "b", "internal_secret": "s"}, None)
    assert (tmp_path / "running.json").stat().st_mode & 0o777 == 0o600
    assert read_running(tmp_path)["address"] == "b" and read_running(tmp_path)["rasa_pid"] is None
    assert connect_to_running(tmp_path, "fake") is None
