"""A small knowledge base that is right, for tests to break."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from knowledge.checks.check import check_knowledge
from knowledge.checks.translations import accept
from knowledge.material.base import KnowledgeBase, load_knowledge
from knowledge.material.finding import Finding

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"
TODAY = date(2026, 11, 24)

CATALOGUE = """\
- {id: strike-status, topic: duration, audience: both, scope: "is it on", facts: [A01], care_delay: true}
- {id: demand-pay, topic: demands, audience: worker, scope: "raises", facts: [A02, seed]}
"""
CONTACTS = """\
- id: lifeline-988
  name: {en: 988 Lifeline, es: Línea 988}
  call: "988"
  status: official
  verified_on: 2026-11-20
  source: Read at https://988lifeline.org
- id: help-center
  name: {en: Help Center, es: Centro de Ayuda}
  call: 1-888-466-2219
  text: {en: HOME to 741741, es: AYUDA al 741741}
  web: HealthHelp.ca.gov
  status: official
  verified_on: 2026-11-20
  source: press
- id: old-line
  name: Old line
  call: 1-800-555-0199
  status: unverified
  source: press
"""
STATUS = """\
hawaii:
  name: {en: Hawaii, es: Hawái}
  state: {en: The last strike ended in 2023., es: La última huelga terminó en 2023.}
  as_of: 2025-05-08
  looked_on: 2026-11-24
  facts: [A01]
  sources: [press]
check_now:
  - name: {en: the union, es: el sindicato}
    web: nuhw.org
"""
PUBLISHERS = """\
"The Press": [example.org]
"The union": [example.org]
"The copied": []
"""
PHRASES = """\
present_tense:
  topics: [duration]
  unless: {en: [if, when], es: [si, cuando]}
  phrases: {en: [are on strike, the strike is on], es: [están en huelga]}
doubtful_endings: {en: [we did not verify], es: [no lo verificamos]}
plan_rights:
  claims: {en: [must pay for outside care], es: [debe pagar la atención de fuera]}
  plans: {en: [which plan, medi-cal], es: [qué plan, medi-cal]}
"""
GLOSSARY = """\
dispute: {en: labor dispute, es: conflicto laboral, not: [pleito, quarrel]}
range: {en: 40% to 50%, es: entre 40% y 50%, not: [40-50%]}
"""
RULES = """\
- id: first-visit
  name: {en: First visit, es: Primera cita}
  limit: 10
  unit: business-days
  counts_from: request
  plans: [commercial]
  citation: {en: the law, es: la ley}
  as_of: 2026-11-24
  facts: [A05]
  sources: [press]
  exceptions: [own-choice]
"""
SOURCES = [
    {"id": "press", "publisher": "The Press", "kind": "news", "date": "2025-05-08", "url": "https://example.org/a"},
    {"id": "union", "publisher": "The union", "kind": "union", "date": None, "url": "https://example.org/b"},
]
FACTS = [
    {"id": "A01", "confidence": "high", "time_sensitive": True, "sources": ["press"]},
    {"id": "A02", "confidence": "medium", "time_sensitive": False, "sources": ["union"]},
    {"id": "A03", "confidence": "low", "time_sensitive": False, "sources": ["union"]},
    {"id": "A04", "confidence": "none", "time_sensitive": False, "sources": []},
    {"id": "A05", "confidence": "high", "time_sensitive": False, "sources": ["press"], "said_by": "regulator"},
]
CLAIM = "Since 2023, 196 days, 5% or $28,323,219, 1,937 to 31."
BODIES = {
    ("strike-status", "en"): "We do not know.\n\n- {{status.hawaii}}\n\nCall {{help-center.call}}.",
    ("strike-status", "es"): "No lo sabemos.\n\n- {{status.hawaii}}\n\nLlame al {{help-center.call}}.",
    ("demand-pay", "en"): "The union asked for a raise.\n\n1. Read the deal.\n2. Ask your steward.",
    ("demand-pay", "es"): "El sindicato pidió un aumento.\n\n1. Lea el trato.\n2. Pregunte a su delegado.",
}
FRONT = """\
---
id: {id}
language: {language}
topic: {topic}
audience: {audience}
title: {title}
facts: [{fact}]
sources: [{source}]
speaker: union
as_of: 2025-05-08
review_by: 2027-02-22
care_delay: {care_delay}
expires: false
related: [{related}]
variants:
{variants}
---
{body}
"""


def entry_text(faq: str, language: str) -> str:
    """Write one right answer file."""
    status = faq == "strike-status"
    return FRONT.format(
        id=faq,
        language=language,
        topic="duration" if status else "demands",
        audience="both" if status else "worker",
        title=f"Title of {faq} in {language}?",
        fact="A01" if status else "A02",
        source="press" if status else "union",
        care_delay=str(status).lower(),
        related="demand-pay" if status else "strike-status",
        variants="\n".join(f'  - "{faq} {language} number {number}"' for number in range(45)),
        body=BODIES[faq, language],
    )


class Small:
    """The small knowledge base in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, faq: str = "demand-pay", language: str = "en") -> Path:
        """Where an answer is."""
        return self.directory / "faq" / ("duration" if faq == "strike-status" else "demands") / f"{faq}.{language}.md"

    def replace(self, path: Path | str, old: str, new: str) -> Path:
        """Change the text of one file."""
        file = self.directory / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return file

    def check(self, today: date = TODAY) -> list[Finding]:
        """Lint it."""
        return check_knowledge(self.directory, today)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("knowledge")
    for (faq, language), _ in BODIES.items():
        path = Small(directory).path(faq, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(entry_text(faq, language), encoding="utf-8")
    (directory / "catalogue.yml").write_text(CATALOGUE, encoding="utf-8")
    (directory / "contacts.yml").write_text(CONTACTS, encoding="utf-8")
    (directory / "status.yml").write_text(STATUS, encoding="utf-8")
    for name, text in (("rules", RULES), ("publishers", PUBLISHERS), ("phrases", PHRASES), ("glossary", GLOSSARY)):
        (directory / f"{name}.yml").write_text(text, encoding="utf-8")
    facts = [{"topic": "pay", "claim": CLAIM, "said_by": "union", **fact} for fact in FACTS]
    (directory / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    (directory / "sources.json").write_text(json.dumps(SOURCES, indent=1), encoding="utf-8")
    (directory / "out_of_scope").mkdir()
    row = {"kind": "other_topic", "lang": "en", "text": "what is the weather"}
    (directory / "out_of_scope" / "en.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    accept(load_knowledge(directory), directory, "all")
    return directory


@pytest.fixture
def small(template: Path, tmp_path: Path) -> Small:
    return Small(Path(shutil.copytree(template, tmp_path / "knowledge")))


@pytest.fixture
def only_error(small: Small) -> Callable[[], Finding]:
    """Lint the small knowledge base and give the one error there must be."""

    def find() -> Finding:
        errors = [finding for finding in small.check() if finding.level == "error"]
        assert len(errors) == 1, "\n".join(map(str, errors))
        return errors[0]

    return find


@pytest.fixture(scope="session")
def real() -> KnowledgeBase:
    """The knowledge base that the bot answers from."""
    return load_knowledge(KNOWLEDGE)
