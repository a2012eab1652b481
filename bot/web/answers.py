"""Every answer as a plain page of its own, for people without the bot and for search engines."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.message import CARDED, SourceLink
from bot.reply.compose import Composer
from bot.reply.texts import text
from bot.safety.cards import LAST_RESORT, card_text
from bot.settings import Settings
from bot.turn.turn import Bot
from bot.web.pages import address_of, prefix_of, render_page
from knowledge.errors import CarebotError
from knowledge.material.base import KnowledgeBase
from knowledge.material.entry import Entry
from knowledge.material.registry import Language
from knowledge.material.render import format_date

logger = logging.getLogger(__name__)
Show = Callable[[Request], Awaitable[Response]]
WHOLE_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
STEP = re.compile(r"^(?:\d+\.|-)\s+(.*)$")
DESCRIPTION_LETTERS = 155
QUERY_LETTERS = 200
MAX_FORM_BYTES = 64 * 1024
LONGEST_TEXT = 4_096
SEARCHES = asyncio.Semaphore(1)
# Words this short say nothing about what is looked for.
SHORTEST_WORD = 3
LIST_WORDS: dict[Language, tuple[str, str]] = {
    "en": (
        "All answers",
        "Every answer about the Kaiser mental-health strikes and getting care, by topic.",
    ),
    "es": (
        "Todas las respuestas",
        "Cada respuesta sobre las huelgas de salud mental en Kaiser y cómo conseguir atención, por tema.",
    ),
}


def answer_routes(bot: Bot, settings: Settings) -> list[Route]:
    """Give the routes of the answer pages, their lists and the sitemap."""

    def page_of(language: Language) -> Show:
        async def show(request: Request) -> Response:
            composer = bot.service.composer
            faq = request.path_params["faq"]
            entry = composer.knowledge.entries.get((faq, language))
            if entry is None:
                raise HTTPException(404)
            context = answer_context(entry, composer)
            page = render_page("answer.html", language, f"/answers/{faq}", address_of(request, settings), **context)
            return HTMLResponse(page)

        return show

    def list_of(language: Language) -> Show:
        async def show(request: Request) -> Response:
            knowledge = bot.service.composer.knowledge
            query = await read_query(request)
            topics = [
                (text(f"topic:{topic}", language), [knowledge.get(faq, language) for faq in faqs])
                for topic, faqs in knowledge.topics().items()
            ]
            title, description = LIST_WORDS[language]
            page = render_page(
                "list.html", language, "/answers", address_of(request, settings), title, description,
                topics=topics, query=query[:QUERY_LETTERS], found=find_entries(query, knowledge, language),
                card=await card_for(query, language, bot) if query else "",
            )  # fmt: skip
            return HTMLResponse(page)

        return show

    async def sitemap(request: Request) -> Response:
        base = address_of(request, settings)
        knowledge = bot.service.composer.knowledge
        lines = [f"<url><loc>{escape(base + path)}</loc></url>" for path in ("/", "/es", "/safety", "/es/safety")]
        lines += [
            f"<url><loc>{escape(f'{base}{prefix_of(language)}/answers/{faq}')}</loc><lastmod>{entry.as_of}</lastmod></url>"
            for (faq, language), entry in sorted(knowledge.entries.items())
        ]
        body = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        return Response(body + "\n".join(lines) + "\n</urlset>\n", media_type="application/xml")

    return [
        Route("/answers/{faq}", page_of("en")),
        Route("/es/answers/{faq}", page_of("es")),
        Route("/answers", list_of("en"), methods=["GET", "POST"]),
        Route("/es/answers", list_of("es"), methods=["GET", "POST"]),
        Route("/sitemap.xml", sitemap),
    ]


def answer_context(entry: Entry, composer: Composer) -> dict[str, Any]:
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
        "title": entry.title,
        "description": describe(body),
        "blocks": blocks_of(body),
        "sources": [_shown(source, language) for source in composer.sources([entry])],
        "footer": composer.fixed("care_footer", language) if entry.care_delay else "",
        "notice": composer.fixed("introduction", language),
        "checked": f"{text('checked', language)} {format_date(entry.as_of, language)}",
        "sources_title": text("sources", language),
        "related": [found for faq in entry.related if (found := composer.knowledge.get(faq, language))],
        # "<" in JSON inside a script element could end it early.
        "data": json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
    }


async def read_query(request: Request) -> str:
    """Read what is looked for: ?q= of the search box, or the form of the chat where no script runs (yet).

    That form is sent with POST, so that what a person wrote stands in no address and no history.
    """
    if request.method != "POST":
        return request.query_params.get("q", "").strip()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            break
    return parse_qs(body[:MAX_FORM_BYTES].decode("utf-8", "replace")).get("q", [""])[0].strip()


async def card_for(query: str, language: Language, bot: Bot) -> str:
    """Give the crisis card for words that show danger, "" for others: people write what they need into any box."""
    # One search at a time has the second layer, so that searching costs the chat nothing; all have the first.
    if SEARCHES.locked():
        verdict = bot.gate.assess_lexicon_only(query[:LONGEST_TEXT])
    else:
        async with SEARCHES:
            verdict = await asyncio.to_thread(bot.gate.assess, query[:LONGEST_TEXT])
    bot.metrics.count_safety(verdict, language)
    if verdict.tier not in CARDED:
        return ""
    try:
        return bot.service.composer.fill(card_text(verdict, language, 0), language)
    except CarebotError as error:
        logger.error("a card cannot be filled in (%s)", type(error).__name__)
        return LAST_RESORT[language]


def describe(body: str) -> str:
    """Give the beginning of an answer in at most 155 letters, cut between words, for a list of search results."""
    words = " ".join(body.split())
    if len(words) <= DESCRIPTION_LETTERS:
        return words
    return words[: DESCRIPTION_LETTERS - 3].rsplit(" ", 1)[0].rstrip(",;:") + "..."


def find_entries(query: str, knowledge: KnowledgeBase, language: Language) -> list[Entry]:
    """Find the answers that have words of a query, those with most of them first; a word of the title counts double."""
    wanted = {word for word in _plain(query).split() if len(word) >= SHORTEST_WORD}
    scored: list[tuple[int, int, Entry]] = []
    for faq in knowledge.ids():
        entry = knowledge.get(faq, language)
        if entry is None:
            continue
        title, body = set(_plain(entry.title).split()), set(_plain(entry.body).split())
        score = 2 * len(wanted & title) + len(wanted & body)
        if score:
            scored.append((-score, len(scored), entry))
    return [entry for _, _, entry in sorted(scored)[:20]]


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


def _plain(words: str) -> str:
    bare = "".join(
        letter for letter in unicodedata.normalize("NFD", words.lower()) if not unicodedata.combining(letter)
    )
    return re.sub(r"[^a-z0-9]+", " ", bare)


def _shown(source: SourceLink, language: Language) -> SourceLink:
    url = source.url if source.url.startswith(("https://", "http://")) else ""
    day = WHOLE_DATE.search(source.date)
    return replace(source, url=url, date=format_date(date.fromisoformat(day[0]), language) if day else source.date)
