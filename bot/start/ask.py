"""``carebot ask``: one question from the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx

from bot.errors import BadRequestError
from bot.settings import Settings
from bot.start.running import read_running

TIMEOUT_SECONDS = 30


def ask_question(settings: Settings, question: str, language: str | None) -> dict[str, Any]:
    """Ask the running bot, or answer in this process without Rasa when none runs.

    Raises:
        BadRequestError: the question or the language is not acceptable.
    """
    body: dict[str, Any] = {"sender": "carebot-ask", "text": question}
    if language is not None:
        body["language"] = language
    address = running_address(settings.var_dir)
    if address:
        try:
            response = httpx.post(f"{address}/api/messages", json=body, timeout=TIMEOUT_SECONDS, trust_env=False)
        except httpx.HTTPError:
            pass  # it stopped meanwhile
        else:
            data: dict[str, Any] = response.json()
            if response.is_client_error:
                raise BadRequestError(data["error"], data["detail"], response.status_code)
            return data
    return asyncio.run(_answer_here(settings, body))


def running_address(var_dir: Path) -> str | None:
    """Give the address of the bot that runs from this folder, or None."""
    address = read_running(var_dir).get("address")
    try:
        httpx.get(f"{address}/health", timeout=3, trust_env=False).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return str(address) if address else None


async def _answer_here(settings: Settings, body: dict[str, Any]) -> dict[str, Any]:
    from bot.answer_message import answer_message
    from bot.dialogue.memory import Conversations
    from bot.metrics import Metrics
    from bot.safety.gate import SafetyGate
    from bot.start.build import ensure_index
    from bot.start.run import load_gate
    from bot.turn.service import Service
    from bot.turn.turn import Bot
    from bot.web.api import parse_message, reply_to_json
    from knowledge.retrieval.encoder import load_encoder
    from knowledge.retrieval.search import Searcher

    message = parse_message(body)
    encoder = load_encoder(settings.encoder)
    index = ensure_index(settings, encoder)
    service = Service(encoder)
    service.use(Searcher(index, encoder))
    gate = SafetyGate()
    load_gate(gate, service, settings, lambda step: None)
    return reply_to_json(await answer_message(message, Bot(gate, Conversations(), service, Metrics())))
