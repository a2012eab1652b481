"""``POST /api/reports``: someone says that an answer is wrong. What is kept is a count; no text, no sender."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.errors import BadRequestError
from bot.turn.turn import Bot
from bot.web.api import check_content_type, read_body
from knowledge.material.registry import LANGUAGES

REASONS: Final = ("number", "outdated", "wrong", "other_question", "unclear", "unfair")


class ReportsEndpoint:
    """Counts reports of wrong answers."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def post(self, request: Request) -> Response:
        """Count one report by answer, language and reason."""
        try:
            check_content_type(request)
            faq, language, reason = self._parse(await read_body(request))
        except BadRequestError as error:
            return JSONResponse({"error": error.code, "detail": str(error)}, error.status)
        self._bot.metrics.count_report(faq, language, reason)
        return Response(status_code=204)

    def _parse(self, data: Any) -> tuple[str, str, str]:
        # Only what is known is counted, so that nobody can fill the metrics with names of their own.
        known = {"faq": self._bot.service.composer.knowledge.ids(), "language": LANGUAGES, "reason": REASONS}
        if not isinstance(data, dict) or set(data) != set(known):
            raise BadRequestError(
                "bad_report", 'Send {"faq": "...", "language": "en", "reason": "..."} and nothing else.'
            )
        for field, values in known.items():
            if data[field] not in values:
                raise BadRequestError("bad_report", f"{field!r} is not known. Reasons are {', '.join(REASONS)}.")
        return data["faq"], data["language"], data["reason"]
