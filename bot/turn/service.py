"""What may be replaced while the bot runs: the index in service, and Rasa when it comes up."""

from __future__ import annotations

from datetime import date

from bot.dialogue.decide import Dialogue
from bot.errors import StartError
from bot.rasa.client import RasaClient
from bot.reply.compose import Composer
from knowledge.material.base import KnowledgeBase
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.search import Searcher


class Service:
    """Holds the searcher in service; a new index takes over by one assignment, so no message sees half of it.

    Attributes:
        getting_ready: while the first index is being made or loaded.
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        self.encoder = encoder
        self.rasa: RasaClient | None = None
        self.dialogue = Dialogue(self._searcher_or_error)
        self.getting_ready = False
        self._searcher: Searcher | None = None
        self._material: KnowledgeBase | None = None

    @property
    def searcher(self) -> Searcher | None:
        """The searcher in service, or None before the first index."""
        return self._searcher

    @property
    def build(self) -> str:
        """The name of the index in service, "" for none."""
        return self._searcher.index.build if self._searcher else ""

    def use(self, searcher: Searcher) -> None:
        """Put a searcher, and with it its knowledge, in service."""
        self._searcher = searcher

    def show(self, material: KnowledgeBase) -> None:
        """Take contacts and answers from here until there is an index: cards, menus and pages need no search."""
        self._material = material

    @property
    def composer(self) -> Composer:
        """A composer for the knowledge in service and today's date (answers grow old while the bot runs)."""
        if self._searcher is None and self._material is not None:
            return Composer(self._material, date.today())
        return Composer(self._searcher_or_error().index.knowledge, date.today())

    def _searcher_or_error(self) -> Searcher:
        if self._searcher is None:
            raise StartError("no index is in service. Run 'carebot index'.")
        return self._searcher
