import pytest

from knowledge.checks.translations import accept, check_translations
from knowledge.errors import KnowledgeError
from knowledge.material.base import load_knowledge, read_material


def found_in(small) -> list[tuple[str, str, str]]:
    material = read_material(small.directory)
    return [(f.level, f.value, f.message) for f in check_translations(material.entries, small.directory / "faq")]


def accept_all(small) -> list[str]:
    return [path.name for path in accept(load_knowledge(small.directory), small.directory, "all")]


def test_counts_in_one_warning_what_was_never_accepted(small) -> None:
    for language in ("en", "es"):
        path = small.path("demand-pay", language)
        text = path.read_text(encoding="utf-8")
        path.write_text(
            "".join(line for line in text.splitlines(True) if "translated_from" not in line), encoding="utf-8"
        )
    assert found_in(small) == [("warning", "1", "answers whose languages were never accepted side by side")]
    assert accept_all(small) == ["demand-pay.es.md"]
    assert found_in(small) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (("en",), "the English changed"),
        (("es",), "the Spanish changed"),
        (("en", "es"), "the English and the Spanish changed"),
    ],
)
def test_says_which_language_changed(small, changed, message) -> None:
    for language in changed:
        small.replace(small.path("demand-pay", language), f"Title of demand-pay in {language}?", "Another title of it?")
    found = f"{message} since both languages were last read side by side"
    assert found_in(small) == [("warning", "demand-pay", found)]
    accept(load_knowledge(small.directory), small.directory, "demand-pay")
    assert found_in(small) == []


def test_other_fields_and_ways_of_asking_change_no_stamp(small) -> None:
    small.replace(small.path(), "demand-pay en number 7", "a new way of asking")
    assert found_in(small) == []


def test_accepting_writes_nothing_that_is_right(small) -> None:
    assert accept_all(small) == []


def test_an_answer_without_both_languages_cannot_be_accepted(small) -> None:
    small.path("demand-pay", "es").unlink()
    with pytest.raises(KnowledgeError, match="demand-pay"):
        accept(load_knowledge(small.directory), small.directory, "demand-pay")
