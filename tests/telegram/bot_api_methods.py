"""The methods of the loopback Bot API server: what Telegram takes and what it refuses."""

from __future__ import annotations

import html
import json
import time
from collections.abc import Callable
from email.parser import BytesParser
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from tests.telegram.bot_api_server import BotApiServer

JSON = dict[str, Any]
TAGS = {
    "a",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "code",
    "pre",
    "blockquote",
    "tg-spoiler",
    "span",
}
STRUCTURED = (
    "reply_markup",
    "reply_parameters",
    "link_preview_options",
    "allowed_updates",
    "commands",
    "results",
    "button",
)


ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


class ApiError(Exception):
    def __init__(
        self, status: int, description: str, retry_after: int | None = None, new_chat_id: int | None = None
    ) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after
        self.new_chat_id = new_chat_id


def parse_body(content_type: str, body: bytes, query: JSON) -> JSON:
    """Read parameters as Telegram does: from the query, a form, a multipart form or JSON."""
    kind = content_type.partition(";")[0].strip().lower()
    fields: JSON = dict(query)
    if kind == "application/json":
        fields |= json.loads(body or b"{}")
    elif kind == "multipart/form-data":
        message = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
        for part in message.get_payload():  # type: ignore[union-attr]
            name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
            fields[str(name)] = part.get_payload(decode=True).decode()  # type: ignore[union-attr]
    elif body:
        fields |= dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
    for name in STRUCTURED:
        if isinstance(fields.get(name), str) and fields[name]:
            fields[name] = json.loads(fields[name])
    return fields


