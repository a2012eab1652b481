"""What Telegram shows of the bot before anyone writes: its commands and descriptions in both languages."""

from __future__ import annotations

import logging

from telegram import BotCommand
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.telegram.commands import described_commands
from bot.telegram.wording import wording
from knowledge.material.registry import Language

logger = logging.getLogger(__name__)
# English without a tag is what people with any other language see.
TAGS: tuple[tuple[str, Language], ...] = (("", "en"), ("es", "es"))


async def publish_profile(bot: ExtBot[int]) -> None:
    """Set commands and descriptions that differ from what Telegram has; a failure is logged and does no harm."""
    for tag, language in TAGS:
        try:
            await _publish(bot, tag, language)
        except TelegramError as error:
            logger.warning("the profile was not set (%s)", type(error).__name__)


async def _publish(bot: ExtBot[int], tag: str, language: Language) -> None:
    # Asked first, because Telegram allows few changes a day and answers too many with a wait of hours.
    commands = tuple(BotCommand(name, words) for name, words in described_commands(language))
    if await bot.get_my_commands(language_code=tag) != commands:
        await bot.set_my_commands(commands, language_code=tag)
    if (await bot.get_my_description(language_code=tag)).description != wording("description", language):
        await bot.set_my_description(wording("description", language), language_code=tag)
    short = wording("short_description", language)
    if (await bot.get_my_short_description(language_code=tag)).short_description != short:
        await bot.set_my_short_description(short, language_code=tag)
