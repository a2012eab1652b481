"""Every fixed sentence that is not a crisis card: ``texts.yml``, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from knowledge.material.registry import Language
from knowledge.material.source import read_yaml

Texts = dict[str, dict[Language, str]]
FILE = Path(__file__).with_suffix(".yml")


def load_texts(path: Path) -> Texts:
    """Read a file of sentences: key to both languages.

    Raises:
        RegistryError: the file is missing or no YAML.
    """
    data: Texts = read_yaml(path)
    return data


@lru_cache(maxsize=1)
def all_texts() -> Texts:
    """Every sentence by its key."""
    return load_texts(FILE)


def text(key: str, language: Language) -> str:
    """Look a sentence up; references to contacts are still in it."""
    return all_texts()[key][language]
