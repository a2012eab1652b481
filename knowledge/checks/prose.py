"""What must not stand in the words of an answer: phone numbers, links, markup, dead references."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.material.registry import Contact, Localized
from knowledge.material.render import REFERENCE, Fault

DASH = "[-.\u2010-\u2015\u00a0 ]"
NUMBER = re.compile(
    rf"""(?<![\w$€/,.])(?:
        (?:\+?1{DASH}?)?\(?\d{{3}}\)?{DASH}{{1,2}}\d{{3}}{DASH}\d{{4}}   # 1-888-466-2219, (888) 466 2219
      | (?:1{DASH})?\d{{3}}-[A-Z]{{3,8}}\b (?:-[A-Z]+)?                  # 442-AYUDAME
      | \d{{3}}-\d{{3}}                                                  # 678-678
      | \d{{3}}-\d{{4}}                                                  # 466-2219
      | 1?\d{{10}}                                                       # 8884662219
      | \d{{5,6}}                                                        # 741741
      | (?:211|711|911|988)                                              # 988
    )(?![\w%]|[,.]\d)""",
    re.VERBOSE,
)
# Letters that look like nothing at all may break a scheme up; they are taken out before the search.
SCRIPT = re.compile(r"(?i)\b(?:javascript|vbscript|livescript)\s*:|\bdata\s*:\s*\w+/\w|\bfile\s*:\s*//")
LINK = re.compile(r"(?i)\bhttps?://\S+|\bwww\.\S+")
MARKUP = re.compile(r"\*\*|__|^#+ |\]\(|</?[a-zA-Z!][^>\n]*>|`", re.MULTILINE)
BRACE = re.compile(r"\{\{|\}\}|[{}]")
FIELDS = ("call", "text", "tty", "spanish", "veterans", "deaf")


def digits_of(text: str) -> str:
    """Give the digits of a number without the country code."""
    digits = re.sub(r"\D", "", text)
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def numbers_of(contacts: dict[str, Contact]) -> dict[str, str]:
    """Give, for the digits of every number in contacts.yml, the reference that renders it."""
    known: dict[str, str] = {}
    for contact in contacts.values():
        for field in FIELDS:
            value: Localized = getattr(contact, field)
            for text in (value.en, value.es):
                for number in NUMBER.findall(text):
                    known.setdefault(digits_of(number), f"{contact.id}.{field}")
    return known


def without_references(text: str) -> str:
    """Blank every reference out, keeping the length, so that offsets still hold."""
    return REFERENCE.sub(lambda match: " " * len(match.group()), text)


def script_scheme(text: str) -> str:
    """Give the script scheme in a text, "" for none."""
    match = SCRIPT.search(re.sub("[\x00-\x08\x0b-\x1f\u200b-\u200f\u2060\ufeff]", "", text))
    return match.group() if match else ""


def prose_faults(text: str, known_numbers: dict[str, str]) -> Iterator[Fault]:
    """List what must not stand in a text that people read."""
    plain = without_references(text)
    for match in NUMBER.finditer(plain):
        reference = known_numbers.get(digits_of(match.group()))
        remedy = (
            f"Write {{{{{reference}}}}}." if reference else "Add it to contacts.yml and name it as {{its-id.call}}."
        )
        message = "a phone number in prose" if reference else "a phone number in prose that is not in contacts.yml"
        yield match.start(), match.group(), message, remedy
    scheme = script_scheme(plain)
    if scheme:
        yield max(0, plain.lower().find(scheme[:4].lower())), scheme, "a link with a script scheme", "Take it out."
    for pattern, message, remedy in (
        (LINK, "a link in the answer", "Put it into sources.json or contacts.yml and name its id."),
        (MARKUP, "markup in plain text", "Use only paragraphs, '1. ' steps and '- ' bullets."),
        (BRACE, "a brace that belongs to no reference", "Write references as {{id}} or {{id.field}}."),
    ):
        for match in pattern.finditer(plain):
            yield match.start(), match.group(), message, remedy
