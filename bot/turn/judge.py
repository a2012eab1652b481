"""What a conversation adds to the verdict on one message: what came before a few words gives them their meaning."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.memory import Conversation, Crisis
from bot.dialogue.phrases import is_small_talk, known_intent
from bot.message import CARDED, SAFE, SafetyVerdict, Tier
from bot.safety.gate import SafetyGate
from knowledge.retrieval.lexical import fold

SUICIDE = ("suicide_imminent", "suicide_ideation")
# A goodbye of every day; any other after a wish to die is taken for what it may be.
POLITE = re.compile(r"\b(?:bye|byebye|good ?night|nos vemos|hasta|noches|later)\b")
# Said in the middle of a crisis, a means at hand is danger now, whoever has it.
MEANS = re.compile(
    r"\b(?:has|have|got|hold\w*|with|took|taking|swallow\w*|tengo|tiene|trae|traigo|agarr\w+|tome|tomo|trago|con)\b.{0,30}"
    r"\b(?:gun|pistol|rifle|shotgun|knife|knives|weapon|razor|rope|pills|bottle|pistola|rifle|escopeta|cuchillo|navaja"
    r"|machete|arma|soga|cuerda|pastillas|frasco|bote)\b"
)
# Whoever hurts the person is there, or on the way.
AT_THE_DOOR = re.compile(
    r"\b(?:(?:he|she)(?:s| is)? (?:coming|here|back|home|outside|at the door)|(?:he|she) (?:came|got) (?:back|home)"
    r"|ya (?:viene|llego|esta aqui|esta afuera)|viene para aca|esta (?:aqui|afuera|en la puerta)|ahi viene)\b"
)
OF_SELF = re.compile(r"\b(?:i|im|ive|ill|id|yo|me|tengo|traigo|tome|tomo|trague|agarre|voy|estoy)\b")


def judge_in_conversation(
    verdict: SafetyVerdict, text: str, conversation: Conversation, gate: SafetyGate
) -> SafetyVerdict:
    """Raise or lower the verdict on a message by the messages before it.

    Args:
        verdict: the safety gate's, on the message and its predecessor.
        text: the message.
        conversation: before this message is taken note of.
        gate: knows goodbyes and core words of danger.
    """
    plain = fold(text).replace("'", "").replace("’", "")
    if conversation.in_crisis and conversation.crisis is not None:
        return _with_poison(_in_crisis(verdict, text, plain, conversation.crisis.category, gate), conversation.crisis)
    doubted = verdict.tier in CARDED and verdict.layer == "learned"
    if doubted and is_small_talk(text) and not gate.has_danger_word(text):
        return SAFE
    return verdict


def _in_crisis(verdict: SafetyVerdict, text: str, plain: str, category: str, gate: SafetyGate) -> SafetyVerdict:
    about_other = OF_SELF.search(plain) is None
    if category in SUICIDE and gate.is_farewell(text) and not POLITE.search(plain):
        return SafetyVerdict(Tier.T1, "suicide_imminent", "talk")
    if category == "abuse_violence" and AT_THE_DOOR.search(plain):
        return SafetyVerdict(Tier.T1, category, "talk")
    if MEANS.search(plain) and verdict.tier is not Tier.T1 and not _denies(text):
        worse = verdict.category if verdict.tier in CARDED and not about_other else category
        return SafetyVerdict(Tier.T1, worse or category, "talk", poison=verdict.poison)
    if verdict.tier not in CARDED:
        return verdict
    if category == "third_party_risk" and about_other and verdict.category != "medical_emergency":
        # "He has a gun" after worry for a husband is about that husband.
        return replace(verdict, category="third_party_risk")
    if verdict.layer == "learned" and (verdict.soft or category == "medical_emergency"):
        # A doubt in the middle of a crisis is about that crisis, and its own line; so is all about a body in danger.
        verdict = replace(verdict, category=category)
    # What was said before is known: these words get an answer of their own, not the card again.
    if verdict.layer == "learned" and known_intent(text) is not None:
        return SAFE
    return verdict


def _with_poison(verdict: SafetyVerdict, crisis: Crisis) -> SafetyVerdict:
    swallowed = crisis.poison or crisis.category == "medical_emergency"
    return replace(verdict, poison=True) if swallowed and verdict.tier in CARDED else verdict


def _denies(text: str) -> bool:
    return known_intent(text) in ("deny", "say_joke", "say_better")
