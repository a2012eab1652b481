"""``carebot run``: everything, started in order, minded, and stopped by one Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import math
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.answer_message import answer_message
from bot.dialogue.language import detect_language
from bot.dialogue.memory import Conversations
from bot.errors import StartError
from bot.metrics import Metrics
from bot.rasa.actions import build_executor
from bot.rasa.client import RasaClient
from bot.rasa.model import ensure_rasa_model
from bot.rasa.process import RasaProcess
from bot.safety.gate import SafetyGate
from bot.safety.learned import load_safety_model
from bot.settings import Settings
from bot.start.build import ensure_index, ensure_safety_model
from bot.start.running import forget_running, write_running
from bot.start.watch_index import watch_index
from bot.telegram.gateway import TelegramGateway
from bot.turn.admission import Admission
from bot.turn.service import Service
from bot.turn.turn import Bot
from bot.web.connections import Doorkeeper, quiet_accept_errors, raise_descriptor_limit
from bot.web.internal import build_internal_app
from bot.web.public import build_metrics_app, build_public_app
from bot.web.visitors import Network
from knowledge.errors import CarebotError
from knowledge.material.base import load_knowledge
from knowledge.retrieval.encoder import load_encoder
from knowledge.retrieval.index import load_index
from knowledge.retrieval.search import Searcher

logger = logging.getLogger(__name__)
LOOPBACK = "127.0.0.1"
OWN_ADDRESSES = ("127.0.0.0/8", "::1")
BACKLOG = 128
# Rasa sends its whole domain with each action, and waits for embeddings while it trains.
FOR_RASA = Doorkeeper(reply_seconds=600, request_bytes=64 * 1024 * 1024)
START_SECONDS = 180
POLL_SECONDS = 0.25
TELEGRAM_WAITS_SECONDS = 20
Report = Callable[[str], None]


@dataclass(frozen=True)
class Ports:
    """The listening sockets."""

    public: socket.socket
    internal: socket.socket
    metrics: socket.socket


class Server(uvicorn.Server):
    """A uvicorn server that leaves the signals to :func:`run_bot`."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]  # noqa: D102
        yield


def bind(host: str, port: int, setting: str) -> socket.socket:
    """Take a port.

    Raises:
        StartError: it is in use or not allowed; names the setting and the remedy.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, or asyncio leaves Nagle's algorithm on and every reply waits 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise StartError(
            f"{setting}: cannot listen on {host}:{port} ({error.strerror}). Stop what uses the port or set another one."
        ) from error
    listener.setblocking(False)
    return listener


async def run_bot(settings: Settings, report: Report, progress: Callable[[str, int, int], None]) -> None:
    """Run until SIGINT or SIGTERM.

    Raises:
        CarebotError: something needed at the start is wrong; all that was started is stopped.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    quiet_accept_errors(loop)
    # Ports first: a taken one should be said in the first second, not after the model is loaded.
    public = bind(settings.http_host, settings.http_port, "CAREBOT_HTTP_PORT")
    internal = bind(LOOPBACK, settings.internal_port, "CAREBOT_INTERNAL_PORT")
    metrics = bind(settings.metrics_host, settings.metrics_port, "CAREBOT_METRICS_PORT")
    async with contextlib.AsyncExitStack() as stack:
        ports = Ports(public, internal, metrics)
        for port in (public, internal, metrics):
            stack.callback(port.close)
        work = asyncio.create_task(_start_and_wait(settings, ports, stack, report, progress, stop))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not work.done():
            report("stopping")
            work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


