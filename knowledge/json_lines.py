"""Files of JSON lines, read in one place: whatever is wrong in one, the error names file, line, value and remedy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from knowledge.errors import CarebotError, KnowledgeError

Item = TypeVar("Item")
FAULTS = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def read_json_lines(
    path: Path,
    parse: Callable[[dict[str, Any]], Item],
    needs: str,
    error: type[CarebotError] = KnowledgeError,
) -> list[Item]:
    """Read one JSON object a line; lines of nothing but spaces are skipped.

    Args:
        path: UTF-8 text.
        parse: makes an item of an object; what it raises becomes the reason that is shown.
        needs: what each line must hold ("kind, lang and text").
        error: what to raise.

    Raises:
        CarebotError: of the kind asked for.
    """
    return [item for _, item in iterate_json_lines(path, parse, needs, error)]


def iterate_json_lines(
    path: Path,
    parse: Callable[[dict[str, Any]], Item],
    needs: str,
    error: type[CarebotError] = KnowledgeError,
) -> Iterator[tuple[int, Item]]:
    """Yield what :func:`read_json_lines` gives with the number of its line, from 1."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        raise error(f"{path}: cannot be read as UTF-8 text ({type(failure).__name__}).") from failure
    # Not splitlines: a message may hold a line separator (U+2028) that is no end of a line of the file.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, parse(_object(line))
        except FAULTS as failure:
            raise error(f"{path}, line {number}: {_reason(failure)}. Each line needs {needs}, as JSON.") from failure


def _object(line: str) -> dict[str, Any]:
    row = json.loads(line)
    if not isinstance(row, dict):
        raise TypeError(f"{row!r:.40} is not an object in braces")
    return row


def _reason(failure: Exception) -> str:
    if isinstance(failure, json.JSONDecodeError):
        return f"is not JSON ({failure})"
    if isinstance(failure, KeyError):
        return f"lacks {failure}"
    return str(failure).rstrip(".") or type(failure).__name__
