"""The public app with the real answers and nothing that is trained: the pages, and a chat with given replies."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

from pydantic import HttpUrl, SecretStr
from starlette.applications import Starlette

from bot.dialogue.moves import Move
from bot.message import Button, Part, Reply, SafetyVerdict, Tier
from bot.metrics import Metrics
from bot.reply.compose import Composer
from bot.safety.cards import card_text
from bot.safety.gate import SafetyGate
from bot.settings import ROOT, Settings
from bot.turn.turn import Bot
from bot.web.api import reply_to_json
from bot.web.public import build_public_app
from knowledge.material.base import load_knowledge
from knowledge.material.registry import Language

KNOWLEDGE = load_knowledge(ROOT / "knowledge")
ADDRESS = "https://carebot.example.org"
TODAY = date(2026, 11, 24)
WORRIED: dict[Language, tuple[str, str]] = {
    "en": ("I hear you. Call or text 988 now and stay on the line. In danger: 911.\n\nIs someone near you?", "Yes"),
    "es": ("Le escucho. Llame al 988 y oprima 2, o mande AYUDA al 988. En peligro: 911.\n\n¿Hay alguien cerca?", "Sí"),
}


def build_site(metrics: Metrics | None = None) -> Starlette:
    """Build the public app; messages cannot be answered, all else can."""
    service = SimpleNamespace(composer=Composer(KNOWLEDGE, TODAY), searcher=None, rasa=None)
    bot = Bot(SafetyGate(), cast(Any, None), cast(Any, service), metrics or Metrics())
    return build_public_app(bot, Settings(public_url=HttpUrl(ADDRESS), cookie_secret=SecretStr("s" * 32)), [], dict)


def answer(faq: str, language: Language, **more: Any) -> dict[str, Any]:
    """Give the reply with an answer, as the API sends it."""
    return reply_to_json(Composer(KNOWLEDGE, TODAY).reply([Move("answer", (faq,))], language)) | more


def card(language: Language, **more: Any) -> dict[str, Any]:
    """Give the reply with the card of danger now, as the API sends it."""
    verdict = SafetyVerdict(Tier.T1, "suicide_imminent", "lexicon")
    words = Composer(KNOWLEDGE, TODAY).fill(card_text(verdict, language, 0), language)
    buttons = (Button("Text", "crisis:text"), Button("Other", "crisis:other"))
    return reply_to_json(Reply((Part(words, "card", buttons),), "crisis", language, verdict)) | more


def after_card(language: Language) -> dict[str, Any]:
    """Give what is said to someone after a card, with a menu that has no place there."""
    words, yes = WORRIED[language]
    buttons = (Button(yes, "crisis:yes"), Button("Topics", "topics:"))
    return reply_to_json(Reply((Part(words, "note", buttons),), "crisis", language))
