"""A gateway in a process of its own, to be killed: ``python -m tests.telegram.crash_gateway API_URL VAR_DIR``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from pydantic import HttpUrl, SecretStr

from bot.message import IncomingMessage, Reply
from bot.settings import Settings
from bot.telegram.gateway import TelegramGateway
from knowledge.material.base import KnowledgeBase
from tests.telegram.bot_api_server import TOKEN
from tests.telegram.fake_bot import note


async def answer(message: IncomingMessage) -> Reply:
    await asyncio.sleep(1.0 if "slow" in message.text else 0.01)
    return note(message.text)


def no_knowledge() -> KnowledgeBase:
    raise RuntimeError("not needed here")


async def run(url: str, var_dir: Path) -> None:
    settings = Settings(telegram_token=SecretStr(TOKEN), telegram_api_url=HttpUrl(url), var_dir=var_dir)
    await TelegramGateway(settings, answer, lambda sender: None, no_knowledge).start()
    await asyncio.sleep(300)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], Path(sys.argv[2])))
