import pytest

from knowledge.checks.follow_ups import check_follow_ups
from knowledge.material.base import load_knowledge, read_material
from knowledge.material.registry import PLANS, PLANS_ANSWERED


def found_in(small) -> list[tuple[str, str, str]]:
    material = read_material(small.directory)
    return [(f.path.name, f.value, f.message) for f in check_follow_ups(material.entries, material.registries)]


def both(small, faq: str, line: str) -> None:
    """Write a line into the front matter of both languages."""
    for language in ("en", "es"):
        small.replace(small.path(faq, language), "variants:", f"{line}\nvariants:")


def test_a_follow_up_to_another_answer_is_right(small) -> None:
    both(small, "demand-pay", "follow_ups: {how_long: strike-status, for_child: strike-status}")
    assert small.check() == []


def test_names_a_follow_up_that_leads_nowhere(small) -> None:
    both(small, "demand-pay", "follow_ups: {why: strike-stauts}")
    message = "unknown id of the follow-up why"
    assert found_in(small) == [(f"demand-pay.{language}.md", "strike-stauts", message) for language in ("en", "es")]


def test_an_answer_may_be_its_own_follow_up(small) -> None:
    both(small, "demand-pay", "follow_ups: {how_long: demand-pay}")
    assert found_in(small) == []


def test_an_unknown_kind_of_follow_up_stops_loading(small, only_error) -> None:
    small.replace(small.path(), "variants:", "follow_ups: {when: strike-status}\nvariants:")
    assert "follow_ups.when" in only_error().message


@pytest.mark.parametrize("length", [2, 3, 5])
def test_names_a_circle_of_any_length_once(small, length) -> None:
    names = ["demand-pay", *(f"other-{number}" for number in range(1, length))]
    original = small.path().read_text(encoding="utf-8")
    for name, following in zip(names, [*names[1:], names[0]], strict=True):
        text = original.replace("demand-pay", name)
        text = text.replace("variants:", f"follow_ups: {{cost: {following}}}\nvariants:")
        small.path(name).write_text(text, encoding="utf-8")
    text = (small.directory / "catalogue.yml").read_text(encoding="utf-8")
    lines = "".join(f"- {{id: {name}, topic: demands, audience: worker, scope: x}}\n" for name in names[1:])
    (small.directory / "catalogue.yml").write_text(text + lines, encoding="utf-8")
    circles = [found for found in found_in(small) if "circle" in found[2]]
    assert [value for _, value, _ in circles] == [" -> ".join([*names, names[0]])]


def test_the_same_answers_under_two_keys_are_no_circle(small) -> None:
    both(small, "demand-pay", "follow_ups: {how_long: strike-status}")
    both(small, "strike-status", "follow_ups: {why: demand-pay}")
    assert found_in(small) == []


@pytest.mark.parametrize("line", ["plan_matters: true", "risky_wording: true", "follow_ups: {why: strike-status}"])
def test_both_languages_must_say_the_same(small, line) -> None:
    small.replace(small.path(), "variants:", f"{line}\nvariants:")
    field = line.split(":")[0]
    assert [(name, message.split()[0]) for name, _, message in found_in(small)] == [("demand-pay.es.md", field)]


def test_a_plan_that_does_not_exist_stops_loading(small, only_error) -> None:
    small.replace(small.path(), "variants:", "plan: medigap\nvariants:")
    assert (only_error().value, only_error().message.split(":")[0]) == ("medigap", "plan")


def test_a_plan_has_one_answer_and_every_plan_has_one(small) -> None:
    both(small, "demand-pay", "plan: medicare")
    both(small, "strike-status", "plan: medicare")
    found = found_in(small)
    assert ("strike-status.en.md", "medicare", "a second answer for this plan; also demand-pay") in found
    missing = [value for _, value, message in found if message == "no answer carries this plan"]
    assert missing == [plan for plan in PLANS_ANSWERED if plan != "medicare"]


def test_gives_the_answer_for_a_plan(small) -> None:
    both(small, "demand-pay", "plan: medicare")
    knowledge = load_knowledge(small.directory)
    assert knowledge.answer_for_plan("medicare") == "demand-pay"
    assert knowledge.answer_for_plan("hawaii") is None


def test_every_plan_but_the_commercial_one_has_an_answer(real) -> None:
    assert [plan for plan in PLANS if real.answer_for_plan(plan) is None] == ["commercial"]
