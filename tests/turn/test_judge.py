"""What came before gives a few words their meaning."""

from __future__ import annotations

import pytest

from bot.dialogue.memory import Conversation
from bot.message import SAFE, SafetyVerdict, Tier
from bot.safety.gate import SafetyGate
from bot.turn.judge import judge_in_conversation

GATE = SafetyGate()
LEARNED = SafetyVerdict(Tier.T2, "suicide_ideation", "learned", soft=True)


def conversation_after(tier: Tier, category: str) -> Conversation:
    conversation = Conversation()
    conversation.take_note_of(SafetyVerdict(tier, category, "lexicon"))
    return conversation


@pytest.mark.parametrize(
    "text",
    ["goodbye", "adiós", "I'm leaving", "I already tried that", "y si no me contestan", "ok thanks"],
)
def test_small_talk_that_the_classifier_alone_doubts_gets_no_card(text: str) -> None:
    assert judge_in_conversation(LEARNED, text, Conversation(), GATE) == SAFE


@pytest.mark.parametrize("text", ["no quiero despertar", "i can't do this", "nobody would miss me"])
def test_other_short_messages_keep_their_verdict(text: str) -> None:
    assert judge_in_conversation(LEARNED, text, Conversation(), GATE) == LEARNED


def test_the_patterns_are_never_overruled() -> None:
    verdict = SafetyVerdict(Tier.T1, "suicide_imminent", "lexicon")
    assert judge_in_conversation(verdict, "goodbye", Conversation(), GATE) == verdict


@pytest.mark.parametrize("text", ["goodbye", "adiós", "ok goodbye", "I'm leaving", "ya me voy"])
def test_a_farewell_after_a_wish_to_die_is_danger_now(text: str) -> None:
    verdict = judge_in_conversation(SAFE, text, conversation_after(Tier.T1, "suicide_imminent"), GATE)
    assert (verdict.tier, verdict.category) == (Tier.T1, "suicide_imminent")


@pytest.mark.parametrize("text", ["thanks", "ok bye", "yes", "I'm alone", "it was a joke", "ya llamé"])
def test_what_is_said_after_a_card_is_no_new_alarm(text: str) -> None:
    assert judge_in_conversation(LEARNED, text, conversation_after(Tier.T2, "suicide_ideation"), GATE) == SAFE


@pytest.mark.parametrize("text", ["he has a gun", "tiene una pistola"])
def test_a_weapon_after_worry_for_someone_is_about_that_person(text: str) -> None:
    harm = SafetyVerdict(Tier.T2, "harm_to_others", "lexicon")
    for found in (SAFE, harm):
        verdict = judge_in_conversation(found, text, conversation_after(Tier.T2, "third_party_risk"), GATE)
        assert (verdict.tier, verdict.category) == (Tier.T1, "third_party_risk")


def test_pills_at_hand_after_a_wish_to_die_are_danger_now() -> None:
    verdict = judge_in_conversation(
        SAFE, "i have the pills here", conversation_after(Tier.T2, "suicide_ideation"), GATE
    )
    assert verdict.tier is Tier.T1


@pytest.mark.parametrize("text", ["hes coming", "ya llegó", "he's at the door"])
def test_the_abuser_at_the_door_is_danger_now(text: str) -> None:
    verdict = judge_in_conversation(SAFE, text, conversation_after(Tier.T2, "abuse_violence"), GATE)
    assert (verdict.tier, verdict.category) == (Tier.T1, "abuse_violence")


def test_a_question_after_poison_keeps_poison_control() -> None:
    found = SafetyVerdict(Tier.T1, "self_harm", "learned")
    conversation = conversation_after(Tier.T1, "medical_emergency")
    verdict = judge_in_conversation(found, "do i make her throw up?", conversation, GATE)
    assert (verdict.category, verdict.poison) == ("medical_emergency", True)
