"""A limit on how fast one chat may write. The caller lets messages pass that may be a crisis."""

from __future__ import annotations

from bot.turn.limits import MAX_SENDERS, RateLimiter


class FloodLimit:
    """The limit of every sender, and who was told of it; a note for every message would be a flood too.

    Args:
        burst: messages at once.
        per_second: messages a second after that.
    """

    def __init__(self, burst: int, per_second: float) -> None:
        self._limiter = RateLimiter(burst, per_second)
        self._told: set[int] = set()

    def allows(self, chat_id: int) -> bool:
        """Take one message off a chat's allowance, or say that there is none left."""
        allowed = self._limiter.allow(str(chat_id))
        if allowed:
            self._told.discard(chat_id)
        return allowed

    def should_tell(self, chat_id: int) -> bool:
        """Say whether a chat over its limit was not told so yet."""
        if chat_id in self._told:
            return False
        if len(self._told) >= MAX_SENDERS:
            self._told.clear()
        self._told.add(chat_id)
        return True
