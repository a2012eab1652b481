"""A SQLite file behind a thread of its own: whatever the disk does, the event loop goes on.

No page of the file is mapped into memory and no shared-memory file is used (rollback journal, no WAL), so a file that
is cut short under a running bot is an error of a statement and not the end of the process (SIGBUS).
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bot.errors import DatabaseError

logger = logging.getLogger(__name__)
Statement = tuple[str, tuple[object, ...]]
Rows = list[tuple[Any, ...]]
# Longer than a busy disk takes. After this the thread counts as lost and another takes its place.
LONGEST_SECONDS = 5.0
LOCKED_SECONDS = 2.0
# Written into the file's header, so that only a file of our own is ever set aside.
APPLICATION_ID = 0x43415245
HEADER = b"SQLite format 3\x00"
SETTINGS = """
PRAGMA locking_mode=EXCLUSIVE;
PRAGMA journal_mode=TRUNCATE;
PRAGMA mmap_size=0;
PRAGMA synchronous=FULL;
PRAGMA secure_delete=ON;
"""


class Database:
    """One SQLite file.

    Args:
        path: the file.
        schema: statements that make the tables where they are missing.
    """

    def __init__(self, path: Path, schema: str) -> None:
        self._path = path
        self._schema = schema
        self._worker: _Worker | None = None
        self._used = False

    async def open(self) -> None:
        """Open or make the file. A damaged one of our own is set aside as ``NAME.broken``, and a new one is made.

        Raises:
            DatabaseError: it cannot be used; names the type of the fault.
        """
        self.abandon()
        self._worker = _Worker(self._path, self._schema, self._used)
        self._worker.start()
        await self._run(lambda connection: None)
        self._used = True

    async def write(self, statements: Iterable[Statement]) -> None:
        """Run statements in one transaction.

        Raises:
            DatabaseError: nothing of it may be taken as written.
        """
        kept = list(statements)

        def work(connection: sqlite3.Connection) -> None:
            for statement, values in kept:
                connection.execute(statement, values)

        await self._run(work)

    async def read(self, statement: str, *values: object) -> Rows:
        """Give the rows of a query.

        Raises:
            DatabaseError: they cannot be read.
        """
        rows = await self._run(lambda connection: connection.execute(statement, values).fetchall())
        return list(rows)

    async def close(self) -> None:
        """Close the file when what was asked for is done."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.jobs.put(None)
            await asyncio.to_thread(worker.join, LONGEST_SECONDS)

    def abandon(self) -> None:
        """Leave the thread that serves now to itself; it closes the file as soon as it can."""
        if self._worker is not None:
            self._worker.abandoned = True
            self._worker.jobs.put(None)
            self._worker = None

    async def _run(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        worker = self._worker
        if worker is None or not worker.is_alive():
            raise DatabaseError("the database is not open.")
        job = _Job(work)
        worker.jobs.put(job)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(job.done), LONGEST_SECONDS)
        except (sqlite3.Error, OSError) as error:  # TimeoutError is an OSError
            raise DatabaseError(f"the database failed ({type(error).__name__}).") from None


class _Job:
    def __init__(self, work: Callable[[sqlite3.Connection], Any]) -> None:
        self.work = work
        self.done: concurrent.futures.Future[Any] = concurrent.futures.Future()


class _Worker(threading.Thread):
    """Owns the connection. What waits is committed together, so a busy hour costs few writes to the disk."""

    def __init__(self, path: Path, schema: str, used: bool) -> None:
        super().__init__(name="carebot-database", daemon=True)
        self._path = path
        self._schema = schema
        self._used = used
        self._connection: sqlite3.Connection | None = None
        self.jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self.abandoned = False

    def run(self) -> None:
        """Work until told to close."""
        try:
            ending = False
            while not ending:
                batch = [self.jobs.get()]
                while not self.jobs.empty():
                    batch.append(self.jobs.get())
                ending = None in batch
                jobs = [job for job in batch if job is not None and job.done.set_running_or_notify_cancel()]
                self._commit_together(jobs)
        finally:
            if self._connection is not None:
                self._connection.close()

    def _commit_together(self, jobs: list[_Job]) -> None:
        if not jobs:
            return
        try:
            if self.abandoned:
                raise sqlite3.OperationalError("abandoned")
            if self._connection is None:
                self._connection = self._open()
            self._connection.execute("BEGIN IMMEDIATE")
            results = [job.work(self._connection) for job in jobs]
            self._connection.execute("COMMIT")
        except Exception as error:
            self._roll_back()
            for job in jobs:
                job.done.set_exception(error)
            return
        for job, result in zip(jobs, results, strict=True):
            job.done.set_result(result)

    def _roll_back(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) or not self._is_ours():
                raise
            self._set_aside()
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=LOCKED_SECONDS, isolation_level=None)
        try:
            # Exclusive locking only while the journal changes: a file an older version left in WAL is read without
            # its shared memory. Afterwards others may look into the file again.
            connection.executescript(SETTINGS)
            connection.execute("PRAGMA locking_mode=NORMAL")
            if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("damaged")
            connection.executescript(self._schema)
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _is_ours(self) -> bool:
        if self._used:
            return True
        with self._path.open("rb") as file:
            header = file.read(72)
        return header.startswith(HEADER) and header[68:72] == APPLICATION_ID.to_bytes(4, "big")

    def _set_aside(self) -> None:
        logger.error("%s is damaged; it is kept as %s.broken and a new one is made", self._path, self._path.name)
        os.replace(self._path, f"{self._path}.broken")
        # A journal of the damaged file must not be played back into the new one.
        for ending in ("-journal", "-wal", "-shm"):
            Path(f"{self._path}{ending}").unlink(missing_ok=True)
