"""A headless Chromium and the page in it, driven over the wire; no request leaves this machine."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.web.site import build_site

ROOT = Path(__file__).resolve().parent.parent.parent
SCREENSHOTS = ROOT / "var/screenshots"
PHONE = (320, 640)
DESKTOP = (1280, 900)
ANSWER_SECONDS = 30
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--lang=en-US",
    # A test never asks another server for anything; leaving the page for Google ends on an error page.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class ChatPage:
    """The chat page as a person uses it."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver = driver
        self.url = url.rstrip("/")

    def open(self, size: tuple[int, int] = DESKTOP, scheme: str = "light", path: str = "/") -> None:
        """Open the page as a new visitor in a window of a width and height in CSS pixels."""
        width, height = size
        phone = width < 600
        # A headless window cannot be narrower than about 500 pixels; the emulated device can.
        metrics = {"width": width, "height": height, "deviceScaleFactor": 2 if phone else 1, "mobile": phone}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.driver.get(self.url + path)
        self.driver.execute_script("sessionStorage.clear()")
        self.driver.get(self.url + path)
        self.wait(lambda: self.all("#welcome .choice"))

    def all(self, selector: str) -> list[WebElement]:
        """Give every element of a CSS selector."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """Give the first element of a CSS selector."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        """Give the text of every element of a CSS selector."""
        return [found.text for found in self.all(selector)]

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition: Callable[[], Any], seconds: float = ANSWER_SECONDS) -> Any:
        """Wait until a condition gives something true, and give that."""
        return WebDriverWait(self.driver, seconds, poll_frequency=0.05).until(lambda _: condition())

    def write(self, text: str) -> None:
        """Type a text and press Enter."""
        self.one("#text").send_keys(text, Keys.ENTER)

    def replies(self) -> int:
        """Count the bubbles that came from the bot."""
        return len(self.all("#log .bubble:not(.me):not(#welcome)"))

    def say(self, text: str) -> None:
        """Type a text, press Enter and wait for the reply."""
        self._wait_for_reply(lambda: self.write(text))

    def press(self, button: WebElement) -> None:
        """Press a button that sends something, and wait for the reply."""
        self._wait_for_reply(lambda: self.run("arguments[0].click()", button))

    def _wait_for_reply(self, act: Callable[[], None]) -> None:
        before = self.replies()
        act()
        self.wait(lambda: self.replies() > before and not self.one("#typing").text)

    def block_messages(self, blocked: bool) -> None:
        """Make the server unreachable for messages, or reachable again."""
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/api/messages"] if blocked else []})

    def set_offline(self, offline: bool) -> None:
        """Cut the browser off, or connect it again."""
        self.driver.execute_cdp_cmd("Network.enable", {})
        conditions = {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)

    def answer_with(self, status: int, reply: dict[str, Any]) -> None:
        """Let the page get one fixed answer from now on, for what the real program never sends."""
        self.run(
            "const [status, body] = arguments;"
            "window.fetch = async (address, options) => {"
            "  (window.sent ??= []).push(JSON.parse(options.body));"
            "  return new Response(JSON.stringify(body), {status});"
            "};",
            status,
            reply,
        )

    def answer_by_text(self, replies: dict[str, dict[str, Any]]) -> None:
        """Let the page get a reply by what is sent, each after its "after" milliseconds (0 without)."""
        self.run(
            "const replies = arguments[0]; const real = window.fetch;"
            "window.fetch = async (address, options) => {"
            "  if (address !== '/api/messages' || !navigator.onLine) return real(address, options);"
            "  const sent = JSON.parse(options.body); (window.sent ??= []).push(sent);"
            "  const reply = replies[sent.text];"
            "  await new Promise((resolve) => setTimeout(resolve, reply.after ?? 0));"
            "  return new Response(JSON.stringify(reply), {status: 200});"
            "};",
            replies,
        )

    def box(self, selector: str) -> dict[str, float]:
        """Give where the first element of a selector stands in the window."""
        found: dict[str, float] = self.run(
            "const b = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return {top: b.top, bottom: b.bottom, left: b.left, right: b.right}",
            selector,
        )
        return found

    def save_screenshot(self, name: str) -> None:
        """Keep a picture of the window under var/screenshots."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(SCREENSHOTS / f"{name}.png"))


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A headless Chromium with a new profile."""
    binary, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not binary or not chromedriver:
        pytest.fail("chromium and chromedriver are missing: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(chromedriver))
    yield browser
    browser.quit()


@pytest.fixture(scope="session")
def site_url() -> Iterator[str]:
    """The pages alone: the real public app and answers, no encoder, no Rasa; for what needs no message answered."""
    server = uvicorn.Server(uvicorn.Config(build_site(), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def site(driver: webdriver.Chrome, site_url: str) -> Iterator[ChatPage]:
    """The pages alone in the browser; a test gives the replies itself."""
    made = ChatPage(driver, site_url)
    yield made
    made.set_offline(False)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.fixture
def page(driver: webdriver.Chrome, carebot_url: str) -> Iterator[ChatPage]:
    """The chat page, opened by each test in the size it wants; connected again afterwards."""
    made = ChatPage(driver, carebot_url)
    yield made
    made.set_offline(False)
    made.block_messages(False)
