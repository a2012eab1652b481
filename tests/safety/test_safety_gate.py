import logging

import pytest

from bot.message import SafetyVerdict, Tier
from bot.safety.gate import SafetyGate

MARK = "zebra-lantern-4711"


class Learned:
    """A second layer that finds what the test tells it to."""

    def __init__(self, found: dict[str, SafetyVerdict] | None = None, error: Exception | None = None) -> None:
        self.found = found or {}
        self.error = error

    def judge(self, text: str) -> SafetyVerdict:
        if self.error:
            raise self.error
        return self.found.get(text, SafetyVerdict())


@pytest.mark.parametrize(
    "error", [RuntimeError(MARK), MemoryError(), OSError(28, "disk full"), ValueError(), KeyError(MARK)]
)
def test_first_layer_answers_when_the_second_raises(error, caplog) -> None:
    gate = SafetyGate(Learned(error=error))
    with caplog.at_level(logging.DEBUG):
        assert gate.assess("i want to kill myself", previous=MARK).tier is Tier.T2
    assert gate.learned_failures == 1
    assert not gate.learned_available
    assert MARK not in caplog.text


def test_second_layer_counts_as_back_once_it_answers() -> None:
    learned = Learned(error=RuntimeError())
    gate = SafetyGate(learned)
    gate.assess("hello")
    learned.error = None
    gate.assess("hello")
    assert gate.learned_available
    assert gate.learned_failures == 1


def test_works_without_a_second_layer() -> None:
    gate = SafetyGate()
    assert not gate.learned_available
    assert gate.assess("I want to die").tier is Tier.T2


def test_highest_tier_wins() -> None:
    urgent = SafetyVerdict(Tier.T1, "medical_emergency", "learned")
    assert SafetyGate(Learned({"i want to die": urgent})).assess("i want to die") == urgent
    calm = SafetyVerdict(Tier.T4, "past_or_denied", "learned")
    assert SafetyGate(Learned({"i want to die": calm})).assess("i want to die").tier is Tier.T2


def test_message_sent_in_pieces_is_read_as_one() -> None:
    assert SafetyGate().assess("kill myself", previous="i want to").tier is Tier.T2
    assert SafetyGate().assess("morirme", previous="ya nomas quiero").tier is Tier.T2
    whole = {
        "i bought it": SafetyVerdict(),
        "i bought it the rope": SafetyVerdict(Tier.T2, "suicide_ideation", "learned"),
    }
    assert SafetyGate(Learned(whole)).assess("the rope", previous="i bought it").tier is Tier.T2


def test_thanks_after_a_crisis_is_no_crisis() -> None:
    crisis = "im going to kill myself tonight"
    assert SafetyGate().assess("thanks", previous=crisis).tier is Tier.T0
    risk = SafetyVerdict(Tier.T1, "suicide_imminent", "learned")
    gate = SafetyGate(Learned({crisis: risk, f"{crisis} thanks": risk}))
    assert gate.assess("thanks", previous=crisis).tier is Tier.T0


def test_no_message_is_logged(caplog) -> None:
    with caplog.at_level(logging.DEBUG):
        SafetyGate(Learned(error=RuntimeError(MARK))).assess(f"i want to die {MARK}", previous=f"hello {MARK}")
    assert MARK not in caplog.text
    assert all(MARK not in str(record.__dict__) for record in caplog.records)