class _EntityParser(HTMLParser):
    """Reads Telegram's HTML: few tags, all closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.text = ""
        self.links: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise ApiError(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"')
        self._open.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            raise ApiError(400, "Bad Request: can't parse entities: Unmatched end tag")

    def handle_data(self, data: str) -> None:
        if "<" in data:
            raise ApiError(400, "Bad Request: can't parse entities: Unsupported start tag")
        self.text += data

    def handle_entityref(self, name: str) -> None:
        if name not in ENTITIES:
            raise ApiError(400, "Bad Request: can't parse entities: unknown entity")
        self.text += ENTITIES[name]

    def handle_charref(self, name: str) -> None:
        self.text += html.unescape(f"&#{name};")

    def end(self) -> None:
        if self._open:
            raise ApiError(400, "Bad Request: can't parse entities: Can't find end tag")


def read_text(params: JSON) -> tuple[str, list[str]]:
    """Check a text as Telegram does; give what people see and the links in it."""
    raw, links = str(params.get("text", "")), []
    visible = raw
    if str(params.get("parse_mode", "")).lower() == "html":
        parser = _EntityParser()
        parser.feed(raw)
        parser.close()
        parser.end()
        visible, links = parser.text, parser.links
    if not visible.strip():
        raise ApiError(400, "Bad Request: message text is empty")
    if len(visible.encode("utf-16-le")) // 2 > 4096:
        raise ApiError(400, "Bad Request: message is too long")
    return visible.strip(), links


def check_keyboard(params: JSON) -> JSON | None:
    markup = params.get("reply_markup")
    if not markup:
        return None
    rows = markup["inline_keyboard"]
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100:
        raise ApiError(400, "Bad Request: reply markup is too long")
    for button in buttons:
        if not button.get("text"):
            raise ApiError(400, "Bad Request: text buttons are unallowed in the inline keyboard")
        if "url" in button:
            continue
        if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
            raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    return markup


def check_chat(server: BotApiServer, params: JSON) -> int:
    chat_id = int(params.get("chat_id", 0))
    if chat_id == 0:
        raise ApiError(400, "Bad Request: chat not found")
    if chat_id in server.blocked:
        raise ApiError(403, "Forbidden: bot was blocked by the user")
    if chat_id in server.migrated:
        raise ApiError(400, "Bad Request: group chat was upgraded", new_chat_id=server.migrated[chat_id])
    return chat_id


def send_message(server: BotApiServer, params: JSON) -> JSON:
    from tests.telegram.bot_api_server import bot_user

    chat_id = check_chat(server, params)
    text, links = read_text(params)
    message = server.make_message(chat_id, None, server.take_message_id())
    message |= {"from": bot_user(), "text": text}
    markup = check_keyboard(params)
    if markup:
        message["reply_markup"] = markup
    kept = {**message, "links": links, "params": params}
    server.messages.setdefault(chat_id, []).append(kept)
    return message


def edit_message_text(server: BotApiServer, params: JSON) -> JSON:
    chat_id = check_chat(server, params)
    kept = find_message(server, chat_id, params, "Bad Request: message to edit not found")
    text, links = read_text(params)
    markup = check_keyboard(params)
    if kept["text"] == text and kept.get("reply_markup") == markup:
        raise ApiError(400, "Bad Request: message is not modified: specified new message content is the same")
    kept |= {"text": text, "links": links, "params": params, "edit_date": int(time.time())}
    kept.pop("reply_markup", None)
    if markup:
        kept["reply_markup"] = markup
    return {name: value for name, value in kept.items() if name not in ("links", "params")}


def delete_message(server: BotApiServer, params: JSON) -> bool:
    chat_id = check_chat(server, params)
    kept = find_message(server, chat_id, params, "Bad Request: message to delete not found")
    server.messages[chat_id].remove(kept)
    return True


def find_message(server: BotApiServer, chat_id: int, params: JSON, missing: str) -> JSON:
    for message in server.messages.get(chat_id, []):
        if message["message_id"] == int(params.get("message_id", 0)):
            return message
    raise ApiError(400, missing)


def answer_callback_query(server: BotApiServer, params: JSON) -> bool:
    if not params.get("callback_query_id"):
        raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    return True


def send_chat_action(server: BotApiServer, params: JSON) -> bool:
    check_chat(server, params)
    return True


def answer_inline_query(server: BotApiServer, params: JSON) -> bool:
    results = params.get("results") or []
    if len(results) > 50:
        raise ApiError(400, "Bad Request: RESULTS_TOO_MUCH")
    for result in results:
        content = result["input_message_content"]
        read_text({"text": content["message_text"], "parse_mode": content.get("parse_mode", "")})
        if not 1 <= len(result["id"].encode()) <= 64:
            raise ApiError(400, "Bad Request: RESULT_ID_INVALID")
    return True


def set_webhook(server: BotApiServer, params: JSON) -> bool:
    if not str(params.get("url", "")).startswith("https://"):
        raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    server.webhook = params
    return True


def delete_webhook(server: BotApiServer, params: JSON) -> bool:
    server.webhook = {}
    return True


LIMITS = {"description": 512, "short_description": 120}


def set_profile(server: BotApiServer, name: str, params: JSON) -> bool:
    value = params.get(name)
    if name in LIMITS and len(str(value)) > LIMITS[name]:
        raise ApiError(400, f"Bad Request: {name} is too long")
    for command in value if name == "commands" else ():
        if not 1 <= len(command["description"]) <= 256:
            raise ApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    server.profile[name, str(params.get("language_code", ""))] = value
    return True


def get_profile(server: BotApiServer, name: str, params: JSON) -> Any:
    found = server.profile.get((name, str(params.get("language_code", ""))))
    return found or [] if name == "commands" else {name: found or ""}


def get_me(server: BotApiServer, params: JSON) -> JSON:
    from tests.telegram.bot_api_server import bot_user

    return bot_user()


METHODS: dict[str, Callable[[BotApiServer, JSON], Any]] = {
    "getme": get_me,
    "sendmessage": send_message,
    "editmessagetext": edit_message_text,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback_query,
    "sendchataction": send_chat_action,
    "answerinlinequery": answer_inline_query,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
}
PROFILE = {"commands": "commands", "description": "description", "shortdescription": "short_description"}


def call_method(server: BotApiServer, name: str, params: JSON) -> Any:
    """Call a method by its name in any case."""
    lower = name.lower()
    if lower in METHODS:
        return METHODS[lower](server, params)
    verb, noun = lower[:3], lower[3:].removeprefix("my")
    if verb in ("get", "set") and noun in PROFILE:
        change = set_profile if verb == "set" else get_profile
        return change(server, PROFILE[noun], params)
    raise ApiError(404, "Not Found: method not found")
