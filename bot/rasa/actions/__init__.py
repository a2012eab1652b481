"""Rasa's custom actions, one a file. Each gives a move and sets slots; the words are chosen elsewhere."""

from __future__ import annotations

from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor

from bot.dialogue.decide import Dialogue
from bot.rasa.actions.answer_question import AnswerQuestion
from bot.rasa.actions.change_language import ChangeLanguage
from bot.rasa.actions.pick_option import PickOption
from bot.rasa.actions.reject_answer import RejectAnswer
from bot.rasa.actions.set_plan import SetPlan
from bot.rasa.actions.set_role import SetRole
from bot.rasa.actions.show_answer import ShowAnswer
from bot.rasa.actions.show_more import ShowMore
from bot.rasa.actions.small_talk import SmallTalk


def build_executor(dialogue: Dialogue) -> ActionExecutor:
    """Register every action with what it decides by."""
    executor = ActionExecutor()
    actions: list[Action] = [
        AnswerQuestion(dialogue),
        ChangeLanguage(),
        PickOption(dialogue),
        RejectAnswer(dialogue),
        SetPlan(dialogue),
        SetRole(dialogue),
        ShowAnswer(),
        ShowMore(dialogue),
        SmallTalk(dialogue),
    ]
    for action in actions:
        executor.register_action(action)
    return executor
