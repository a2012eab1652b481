"""What answers refer to by id: contacts, sources, facts, the catalogue and the dated status of each region."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, field_validator

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "es")
# The kinds of plan a person may name. The steps of most answers are those of a commercial plan; every other kind has
# an answer of its own, which says so with `plan:` in its front matter.
Plan = Literal["commercial", "medi-cal", "medicare", "federal", "self-funded", "ppo-calpers", "hawaii"]
PLANS: tuple[Plan, ...] = get_args(Plan)
PLANS_ANSWERED = PLANS[1:]
WEB_ADDRESS = re.compile(r"(?i)(?:https?://)?[a-z0-9](?:[a-z0-9-]*\.)+[a-z]{2,}(?:/[^\s<>\"']*)?")
PUBLISHER = re.compile(r" \(|, |: | quoting ")
PRINTED_DATE = re.compile(r"\d{4}(-\d{2}){0,2}(?=$| \(|/| to )")


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
    """A publication a fact was read in.

    Attributes:
        date: as printed, so it may say "day not shown".
        mirror: whether ``url`` is a copy on somebody else's site: people are shown publisher and date, and no link.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    publisher: str
    kind: str
    date: str | None = None
    url: str
    mirror: bool = False

    @field_validator("url")
    @classmethod
    def _is_a_web_address(cls, url: str) -> str:
        if not (url.startswith(("https://", "http://")) and WEB_ADDRESS.fullmatch(url)):
            raise ValueError("not a http(s) address")
        return url

    @property
    def shown_publisher(self) -> str:
        """Give the publisher people are shown, without our notes on which page it was and how it was read."""
        return PUBLISHER.split(self.publisher, maxsplit=1)[0]

    @property
    def shown_url(self) -> str:
        """Give the link people are shown, "" where only a copy was read or the page is not encrypted."""
        return self.url if self.url.startswith("https://") and not self.mirror else ""

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
    """What is last known of one region, in the past tense.

    Attributes:
        as_of: the date of the newest source.
        looked_on: the day a person last looked for a newer one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Text
    state: Text
    as_of: date
    looked_on: date | None = None
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


@dataclass(frozen=True)
class OutOfScope:
    """A message the bot must not answer from its entries."""

    kind: str
    lang: Language
    text: str