async def _start_and_wait(
    settings: Settings,
    ports: Ports,
    stack: contextlib.AsyncExitStack,
    report: Report,
    progress: Callable[[str, int, int], None],
    stop: asyncio.Event,
) -> None:
    service, gate = Service(), SafetyGate()
    bot = Bot(gate, Conversations(), service, Metrics(), answers=Admission(settings.max_answers))
    service.getting_ready = True
    await stack.enter_async_context(serving(build_metrics_app(bot), ports.metrics))
    gateway = _make_gateway(settings, bot)
    app = build_public_app(bot, settings, telegram_routes(gateway), gateway.parts if gateway else dict)
    # Served before anything is loaded or built: what the patterns see gets its card from the first second.
    await stack.enter_async_context(serving(app, ports.public, doorkeeper_of(settings), settings.trusted_addresses))
    address = address_of(settings.http_host, ports.public)
    report(f"listening at {address}; loading the encoder")
    loading = asyncio.create_task(asyncio.to_thread(_load, settings, bot, report, progress))
    # A restart takes some seconds, which Telegram bridges; the first start takes minutes, and danger does not wait.
    await asyncio.wait({loading}, timeout=TELEGRAM_WAITS_SECONDS)
    if gateway is not None:
        await gateway.start()
        stack.push_async_callback(gateway.stop)
    await loading

    internal_url, secret = address_of(LOOPBACK, ports.internal), settings.internal_secret.get_secret_value()
    if service.encoder is not None:
        internal_app = build_internal_app(service.encoder, build_executor(service.dialogue), secret)
        await stack.enter_async_context(serving(internal_app, ports.internal, FOR_RASA))
        watcher = asyncio.create_task(watch_index(settings.index_dir, service, service.encoder))
        stack.push_async_callback(_cancel, watcher)
    about = {
        "address": address,
        "internal": internal_url,
        "internal_secret": secret,
        "metrics": address_of(settings.metrics_host, ports.metrics),
    }
    note_pid = functools.partial(write_running, settings.var_dir, about)
    note_pid(None)
    stack.callback(forget_running, settings.var_dir)
    await _start_rasa(settings, bot, internal_url, stack, report, note_pid)
    report(f"ready at {address}" + (" and on Telegram" if gateway else ""))
    await stop.wait()


def _load(settings: Settings, bot: Bot, report: Report, progress: Callable[[str, int, int], None]) -> None:
    """Load or build what answers need, and put each part in service as it comes."""
    try:
        load_service(bot.service, settings, report, progress)
        load_gate(bot.gate, bot.service, settings, report)
        warm_up(bot.gate)
    finally:
        bot.service.getting_ready = False


def address_of(host: str, listener: socket.socket) -> str:
    """Give the address a port is reached at."""
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"


def doorkeeper_of(settings: Settings) -> Doorkeeper:
    """Make the limits of connections that the settings name, below what file descriptors allow."""
    return Doorkeeper(
        settings.trusted_addresses,
        min(settings.max_connections, raise_descriptor_limit()),
        settings.max_connections_per_address,
        head_seconds=settings.request_seconds,
        body_seconds=settings.request_seconds,
    )


def load_service(
    service: Service, settings: Settings, report: Report, progress: Callable[[str, int, int], None]
) -> None:
    """Load the encoder and the index. Without them nothing is answered, but the crisis cards still go out."""
    # What is wrong with the knowledge is said when the index is made from it.
    with contextlib.suppress(Exception):
        service.show(load_knowledge(settings.knowledge_dir))
    try:
        service.encoder = load_encoder(settings.encoder)
        service.use(Searcher(ensure_index(settings, service.encoder, progress), service.encoder))
    except Exception as error:  # whatever it is, it must not keep a card from anyone
        report(f"NOT READY: {_reason(error)}")
    if service.encoder is not None and service.searcher is None:
        # New knowledge that is wrong keeps the last good index in service.
        try:
            service.use(Searcher(load_index(settings.index_dir, service.encoder), service.encoder))
            report(f"the last good index is in service: {service.build}")
        except Exception as error:
            report(f"only crisis cards are sent until this is mended ({_reason(error)})")


def warm_up(gate: SafetyGate) -> None:
    """Load what is loaded with the first message (word lists, models): it should not be a person's that waits."""
    for text in ("good morning, are you there", "buenos días, hay alguien ahí"):
        detect_language(text, None)
        gate.assess(text)


