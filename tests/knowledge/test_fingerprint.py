"""A changed input gives another name, a changed comment does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import RegistryError
from knowledge.fingerprint import fingerprint

CODE = '"""A module."""\n\n\ndef twice(number):\n    """Double it."""\n    return 2 * number  # not three times\n'
YAML = "# a list\nintents:\n  - greet\n  - thank\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "code.py").write_text(CODE)
    (tmp_path / "data.yml").write_text(YAML)
    (tmp_path / "rows.jsonl").write_text('{"text": "hi"}\n')
    return tmp_path


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("code.py", CODE.replace("not three times", "never three times").replace("Double it", "Give it twice")),
        ("data.yml", "intents: [greet, thank]  # in one line\n"),
    ],
)
def test_comments_and_layout_do_not_count(folder: Path, file: str, text: str) -> None:
    before = fingerprint(encoder="e5", inputs=folder)
    (folder / file).write_text(text)
    assert fingerprint(encoder="e5", inputs=folder) == before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("code.py", CODE.replace("2 *", "3 *")),
        ("data.yml", YAML + "  - goodbye\n"),
        ("rows.jsonl", '{"text": "hi there"}\n'),
        ("new.py", "X = 1\n"),
    ],
)
def test_what_is_said_counts(folder: Path, file: str, text: str) -> None:
    before = fingerprint(encoder="e5", inputs=folder)
    (folder / file).write_text(text)
    assert fingerprint(encoder="e5", inputs=folder) != before


def test_encoder_and_format_count(folder: Path) -> None:
    names = {fingerprint(encoder=name, format=number, inputs=folder) for name in ("e5", "minilm") for number in (1, 2)}
    assert len(names) == 4


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"lost\.yml"):
        fingerprint(inputs=tmp_path / "lost.yml")
