"""What outlives a restart: which updates were answered, and which language a chat chose. Never a text or a name."""

from __future__ import annotations

import hashlib
import hmac
import logging
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from bot.errors import SettingsError
from bot.settings import Settings
from knowledge.material.registry import LANGUAGES, Language

logger = logging.getLogger(__name__)
# Telegram keeps an update for 24 hours at most; this is many times what a busy day brings between two polls.
KEPT_UPDATES = 20_000
SCHEMA = """
CREATE TABLE IF NOT EXISTS answered_update (
    number INTEGER PRIMARY KEY AUTOINCREMENT, bot TEXT, id INTEGER, UNIQUE(bot, id)
);
CREATE TABLE IF NOT EXISTS chosen_language (chat TEXT PRIMARY KEY, language TEXT NOT NULL);
"""


class Store:
    """A small SQLite file. When the disk fails the channel goes on from memory: an answer matters more."""

    def __init__(self, path: Path, token: str) -> None:
        self._path = path
        # With the token as key, a copy of the file tells nobody who talked to the bot.
        self._key = token.encode()
        self._bot = token.partition(":")[0]
        self._connection: sqlite3.Connection | None = None
        self._answered: set[int] = set()
        self._failed = False

    def open(self) -> None:
        """Open or make the file. One that cannot be used is said in the log, and memory serves until a restart."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._path, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.executescript(SCHEMA)
            rows = self._connection.execute("SELECT id FROM answered_update WHERE bot = ?", (self._bot,))
            self._answered = {row[0] for row in rows}
        except (sqlite3.Error, OSError) as error:
            self.close()
            logger.error(
                "%s cannot be used as a database (%s); after a restart an update may be answered twice. "
                "Make its folder writable, delete the file, or set CAREBOT_DATABASE_URL.",
                self._path,
                type(error).__name__,
            )

    @property
    def available(self) -> bool:
        """Whether the file was usable when it was last opened or used."""
        return self._connection is not None and not self._failed

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def is_answered(self, update_id: int) -> bool:
        """Say whether an update was answered, before a restart too."""
        return update_id in self._answered

    def mark_answered(self, update_id: int) -> None:
        """Record an answered update."""
        self._answered.add(update_id)
        self._write("INSERT OR IGNORE INTO answered_update (bot, id) VALUES (?, ?)", (self._bot, update_id))
        if len(self._answered) > 2 * KEPT_UPDATES:
            self._drop_old()

    def chosen_language(self, chat_id: int) -> Language | None:
        """Give the language a chat chose."""
        if self._connection is None:
            return None
        try:
            query = "SELECT language FROM chosen_language WHERE chat = ?"
            row = self._connection.execute(query, (self._name(chat_id),)).fetchone()
        except sqlite3.Error as error:
            self._failed = True
            logger.error("the database cannot be read (%s)", type(error).__name__)
            return None
        return cast(Language, row[0]) if row and row[0] in LANGUAGES else None

    def choose_language(self, chat_id: int, language: Language) -> None:
        """Record the language a chat chose."""
        self._write("INSERT OR REPLACE INTO chosen_language VALUES (?, ?)", (self._name(chat_id), language))

    def forget(self, chat_id: int) -> None:
        """Drop what is recorded of a chat."""
        self._write("DELETE FROM chosen_language WHERE chat = ?", (self._name(chat_id),))

    def _name(self, chat_id: int) -> str:
        return hmac.new(self._key, str(chat_id).encode(), hashlib.sha256).hexdigest()

    def _drop_old(self) -> None:
        self._write(
            "DELETE FROM answered_update WHERE bot = ? AND number NOT IN "
            "(SELECT number FROM answered_update WHERE bot = ? ORDER BY number DESC LIMIT ?)",
            (self._bot, self._bot, KEPT_UPDATES),
        )
        # Ids of one bot grow, except after a week without any; the newest rows are what a restart would need.
        self._answered = set(sorted(self._answered)[-KEPT_UPDATES:])

    def _write(self, statement: str, values: Iterable[object]) -> None:
        if self._connection is None:
            return
        try:
            self._connection.execute(statement, tuple(values))
            self._failed = False
        except sqlite3.Error as error:
            self._failed = True
            logger.error("the database cannot be written (%s)", type(error).__name__)


def database_path(settings: Settings) -> Path:
    """Give the SQLite file of the settings.

    Raises:
        SettingsError: the address is not ``sqlite:///PATH``.
    """
    if settings.database_url is None:
        return settings.var_dir / "carebot.sqlite3"
    kind, separator, path = settings.database_url.partition("sqlite:///")
    if kind or not separator or not path:
        raise SettingsError("CAREBOT_DATABASE_URL: must be sqlite:///PATH. See docs/settings.md.")
    return Path(path)
