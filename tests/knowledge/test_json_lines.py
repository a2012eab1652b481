from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from knowledge.errors import KnowledgeError
from knowledge.json_lines import iterate_json_lines, read_json_lines


def read(path: Path) -> list[Any]:
    return read_json_lines(path, lambda row: row["text"], "text")


def test_numbers_lines_and_skips_empty_ones(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a"}\n\n   \n{"text": "b"}\n')
    assert list(iterate_json_lines(path, lambda row: row["text"], "text")) == [(1, "a"), (4, "b")]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\u0085"])
def test_a_line_separator_inside_a_message_is_no_end_of_a_line(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(f'{{"text": "one{separator}two"}}\n', encoding="utf-8")
    assert read(path) == [f"one{separator}two"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", r"line 2: is not JSON"),
        ('["a"]', r"line 2: \['a'\] is not an object in braces"),
        ("{}", r"line 2: lacks 'text'"),
        ("[" * 100_000, r"line 2: "),
    ],
)
def test_names_file_line_reason_and_remedy(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a"}\n' + line)
    with pytest.raises(KnowledgeError, match=rf"rows\.jsonl, {reason}.*\. Each line needs text, as JSON\."):
        read(path)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_names_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "rows.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(KnowledgeError, match=r"rows\.jsonl: cannot be read as UTF-8 text"):
        read(path)
