"""A Bot API server on loopback that behaves like Telegram's, as far as the gateway can tell.

It speaks HTTP as Telegram does: form, multipart or JSON bodies, HTTP status equal to ``error_code``, updates that stay
until a higher offset confirms them, and the same refusals. Tests play the person with :meth:`BotApiServer.write` and
:meth:`BotApiServer.press` and read what reached the chat in :attr:`BotApiServer.messages`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.telegram.bot_api_methods import ApiError, call_method, parse_body

BOT_ID = 123456
TOKEN = f"{BOT_ID}:loopback-token-of-the-tests"
USERNAME = "carebot_test_bot"
JSON = dict[str, Any]


@dataclass
class Call:
    """One call the gateway made."""

    method: str
    params: JSON
    at: float = field(default_factory=time.monotonic)


class BotApiServer:
    """The server and the state of Telegram behind it. Safe to use from the tests' thread while it serves."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.calls: list[Call] = []
        self.messages: dict[int, list[JSON]] = {}
        self.updates: list[JSON] = []
        self.blocked: set[int] = set()
        self.webhook: JSON = {}
        self.profile: dict[tuple[str, str], Any] = {}
        self.lock = threading.RLock()
        self.polls = 0
        self.migrated: dict[int, int] = {}
        self.slow: dict[str, float] = {}
        self.hang = False
        self.hanging = 0
        self._broken: dict[str, tuple[int, int | None]] = {}
        self._failures: list[tuple[str, ApiError]] = []
        self._next_update = 870_000_001
        self._next_message = 1
        self.port = 0
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> BotApiServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        app = Starlette(routes=[Route("/bot{token}/{method}", self._serve, methods=["GET", "POST"])])
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=self.port,
            log_level="critical",
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            if time.monotonic() > deadline:
                raise RuntimeError("the Bot API server did not start")
            time.sleep(0.005)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(10)

    # What a test does as a person.

    def write(self, chat_id: int, text: str | None, *, kind: str = "message", **more: Any) -> int:
        """Send a message to the bot; give its id. ``more`` goes into the message, over what stands there."""
        with self.lock:
            message_id = more.pop("message_id", None) or self.take_message_id()
            message = self.make_message(chat_id, text, message_id, **more)
            self.add_update({kind: message})
            return message_id

    def edit(self, chat_id: int, message_id: int, text: str, **more: Any) -> None:
        now = int(time.time())
        self.write(chat_id, text, kind="edited_message", message_id=message_id, edit_date=now, **more)

    def press(self, chat_id: int, message_id: int, data: str, language_code: str = "en") -> None:
        """Press a button of a message the bot sent."""
        with self.lock:
            message = next(sent for sent in self.messages.get(chat_id, []) if sent["message_id"] == message_id)
            query = {"id": str(self._next_update), "from": person(language_code), "chat_instance": "1", "data": data}
            self.add_update({"callback_query": {**query, "message": message}})

    def add_update(self, fields: JSON) -> int:
        with self.lock:
            update_id = self._next_update
            self._next_update += 1
            self.updates.append({"update_id": update_id, **fields})
            return update_id

    def make_message(self, chat_id: int, text: str | None, message_id: int, **more: Any) -> JSON:
        language = more.pop("language_code", "en")
        group = chat_id < 0
        chat: JSON = {"id": chat_id, "type": "supergroup" if group else "private"}
        chat["title" if group else "first_name"] = "Test"
        message: JSON = {"message_id": message_id, "date": int(time.time()), "chat": chat, "from": person(language)}
        if text is not None:
            message["text"] = text
            if text.startswith("/"):
                length = len(text.split()[0])
                message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return {**message, **more}

    def take_message_id(self) -> int:
        with self.lock:
            self._next_message += 1
            return self._next_message

    # What a test prepares and reads.

    def fail(
        self, method: str, status: int, description: str = "", retry_after: int | None = None, times: int = 1
    ) -> None:
        """Let the next calls of a method fail."""
        error = ApiError(status, description or f"Error {status}", retry_after)
        with self.lock:
            self._failures += [(method.lower(), error)] * times

    def break_down(self, method: str, status: int, chat_id: int | None = None) -> None:
        """Let all calls of a method fail, or those for one chat, until it is mended."""
        with self.lock:
            self._broken[method.lower()] = (status, chat_id)

    def mend(self, method: str) -> None:
        with self.lock:
            self._broken.pop(method.lower(), None)

    def texts(self, chat_id: int) -> list[str]:
        """Give the texts of the bot in a chat, as they stand now."""
        with self.lock:
            return [message["text"] for message in self.messages.get(chat_id, [])]

    def calls_of(self, method: str) -> list[Call]:
        with self.lock:
            return [call for call in self.calls if call.method == method]

    async def wait_for(self, condition: Callable[[], object], seconds: float = 10) -> None:
        """Wait until a condition holds.

        Raises:
            AssertionError: it did not in time.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, (
                f"waited {seconds} s; calls: {[call.method for call in self.calls][-20:]}"
            )
            await asyncio.sleep(0.01)

    async def wait_for_texts(self, chat_id: int, count: int, seconds: float = 10) -> list[str]:
        await self.wait_for(lambda: len(self.texts(chat_id)) >= count, seconds)
        return self.texts(chat_id)

    async def wait_until_confirmed(self, seconds: float = 10) -> None:
        """Wait until the gateway has confirmed every update."""
        await self.wait_for(lambda: not self.updates, seconds)

    # What the gateway sees.

    async def _serve(self, request: Request) -> JSONResponse:
        method = request.path_params["method"].lower()
        try:
            params = parse_body(
                request.headers.get("content-type", ""), await request.body(), dict(request.query_params)
            )
            if request.path_params["token"] != self.token:
                raise ApiError(401, "Unauthorized")
            if method == "getupdates":
                result: Any = await self._get_updates(params)
            else:
                await asyncio.sleep(self.slow.get(method, 0))
                result = self._call(request.path_params["method"], params)
        except ApiError as error:
            body: JSON = {"ok": False, "error_code": error.status, "description": error.description}
            if error.retry_after is not None:
                body["parameters"] = {"retry_after": error.retry_after}
            if error.new_chat_id is not None:
                body["parameters"] = {"migrate_to_chat_id": error.new_chat_id}
            return JSONResponse(body, status_code=error.status)
        return JSONResponse({"ok": True, "result": result})

    def _call(self, name: str, params: JSON) -> Any:
        with self.lock:
            self.calls.append(Call(name, params))
            self._raise_if_told(name)
            status, chat_id = self._broken.get(name.lower(), (0, None))
            if status and chat_id in (None, int(params.get("chat_id", 0))):
                raise ApiError(status, f"Error {status}")
            return call_method(self, name, params)

    def _raise_if_told(self, name: str) -> None:
        for number, (method, error) in enumerate(self._failures):
            if method == name.lower():
                del self._failures[number]
                raise error

    async def _get_updates(self, params: JSON) -> list[JSON]:
        self.hanging += self.hang
        while self.hang and self._server is not None and not self._server.should_exit:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        self._raise_if_told("getUpdates")
        if self.webhook.get("url"):
            raise ApiError(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook")
        self.polls += 1
        mine, offset = self.polls, int(params.get("offset", 0))
        limit = min(int(params.get("limit", 100)), 100)
        deadline = time.monotonic() + float(params.get("timeout", 0))
        with self.lock:
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
        while True:
            with self.lock:
                if self.updates or time.monotonic() >= deadline:
                    return self.updates[:limit]
            if self.polls != mine:
                raise ApiError(409, "Conflict: terminated by other getUpdates request")
            if self._server is None or self._server.should_exit:
                raise ApiError(502, "Bad Gateway")
            await asyncio.sleep(0.005)


def person(language_code: str = "en", user_id: int = 77) -> JSON:
    return {"id": user_id, "is_bot": False, "first_name": "Ana", "language_code": language_code}


def bot_user() -> JSON:
    return {
        **{"id": BOT_ID, "is_bot": True, "first_name": "Carebot", "username": USERNAME},
        **{"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": True},
    }
