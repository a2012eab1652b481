"""The sheet keeps signatures for the words they were given for; the one in docs/ holds the texts as they are."""

from pathlib import Path

import pytest

from bot.cli import REVIEW_SHEET, _crisis_texts
from bot.settings import ROOT, Settings
from knowledge.material.registries import load_contacts, load_status
from knowledge.report.review_sheet import check_sheet, read_crisis_texts, write_sheet

YAML = """\
cards:
  T1:
    default:
      en: Call {{lifeline-988.call}}.
      es: Llame al {{lifeline-988.call}}.
    harm: {en: Step away., es: Aléjese.}
short: {en: Call now., es: Llame ya.}
"""


@pytest.fixture
def texts(small):
    (small.directory / "cards.yml").write_text(YAML, encoding="utf-8")
    return lambda: read_crisis_texts(
        [small.directory / "cards.yml", small.directory / "gone.yml"],
        load_contacts(small.directory / "contacts.yml"),
        load_status(small.directory / "status.yml"),
        {"last": {"en": "Last words.", "es": "Lo último."}},
    )


def sign(sheet: str) -> str:
    blank = ": ________________ Date: ________________"
    return sheet.replace("[ ]", "[x]").replace(blank, ": A. Person Date: 2026-12-01")


def test_holds_every_text_in_both_languages_with_its_numbers(texts) -> None:
    sheet = write_sheet(texts(), "")
    names = ["cards.yml: cards / T1 / default", "cards.yml: cards / T1 / harm", "cards.yml: short", "last"]
    assert [text.name for text in texts()] == names
    assert "> Call 988." in sheet and "> Llame al 988." in sheet
    assert sheet.count("- [ ]") == 2 * len(names)


def test_a_signature_is_kept_while_its_words_are(texts, small) -> None:
    signed = sign(write_sheet(texts(), ""))
    assert write_sheet(texts(), signed) == signed
    small.replace("cards.yml", "Step away.", "Step back.")
    assert write_sheet(texts(), signed).count("- [ ]") == 2


def test_a_changed_number_must_be_signed_again(texts, small) -> None:
    signed = sign(write_sheet(texts(), ""))
    small.replace("contacts.yml", 'call: "988"', 'call: "987"')
    assert write_sheet(texts(), signed).count("- [ ]") == 2


def test_warns_in_one_line_while_a_signature_is_missing(texts, tmp_path: Path) -> None:
    path = tmp_path / "sheet.md"
    sheet = write_sheet(texts(), "")
    path.write_text(sheet, encoding="utf-8")
    assert [(found.level, found.value) for found in check_sheet(path, texts())] == [("warning", "8")]
    path.write_text(sheet.replace("[ ]", "[x]"), encoding="utf-8")
    assert [found.value for found in check_sheet(path, texts())] == ["8"], "a cross without a name is no signature"
    path.write_text(sign(sheet), encoding="utf-8")
    assert check_sheet(path, texts()) == []


def test_a_sheet_of_other_texts_is_an_error(texts, small, tmp_path: Path) -> None:
    path = tmp_path / "sheet.md"
    assert [found.level for found in check_sheet(path, texts())] == ["error"]
    path.write_text(write_sheet(texts(), ""), encoding="utf-8")
    small.replace("cards.yml", "Llame ya.", "Llame ahora.")
    assert [found.level for found in check_sheet(path, texts())] == ["error"]


def test_the_sheet_in_docs_holds_the_texts_as_they_are() -> None:
    texts = _crisis_texts(Settings(knowledge_dir=ROOT / "knowledge"))
    before = REVIEW_SHEET.read_text(encoding="utf-8")
    assert before == write_sheet(texts, before), "run `carebot review-sheet`"
    assert len(texts) > 40
