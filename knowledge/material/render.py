"""Fill the references of an answer, so that a number or a status is written in one place only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from babel.dates import format_date as format_in_locale

from knowledge.errors import EntryError
from knowledge.material.entry import Entry
from knowledge.material.registry import Contact, Language, Status

REFERENCE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
CONTACT_FIELDS = ("name", "call", "text", "chat", "web", "tty", "deaf", "spanish", "veterans", "hours", "use")
LOCALES: dict[Language, str] = {"en": "en_US", "es": "es_US"}
# Offset in the text, value, message, remedy.
Fault = tuple[int, str, str, str]


def render_body(entry: Entry, contacts: dict[str, Contact], status: Status) -> str:
    """Give the body with every reference filled in.

    Raises:
        EntryError: a reference names an unknown contact, field or region, or a contact that must not be shown.
    """
    where = f"{entry.id}.{entry.language}.md"
    return render_text(entry.body, entry.language, contacts, status, where)


def render_text(text: str, language: Language, contacts: dict[str, Contact], status: Status, where: str) -> str:
    """Fill the references of any text; ``where`` names it in errors."""

    def fill(match: re.Match[str]) -> str:
        reference = match.group(1)
        name, _, field = reference.partition(".")
        try:
            if name == "status":
                return render_status(status, field, language)
            return render_contact(contacts[name], field, language)
        except KeyError as error:
            raise EntryError(
                f"{where}: unknown reference {{{{{reference}}}}}. Use an id of contacts.yml or status.REGION."
            ) from error
        except ValueError as error:
            raise EntryError(f"{where}: {{{{{reference}}}}}: {error}") from error

    return REFERENCE.sub(fill, text)


def reference_faults(
    text: str, language: Language, contacts: dict[str, Contact], status: Status, skip: Callable[[str], bool]
) -> Iterator[Fault]:
    """List the references that cannot be filled; ``skip`` says of a name that its own file is at fault."""
    for match in REFERENCE.finditer(text):
        name, _, _ = match.group(1).partition(".")
        if skip(name):
            continue
        try:
            render_text(match.group(), language, contacts, status, "")
        except EntryError as failure:
            # The message ends in its own remedy: "... . Use an id of contacts.yml ..."
            message, _, remedy = str(failure).removeprefix(": ").removesuffix(".").partition(". ")
            message = message.removeprefix(match.group() + ": ")
            yield match.start(), match.group(), message, (remedy or "Name a field that contacts.yml has") + "."


def render_contact(contact: Contact, field: str, language: Language) -> str:
    """Give one field of a contact, or its name with its number when no field is named."""
    if not contact.may_be_shown:
        raise ValueError(f"contact {contact.id!r} is unverified and is not shown to anyone. Name another one.")
    if not field:
        number = contact.call.get(language) or contact.text.get(language) or contact.web.get(language)
        return f"{contact.name.get(language)}: {number}"
    if field not in CONTACT_FIELDS:
        raise ValueError(f"contacts have no field {field!r}; there are {', '.join(CONTACT_FIELDS)}.")
    value: str = getattr(contact, field).get(language)
    if not value:
        raise ValueError(f"contact {contact.id!r} has no {field}.")
    return value


def render_status(status: Status, region: str, language: Language) -> str:
    """Give what is last known of a region, with its date; the region ``check`` gives where to look today."""
    if region == "check":
        places = [f"{place.name.get(language)} ({place.web})" for place in status.check_now]
        return f"{' o '.join(places)}" if language == "es" else f"{' or '.join(places)}"
    state = status.regions[region]
    day = format_date(state.as_of, language)
    if language == "es":
        return f"{state.name.es} (fuente más reciente: {day}): {state.state.es}"
    return f"{state.name.en} (newest source: {day}): {state.state.en}"


def format_date(day: date, language: Language) -> str:
    """Write a date as people in California read it."""
    return str(format_in_locale(day, "long", LOCALES[language]))
