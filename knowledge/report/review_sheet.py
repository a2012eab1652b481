"""The sheet on which people sign the crisis texts: every one in both languages, with boxes to tick, sign and date.

A signature stands under the words it was given for: when they change, by one letter or one number, it is gone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.material.finding import Finding, error, warning
from knowledge.material.registry import LANGUAGES, Contact, Language, Status
from knowledge.material.render import render_text
from knowledge.material.source import read_yaml

SIGNERS = ("Clinician or crisis worker", "Native speaker of Spanish")
NAMES: dict[Language, str] = {"en": "English", "es": "Español"}
BLANK = "________________"
SECTION = re.compile(r"^## [^\n]* `([0-9a-f]{10})`$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BOX = re.compile(r"^- \[[ xX]\] .*$", re.MULTILINE)
SIGNED = re.compile(r"^- \[[xX]\] (?!.*_{4})", re.MULTILINE)
HEAD = """\
# Review of the crisis texts

`carebot review-sheet` writes this page; the texts stand in `bot/safety/`. People in danger read them, so nobody should
read them first. Sign under each text: put an x into the box, and your name and the date in place of the lines.

- A **clinician or crisis worker** signs that the text is safe and right for the person it is shown to.
- A **native speaker of Spanish** signs that both languages say the same, in words that a frightened person understands.

A signature holds for these words only: when a text or a number in it changes, it must be signed again.
`carebot check` warns while any is missing.
"""


@dataclass(frozen=True)
class CrisisText:
    """One text as people read it, in both languages, and where it stands."""

    name: str
    words: dict[Language, str]

    @property
    def stamp(self) -> str:
        """Give ten digits that change with any letter of the text."""
        return hashlib.sha256("\0".join(self.words[language] for language in LANGUAGES).encode()).hexdigest()[:10]


def read_crisis_texts(
    paths: list[Path], contacts: dict[str, Contact], status: Status, others: Mapping[str, dict[Language, str]]
) -> list[CrisisText]:
    """Read every text with both languages from YAML files, numbers filled in.

    Args:
        paths: the files; one that is not there has no texts.
        contacts: the numbers.
        status: what ``{{status.region}}`` gives.
        others: texts that stand in no file, by name.

    Raises:
        KnowledgeError: a file or a reference is wrong.
    """
    found = [
        (f"{path.name}: {name}", words)
        for path in paths
        if path.exists()
        for name, words in _texts_in(read_yaml(path), ())
    ]
    return [
        CrisisText(
            name,
            {
                language: render_text(words[language].strip(), language, contacts, status, name)
                for language in LANGUAGES
            },
        )
        for name, words in [*found, *others.items()]
    ]


def write_sheet(texts: list[CrisisText], before: str) -> str:
    """Write the sheet as Markdown, keeping the signatures of texts that have not changed.

    Args:
        texts: all of them, in order.
        before: the sheet as it is, "" for none.
    """
    kept = {stamp: BOX.findall(section) for stamp, section in SECTION.findall(before)}
    parts = [HEAD]
    for text in texts:
        boxes = kept.get(text.stamp)
        if boxes is None or len(boxes) != len(SIGNERS):
            boxes = [f"- [ ] {signer}: {BLANK} Date: {BLANK}" for signer in SIGNERS]
        quoted = "\n\n".join(f"**{NAMES[language]}**\n\n{_quote(text.words[language])}" for language in LANGUAGES)
        parts.append(f"## {text.name} `{text.stamp}`\n\n{quoted}\n\n" + "\n".join(boxes) + "\n")
    return "\n".join(parts)


def check_sheet(path: Path, texts: list[CrisisText]) -> list[Finding]:
    """Check that the sheet holds these texts, and count what is not signed, in one line."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if write_sheet(texts, before) != before:
        return [error(path, 1, "", "not the crisis texts as they are", "Run `carebot review-sheet`.")]
    boxes, signed = len(BOX.findall(before)), len(SIGNED.findall(before))
    if signed == boxes:
        return []
    message = f"signatures missing of {boxes} under {len(texts)} crisis texts"
    remedy = "A clinician and a native speaker sign there; docs/editing.md says how."
    return [warning(path, 1, str(boxes - signed), message, remedy)]


def _texts_in(node: Any, place: tuple[str, ...]) -> Iterator[tuple[str, dict[Language, str]]]:
    if not isinstance(node, dict):
        return
    if set(node) == set(LANGUAGES):
        yield " / ".join(place) or "text", node
        return
    for key, below in node.items():
        yield from _texts_in(below, (*place, str(key)))


def _quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
