"""What outlives a restart: answered updates, chosen languages, replies until they are sent, and, in a rush, updates.

Never a text, a name or a chat in the clear. Memory leads and the file follows: while the disk fails the channel goes on
from memory, and when the file can be used again all that memory holds is written into it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bot.errors import DatabaseError, SettingsError
from bot.settings import Settings
from bot.telegram.database import Database, Rows, Statement
from bot.telegram.seal import Seal
from knowledge.material.registry import LANGUAGES, Language

logger = logging.getLogger(__name__)
# Telegram keeps an update for 24 hours at most; this is many times what a busy day brings between two polls.
KEPT_UPDATES = 20_000
KEPT_LANGUAGES = 50_000
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
SCHEMA = """
CREATE TABLE IF NOT EXISTS answered_update (
    number INTEGER PRIMARY KEY AUTOINCREMENT, bot TEXT, id INTEGER, UNIQUE(bot, id)
);
CREATE TABLE IF NOT EXISTS chosen_language (chat TEXT PRIMARY KEY, language TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (number INTEGER PRIMARY KEY, bot TEXT NOT NULL, sealed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS inbox (id INTEGER, bot TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (bot, id));
"""
ANSWERED = "INSERT OR IGNORE INTO answered_update (bot, id) VALUES (?, ?)"
CHOSEN = "INSERT OR REPLACE INTO chosen_language VALUES (?, ?)"
QUEUED = "INSERT OR REPLACE INTO outbox VALUES (?, ?, ?)"
TAKEN_IN = "INSERT OR REPLACE INTO inbox VALUES (?, ?, ?)"
DONE_WITH = "DELETE FROM inbox WHERE bot = ? AND id = ?"


@dataclass(frozen=True)
class KeptLetter:
    """A message that is not sent yet, as the outbox gave it.

    Attributes:
        number: orders the letters, over restarts too.
        content: what JSON can hold.
    """

    number: int
    content: dict[str, Any]


class Store:
    """What the channel keeps.

    Args:
        path: the SQLite file.
        token: with it as key, a copy of the file tells nobody who talked to the bot or what was said.
    """

    def __init__(self, path: Path, token: str) -> None:
        self._path = path
        self._seal = Seal(token)
        self._bot = token.partition(":")[0]
        self._database = Database(path, SCHEMA)
        self._answered: dict[int, None] = {}
        self._languages: dict[str, Language] = {}
        # Updates whose replies are kept but which are not done with; on the disk they count as answered.
        self._replied: dict[int, None] = {}
        self._sealed: dict[int, bytes] = {}
        self._taken_in: dict[int, bytes] = {}
        self._waiting: dict[asyncio.Future[None], None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._recovery: asyncio.Task[None] | None = None
        # Languages dropped while the file could not be written; it must not bring them back.
        self._forgotten: dict[str, None] = {}
        self._loaded = False
        self._on_letters: Callable[[list[KeptLetter]], None] = lambda letters: None
        self._on_updates: Callable[[list[Any]], None] = lambda updates: None
        self.available = False

    async def open(
        self, on_letters: Callable[[list[KeptLetter]], None], on_updates: Callable[[list[Any]], None]
    ) -> None:
        """Open the file and read what it holds. One that cannot be used is said in the log, and tried again.

        Args:
            on_letters: takes the messages that an earlier run could not send, oldest first.
            on_updates: takes the raw updates that an earlier run took in and did not answer.
        """
        self._on_letters = on_letters
        self._on_updates = on_updates
        try:
            await self._database.open()
            await self._load()
            self.available = True
        except DatabaseError as error:
            logger.error(
                "%s cannot be used as a database (%s); after a restart an update may be answered twice. "
                "Make its folder writable, delete the file, or set CAREBOT_DATABASE_URL.",
                self._path,
                error,
            )
            self._recover()

    async def close(self) -> None:
        """Write what is left and close the file."""
        if self._recovery is not None:
            self._recovery.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._database.close()
        self.available = False

    def is_answered(self, update_id: int) -> bool:
        """Say whether an update was answered, before a restart too."""
        return update_id in self._answered

    def mark_answered(self, update_id: int) -> None:
        """Record an answered update."""
        self._answered[update_id] = None
        self._replied.pop(update_id, None)
        statements: list[Statement] = [(ANSWERED, (self._bot, update_id))]
        if self._taken_in.pop(update_id, None) is not None:
            statements.append((DONE_WITH, (self._bot, update_id)))
        self._write(statements)
        if len(self._answered) > 2 * KEPT_UPDATES:
            self._drop_old()

    def chosen_language(self, chat_id: int) -> Language | None:
        """Give the language a chat chose."""
        return self._languages.get(self._seal.name(chat_id))

    def choose_language(self, chat_id: int, language: Language) -> None:
        """Record the language a chat chose."""
        name = self._seal.name(chat_id)
        self._languages.pop(name, None)
        self._forgotten.pop(name, None)
        self._languages[name] = language
        self._write([(CHOSEN, (name, language))])

    def forget(self, chat_id: int) -> None:
        """Drop what is recorded of a chat; a reply on its way to it is dropped by the outbox."""
        name = self._seal.name(chat_id)
        self._languages.pop(name, None)
        if not self.available:
            self._forgotten[name] = None
        self._write([("DELETE FROM chosen_language WHERE chat = ?", (name,))])

    def keep_letters(self, letters: Sequence[KeptLetter], update_id: int | None) -> asyncio.Future[None]:
        """Record messages to send and, in the same transaction, that their update is answered.

        Returns:
            Done once they are on the disk; not before the disk works again where it fails.
        """
        sealed = {letter.number: self._seal.close(letter.content) for letter in letters}
        self._sealed |= sealed
        statements: list[Statement] = [(QUEUED, (number, self._bot, data)) for number, data in sealed.items()]
        if update_id is not None:
            self._replied[update_id] = None
            statements.append((ANSWERED, (self._bot, update_id)))
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._write(statements, durable)
        return durable

    def keep_updates(self, updates: Mapping[int, object]) -> asyncio.Future[None]:
        """Record raw updates until they are answered, so that Telegram may forget them; see :meth:`keep_letters`."""
        sealed = {update_id: self._seal.close(raw) for update_id, raw in updates.items()}
        self._taken_in |= sealed
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._write([(TAKEN_IN, (update_id, self._bot, data)) for update_id, data in sealed.items()], durable)
        return durable

    def drop_letters(self, numbers: Sequence[int]) -> asyncio.Task[None] | None:
        """Forget messages that were sent or cannot be sent; give the writing of it, None while the disk fails."""
        dropped = [number for number in numbers if self._sealed.pop(number, None) is not None]
        return self._write([("DELETE FROM outbox WHERE number = ?", (number,)) for number in dropped])

    async def settle(self) -> None:
        """Wait until what was asked for is written or has failed."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _load(self) -> None:
        rows = await self._database.read("SELECT id FROM answered_update WHERE bot = ? ORDER BY number", self._bot)
        query = "SELECT chat, language FROM chosen_language ORDER BY rowid DESC LIMIT ?"
        chosen = await self._database.read(query, KEPT_LANGUAGES)
        query = "SELECT number, sealed FROM outbox WHERE bot = ? ORDER BY number"
        letters = await self._database.read(query, self._bot)
        updates = await self._database.read("SELECT id, sealed FROM inbox WHERE bot = ? ORDER BY id", self._bot)
        # What was read stands before what came in since the start.
        self._answered = dict.fromkeys([row[0] for row in rows]) | self._answered
        languages = {chat: name for chat, name in reversed(chosen) if name in LANGUAGES and chat not in self._forgotten}
        self._languages = cast(dict[str, Language], languages) | self._languages
        self._loaded = True
        self._sealed = dict(letters) | self._sealed
        self._taken_in = dict(updates) | self._taken_in
        self._on_letters(self._unseal_letters(letters))
        self._on_updates(self._unseal_updates(updates))

    def _unseal_letters(self, rows: Rows) -> list[KeptLetter]:
        contents = {number: self._seal.open(sealed) for number, sealed in rows}
        self.drop_letters([number for number, content in contents.items() if content is None])
        return [KeptLetter(number, content) for number, content in contents.items() if content is not None]

    def _unseal_updates(self, rows: Rows) -> list[Any]:
        contents = {update_id: self._seal.open(sealed) for update_id, sealed in rows}
        open_ones = []
        for update_id, content in contents.items():
            # One whose reply was kept is answered, even if the process died before it was done with.
            if content is None or update_id in self._answered:
                self.mark_answered(update_id)
            else:
                open_ones.append(content)
        return open_ones

    def _write(
        self, statements: list[Statement], durable: asyncio.Future[None] | None = None
    ) -> asyncio.Task[None] | None:
        if durable is not None:
            self._waiting[durable] = None
            durable.add_done_callback(lambda done: self._waiting.pop(done, None))
        if not self.available or not statements:
            return None  # the recovery writes all that memory holds
        task = asyncio.get_running_loop().create_task(self._write_now(statements, durable))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _write_now(self, statements: list[Statement], durable: asyncio.Future[None] | None) -> None:
        try:
            await self._database.write(statements)
        except DatabaseError as error:
            if self.available:
                logger.error("%s; memory serves until it works again", error)
            self._recover()
            return
        if durable is not None:
            self._release([durable])

    def _release(self, written: list[asyncio.Future[None]]) -> None:
        for future in written:
            if not future.done():
                future.set_result(None)

    def _recover(self) -> None:
        self.available = False
        if self._recovery is None or self._recovery.done():
            self._recovery = asyncio.get_running_loop().create_task(self._keep_recovering())

    async def _keep_recovering(self) -> None:
        pause = FIRST_PAUSE
        while True:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            try:
                await self._database.open()
                if not self._loaded:
                    await self._load()
                self.available = True  # from here on a write queues up behind the snapshot
                written = list(self._waiting)
                await self._database.write(self._everything())
            except DatabaseError:
                self.available = False
                continue
            self._release(written)
            self._forgotten.clear()
            logger.warning("the database works again; all that memory holds is written into it")
            return

    def _everything(self) -> list[Statement]:
        statements: list[Statement] = [
            ("DELETE FROM outbox WHERE bot = ?", (self._bot,)),
            ("DELETE FROM inbox WHERE bot = ?", (self._bot,)),
        ]
        statements += [("DELETE FROM chosen_language WHERE chat = ?", (name,)) for name in self._forgotten]
        answered = [*list(self._answered)[-KEPT_UPDATES:], *self._replied]
        statements += [(ANSWERED, (self._bot, update_id)) for update_id in answered]
        statements += [(CHOSEN, (name, language)) for name, language in self._languages.items()]
        statements += [(TAKEN_IN, (update_id, self._bot, data)) for update_id, data in self._taken_in.items()]
        return statements + [(QUEUED, (number, self._bot, data)) for number, data in self._sealed.items()]

    def _drop_old(self) -> None:
        self._answered = dict.fromkeys(list(self._answered)[-KEPT_UPDATES:])
        query = (
            "DELETE FROM answered_update WHERE bot = ? AND number NOT IN "
            "(SELECT number FROM answered_update WHERE bot = ? ORDER BY number DESC LIMIT ?)"
        )
        self._write([(query, (self._bot, self._bot, KEPT_UPDATES))])


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
