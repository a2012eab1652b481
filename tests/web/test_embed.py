"""The chat in another page: one script tag, a button, a frame."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from selenium.webdriver.common.keys import Keys

from tests.web.conftest import PHONE, ChatPage

pytestmark = pytest.mark.browser


@pytest.fixture
def host_page(carebot_url: str) -> Iterator[str]:
    """Another site, on another port, with a strict policy of its own and one script tag."""
    body = (
        '<!doctype html><html lang="es"><head><meta charset="utf-8"><title>Clinic</title>'
        '<meta name="viewport" content="width=device-width"></head><body>'
        f'<h1>Clinic</h1><script src="{carebot_url}/static/embed.js" async></script></body></html>'
    ).encode()
    policy = f"default-src 'none'; script-src {carebot_url}; frame-src {carebot_url}; style-src 'none'"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-security-policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def open_chat(page: ChatPage, host_page: str) -> None:
    """Open the other site and press the button."""
    page.open(PHONE)
    page.driver.get(host_page)
    page.wait(lambda: page.all("body > button"))
    assert page.all("iframe") == []
    page.one("body > button").click()
    page.wait(lambda: page.all("iframe"))


def test_one_script_tag_gives_a_button_and_the_chat(page: ChatPage, host_page: str) -> None:
    open_chat(page, host_page)
    page.save_screenshot("embedded-320")
    page.driver.switch_to.frame(page.one("iframe"))
    page.wait(lambda: page.all("#welcome"))
    assert page.one("html").get_attribute("lang") == "es"
    page.say("me cancelaron la cita y no se que hacer")
    assert page.all(".bubble.answer")
    page.driver.switch_to.default_content()
    page.one("[role=dialog] button").send_keys(Keys.ESCAPE)
    assert not page.one("iframe").is_displayed()
    assert page.driver.switch_to.active_element == page.one("body > button")


def test_quick_exit_takes_the_page_around_the_frame_away(page: ChatPage, host_page: str) -> None:
    open_chat(page, host_page)
    page.driver.switch_to.frame(page.one("iframe"))
    page.wait(lambda: page.all("#welcome"))
    page.one("#leave").click()
    page.driver.switch_to.default_content()
    page.wait(lambda: page.driver.current_url.startswith("https://www.google.com"))
