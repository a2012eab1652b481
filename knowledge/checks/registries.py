"""The checks of what answers refer to: contacts, sources, facts, catalogue, status, out-of-scope messages."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel

from knowledge.checks.prose import prose_faults, script_scheme
from knowledge.checks.rules import Rules
from knowledge.material.finding import Finding, error, warning
from knowledge.material.registries import Registries
from knowledge.material.registry import LANGUAGES, WEB_ADDRESS, Source

VERIFY_DAYS = 90
STATUS_DAYS = 30
RULE_DAYS = 185
HOW_TO_VERIFY = "docs/editing.md says how (nobody dials 911 or 988 to test); then write today's date."
# Names that stand for something other than a line of facts.json: the strike article and contacts.yml.
FACTS_ELSEWHERE = frozenset({"seed", "contacts"})
# Named by the catalogue for lack of a fact; an answer may not use it.
FACTS_MISSING = frozenset({"refill_law"})
Model = TypeVar("Model", bound=BaseModel)


def check_registries(found: Registries, rules: Rules, today: date) -> list[Finding]:
    """Check everything but the answers."""
    return [
        *_contact_findings(found, today),
        *_link_findings(found),
        *(_publisher_findings(found, rules.publishers) if rules.publishers else []),
        *_fact_findings(found),
        *_rule_dates(found, today),
        *_status_findings(found, today),
        *_out_of_scope_findings(found),
    ]


def unverified_contacts(found: Registries, today: date) -> list[Finding]:
    """List the lines shown to people that nobody dialled, or read on the owner's page, for 90 days."""
    path, findings = found.directory / "contacts.yml", []
    for line, contact in _lines(found, "contacts", found.contacts, "verified_on"):
        if not contact.may_be_shown:
            continue
        number = contact.call.en or contact.text.en or contact.web.en
        if contact.verified_on is None:
            message = f"{contact.id} was never verified by us: verified_on is empty"
            findings.append(warning(path, line, number, message, HOW_TO_VERIFY))
        elif (today - contact.verified_on).days > VERIFY_DAYS:
            message = f"verified_on of {contact.id} is older than {VERIFY_DAYS} days"
            findings.append(warning(path, line, contact.verified_on, message, HOW_TO_VERIFY))
    return findings


def last_day(source: Source) -> date | None:
    """Give the last day a source may have appeared on, as far as a date is printed: "2019-12" is December 31, 2019."""
    parts = [int(part) for part in source.shown_date.split("-") if part]
    if not parts:
        return None
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    try:
        return date(year, month, parts[2] if len(parts) > 2 else monthrange(year, month)[1])
    except ValueError:
        return None


def newest_day(sources: list[str], registries: Registries) -> date | None:
    """Give the day of the newest of some sources, None where none bears a date."""
    found = [registries.sources[name] for name in sources if name in registries.sources]
    return max((day for source in found if (day := last_day(source))), default=None)


def _contact_findings(found: Registries, today: date) -> list[Finding]:
    path, findings = found.directory / "contacts.yml", []
    for line, contact in _lines(found, "contacts", found.contacts, "verified_on"):
        if contact.verified_on and contact.verified_on > today:
            findings.append(error(path, line, contact.verified_on, "verified_on lies ahead", "Mend the date."))
        if not any((contact.call.en, contact.text.en, contact.web.en, contact.chat.en)):
            findings.append(error(path, line, contact.id, "no call, text, chat or web", "Add one."))
    unverified = len(unverified_contacts(found, today))
    if unverified:
        message = f"lines shown to people and not verified for {VERIFY_DAYS} days"
        findings.append(warning(path, 1, str(unverified), message, "`carebot check --unverified` lists them."))
    for line, contact in _lines(found, "contacts", found.contacts, "source"):
        if " " not in contact.source.strip() and found.misses("sources", contact.source):
            remedy = "Use an id of sources.json, or say in words where it was read."
            findings.append(error(path, line, contact.source, "unknown source", remedy))
    return findings


def _link_findings(found: Registries) -> list[Finding]:
    findings = []
    links: list[tuple[Path, int, str]] = []
    for key in ("web", "chat"):
        for line, contact in _lines(found, "contacts", found.contacts, key):
            value = getattr(contact, key)
            links += [(found.directory / "contacts.yml", line, link) for link in {value.en, value.es} if link]
    for row, place in enumerate(found.status.check_now):
        line = found.files["status"].line_of(("check_now", row, "web"))
        links.append((found.directory / "status.yml", line, place.web))
    for path, line, link in links:
        if not WEB_ADDRESS.fullmatch(link) or script_scheme(link):
            findings.append(error(path, line, link, "not a web address", "Give a https address or a domain."))
    return findings


