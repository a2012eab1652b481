"""Rasa's custom actions, one a file. Each gives a move and sets slots; the words are chosen elsewhere."""

from __future__ import annotations

from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor

from bot.actions.answer_question import AnswerQuestion
from bot.actions.change_language import ChangeLanguage
from bot.actions.pick_option import PickOption
from bot.actions.reject_answer import RejectAnswer
from bot.actions.set_plan import SetPlan
from bot.actions.set_role import SetRole
from bot.actions.show_answer import ShowAnswer
from bot.actions.show_more import ShowMore
from bot.actions.small_talk import SmallTalk
from bot.dialogue import Dialogue


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
