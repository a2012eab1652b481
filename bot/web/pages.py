"""What all pages share: the templates, the two languages, and numbers and addresses as links."""

from __future__ import annotations

from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.settings import Settings
from bot.web.links import link_text
from knowledge.material.registry import LANGUAGES, Language

TEMPLATES = Environment(
    loader=PackageLoader("bot.web", "templates"), autoescape=select_autoescape(["html"]), trim_blocks=True
)
TEMPLATES.filters["links"] = link_text


def prefix_of(language: Language) -> str:
    """Give what the addresses of a language begin with."""
    return "/es" if language == "es" else ""


def language_of(request: Request) -> Language:
    """Tell the language of a page from its address, and for one that does not exist from the browser's wish."""
    path = request.url.path
    if path == "/es" or path.startswith("/es/"):
        return "es"
    return "es" if request.headers.get("accept-language", "").lower().startswith("es") else "en"


def address_of(request: Request, settings: Settings) -> str:
    """Name the address people reach this server at, without a slash at the end.

    Never the host that the request names: whoever asks could put any address into our pages.
    """
    if settings.public_url:
        return str(settings.public_url).rstrip("/")
    host, port = request.scope["server"]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def render_page(
    template: str, language: Language, path: str, address: str, title: str, description: str, **more: Any
) -> str:
    """Render a page that exists in both languages; ``path`` is its English address ("" for the start page)."""
    return TEMPLATES.get_template(template).render(
        language=language,
        es=language == "es",
        prefix=prefix_of(language),
        paths={name: f"{prefix_of(name)}{path}" or "/" for name in LANGUAGES},
        address=address,
        title=title,
        description=description,
        **more,
    )


fresh_page = partial(HTMLResponse, headers={"cache-control": "no-cache"})
