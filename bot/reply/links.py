"""The address that leads straight to an answer, for a flyer or a QR code."""

from __future__ import annotations

from bot.errors import SettingsError
from bot.settings import Settings
from knowledge.errors import KnowledgeError
from knowledge.material.registries import load_catalogue
from knowledge.material.registry import Language


def link_to(faq: str, settings: Settings, language: Language = "en") -> str:
    """Give the Telegram deep link of an answer, or the address of its page in a language.

    Raises:
        KnowledgeError: no such id.
        SettingsError: neither the Telegram name nor the public address is set.
    """
    if faq not in load_catalogue(settings.knowledge_dir / "catalogue.yml"):
        raise KnowledgeError(f"{faq!r} is not an id of catalogue.yml. See 'carebot report' for the list.")
    if settings.telegram_username:
        return f"https://t.me/{settings.telegram_username}?start={faq}"
    if settings.public_url:
        return f"{str(settings.public_url).rstrip('/')}{'/es' if language == 'es' else ''}/answers/{faq}"
    raise SettingsError("CAREBOT_TELEGRAM_USERNAME or CAREBOT_PUBLIC_URL must be set to link to an answer.")
