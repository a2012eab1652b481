"""What reading and checking say about one place in the knowledge base."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from knowledge.errors import EntryError, RegistryError

Level = Literal["error", "warning", "notice"]
VALUE_LIMIT = 80


@dataclass(frozen=True)
class Finding:
    """One fault, printed as ``path:line: level: message (value). Remedy``.

    Attributes:
        level: error stops ``carebot check``, a warning wants a person soon, a notice is worth a look.
        line: counted from 1.
        value: what was found there, "" where it says nothing.
    """

    level: Level
    path: Path
    line: int
    value: str
    message: str
    remedy: str

    def __str__(self) -> str:
        # A value with a line break or an escape sequence must not draw over the terminal.
        shown = "".join(char if char.isprintable() else " " for char in self.value).strip()
        if len(shown) > VALUE_LIMIT:
            shown = shown[: VALUE_LIMIT - 1] + "…"
        value = f" ({shown})" if shown else ""
        return f"{self.path}:{self.line}: {self.level}: {self.message}{value}. {self.remedy}"


def error(path: Path, line: int, value: object, message: str, remedy: str) -> Finding:
    """Give a finding that stops ``carebot check``."""
    return Finding("error", path, line, _brief(value), message, remedy)


def warning(path: Path, line: int, value: object, message: str, remedy: str) -> Finding:
    """Give a finding that wants a person soon."""
    return Finding("warning", path, line, _brief(value), message, remedy)


def notice(path: Path, line: int, value: object, message: str, remedy: str) -> Finding:
    """Give a finding that is worth a look and never fails anything."""
    return Finding("notice", path, line, _brief(value), message, remedy)


def raise_first(findings: Iterable[Finding]) -> None:
    """Stop at the first error there is.

    Raises:
        EntryError: it is in an answer file.
        RegistryError: it is in any other file.
    """
    for finding in findings:
        if finding.level == "error":
            raise (EntryError if finding.path.suffix == ".md" else RegistryError)(str(finding))


def _brief(value: object) -> str:
    # YAML aliases can stand for a list of billions; reprlib looks at the first few items only.
    return value if isinstance(value, str) else reprlib.repr(value)
