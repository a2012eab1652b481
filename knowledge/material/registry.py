"""What answers refer to by id: contacts, sources, facts, the catalogue and the dated status of each region."""

from __future__ import annotations

import json
import re
import reprlib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from knowledge.errors import RegistryError

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "es")
# The kinds of plan that answers tell apart, as slots and buttons know them.
PLANS = ("commercial", "medi-cal", "medicare", "federal", "self-funded", "ppo-calpers", "hawaii")
MAX_FILE_BYTES = 1_000_000
# The files nest four deep; the C parser overflows the stack on some ten thousand, and takes the program with it.
MAX_DEPTH = 20
PRINTED_DATE = re.compile(r"\d{4}(-\d{2}){0,2}(?=$| \(|/| to )")
YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Localized(BaseModel):
    """A text in both languages; one plain string stands for both."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    en: str = ""
    es: str = ""

    def get(self, language: Language) -> str:
        """Give the text in a language."""
        return self.es if language == "es" else self.en


def _both(value: Any) -> Any:
    return {"en": value, "es": value} if isinstance(value, str) else value


Text = Annotated[Localized, BeforeValidator(_both)]
NOTHING = Localized()


class Contact(BaseModel):
    """One phone line, text code or web address; see ``contacts.yml`` for what the fields mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    name: Text
    call: Text = NOTHING
    call_note: Text = NOTHING
    text: Text = NOTHING
    chat: Text = NOTHING
    web: Text = NOTHING
    tty: Text = NOTHING
    deaf: Text = NOTHING
    spanish: Text = NOTHING
    veterans: Text = NOTHING
    hours: Text = NOTHING
    use: Text = NOTHING
    note: str = ""
    status: Literal["official", "secondary", "unverified"]
    verified_on: date | None = None
    source: str

    @property
    def may_be_shown(self) -> bool:
        """Whether anyone may be given this number."""
        return self.status != "unverified"


class Source(BaseModel):
    """A publication a fact was read in. ``date`` is as printed, so it may say "day not shown"."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    publisher: str
    kind: str
    date: str | None = None
    url: str

    @property
    def shown_date(self) -> str:
        """Give the year, month or day people are shown, without our notes on it; "" when the page bears no date."""
        found = PRINTED_DATE.match(self.date or "")
        return found.group() if found else ""


class Fact(BaseModel):
    """One checked claim and who makes it; ``low`` and ``none`` are never shown to anyone."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    topic: str
    claim: str
    said_by: str
    confidence: Literal["high", "medium", "low", "none"]
    time_sensitive: bool
    note: str = ""
    sources: list[str]

    @property
    def may_be_shown(self) -> bool:
        """Whether an answer may rest on this fact."""
        return self.confidence in ("high", "medium")


class CatalogueItem(BaseModel):
    """One permanent FAQ id and what its answer covers."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    topic: str
    audience: Literal["patient", "worker", "both"]
    scope: str
    facts: list[str] = []
    care_delay: bool = False


class RegionStatus(BaseModel):
    """What is last known of one region, in the past tense, with its date."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Text
    state: Text
    as_of: date
    facts: list[str] = []
    sources: list[str] = []
    next_bargaining_date: date | None = None


class CheckPlace(BaseModel):
    """Where anyone can look up the state of today."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Text
    web: str


class Status(BaseModel):
    """The dated status of every region and where to check now."""

    model_config = ConfigDict(frozen=True)
    regions: dict[str, RegionStatus]
    check_now: list[CheckPlace]


Model = TypeVar("Model", Contact, Source, Fact, CatalogueItem)


def read_text(path: Path) -> str:
    """Read a small UTF-8 file.

    Raises:
        RegistryError: the file is missing, larger than 1 MB or not UTF-8.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise RegistryError(f"{path}: {path.stat().st_size} bytes; the most is {MAX_FILE_BYTES}. Shorten the file.")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RegistryError(f"{path}: no such file. Restore it from version control.") from error
    except UnicodeDecodeError as error:
        raise RegistryError(f"{path}: not UTF-8 at byte {error.start}. Save the file as UTF-8.") from error


def load_yaml(text: str) -> Any:
    """Parse YAML safely, with the C parser where there is one (it is eight times as fast).

    Raises:
        yaml.YAMLError: broken, nested too deep (which crashes the C parser), or with aliases.
    """
    refused = find_refused(text)
    if refused:
        raise yaml.MarkedYAMLError(problem=refused[1], problem_mark=yaml.Mark("", 0, refused[0], 0, "", 0))
    return yaml.load(text, Loader=YAML_LOADER)  # noqa: S506 - both loaders are safe


def find_refused(text: str) -> tuple[int, str] | None:
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


def read_yaml(path: Path) -> Any:
    """Read a YAML file; a syntax error names the line."""
    try:
        return load_yaml(read_text(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise RegistryError(f"{path}:{line} is not valid YAML ({getattr(error, 'problem', error)}).") from error


def describe(error: ValidationError) -> str:
    """Name the first wrong field of a pydantic error, and its value."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the file"
    # YAML aliases can stand for a list of billions; reprlib looks at the first few items only.
    return f"{where}: {first['msg']} (found {reprlib.repr(first.get('input'))[:80]})"


def _load_list(path: Path, data: Any, model: type[Model]) -> dict[str, Model]:
    if not isinstance(data, list):
        raise RegistryError(f"{path}: must be a list of items, each with an id.")
    found: dict[str, Model] = {}
    for row in data:
        try:
            item = model.model_validate(row)
        except ValidationError as error:
            named = row.get("id", "an item without an id") if isinstance(row, dict) else "an item"
            raise RegistryError(f"{path}: {named}: {describe(error)}. Mend that item.") from error
        if item.id in found:
            raise RegistryError(f"{path}: the id {item.id!r} stands twice. Keep one.")
        found[item.id] = item
    return found


def _read_json(path: Path) -> Any:
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise RegistryError(f"{path}: line {error.lineno} is not valid JSON ({error.msg}).") from error


def load_contacts(path: Path) -> dict[str, Contact]:
    """Read ``contacts.yml``: contact by id."""
    return _load_list(path, read_yaml(path), Contact)


def load_sources(path: Path) -> dict[str, Source]:
    """Read ``sources.json``: source by id. A link must be http or https."""
    sources = _load_list(path, _read_json(path), Source)
    for source in sources.values():
        if not source.url.startswith(("https://", "http://")):
            raise RegistryError(
                f"{path}: {source.id}: the link {source.url[:60]!r} is not http(s). Give a web address."
            )
    return sources


def load_facts(path: Path) -> dict[str, Fact]:
    """Read ``facts.json``: fact by id."""
    return _load_list(path, _read_json(path), Fact)


def load_catalogue(path: Path) -> dict[str, CatalogueItem]:
    """Read ``catalogue.yml``: item by id, in the file's order."""
    return _load_list(path, read_yaml(path), CatalogueItem)


def load_status(path: Path) -> Status:
    """Read ``status.yml``."""
    data = read_yaml(path)
    if not isinstance(data, dict) or "check_now" not in data:
        raise RegistryError(f"{path}: check_now is missing. Say where people can check today's status.")
    regions = {key: value for key, value in data.items() if key != "check_now"}
    try:
        return Status(regions=regions, check_now=data["check_now"])
    except ValidationError as error:
        raise RegistryError(f"{path}: {describe(error)}. Mend that item.") from error
