"""The server on loopback that Rasa calls: embeddings while it understands, actions while it answers."""

from __future__ import annotations

import asyncio
import hmac
import logging
from typing import Any

import numpy as np
from rasa_sdk.executor import ActionExecutor
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from knowledge.retrieval.encoder import Encoder

logger = logging.getLogger(__name__)
MAX_TEXTS = 256
SECRET_HEADER = "x-carebot-secret"  # noqa: S105 - the name of a header


class SecretGuard:
    """Refuses whoever does not show the secret: any program on the machine can reach a loopback port."""

    def __init__(self, app: ASGIApp, secret: str) -> None:
        self._app = app
        self._secret = secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it before its body is read."""
        if scope["type"] == "http":
            shown = Request(scope).headers.get(SECRET_HEADER, "").encode("latin-1")
            if not hmac.compare_digest(shown, self._secret):
                refusal = JSONResponse({"error": "forbidden", "detail": f"{SECRET_HEADER} is missing or wrong."}, 403)
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def build_internal_app(encoder: Encoder, executor: ActionExecutor, secret: str) -> Starlette:
    """Build the app.

    ``POST /embed`` {"texts": [...], "role": "query|passage"} gives {"vectors": [[...]]}; ``GET /health`` names the
    encoder; ``POST /webhook`` is Rasa's action protocol. Each needs the secret in the header ``x-carebot-secret``.
    """

    async def embed(request: Request) -> Response:
        try:
            body = await request.json()
            texts, role = body["texts"], body.get("role", "query")
        except (ValueError, KeyError, TypeError, AttributeError):
            return _bad('send {"texts": ["..."]}')
        if not isinstance(texts, list) or len(texts) > MAX_TEXTS or not all(isinstance(text, str) for text in texts):
            return _bad(f"texts must be a list of at most {MAX_TEXTS} strings")
        encode = encoder.encode_passages if role == "passage" else encoder.encode_queries
        vectors: Any = await asyncio.to_thread(encode, texts)
        return JSONResponse({"vectors": np.asarray(vectors).round(7).tolist()})

    async def webhook(request: Request) -> Response:
        call = await request.json()
        try:
            # In a thread of its own: a slow search must not hold up a crisis card.
            result = await asyncio.to_thread(lambda: asyncio.run(executor.run(call)))
        except Exception as error:
            logger.error("action %s failed (%s)", call.get("next_action"), type(error).__name__)
            return JSONResponse({"error": type(error).__name__}, 500)
        return JSONResponse(result if isinstance(result, dict) else result.model_dump())

    async def health(request: Request) -> Response:
        about = {"encoder": encoder.name, "fingerprint": encoder.fingerprint, "dimension": encoder.dimension}
        return JSONResponse({"status": "ok", **about})

    return Starlette(
        routes=[
            Route("/embed", embed, methods=["POST"]),
            Route("/webhook", webhook, methods=["POST"]),
            Route("/health", health),
        ],
        middleware=[Middleware(SecretGuard, secret=secret)],
    )


def _bad(detail: str) -> Response:
    return JSONResponse({"error": "bad_request", "detail": detail}, 400)
