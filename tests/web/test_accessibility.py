"""The chat page and an answer page against axe-core: no violation in light or dark, on a phone or a desktop."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from typing import Any

import pytest

from tests.web.conftest import DESKTOP, PHONE, ROOT, ChatPage

pytestmark = pytest.mark.browser

AXE_VERSION = "4.14.1"
AXE = ROOT / f"var/axe-core/axe-{AXE_VERSION}.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FETCH_SECONDS = 120


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core; fetched once with npm and kept under var."""
    if not AXE.exists():
        npm = shutil.which("npm")
        if not npm:
            pytest.fail("axe-core is not in var/axe-core and npm, which would fetch it, is missing")
        AXE.parent.mkdir(parents=True, exist_ok=True)
        command = [npm, "pack", f"axe-core@{AXE_VERSION}", "--pack-destination", str(AXE.parent)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False)
        if done.returncode:
            pytest.fail(f"npm could not fetch axe-core: {done.stderr[-300:]}")
        with tarfile.open(AXE.parent / f"axe-core-{AXE_VERSION}.tgz") as package:
            member = package.extractfile("package/axe.min.js")
            assert member
            AXE.write_bytes(member.read())
    return AXE.read_text(encoding="utf-8")


def violations(page: ChatPage, axe: str) -> list[str]:
    """Say what breaks a rule, and where."""
    page.run(axe)
    result: dict[str, Any] = page.driver.execute_async_script(
        "const [tags, done] = arguments; axe.run(document, {runOnly: tags}).then(done);", RULES
    )
    assert result["passes"]
    return [f"{found['id']}: {node['html'][:200]}" for found in result["violations"] for node in found["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_chat_breaks_no_accessibility_rule(
    page: ChatPage, axe: str, size: tuple[int, int], scheme: str, language: str
) -> None:
    page.open(size, scheme)
    page.run("document.querySelector(`input[value=${arguments[0]}]`).click()", language)
    name = f"{language}-{scheme}-{size[0]}"
    page.save_screenshot(f"welcome-{name}")
    assert violations(page, axe) == []
    page.press(page.one("#welcome [data-payload='faq:appointment-cancelled']"))
    page.save_screenshot(f"answer-{name}")
    page.say("I want to die" if language == "en" else "me quiero morir")
    page.save_screenshot(f"crisis-{name}")
    page.block_messages(True)
    page.write("hello")
    page.wait(lambda: page.one("#trouble").is_displayed())
    assert violations(page, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_answer_page_breaks_no_accessibility_rule(page: ChatPage, axe: str, scheme: str) -> None:
    page.open(PHONE, scheme)
    page.driver.get(f"{page.url}/es/answers/appointment-cancelled")
    assert violations(page, axe) == []
    assert page.run("return document.documentElement.scrollWidth") <= PHONE[0]


def test_text_twice_as_large_still_fits_a_phone(page: ChatPage) -> None:
    page.open(PHONE)
    page.run("document.documentElement.style.fontSize = '200%'")
    page.press(page.one("#welcome .choice"))
    assert page.run("return document.documentElement.scrollWidth") <= PHONE[0]
    assert page.run("const m = document.querySelector('main'); return m.scrollWidth - m.clientWidth") <= 0
    page.save_screenshot("text-200-320")


def test_movement_stops_for_those_who_ask_for_it(page: ChatPage) -> None:
    page.open()
    page.run("window.fetch = () => new Promise(() => {})")
    page.write("hello")
    assert page.run("return getComputedStyle(document.getElementById('typing'), '::after').animationName") == "none"
    assert page.run("return getComputedStyle(document.querySelector('main')).scrollBehavior") == "auto"
