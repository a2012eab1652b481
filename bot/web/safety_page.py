"""The safety protocol as a page: docs/safety-protocol.md, which the chat page and the bot's /safety lead to."""

from __future__ import annotations

from functools import lru_cache

from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.settings import ROOT
from bot.web.answers import TEMPLATES

PROTOCOL = ROOT / "docs/safety-protocol.md"


@lru_cache(maxsize=1)
def render_protocol() -> str:
    """Render the protocol as an HTML page (once)."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(PROTOCOL.read_text(encoding="utf-8"))
    return TEMPLATES.get_template("safety.html").render(body=body)


async def show_safety(request: Request) -> Response:
    """Show the protocol."""
    return HTMLResponse(render_protocol())
