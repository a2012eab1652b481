from __future__ import annotations

import pytest
from pydantic import HttpUrl

from bot.errors import SettingsError
from bot.reply.links import link_to
from bot.settings import Settings
from knowledge.errors import KnowledgeError


def test_a_flyer_leads_to_telegram_or_to_the_page() -> None:
    assert link_to("strike-causes", Settings(telegram_username="kbot")) == "https://t.me/kbot?start=strike-causes"
    page = Settings(public_url=HttpUrl("https://example.org"))
    assert link_to("strike-causes", page) == "https://example.org/answers/strike-causes"


def test_an_unknown_id_and_a_missing_address_are_named() -> None:
    with pytest.raises(KnowledgeError, match="no-such-id"):
        link_to("no-such-id", Settings())
    with pytest.raises(SettingsError, match="CAREBOT_PUBLIC_URL"):
        link_to("strike-causes", Settings())
