"""Safety in the words of people (/safety, /es/safety), and the engineers' protocol (docs/safety-protocol.md).

Neither needs an index: these are the pages that must come whatever is broken.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from itertools import count

from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.settings import ROOT, Settings
from bot.web.pages import address_of, render_page
from knowledge.material.registry import Language

PROTOCOL = ROOT / "docs/safety-protocol.md"
WIDE_TABLE = '<div class="wide" role="region" aria-label="Table {}" tabindex="0"><table>'
WORDS: dict[Language, tuple[str, str]] = {
    "en": (
        "Safety: whom to call, and what this bot does in a crisis",
        "In danger call 911. In a crisis call or text 988. What carebot does and does not do when someone is at risk.",
    ),
    "es": (
        "Seguridad: a quién llamar y qué hace este bot en una crisis",
        "En peligro llame al 911. En una crisis llame al 988 y oprima 2, o mande AYUDA al 988. Lo que carebot hace.",
    ),
}


def safety_routes(settings: Settings) -> list[Route]:
    """Give the routes of both pages and of the protocol."""

    def page_of(language: Language) -> Callable[[Request], Awaitable[Response]]:
        async def show(request: Request) -> Response:
            address = address_of(request, settings)
            return HTMLResponse(render_page(f"safety.{language}.html", language, "/safety", address, *WORDS[language]))

        return show

    async def protocol(request: Request) -> Response:
        return HTMLResponse(render_protocol(address_of(request, settings)))

    return [
        Route("/safety", page_of("en")),
        Route("/es/safety", page_of("es")),
        Route("/safety/protocol", protocol),
    ]


@lru_cache(maxsize=8)
def render_protocol(address: str) -> str:
    """Render the protocol as an HTML page (once for each address)."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(PROTOCOL.read_text(encoding="utf-8"))
    # A wide table scrolls inside itself, with the keyboard too.
    numbers = count(1)
    body = re.sub("<table>", lambda _: WIDE_TABLE.format(next(numbers)), body)
    body = body.replace("</table>", "</table></div>").replace("<th></th>", "<td></td>")
    return render_page(
        "protocol.html", "en", "/safety", address, "Safety protocol", "How carebot finds danger, measured.", body=body
    )
