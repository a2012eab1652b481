"""A running bot takes a new index over without a restart, and keeps the old one when the new one is bad."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from bot.turn.service import Service
from knowledge.errors import CarebotError
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.index import current_build, load_index
from knowledge.retrieval.search import Searcher

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.5


async def watch_index(directory: Path, service: Service, encoder: Encoder) -> None:
    """Look for a new build twice a second, for ever."""
    refused = ""
    while True:
        await asyncio.sleep(POLL_SECONDS)
        build = current_build(directory) or ""
        if build in ("", service.build, refused):
            continue
        try:
            index = await asyncio.to_thread(load_index, directory, encoder)
        except CarebotError as error:
            refused = build
            logger.error("the new index is refused, the old one stays in service: %s", error)
            continue
        service.use(Searcher(index, encoder))
        logger.info("index %s is in service", index.build)
