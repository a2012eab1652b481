"""``POST /api/messages``: the contract that outside programs rely on (docs/api.md)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from bot.answer_message import answer_if_danger, answer_message
from bot.errors import BadRequestError
from bot.message import IncomingMessage, Reply
from bot.reply.payload import parse_payload
from bot.turn.incoming import clean_sender, clean_text
from bot.turn.limits import Limits
from bot.turn.press import is_known
from bot.turn.turn import Bot
from bot.web.visitors import Visitors
from knowledge.material.registry import LANGUAGES

# The longest legal text in the widest JSON escape (\uXXXX\uXXXX a character) and room for the rest.
MAX_BODY_BYTES = 64 * 1024


class MessagesEndpoint:
    """Answers messages over HTTP."""

    def __init__(self, bot: Bot, limits: Limits, visitors: Visitors) -> None:
        self._bot = bot
        self._limits = limits
        self._visitors = visitors

    async def post(self, request: Request) -> JSONResponse:
        """Answer one message; what is wrong with a request is said in ``error`` and ``detail``."""
        try:
            check_content_type(request)
            message = self._place(parse_message(await read_body(request)), request)
            self._check_payload(message)
            reply = await self._reply(message)
        except BadRequestError as error:
            return JSONResponse({"error": error.code, "detail": str(error)}, error.status)
        return JSONResponse(reply_to_json(reply))

    def _place(self, message: IncomingMessage, request: Request) -> IncomingMessage:
        """Name the conversation and whom the load is counted to, from what the request cannot choose."""
        message = replace(message, origin=self._visitors.origin_of(request))
        visit = self._visitors.visit_of(request)
        return replace(message, channel="web", sender=f"{visit}.{message.sender}") if visit else message

    async def _reply(self, message: IncomingMessage) -> Reply:
        if self._limits.allow(message.conversation_id, message.origin, len(message.text)):
            return await answer_message(message, self._bot)
        # Whoever is in danger is never told to slow down.
        reply = await answer_if_danger(message, self._bot)
        if reply is not None:
            return reply
        self._bot.metrics.count_limited()
        raise BadRequestError("too_fast", "Too many messages at once. Wait a few seconds.", 429)

    def _check_payload(self, message: IncomingMessage) -> None:
        payload = parse_payload(message.text)
        if payload is not None and self._bot.service.searcher is not None and not is_known(payload, self._bot):
            raise BadRequestError(
                "unknown_payload",
                f"{message.text!r} is not a button this bot gives out. Send a payload from a reply, or words.",
            )


def check_content_type(request: Request) -> None:
    """Check that a body says it is JSON: a form of another site cannot say so.

    Raises:
        BadRequestError: it says something else, or nothing.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise BadRequestError("bad_content_type", "Send JSON with the header 'content-type: application/json'.", 415)


async def read_body(request: Request) -> Any:
    """Read a JSON body of at most 64 KiB.

    Raises:
        BadRequestError: too large, not UTF-8 or not JSON.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise BadRequestError(
                "text_too_long", f"The body is over {MAX_BODY_BYTES} bytes; a text has at most 4096 characters.", 413
            )
    try:
        return json.loads(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadRequestError("bad_encoding", "The body is not UTF-8. Send JSON as UTF-8.") from None
    except (json.JSONDecodeError, RecursionError):
        raise BadRequestError("bad_json", 'The body is not JSON. Send {"sender": "...", "text": "..."}.') from None


def parse_message(data: Any) -> IncomingMessage:
    """Check the fields of a message.

    Raises:
        BadRequestError: naming the field and what it should be.
    """
    if not isinstance(data, dict):
        raise BadRequestError("bad_json", f"The body must be a JSON object, not {type(data).__name__}.")
    for field in ("sender", "text"):
        if field not in data:
            raise BadRequestError("missing_field", f"The field {field!r} is missing.")
    language = data.get("language")
    if language is not None and language not in LANGUAGES:
        shown = repr(language)[:40] if isinstance(language, str) else type(language).__name__
        raise BadRequestError("bad_language", f"language is {shown}; it must be 'en' or 'es', or left out.")
    return IncomingMessage(clean_sender(data["sender"]), clean_text(data["text"]), language)


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """Give a reply in the form of the contract."""
    data: dict[str, Any] = {
        "replies": [
            {
                "text": part.text,
                "kind": part.kind,
                "buttons": [{"title": button.title, "payload": button.payload} for button in part.buttons],
            }
            for part in reply.parts
        ],
        "outcome": reply.outcome,
        "safety": {"tier": reply.safety.tier.value, "category": reply.safety.category},
        "sources": [{"publisher": item.publisher, "url": item.url, "date": item.date} for item in reply.sources],
        "as_of": reply.as_of,
        "language": reply.language,
        "trace_id": reply.trace_id,
    }
    if reply.faq:
        data["faq"] = reply.faq
    if reply.choices:
        data["choices"] = list(reply.choices)
    return data
