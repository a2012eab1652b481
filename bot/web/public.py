"""The public server (the chat page, the API, health), and the private one with the metrics."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import StartError
from bot.reply.texts import text
from bot.safety.cards import LAST_RESORT
from bot.settings import Settings
from bot.turn.limits import Limits, RateLimiter
from bot.turn.turn import Bot
from bot.web.answers import answer_routes
from bot.web.api import MessagesEndpoint
from bot.web.reports import ReportsEndpoint
from bot.web.safety_page import safety_routes
from bot.web.start_page import missing_page, start_routes
from bot.web.visitors import Visitors
from knowledge.material.registry import LANGUAGES

STATIC = Path(__file__).parent / "static"
SECURITY_HEADERS = {
    b"content-security-policy": b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"connect-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"permissions-policy": b"geolocation=(), camera=(), microphone=()",
    b"cross-origin-opener-policy": b"same-origin",
}


class FreshStaticFiles(StaticFiles):
    """Static files that the browser asks after each time, so that old and new modules never meet after an update."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Give a file with the header that says so."""
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response


class SecurityHeaders:
    """Adds the security headers to every response."""

    def __init__(self, app: ASGIApp, frame_ancestors: str) -> None:
        self._app = app
        policy = SECURITY_HEADERS[b"content-security-policy"] + f"; frame-ancestors {frame_ancestors}".encode("latin-1")
        self._headers = {**SECURITY_HEADERS, b"content-security-policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its response with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                message["headers"] = [*message["headers"], *self._headers.items()]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def build_public_app(
    bot: Bot, settings: Settings, extra_routes: list[Route], other_parts: Callable[[], dict[str, bool]]
) -> Starlette:
    """Build the app.

    Args:
        bot: what answers.
        settings: for the limits, the cookies and the public address.
        extra_routes: routes of other channels (Telegram's webhook).
        other_parts: which parts of other channels are up, for /health.
    """

    async def health(request: Request) -> Response:
        parts = await health_of(bot) | other_parts()
        # The page answers and cards come as long as this process runs, so a part that is down is no reason for 503.
        return JSONResponse({"status": "ok" if all(parts.values()) else "degraded", "parts": parts})

    visitors = Visitors(settings.trusted_addresses, settings.cookie_secret.get_secret_value())
    app = Starlette(
        routes=[
            Route("/api/messages", MessagesEndpoint(bot, limits_of(settings), visitors).post, methods=["POST"]),
            Route("/api/reports", ReportsEndpoint(bot).post, methods=["POST"]),
            Route("/health", health),
            Mount("/static", FreshStaticFiles(directory=STATIC)),
            *start_routes(bot, settings, visitors),
            *safety_routes(settings),
            *answer_routes(bot, settings),
            *extra_routes,
        ],
        middleware=[Middleware(SecurityHeaders, frame_ancestors=settings.frame_ancestors)],
        exception_handlers={404: missing_page(settings), StartError: _say_no_answers, Exception: _say_server_error},
    )
    # A redirect would repeat whatever host the request names.
    app.router.redirect_slashes = False
    return app


def limits_of(settings: Settings) -> Limits:
    """Make the limits that the settings name."""
    return Limits(
        RateLimiter(settings.rate_burst, settings.rate_per_second),
        RateLimiter(settings.cost_burst, settings.cost_per_second),
        RateLimiter(settings.address_burst, settings.address_per_second),
    )


def build_metrics_app(bot: Bot) -> Starlette:
    """Build the app of the metrics' own port."""

    async def metrics(request: Request) -> Response:
        bot.metrics.learned_layer.set(bot.gate.learned_available)
        return Response(bot.metrics.render(), media_type="text/plain; version=0.0.4")

    return Starlette(routes=[Route("/metrics", metrics)])


async def health_of(bot: Bot) -> dict[str, bool]:
    """Say which parts are up."""
    rasa_up = bot.rasa is not None and await bot.rasa.is_up()
    bot.metrics.rasa_up.set(rasa_up)
    return {
        "safety_lexicon": True,
        "safety_learned": bot.gate.learned_available,
        "index": bot.service.searcher is not None,
        "rasa": rasa_up,
    }


async def _say_no_answers(request: Request, error: Exception) -> Response:
    words = "\n\n".join(f"{text('no_answers', language)}\n{LAST_RESORT[language]}" for language in LANGUAGES)
    return PlainTextResponse(words, 503, headers={"retry-after": "60"})


async def _say_server_error(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": "server_error", "detail": "Something broke here. Please try again."}, 500)
