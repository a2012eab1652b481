"""A file as every reader of ours takes it: its text, its fields, the line of every field, and what is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from knowledge.material.finding import Finding, error, raise_first

FENCE = "---\n"
MAX_FILE_BYTES = 1_000_000
# The files nest four deep; the C parser overflows the stack on some ten thousand, and takes the program with it.
MAX_DEPTH = 20
# The C parser is eight times as fast; both are safe.
YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# UTF-8 read as Latin-1 or Windows-1252 and saved again: "Â¿QuÃ©", "â€™"; and the sign of a character already lost.
MISREAD = re.compile("Ã[\u0080-\u00bf]|Â[\u00a0-\u00bf]|â€|\ufffd")
# A zero-width joiner belongs between two emoji, which it makes one picture, and nowhere else. YAML may write an emoji
# as an escape.
CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200c\u200e\u200f\u202a-\u202e\u2060\ufeff]"
    "|(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])(?<!\\\\U0001[0-9A-F]{4})(?<!\\\\uFE0F)\u200d"
)


def read_source(path: Path) -> tuple[str | None, list[Finding]]:
    r"""Read a file as UTF-8.

    Returns:
        The text with \n line ends and without byte order mark, or None where it cannot be read; and what is wrong.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            return None, [error(path, 1, f"{size} bytes", f"larger than {MAX_FILE_BYTES} bytes", "Shorten the file.")]
        data = path.read_bytes()
    except OSError as failure:
        return None, [error(path, 1, failure.strerror, "cannot be read", "Restore the file from version control.")]
    findings = []
    if data.startswith(BYTE_ORDER_MARK):
        findings.append(error(path, 1, "EF BB BF", "starts with a byte order mark", "Save as UTF-8 without BOM."))
        data = data.removeprefix(BYTE_ORDER_MARK)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as failure:
        line = data[: failure.start].count(b"\n") + 1
        value = f"byte {data[failure.start]:#04x}"
        return None, [*findings, error(path, line, value, "not UTF-8", "Save the file as UTF-8.")]
    text = text.replace("\r\n", "\n")
    for pattern, message, remedy in (
        (MISREAD, "text that was saved in a wrong encoding", "Type the words anew and save as UTF-8."),
        (CONTROL, "an invisible character", "Delete it."),
    ):
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            value = match.group() if pattern is MISREAD else f"U+{ord(match.group()):04X}"
            findings.append(error(path, line, value, message, remedy))
    return text, findings


class Fields:
    """YAML or JSON text with the line of every field.

    Attributes:
        data: the parsed value, None where the text cannot be parsed.
        findings: what is wrong with the text itself: syntax, depth, a field that stands twice.
    """

    def __init__(self, path: Path, text: str, first_line: int = 1) -> None:
        self._path = path
        self._first_line = first_line
        self._root: yaml.Node | None = None
        self.data: Any = None
        self.findings: list[Finding] = []
        try:
            refused = _find_refused(text)
            if refused:
                self._report(first_line + refused[0], "", refused[1], "Write plain fields and lists.")
                return
            loader = YAML_LOADER(text)
            self._root = loader.get_single_node()
            if path.suffix == ".json":
                self.data = json.loads(text)
            elif self._root is not None:
                self.data = loader.construct_document(self._root)
        except json.JSONDecodeError as failure:
            self._report(failure.lineno, failure.msg, "not valid JSON", "Mend the punctuation there or just above.")
        except yaml.YAMLError as failure:
            mark = getattr(failure, "problem_mark", None)
            line = first_line + (mark.line if mark else 0)
            problem = getattr(failure, "problem", None) or failure
            self._report(line, problem, "not valid YAML", "Mend the punctuation or the quotes there or just above.")
        except ValueError as failure:  # e.g. the date 2026-02-30
            self._report(first_line, failure, "a value cannot be read", "Mend the date or the number.")
        self.findings += [
            error(path, line, key, "the field stands twice", "Keep one.") for key, line in self._doubled(self._root)
        ]

    def line_of(self, location: Sequence[str | int]) -> int:
        """Give the line of a field, or of the nearest one above it that exists."""
        node, line = self._root, self._first_line
        for part in location:
            if isinstance(node, yaml.MappingNode):
                found = [(key, value) for key, value in node.value if key.value == str(part)]
                if not found:
                    break
                line, node = found[0][0].start_mark.line + self._first_line, found[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                line = node.start_mark.line + self._first_line
            else:
                break
        return line

    def _report(self, line: int, value: object, message: str, remedy: str) -> None:
        self.findings.append(error(self._path, line, value, message, remedy))

    def _doubled(self, root: yaml.Node | None) -> Iterator[tuple[str, int]]:
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, yaml.SequenceNode):
                waiting += node.value
            elif isinstance(node, yaml.MappingNode):
                known = set()
                for key, value in node.value:
                    if isinstance(key, yaml.ScalarNode) and key.value in known:
                        yield key.value, key.start_mark.line + self._first_line
                    known.add(str(key.value))
                    waiting.append(value)


def read_fields(path: Path) -> Fields:
    """Read a YAML or JSON file with the lines of its fields; ``data`` is None where it cannot be read."""
    text, findings = read_source(path)
    fields = Fields(path, "" if text is None else text)
    fields.findings = findings if text is None else findings + fields.findings
    if fields.data is None and not fields.findings:
        fields.findings.append(error(path, 1, "", "the file is empty", "Restore it from version control."))
    return fields


def read_yaml(path: Path) -> Any:
    """Read a YAML or JSON file.

    Raises:
        RegistryError: naming the file, the line and the remedy.
    """
    fields = read_fields(path)
    raise_first(fields.findings)
    return fields.data


def split_source(text: str) -> tuple[str, str, int] | None:
    """Cut an answer file into front matter, body and the line the body starts on; None without front matter."""
    if not text.startswith(FENCE) or text.count(FENCE) < 2:
        return None
    _, front, rest = text.split(FENCE, 2)
    blank = len(rest) - len(rest.lstrip())
    return front, rest.strip(), front.count("\n") + 3 + rest[:blank].count("\n")


def _find_refused(text: str) -> tuple[int, str] | None:
    """Find what must not reach the parser: the line, counted from 0, and what it is."""
    depth = 0
    for event in yaml.parse(text, Loader=YAML_LOADER):
        if isinstance(event, yaml.AliasEvent):
            # A few aliases of aliases write out to more text than there is memory.
            return _line(event), "a YAML alias"
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return _line(event), f"nested more than {MAX_DEPTH} deep"
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0
