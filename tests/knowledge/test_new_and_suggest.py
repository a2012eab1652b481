import shutil
from datetime import date

import pytest

from knowledge.checks.variants import folded
from knowledge.errors import KnowledgeError
from knowledge.material.base import load_knowledge, read_material
from knowledge.report.new_answer import NewAnswer, begin_answer
from knowledge.report.suggest import missing_ways, own_word, suggest_ways

from .conftest import KNOWLEDGE, TODAY

NEW = NewAnswer(
    id="strike-pay",
    topic="demands",
    audience="worker",
    scope="pay while on strike: who, how much",
    titles={"en": "Is there strike pay?", "es": "¿Hay pago de huelga?"},
    facts=["A01", "A02"],
    speaker="union",
    care_delay=False,
)


def begin(small, **changes: object) -> list[str]:
    new = NewAnswer(**{**NEW.__dict__, **changes})
    return [path.name for path in begin_answer(read_material(small.directory), new, TODAY)]


def test_writes_both_files_and_the_catalogues_line(small) -> None:
    assert begin(small) == ["strike-pay.en.md", "strike-pay.es.md", "catalogue.yml"]
    material = read_material(small.directory)
    item = material.registries.catalogue["strike-pay"]
    assert (item.scope, item.facts, item.audience) == (NEW.scope, NEW.facts, "worker")
    entries = {found.entry.language: found.entry for found in material.entries if found.entry.id == "strike-pay"}
    for language, entry in entries.items():
        assert entry.title == NEW.titles[language]
        assert entry.sources == ["press", "union"]
        assert entry.as_of == date(2025, 5, 8), "the date of the newest source of what may change"
        assert entry.review_by == date(2027, 2, 24)


def test_what_is_not_written_yet_reaches_nobody(small) -> None:
    begin(small)
    with pytest.raises(KnowledgeError, match=r"strike-pay\.en\.md:\d+: error: unknown reference \{\{write-me\}\}"):
        load_knowledge(small.directory)


def test_all_that_check_says_of_a_beginning_is_that_it_is_not_written(small) -> None:
    begin(small)
    found = [f.message for f in small.check() if f.level == "error"]
    assert found == ["fewer than 45 different ways of asking", "unknown reference {{write-me}}"] * 1 + [
        "fewer than 40 different ways of asking",
        "unknown reference {{write-me}}",
    ]


def test_an_id_that_the_catalogue_knows_gets_no_second_line(small) -> None:
    for language in ("en", "es"):
        small.path("demand-pay", language).unlink()
    before = (small.directory / "catalogue.yml").read_text(encoding="utf-8")
    assert begin(small, id="demand-pay") == ["demand-pay.en.md", "demand-pay.es.md"]
    assert (small.directory / "catalogue.yml").read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "demand-pay"}, r"demand-pay\.en\.md: there already"),
        ({"facts": ["A99"]}, "no fact 'A99'"),
        ({"facts": ["A03"]}, "A03 has confidence low"),
        ({"id": "Strike Pay"}, "id: String should match"),
        ({"titles": {"en": "Hm", "es": "Hm"}}, "title: String should have at least 5"),
    ],
)
def test_names_what_a_new_answer_cannot_have_and_writes_nothing(small, changes, message) -> None:
    before = sorted(small.directory.rglob("*"))
    with pytest.raises(KnowledgeError, match=message):
        begin(small, **changes)
    assert sorted(small.directory.rglob("*")) == before


@pytest.fixture
def few(small):
    """An answer with few ways of asking beside a neighbour with many."""
    shutil.copy(KNOWLEDGE / "ways_of_asking.yml", small.directory)
    asked = ["does the raise come back", "how big was the raise", "raise for nurses"]
    for faq, lines in (
        ("demand-pay", asked),
        ("strike-status", ["is the picket on today", "picket in Fresno?", "when does the picket end"]),
    ):
        path = small.path(faq)
        head, _, rest = path.read_text(encoding="utf-8").partition("variants:\n")
        body = rest.partition("---\n")[2]
        listed = "".join(f'  - "{line}"\n' for line in lines)
        path.write_text(f"{head}variants:\n{listed}---\n{body}", encoding="utf-8")
    return small


def test_counts_what_is_missing(few) -> None:
    knowledge = load_knowledge(few.directory)
    assert missing_ways(knowledge, "demand-pay", "en") == 42
    assert missing_ways(knowledge, "demand-pay", "es") == 0


def test_proposes_frames_and_neighbours_and_nothing_that_is_there(few) -> None:
    knowledge = load_knowledge(few.directory)
    assert own_word(knowledge, "demand-pay", "en") == "raise"
    found = suggest_ways(knowledge, few.directory, "demand-pay", "en", 42)
    assert len(found) == len({folded(text) for text in found}) == 42
    assert "is the raise on today" in found, "a neighbour's pattern with this answer's word"
    assert "quick question, how big was the raise" in found
    known = {folded(text) for entry in knowledge.entries.values() for text in entry.variants}
    assert not known & {folded(text) for text in found}


def test_proposes_in_spanish_too(few) -> None:
    found = suggest_ways(load_knowledge(few.directory), few.directory, "demand-pay", "es", 5)
    assert len(found) == 5


def test_names_an_answer_that_is_not_there(few) -> None:
    with pytest.raises(KnowledgeError, match="carebot new strike-pay"):
        suggest_ways(load_knowledge(few.directory), few.directory, "strike-pay", "en", 5)
