"""The commands an editor uses, without the encoder."""

import shutil

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app

from .conftest import KNOWLEDGE


@pytest.fixture
def carebot(small, monkeypatch: pytest.MonkeyPatch):
    shutil.copy(KNOWLEDGE / "ways_of_asking.yml", small.directory)
    monkeypatch.setenv("CAREBOT_KNOWLEDGE_DIR", str(small.directory))
    return lambda *arguments, typed="": CliRunner().invoke(app, list(arguments), input=typed)


def lines(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if line.strip()]


def test_check_lists_the_lines_to_verify_on_demand(small, carebot) -> None:
    small.replace("contacts.yml", "verified_on: 2026-11-20", "verified_on:")
    whole = carebot("check", "--no-with-index")
    counted = [line for line in lines(whole) if "contacts.yml" in line]
    assert len(counted) == 1 and "`carebot check --unverified` lists them" in counted[0]
    listed = carebot("check", "--unverified")
    assert any("lifeline-988 was never verified" in line for line in lines(listed))
    assert all("contacts.yml" in line for line in lines(listed) if "warning:" in line)


def test_check_warns_of_unsigned_crisis_texts_in_one_line(carebot) -> None:
    found = [line for line in lines(carebot("check", "--no-with-index")) if "review-sheet.md" in line]
    assert len(found) <= 1


def test_accept_stamps_an_answer(small, carebot) -> None:
    small.replace(small.path(), "Title of demand-pay in en?", "Another title of it?")
    assert any("the English changed" in line for line in lines(carebot("check", "--no-with-index")))
    assert carebot("check", "--accept", "demand-pay").exit_code == 0
    assert not any("the English changed" in line for line in lines(carebot("check", "--no-with-index")))


def test_new_asks_writes_and_shows_the_manual(small, carebot) -> None:
    typed = "demands\nworker\npay while on strike\nIs there strike pay?\n¿Hay pago de huelga?\nA02\nunion\nn\n"
    done = carebot("new", "strike-pay", typed=typed)
    assert done.exit_code == 0, done.output
    assert small.path("strike-pay", "es").exists()
    assert "docs/editing.md" in done.stdout
    assert "carebot suggest" in done.stdout, "the recipe of the manual"


def test_new_of_a_known_id_asks_for_titles_facts_and_speaker_only(small, carebot) -> None:
    for language in ("en", "es"):
        small.path("demand-pay", language).unlink()
    done = carebot("new", "demand-pay", typed="Is there more pay?\n¿Hay más pago?\nA02\nunion\n")
    assert done.exit_code == 0, done.output
    assert "audience: worker" in small.path("demand-pay", "es").read_text(encoding="utf-8")


def test_suggest_prints_lines_for_the_file_marked_to_be_read(carebot) -> None:
    printed = lines(carebot("suggest", "demand-pay", "--lang", "es", "--number", "3"))
    proposals = [line for line in printed if line.startswith('  - "')]
    assert len(proposals) == 3
    assert all(line.endswith("# to be read") for line in proposals)