def load_gate(gate: SafetyGate, service: Service, settings: Settings, report: Report) -> None:
    """Load the gate's learned layer; without it the gate works all the same, and says so in /health."""
    if service.encoder is None:
        return
    try:
        if service.searcher is not None:
            ensure_safety_model(settings, service.searcher.index.knowledge, service.encoder, report)
        gate.use(load_safety_model(settings.var_dir / "safety", service.encoder))
    except Exception as error:  # whatever it is, the lexicon alone must start
        report(f"the learned safety layer is not available: {_reason(error)}")


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, CarebotError) else type(error).__name__


@contextlib.asynccontextmanager
async def serving(
    app: Starlette,
    listener: socket.socket,
    doorkeeper: Doorkeeper | None = None,
    balancers: Sequence[Network] = (),
) -> AsyncIterator[None]:
    """Serve an app on a bound socket while the context lasts.

    Args:
        app: what answers.
        listener: a bound socket.
        doorkeeper: what bounds its connections; by default they are bounded as the settings' defaults say.
        balancers: whose X-Forwarded-For is believed, beside this machine's own.
    """
    config = uvicorn.Config(
        app,
        http=(doorkeeper or Doorkeeper()).protocol(),  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        backlog=BACKLOG,
        forwarded_allow_ips=[*OWN_ADDRESSES, *map(str, balancers)],
        timeout_graceful_shutdown=3,
    )
    server = Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn sets a flag, no event
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def _start_rasa(
    settings: Settings,
    bot: Bot,
    internal_url: str,
    stack: contextlib.AsyncExitStack,
    report: Report,
    note_pid: Callable[[int | None], None],
) -> None:
    if settings.rasa_url is not None:
        client = RasaClient(str(settings.rasa_url), settings.rasa_timeout_seconds)
        stack.push_async_callback(client.close)
        bot.service.rasa = client
        if not await client.is_up():
            report(f"CAREBOT_RASA_URL: no Rasa answers at {settings.rasa_url} yet; answers come without it until then")
        return
    if bot.service.encoder is None:
        return
    try:
        model = await asyncio.to_thread(
            ensure_rasa_model, settings, bot.service.encoder.fingerprint, internal_url, report
        )
    except (CarebotError, OSError) as error:
        report(f"answers come without Rasa: {_reason(error)}")
        return
    report("starting Rasa (about 20 s)")
    with bind(LOOPBACK, 0, "Rasa's port") as free:
        port = free.getsockname()[1]
    process = RasaProcess(settings, model, port, internal_url, note_pid)
    client = RasaClient(process.url, settings.rasa_timeout_seconds)
    stack.push_async_callback(client.close)
    process.start(client)
    stack.push_async_callback(process.stop)
    if not await _use_when_up(client, bot.service, START_SECONDS):
        report("Rasa is not up after three minutes; answers come without it until it is")
        waiting = asyncio.create_task(_use_when_up(client, bot.service))
        stack.push_async_callback(_cancel, waiting)


async def _use_when_up(client: RasaClient, service: Service, seconds: float = math.inf) -> bool:
    """Put Rasa in service once it answers; False when it did not in the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if await client.is_up():
            service.rasa = client
            return True
        await asyncio.sleep(POLL_SECONDS)
    return False


def _make_gateway(settings: Settings, bot: Bot) -> TelegramGateway | None:
    if settings.telegram_token is None:
        return None
    return TelegramGateway(
        settings,
        lambda message: answer_message(message, bot),
        bot.forget,
        lambda: bot.service.composer.knowledge,
        bot.gate.assess_lexicon_only,
        bot.gate.assess,
    )


def telegram_routes(gateway: TelegramGateway | None) -> list[Route]:
    """Give the route that Telegram calls, when the bot does not poll."""
    if gateway is None or gateway.webhook is None:
        return []
    webhook = gateway.webhook

    async def receive(request: Request) -> Response:
        status = await webhook.receive(request.headers, request.stream())
        # What is left of a refused body is not read to its end.
        return Response(status_code=status, headers={"connection": "close"} if status >= 400 else None)

    return [Route(webhook.path, receive, methods=["POST"])]


async def _cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
