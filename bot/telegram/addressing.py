"""Who a message is meant for. In a group the bot answers only what is addressed to it."""

from __future__ import annotations

from telegram import Message, MessageEntity, User
from telegram.constants import ChatType

GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
# A message this short says nothing without the one it answers ("@bot?", "what about this").
LEANING_WORDS = 3


def is_group(message: Message) -> bool:
    """Say whether others read along."""
    return message.chat.type in GROUPS


def addressed_text(message: Message, bot: User) -> str | None:
    """Give the words of a message that are meant for the bot.

    Args:
        message: in a private chat all is meant for the bot; in a group only a reply to it or a mention of it.
        bot: the bot itself, for its name and id.

    Returns:
        The text or caption without the mention, or None when the message is for others.
    """
    words = message.text or message.caption or ""
    if not is_group(message):
        return words
    mentions = _mentions(message, bot)
    answered = message.reply_to_message
    if not mentions and not (answered and answered.from_user and answered.from_user.id == bot.id):
        return None
    for mention in mentions:
        words = words.replace(mention, " ")
    return " ".join(words.split(" ")).strip()


def with_quoted(message: Message, words: str) -> str:
    """Put the message that a person's short reply points at before it; the bot's own messages are never quoted back."""
    quoted = message.reply_to_message
    if quoted is None or quoted.from_user is None or quoted.from_user.is_bot or len(words.split()) > LEANING_WORDS:
        return words
    text = quoted.text or quoted.caption or ""
    return f"{text}\n{words}".strip()


def _mentions(message: Message, bot: User) -> list[str]:
    text = message.text or message.caption or ""
    name = f"@{bot.username}".lower()
    found = []
    for entity in message.entities or message.caption_entities:
        words = cut_entity(text, entity.offset, entity.length)
        named = entity.type == MessageEntity.MENTION and words.lower() == name
        linked = entity.type == MessageEntity.TEXT_MENTION and entity.user is not None and entity.user.id == bot.id
        if words and (named or linked):
            found.append(words)
    return found


def cut_entity(text: str, offset: int, length: int) -> str:
    """Cut the words of an entity out of a text; offset and length count UTF-16 units and may be wrong."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * max(offset, 0) : 2 * max(offset + length, 0)].decode("utf-16-le", "ignore")
