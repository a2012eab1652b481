"""Change the language when asked to in words, and say the last answer again in it."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.moves import Move
from bot.rasa.actions.turn import Events, language_of, make_move, memory_of, text_of
from knowledge.retrieval.lexical import fold

SPANISH = re.compile(r"espan|spanish|castellano|no hablo ingl")
ENGLISH = re.compile(r"english|ingles")


class ChangeLanguage(Action):
    """Say which language the person asked for; the bot keeps the choice."""

    def name(self) -> str:
        """Give the name the domain knows."""
        return "action_change_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Make the move."""
        text = fold(text_of(tracker))
        if SPANISH.search(text) or "don't speak english" in text:
            chosen = "es"
        elif ENGLISH.search(text):
            chosen = "en"
        else:
            chosen = "en" if language_of(tracker) == "es" else "es"
        events = make_move(dispatcher, tracker, Move("say", say=f"language_{chosen}"))
        last = memory_of(tracker).last_faq
        if last is not None:
            dispatcher.utter_message(json_message=Move("answer", (last,)).to_json())
        return events
