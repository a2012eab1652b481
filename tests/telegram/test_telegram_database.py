"""The database cut short, deleted, overwritten, stuck or without its thread: the bot goes on and writes it anew."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.errors import DatabaseError
from bot.settings import Settings
from bot.telegram.database import APPLICATION_ID, Database
from bot.telegram.gateway import TelegramGateway
from bot.telegram.letters import Dispatch
from bot.telegram.store import KeptLetter, Store
from knowledge.material.base import KnowledgeBase
from tests.telegram.bot_api_server import TOKEN, BotApiServer
from tests.telegram.fake_bot import FakeBot
from tests.telegram.processes import start_process, take_nothing

CHAT = 4711
TABLE = "CREATE TABLE IF NOT EXISTS word (value TEXT)"


def cut(path: Path) -> None:
    os.truncate(path, 0)


def cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def delete(path: Path) -> None:
    path.unlink()


def overwrite(path: Path) -> None:
    path.write_bytes(b"nothing that was ever a database " * 1_000)


def overwrite_the_middle(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4_096)
        file.write(b"x" * 8_192)


HARMS = [cut, cut_in_half, delete, overwrite, overwrite_the_middle]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(tmp_path / "carebot.sqlite3", TOKEN)
    await store.open(take_nothing, take_nothing)
    yield store
    await store.close()


async def wait_for(condition: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def reopened(store: Store) -> tuple[Store, list[KeptLetter]]:
    found: list[KeptLetter] = []
    again = Store(store._path, TOKEN)
    await again.open(found.extend, take_nothing)
    return again, found


@pytest.mark.parametrize("harm", HARMS[:-1])
async def test_harmed_file_is_written_anew_with_all_that_memory_holds(
    store: Store, harm: Callable[[Path], None]
) -> None:
    for number in range(500):
        store.mark_answered(number)
    store.choose_language(CHAT, "es")
    await store.keep_letters([KeptLetter(7, {"early": 1})], None)
    harm(store._path)
    late = store.keep_letters([KeptLetter(9, {"late": 1})], 1_000)
    await asyncio.wait_for(late, 15)
    await wait_for(lambda: store.available)
    await store.close()
    again, found = await reopened(store)
    assert again.available and again.is_answered(3) and again.is_answered(1_000)
    assert again.chosen_language(CHAT) == "es"
    assert [letter.content for letter in found] == [{"early": 1}, {"late": 1}]
    await again.close()


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.slow
async def test_running_bot_survives_a_harmed_file(
    server: BotApiServer, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    process = start_process(server, tmp_path)
    try:
        server.write(CHAT, "before.")
        await server.wait_for_texts(CHAT, 1, seconds=60)
        harm(tmp_path / "carebot.sqlite3")
        for number in range(3):
            server.write(CHAT, f"after {number}.")
        await server.wait_for_texts(CHAT, 4, seconds=30)
        await server.wait_until_confirmed()
        assert process.poll() is None
        await wait_for(lambda: count(tmp_path / "carebot.sqlite3") >= 4, seconds=30)
    finally:
        process.kill()
        process.wait(10)


def names(folder: Path, ending: str) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(ending)]


def count(path: Path) -> int:
    # Opened anew each time: a damaged file is moved away while it is looked at.
    file = sqlite3.connect(path, timeout=10)
    try:
        return int(file.execute("SELECT COUNT(*) FROM answered_update").fetchone()[0])
    except sqlite3.Error:
        return 0
    finally:
        file.close()


async def test_no_memory_is_mapped_and_an_old_file_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    with sqlite3.connect(path) as old:
        old.execute("PRAGMA journal_mode=WAL")
        old.execute("CREATE TABLE answered_update (number INTEGER PRIMARY KEY, bot TEXT, id INTEGER, UNIQUE(bot, id))")
        old.execute("INSERT INTO answered_update (bot, id) VALUES ('123456', 5)")
    old.close()
    store = Store(path, TOKEN)
    await store.open(take_nothing, take_nothing)
    assert store.is_answered(5)
    assert not names(tmp_path, "-shm") and not names(tmp_path, "-wal")
    assert await store._database.read("PRAGMA journal_mode") == [("truncate",)]
    assert await store._database.read("PRAGMA mmap_size") in ([(0,)], [])
    await store.close()


async def test_file_of_somebody_else_is_never_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "thesis.doc"
    overwrite(path)
    before = path.read_bytes()
    store = Store(path, TOKEN)
    await store.open(take_nothing, take_nothing)
    assert not store.available
    await store.close()
    assert path.read_bytes() == before and not names(tmp_path, ".broken")


async def test_damaged_file_of_ours_is_set_aside_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "carebot.sqlite3"
    store = Store(path, TOKEN)
    await store.open(take_nothing, take_nothing)
    for number in range(2_000):
        store.mark_answered(number)
    await store.close()
    assert path.read_bytes()[68:72] == APPLICATION_ID.to_bytes(4, "big")
    overwrite_the_middle(path)
    again, _ = await reopened(store)
    assert again.available and names(tmp_path, ".broken")
    await again.close()


async def test_file_that_becomes_usable_gives_its_letters_then(tmp_path: Path) -> None:
    store = Store(tmp_path / "carebot.sqlite3", TOKEN)
    await store.open(take_nothing, take_nothing)
    await store.keep_letters([KeptLetter(7, {"early": 1})], 5)
    await store.close()
    (tmp_path / "carebot.sqlite3").rename(tmp_path / "away")
    (tmp_path / "carebot.sqlite3").mkdir()
    again, found = await reopened(store)
    assert not again.available and not found
    (tmp_path / "carebot.sqlite3").rmdir()
    (tmp_path / "away").rename(tmp_path / "carebot.sqlite3")
    await wait_for(lambda: again.available)
    assert [letter.content for letter in found] == [{"early": 1}] and again.is_answered(5)
    await again.close()


async def test_language_deleted_while_the_disk_fails_stays_deleted(store: Store, tmp_path: Path) -> None:
    store.choose_language(CHAT, "es")
    await store.settle()
    store._path.rename(tmp_path / "away")
    store._path.mkdir()
    store.mark_answered(1)
    await wait_for(lambda: not store.available)
    store.forget(CHAT)
    store._path.rmdir()
    (tmp_path / "away").rename(store._path)
    await wait_for(lambda: store.available)
    await store.close()
    again, _ = await reopened(store)
    assert again.chosen_language(CHAT) is None
    await again.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_death_of_the_thread_is_survived(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.database.LONGEST_SECONDS", 0.5)
    worker = store._database._worker
    assert worker is not None

    def die(connection: sqlite3.Connection) -> None:
        raise SystemExit

    with pytest.raises((DatabaseError, SystemExit)):
        await store._database._run(die)
    await wait_for(lambda: not worker.is_alive())
    await asyncio.wait_for(store.keep_letters([KeptLetter(3, {})], 77), 15)
    await wait_for(lambda: store.available)


async def test_stuck_disk_holds_nobody_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.database.LONGEST_SECONDS", 0.3)
    free = threading.Event()
    stuck = asyncio.create_task(store._database._run(lambda connection: free.wait(10)))
    await asyncio.sleep(0.05)
    started = time.monotonic()
    letter = store.keep_letters([KeptLetter(3, {})], 77)
    store.mark_answered(5)
    assert time.monotonic() - started < 0.1 and store.is_answered(5)
    await wait_for(lambda: not store.available)
    free.set()
    await asyncio.wait_for(letter, 15)
    await asyncio.gather(stuck, return_exceptions=True)


async def test_database_refuses_before_it_is_opened(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError):
        await Database(tmp_path / "x", TABLE).write([("INSERT INTO word VALUES (?)", ("a",))])


async def test_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "x", TABLE)
    await database.open()
    with pytest.raises(DatabaseError):
        await database.write([("INSERT INTO word VALUES (?)", ("a",)), ("INSERT INTO nowhere VALUES (1)", ())])
    assert await database.read("SELECT value FROM word") == []
    await database.close()


async def test_deleted_database_is_said_and_comes_back(
    server: BotApiServer, settings: Settings, fake: FakeBot, knowledge: KnowledgeBase, tmp_path: Path
) -> None:
    gateway = TelegramGateway(settings, fake.answer, fake.forget, lambda: knowledge)
    await gateway.start()
    server.write(CHAT, "one.")
    await server.wait_for_texts(CHAT, 1)
    (tmp_path / "carebot.sqlite3").unlink()
    (tmp_path / "carebot.sqlite3").mkdir()
    server.write(CHAT, "two.")
    await server.wait_for_texts(CHAT, 2)
    await server.wait_for(lambda: not gateway.parts()["database"])
    (tmp_path / "carebot.sqlite3").rmdir()
    await server.wait_for(lambda: gateway.parts()["database"], seconds=15)
    await gateway.stop()


@pytest.mark.parametrize("path", ["/dev/full", "/dev/null/x.sqlite3"])
async def test_path_that_holds_no_database_costs_no_memory(path: str) -> None:
    store = Store(Path(path), TOKEN)
    await store.open(take_nothing, take_nothing)
    assert not store.available and Path(path).parent.exists()
    dispatch = Dispatch(1)
    dispatch.durable = store.keep_letters([KeptLetter(1, {})], 5)
    dispatch.count_sent(7)
    store.drop_letters([1])
    store.mark_answered(5)
    await asyncio.sleep(0)
    assert dispatch.settled.is_set() and not store._waiting and not store._sealed and not store._replied
    await store.close()
