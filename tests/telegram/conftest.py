from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from pydantic import HttpUrl, SecretStr

from bot.message import SafetyVerdict
from bot.settings import Settings
from bot.telegram.gateway import TelegramGateway
from knowledge.material.base import KnowledgeBase, load_knowledge
from tests.telegram.bot_api_server import TOKEN, BotApiServer
from tests.telegram.fake_bot import FakeBot

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def knowledge() -> KnowledgeBase:
    return load_knowledge(ROOT / "knowledge")


@pytest.fixture
def server() -> Iterator[BotApiServer]:
    with BotApiServer() as running:
        yield running


@pytest.fixture
def fake() -> FakeBot:
    return FakeBot()


@pytest.fixture
def settings(server: BotApiServer, tmp_path: Path) -> Settings:
    return Settings(
        telegram_token=SecretStr(TOKEN), telegram_api_url=HttpUrl(server.url), var_dir=tmp_path, database_url=None
    )


@pytest.fixture
def assess_alone() -> Callable[[str], SafetyVerdict] | None:
    return None


@pytest.fixture
async def gateway(
    settings: Settings,
    fake: FakeBot,
    knowledge: KnowledgeBase,
    assess_alone: Callable[[str], SafetyVerdict] | None,
) -> AsyncIterator[TelegramGateway]:
    running = TelegramGateway(settings, fake.answer, fake.forget, lambda: knowledge, assess_alone)
    await running.start()
    yield running
    await running.stop()
