"""Every answer as a plain page of its own, for people without the bot and for search engines."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.sax.saxutils import escape

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.reply.compose import Composer
from bot.reply.texts import text
from bot.settings import Settings
from bot.turn.turn import Bot
from knowledge.material.entry import Entry
from knowledge.material.registry import Language
from knowledge.material.render import format_date

TEMPLATES = Environment(
    loader=PackageLoader("bot.web", "templates"), autoescape=select_autoescape(["html"]), trim_blocks=True
)
STEP = re.compile(r"^(?:\d+\.|-)\s+(.*)$")


def answer_routes(bot: Bot, settings: Settings) -> list[Route]:
    """Give the routes of the answer pages, their lists and the sitemap."""
    address = str(settings.public_url or "").rstrip("/")

    def page_of(language: Language) -> Any:
        async def show(request: Request) -> Response:
            composer = bot.service.composer
            entry = composer.knowledge.entries.get((request.path_params["faq"], language))
            if entry is None:
                return PlainTextResponse("No such answer. See /answers for the list.", 404)
            return _html(TEMPLATES.get_template("answer.html").render(answer_context(entry, composer, address)))

        return show

    def list_of(language: Language) -> Any:
        async def show(request: Request) -> Response:
            knowledge = bot.service.composer.knowledge
            topics = [
                (text(f"topic:{topic}", language), [knowledge.get(faq, language) for faq in faqs])
                for topic, faqs in knowledge.topics().items()
            ]
            template = TEMPLATES.get_template("list.html")
            return _html(template.render(topics=topics, language=language, prefix=_prefix(language)))

        return show

    async def sitemap(request: Request) -> Response:
        knowledge = bot.service.composer.knowledge
        lines = [
            f"<url><loc>{escape(f'{address}{_prefix(language)}/answers/{faq}')}</loc><lastmod>{entry.as_of}</lastmod></url>"
            for (faq, language), entry in sorted(knowledge.entries.items())
        ]
        body = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        return Response(body + "\n".join(lines) + "\n</urlset>\n", media_type="application/xml")

    return [
        Route("/answers/{faq}", page_of("en")),
        Route("/es/answers/{faq}", page_of("es")),
        Route("/answers", list_of("en")),
        Route("/es/answers", list_of("es")),
        Route("/sitemap.xml", sitemap),
    ]


def answer_context(entry: Entry, composer: Composer, address: str) -> dict[str, Any]:
    """Give what the template of an answer page needs."""
    language = entry.language
    body = composer.answer(entry.id, language).text
    data = {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": language,
        "mainEntity": [
            {
                "@type": "Question",
                "name": entry.title,
                "dateModified": entry.as_of.isoformat(),
                "acceptedAnswer": {"@type": "Answer", "text": body},
            }
        ],
    }
    return {
        "entry": entry,
        "language": language,
        "blocks": blocks_of(body),
        "sources": composer.sources([entry]),
        "footer": composer.fixed("care_footer", language) if entry.care_delay else "",
        "notice": composer.fixed("introduction", language),
        "checked": f"{text('checked', language)} {format_date(entry.as_of, language)}",
        "sources_title": text("sources", language),
        "related": [found for faq in entry.related if (found := composer.knowledge.get(faq, language))],
        "prefix": _prefix(language),
        "other_prefix": _prefix("en" if language == "es" else "es"),
        # "<" in JSON inside a script element could end it early.
        "data": json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
        "address": address,
    }


def blocks_of(body: str) -> list[tuple[str, list[str]]]:
    """Cut a body into paragraphs ("p") and lists ("ol", "ul")."""
    blocks: list[tuple[str, list[str]]] = []
    for line in body.splitlines():
        item = STEP.match(line)
        kind = "p" if not item else ("ul" if line.startswith("-") else "ol")
        if not line.strip():
            continue
        content = item.group(1) if item else line
        if kind != "p" and blocks and blocks[-1][0] == kind:
            blocks[-1][1].append(content)
        else:
            blocks.append((kind, [content]))
    return blocks


def _prefix(language: Language) -> str:
    return "/es" if language == "es" else ""


def _html(page: str) -> Response:
    return Response(page, media_type="text/html")
