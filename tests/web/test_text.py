"""Plain text of the bot as paragraphs, lists and links of the page."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import ChatPage

pytestmark = pytest.mark.browser


# The pages of bot/web/links.py are held against these too.
LINK_CASES = [
    ("Call 1-800-464-4000 or (510) 555-0100.", ["tel:+18004644000", "tel:+15105550100"]),
    ("Call 988, or 911.", ["tel:988", "tel:911"]),
    ("1,988 people, AB-988, $911, 988.5 and 2911 are no numbers to call", []),
    ("text HOME to 741741, envíe AYUDA al 988", ["sms:741741?&body=HOME", "sms:988?&body=AYUDA"]),
    ("went to 988 and text 838255", ["tel:988", "sms:838255"]),
    ("See kp.org. Or HealthHelp.ca.gov, kp.org/pharmacy;", ["https://kp.org/", "https://healthhelp.ca.gov/",
                                                            "https://kp.org/pharmacy"]),
    ("Chat: https://988lifeline.org/chat (free)", ["https://988lifeline.org/chat"]),
    ("write to someone@example.org, e.g. now", []),
    ("javascript:alert(1) http://example.test", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "links"), LINK_CASES)
def test_numbers_and_addresses_become_links(site: ChatPage, text: str, links: list[str]) -> None:
    site.open()
    found = site.driver.execute_async_script(
        "const [text, done] = arguments; import('/static/text.js').then(({renderText}) => {"
        "  const root = document.createElement('div'); root.append(...renderText(text, ''));"
        "  done([[...root.querySelectorAll('a')].map((a) => a.href), root.textContent]); });",
        text,
    )
    assert found[0] == links
    assert re.sub(r"\s+", " ", found[1]).strip() == text


def test_paragraphs_and_lists_keep_their_form(site: ChatPage) -> None:
    site.open()
    text = "One\ntwo\n\n1. first\n2. second\n\n3. third\n\nMiddle\n\n- a\n- b\nEnd"
    html = site.driver.execute_async_script(
        "const [text, done] = arguments; import('/static/text.js').then(({renderText}) => {"
        "  const root = document.createElement('div'); root.append(...renderText(text, '')); done(root.innerHTML); });",
        text,
    )
    assert html == (
        "<p>One<br>two</p><ol><li>first</li><li>second</li><li>third</li></ol>"
        "<p>Middle</p><ul><li>a</li><li>b</li></ul><p>End</p>"
    )
