"""The knowledge base as one JSON text, so that an index and the answers it was built from stay together."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from knowledge.material.base import KnowledgeBase
from knowledge.material.entry import Entry
from knowledge.material.registry import CatalogueItem, Contact, Fact, OutOfScope, Source, Status
from knowledge.material.rules import Rule


def dump_knowledge(knowledge: KnowledgeBase) -> str:
    """Write a knowledge base as JSON."""
    data: dict[str, Any] = {
        "entries": [entry.model_dump(mode="json") for entry in knowledge.entries.values()],
        "status": knowledge.status.model_dump(mode="json"),
        "out_of_scope": [asdict(message) for message in knowledge.out_of_scope],
    }
    for name in ("catalogue", "contacts", "sources", "facts", "rules"):
        data[name] = [item.model_dump(mode="json") for item in getattr(knowledge, name).values()]
    return json.dumps(data, ensure_ascii=False)


def restore_knowledge(text: str) -> KnowledgeBase:
    """Read back what :func:`dump_knowledge` wrote."""
    data = json.loads(text)
    entries = [Entry(**fields) for fields in data["entries"]]
    return KnowledgeBase(
        entries={(entry.id, entry.language): entry for entry in entries},
        catalogue={item["id"]: CatalogueItem(**item) for item in data["catalogue"]},
        contacts={item["id"]: Contact(**item) for item in data["contacts"]},
        sources={item["id"]: Source(**item) for item in data["sources"]},
        facts={item["id"]: Fact(**item) for item in data["facts"]},
        status=Status.model_validate(data["status"]),
        out_of_scope=tuple(OutOfScope(**item) for item in data["out_of_scope"]),
        rules={item["id"]: Rule(**item) for item in data.get("rules", [])},
    )