def _publisher_findings(found: Registries, publishers: dict[str, list[str]]) -> list[Finding]:
    path, findings = found.directory / "sources.json", []
    for line, source in _lines(found, "sources", found.sources, "url"):
        # "NUHW (patient page)" is NUHW's; of "KPBS" and "KPBS Radio" the longer one counts.
        name = max((name for name in publishers if source.publisher.startswith(name)), key=len, default=None)
        host = (urlsplit(source.url).hostname or "").removeprefix("www.")
        if name is None:
            remedy = "Add the publisher and its sites to publishers.yml."
            findings.append(error(path, line, source.publisher, f"{source.id}: an unknown publisher", remedy))
            continue
        own = any(host == site or host.endswith(f".{site}") for site in publishers[name])
        if not own and not source.mirror:
            remedy = 'Link the publisher\'s own page, or add "mirror": true, and people see no link.'
            findings.append(error(path, line, host, f"{source.id}: not a site of {name}", remedy))
        elif own and source.mirror:
            findings.append(error(path, line, host, f"{source.id}: a mirror on {name}'s own site", "Drop the mark."))
        elif own and not source.shown_url:
            findings.append(error(path, line, source.url, f"{source.id}: plain http", "Give the https address."))
    return findings


def _fact_findings(found: Registries) -> list[Finding]:
    path, findings = found.directory / "facts.json", []
    for line, fact in _lines(found, "facts", found.facts, "sources"):
        for source in fact.sources:
            if found.misses("sources", source):
                message = f"unknown source of fact {fact.id}"
                findings.append(error(path, line, source, message, "Use an id of sources.json."))
    path = found.directory / "catalogue.yml"
    for line, item in _lines(found, "catalogue", found.catalogue, "facts"):
        for name in item.facts:
            if name not in FACTS_ELSEWHERE | FACTS_MISSING and found.misses("facts", name):
                findings.append(error(path, line, name, f"unknown fact of {item.id}", "Use an id of facts.json."))
    return findings


def _rule_dates(found: Registries, today: date) -> list[Finding]:
    path, findings = found.directory / "rules.yml", []
    for line, rule in _lines(found, "rules", found.rules, "as_of"):
        if rule.as_of > today:
            findings.append(error(path, line, rule.as_of, f"as_of of {rule.id} lies ahead", "Mend the date."))
        elif (today - rule.as_of).days > RULE_DAYS:
            message = f"nobody checked the limit {rule.id} for {(today - rule.as_of).days} days"
            findings.append(warning(path, line, rule.as_of, message, "Read its sources and write today's date."))
    return findings


def _status_findings(found: Registries, today: date) -> list[Finding]:
    path, findings = found.directory / "status.yml", []
    for name, region in found.status.regions.items():
        line = found.files["status"].line_of((name, "facts"))
        for fact_id in region.facts:
            fact = found.facts.get(fact_id)
            if fact is None and found.misses("facts", fact_id):
                findings.append(error(path, line, fact_id, f"unknown fact of {name}", "Use an id of facts.json."))
            elif fact and not fact.may_be_shown:
                message = f"fact {fact_id} of {name} has confidence {fact.confidence}"
                findings.append(error(path, line, fact_id, message, "Use facts of high or medium confidence."))
        line = found.files["status"].line_of((name, "sources"))
        for source in region.sources:
            if found.misses("sources", source):
                message = f"unknown source of {name}"
                findings.append(error(path, line, source, message, "Use an id of sources.json."))
        findings += _status_dates(found, name, today)
        for language in LANGUAGES:
            line = found.files["status"].line_of((name, "state", language))
            state = region.state.get(language)
            if not state.strip():
                findings.append(error(path, line, name, f"no state in {language!r}", "Write it."))
            for _, value, message, remedy in prose_faults(state, {}):
                findings.append(error(path, line, value, message, remedy))
    return findings


def _status_dates(found: Registries, name: str, today: date) -> list[Finding]:
    path, region, fields = found.directory / "status.yml", found.status.regions[name], found.files["status"]
    for key in ("as_of", "looked_on"):
        day = getattr(region, key)
        if day and day > today:
            return [error(path, fields.line_of((name, key)), day, f"{key} lies ahead", "Mend the date.")]
    newest = newest_day(region.sources, found)
    if newest and region.as_of > newest:
        message = f"as_of of {name} is later than its newest source, {newest.isoformat()}"
        remedy = "Write that date; when you looked stands in looked_on."
        return [error(path, fields.line_of((name, "as_of")), region.as_of.isoformat(), message, remedy)]
    line = fields.line_of((name, "looked_on"))
    if region.looked_on is None or (today - region.looked_on).days > STATUS_DAYS:
        message = f"nobody looked at {name} for {STATUS_DAYS} days"
        remedy = "Look again; write today's date as looked_on, and the newest source's as as_of."
        return [warning(path, line, region.looked_on or "", message, remedy)]
    return []


def _out_of_scope_findings(found: Registries) -> list[Finding]:
    folder = found.directory / "out_of_scope"
    if any(folder.glob("*.jsonl")):
        return []
    remedy = "Restore en.jsonl and es.jsonl from version control."
    return [error(folder, 1, "*.jsonl", "no out-of-scope messages", remedy)]


def _lines(found: Registries, registry: str, items: dict[str, Model], key: str) -> Iterable[tuple[int, Model]]:
    """Give every item with the line of one of its fields."""
    fields = found.files.get(registry)
    rows = (
        {raw.get("id"): row for row, raw in enumerate(fields.data) if isinstance(raw, dict)} if fields and items else {}
    )
    for name, item in items.items():
        yield (fields.line_of((rows[name], key)) if fields else 1), item
