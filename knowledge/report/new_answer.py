"""The beginning of a new answer: both files and the catalogue's line, for a person to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import yaml
from pydantic import ValidationError

from knowledge.checks.entries import REVIEW_DAYS_CHANGING
from knowledge.checks.registries import newest_day
from knowledge.errors import EntryError, KnowledgeError, RegistryError
from knowledge.material.base import Material
from knowledge.material.entry import Entry, Speaker, dump_entry
from knowledge.material.registry import LANGUAGES, CatalogueItem, Language

# A reference that nothing fills: until it is replaced, `carebot index` refuses the file and the old index stays.
TO_WRITE: dict[Language, str] = {
    "en": "{{write-me}} The answer first, in one sentence. Then steps, and last the next step.",
    "es": "{{write-me}} Primero la respuesta, en una frase. Luego los pasos, y al final el siguiente paso.",
}


@dataclass(frozen=True)
class NewAnswer:
    """What a new answer needs before its words."""

    id: str
    topic: str
    audience: Literal["patient", "worker", "both"]
    scope: str
    titles: dict[Language, str]
    facts: list[str]
    speaker: Speaker
    care_delay: bool


def begin_answer(material: Material, new: NewAnswer, today: date) -> list[Path]:
    """Write both files of a new answer, and the catalogue's line where there is none.

    Returns:
        The files written.

    Raises:
        KnowledgeError: a fact or topic that does not exist or may not be shown, or an answer that is already there.
    """
    _check_facts(material, new.facts)
    paths = {language: material.directory / "faq" / new.topic / f"{new.id}.{language}.md" for language in LANGUAGES}
    for path in paths.values():
        if path.exists():
            raise KnowledgeError(f"{path}: there already. Edit it, or choose another id.")
    entries = {language: _entry(material, new, language, today) for language in LANGUAGES}
    written = list(paths.values())
    if new.id not in material.registries.catalogue:
        written.append(_add_to_catalogue(material, new))
    for language, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dump_entry(entries[language]), encoding="utf-8")
    return written


def _check_facts(material: Material, facts: list[str]) -> None:
    for name in facts:
        fact = material.registries.facts.get(name)
        if fact is None:
            raise RegistryError(f"facts.json: there is no fact {name!r}. Use ids of facts.json, with spaces between.")
        if not fact.may_be_shown:
            raise RegistryError(f"facts.json: {name} has confidence {fact.confidence} and may not be shown.")


def _entry(material: Material, new: NewAnswer, language: Language, today: date) -> Entry:
    facts = [material.registries.facts[name] for name in new.facts]
    sources = list(dict.fromkeys(source for fact in facts for source in fact.sources))
    changing = [source for fact in facts if fact.time_sensitive for source in fact.sources]
    try:
        return Entry(
            id=new.id,
            language=language,
            topic=new.topic,
            audience=new.audience,
            title=new.titles[language],
            facts=new.facts,
            sources=sources,
            speaker=new.speaker,
            as_of=newest_day(changing, material.registries) or today,
            review_by=today + timedelta(REVIEW_DAYS_CHANGING),
            care_delay=new.care_delay,
            variants=[new.titles[language]],
            body=TO_WRITE[language],
        )
    except ValidationError as failure:
        first = failure.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise EntryError(
            f"{new.id}: {field}: {first['msg']} (found {first['input']!r}). Give another value."
        ) from failure


def _add_to_catalogue(material: Material, new: NewAnswer) -> Path:
    path = material.directory / "catalogue.yml"
    item = CatalogueItem(
        id=new.id,
        topic=new.topic,
        audience=new.audience,
        scope=new.scope,
        facts=new.facts,
        care_delay=new.care_delay,
    )
    fields = item.model_dump(exclude_defaults=True)
    line = yaml.safe_dump(fields, default_flow_style=True, width=10_000, sort_keys=False, allow_unicode=True).strip()
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text.rstrip()}\n- {line}\n", encoding="utf-8")
    return path
