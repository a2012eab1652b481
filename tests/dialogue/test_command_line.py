"""The ``carebot`` command as people call it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT, Carebot

pytestmark = pytest.mark.dialogue


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_ask_prints_what_the_contract_says(carebot: Carebot) -> None:
    done = run("ask", "why are therapists on strike", "--json")
    assert done.returncode == 0, done.stderr
    reply = json.loads(done.stdout)
    assert reply["faq"] == "strike-causes"
    assert set(reply) >= {"replies", "outcome", "safety", "sources", "as_of", "language", "trace_id"}


def test_ask_prints_words_for_people(carebot: Carebot) -> None:
    done = run("ask", "me cancelaron la cita y no se que hacer")
    assert "DMHC" in done.stdout


def test_a_bad_question_is_one_line_with_the_remedy(carebot: Carebot) -> None:
    done = run("ask", "  ")
    assert done.returncode == 1
    assert "text is empty" in done.stderr
    assert "Traceback" not in done.stderr
