"""The wheel holds what the program needs to run, and the audit's exceptions say why."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("bot", "knowledge", "requirements", "pyproject.toml", "README.md", "LICENSE")
PROGRAM = """
import bot, bot.cli, bot.web.public, bot.evaluation.run_strangers, knowledge
from bot.evaluation.report import write_page
from bot.safety.gate import SafetyGate
from bot.safety.cards import *
from bot.reply.texts import *
from knowledge.material.base import load_knowledge
from pathlib import Path
assert SafetyGate().assess("i want to kill myself").tier == "T2"
print(len(load_knowledge(Path(knowledge.__file__).parent).entries), Path(bot.__file__).parent.parent)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy (a build leaves folders behind) and installed into a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    run("pip", "wheel", ".", "--no-deps", "--no-build-isolation", "--wheel-dir", "dist", cwd=folder)
    (wheel,) = (folder / "dist").glob("carebot-*.whl")
    run("pip", "install", "--no-deps", "--no-index", "--target", "site", str(wheel), cwd=folder)
    return folder / "site"


def run(*command: str, cwd: Path, **environment: str) -> str:
    environment = {**os.environ, **environment}
    command = (sys.executable, "-m", *command)
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"[-3000:]
    return done.stdout


@pytest.mark.wheel
def test_wheel_holds_every_file_of_its_packages(installed: Path) -> None:
    wanted = {
        str(path.relative_to(ROOT))
        for package in ("bot", "knowledge")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    found = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    assert sorted(wanted - found) == []
    for name in ("bot/safety/cards.yml", "bot/web/templates/answer.html", "bot/web/static/chat.js"):
        assert name in found
    assert any(name.endswith("licenses/LICENSE") for name in found)


@pytest.mark.wheel
def test_installed_program_finds_its_data_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    entries, place = run("program", cwd=tmp_path, PYTHONPATH=f"{installed}").split()
    assert int(entries) >= 140
    assert Path(place) == installed


def test_every_exception_of_the_audit_says_why() -> None:
    lines = (ROOT / "requirements/audit-exceptions.txt").read_text().splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            name, _, reason = line.partition(" # ")
            assert name.strip().split("-")[0] in ("CVE", "GHSA", "PYSEC"), line
            assert len(reason) > 20, f"{line}: say after ' # ' why it does not touch the bot, and until when"
