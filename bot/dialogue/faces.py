"""Messages without a word: faces, thumbs, marks. Rasa's tokenizer throws them away, so they are read here."""

from __future__ import annotations

from bot.dialogue.moves import Move

THUMBS_UP = frozenset("👍👌🙏💪✅🙌👏❤♥🧡💛💚💙💜🤗😊🙂😀😃😄😁😌🥰😍😘")
THUMBS_DOWN = frozenset("👎😠😡🤬😤🙄😒")
SAD = frozenset("😢😭😞😔😟😕🙁☹😩😫😖😣😥😰😨😱💔🥺😓😿🤕🤒")


def move_for_face(text: str) -> Move | None:
    """Decide on a message without letters and digits; None for one with words."""
    if any(char.isalnum() for char in text):
        return None
    for faces, say in ((SAD, "sad_face"), (THUMBS_DOWN, "give_feedback"), (THUMBS_UP, "thank")):
        if faces.intersection(text):
            return Move("say", say=say)
    return Move("say", say="face")
