"""The chat page in both languages, and what leads to it: the example of embedding, QR codes, robots.txt, 404."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable

import segno
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.safety.cards import LAST_RESORT
from bot.settings import Settings
from bot.turn.turn import Bot
from bot.web.pages import address_of, fresh_page, language_of, prefix_of, render_page
from bot.web.visitors import Visitors
from knowledge.material.registry import LANGUAGES, Language

Show = Callable[[Request], Awaitable[Response]]
START: dict[Language, tuple[str, str]] = {
    "en": (
        "Kaiser mental-health strikes: questions and answers",
        "Answers about the Kaiser mental-health strikes and getting care, for patients, families and strikers, "
        "in English and Spanish.",
    ),
    "es": (
        "Huelgas de salud mental en Kaiser: preguntas y respuestas",
        "Respuestas sobre las huelgas de salud mental en Kaiser y cómo conseguir atención, para pacientes, familias y "
        "huelguistas, en español e inglés.",
    ),
}
EMBED: dict[Language, tuple[str, str]] = {
    "en": ("carebot in your page, and on paper", "How to put carebot into another web page, and QR codes for flyers."),
    "es": ("carebot en su página y en papel", "Cómo poner carebot en otra página web, y códigos QR para volantes."),
}
MISSING: dict[Language, str] = {"en": "There is no such page", "es": "Esa página no existe"}
QUIET_ZONE = 4


def start_routes(bot: Bot, settings: Settings, visitors: Visitors) -> list[Route]:
    """List the routes of the start page and its surroundings; whoever opens a page of the chat is welcomed."""

    def page_of(template: str, path: str, words: dict[Language, tuple[str, str]], language: Language) -> Show:
        async def show(request: Request) -> Response:
            page = fresh_page(render_page(template, language, path, address_of(request, settings), *words[language]))
            visitors.welcome(request, page)
            return page

        return show

    def qr_of(language: Language) -> Show:
        async def show(request: Request) -> Response:
            faq = request.path_params.get("faq")
            if faq is not None and (faq, language) not in bot.service.composer.knowledge.entries:
                raise HTTPException(404)
            path = f"{prefix_of(language)}/answers/{faq}" if faq else prefix_of(language) or "/"
            return Response(draw_qr(address_of(request, settings) + path), media_type="image/svg+xml")

        return show

    async def robots(request: Request) -> Response:
        sitemap = f"{address_of(request, settings)}/sitemap.xml"
        return PlainTextResponse(f"User-agent: *\nDisallow: /api/\nSitemap: {sitemap}\n")

    routes = [Route("/robots.txt", robots)]
    for language in LANGUAGES:
        prefix = prefix_of(language)
        routes += [
            Route(prefix or "/", page_of("chat.html", "", START, language)),
            Route(f"{prefix}/embed", page_of("embed.html", "/embed", EMBED, language)),
            Route(f"{prefix}/qr.svg", qr_of(language)),
            Route(f"{prefix}/answers/{{faq}}/qr.svg", qr_of(language)),
        ]
    return routes


def draw_qr(address: str) -> bytes:
    """Draw the QR code of an address as SVG, on white so that a phone reads it in dark mode too."""
    drawn = io.BytesIO()
    segno.make(address).save(drawn, kind="svg", scale=8, border=QUIET_ZONE, light="#ffffff")
    return drawn.getvalue()


def missing_page(settings: Settings) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Make what answers a request for nothing: a page with the lines and a search box, or JSON below /api."""

    async def show(request: Request, error: Exception) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": "not_found", "detail": "No such address. See docs/api.md."}, 404)
        language = language_of(request)
        title = MISSING[language]
        page = render_page(
            "missing.html", language, "", address_of(request, settings), title, title,
            last_resort=LAST_RESORT[language], query="",
        )  # fmt: skip
        return HTMLResponse(page, 404)

    return show
