"""One name for everything that something is made from, so that it is made again when, and only when, that changed."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from knowledge.material.source import read_yaml

SUFFIXES = (".py", ".yml", ".json", ".jsonl", ".txt")
Input = str | int | Path | Iterable[Path]


def fingerprint(**inputs: Input) -> str:
    """Hash inputs by what they say.

    Comments, docstrings, the layout of YAML and JSON, and where a file stands do not count; names, values and code do.

    Args:
        inputs: by any name: an encoder's fingerprint, a format number, a file, a folder (all in it), or several.

    Returns:
        16 hexadecimal digits.

    Raises:
        RegistryError: a file is missing or not in its form.
    """
    digest = hashlib.sha256()
    for name, value in sorted(inputs.items()):
        digest.update(f"{name}\0".encode())
        for part in _parts(value):
            digest.update(part + b"\0")
    return digest.hexdigest()[:16]


def _parts(value: Input) -> Iterable[bytes]:
    if isinstance(value, str | int):
        yield str(value).encode()
        return
    paths = [value] if isinstance(value, Path) else value
    for path in paths:
        files = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES) if path.is_dir() else [path]
        for file in files:
            yield file.name.encode()
            yield _content(file)


def _content(path: Path) -> bytes:
    if path.suffix == ".py":
        return _code(path.read_text(encoding="utf-8"))
    if path.suffix in (".yml", ".json"):
        return json.dumps(read_yaml(path), ensure_ascii=False, sort_keys=True, default=str).encode()
    return path.read_bytes()


def _code(source: str) -> bytes:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if ast.get_docstring(node, clean=False) is not None:
            node.body[0] = ast.Expr(ast.Constant(""))
    return ast.dump(tree).encode()
