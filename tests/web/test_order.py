"""A reply under its own message, and a crisis card that stays in view, whatever else happens."""

from __future__ import annotations

import pytest

from tests.web.conftest import ChatPage
from tests.web.site import answer, card

pytestmark = pytest.mark.browser

PHONE = (390, 844)
KINDS = (
    "return [...document.querySelectorAll('#log .bubble:not(#welcome)')].map((b) =>"
    " b.matches('.me') ? b.querySelector('.words').textContent : b.classList[1]).filter((kind) => kind !== 'footer')"
)


def card_in_view(page: ChatPage) -> bool:
    box = page.box(".card")
    return box["top"] >= page.box("#crisis")["bottom"] and box["bottom"] <= page.box("#composer")["top"]


def test_replies_stand_under_their_messages_whatever_order_they_come_in(site: ChatPage) -> None:
    site.open(PHONE)
    site.answer_by_text({"one": answer("strike-causes", "en", after=3_500), "two": card("en", after=0)})
    site.write("one")
    site.write("two")
    site.wait(lambda: site.all(".answer"))
    assert site.run(KINDS) == ["one", "answer", "two", "card"]
    site.driver.refresh()
    site.wait(lambda: site.all(".answer"))
    assert site.run(KINDS) == ["one", "answer", "two", "card"]


def test_a_card_does_not_wait_for_a_message_that_hangs_and_stays_in_view(site: ChatPage) -> None:
    site.open(PHONE)
    replies = {
        "slow": answer("strike-causes", "en", after=4_500),
        "danger": card("en"),
        "more": answer("about-bot", "en"),
    }
    replies["more"] = answer("wait-too-long", "en", after=500)
    site.answer_by_text(replies)
    for text in ("slow", "danger", "more"):
        site.write(text)
    site.wait(lambda: site.all(".card"), seconds=4)
    site.wait(lambda: site.all(".answer"))
    assert card_in_view(site)
    site.wait(lambda: not site.one("#typing").text)
    assert len(site.all(".answer")) == 2
    assert card_in_view(site)


def test_a_card_is_in_view_among_messages_sent_after_being_offline(site: ChatPage) -> None:
    site.open(PHONE)
    site.answer_by_text({"a": answer("strike-causes", "es"), "b": card("es"), "c": answer("wait-too-long", "es")})
    site.set_offline(True)
    for text in ("a", "b", "c"):
        site.write(text)
    site.wait(lambda: site.one("#trouble").is_displayed())
    assert "988" in site.one("#trouble").text
    site.set_offline(False)
    site.wait(lambda: len(site.all(".answer")) == 2 and not site.one("#typing").text)
    assert card_in_view(site)


def test_a_card_stays_in_view_when_the_keyboard_of_a_phone_opens(site: ChatPage) -> None:
    site.open(PHONE)
    site.answer_by_text({"a": answer("strike-causes", "en"), "b": card("en")})
    site.say("a")
    site.say("b")
    site.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 520, "deviceScaleFactor": 2, "mobile": True}
    )
    site.wait(lambda: site.box(".card .number")["bottom"] <= site.box("#composer")["top"])
    assert site.box(".card .number")["top"] >= site.box("#crisis")["bottom"] - 1


def test_a_button_is_answered_in_the_language_of_the_page(site: ChatPage) -> None:
    site.open(PHONE, path="/es")
    site.answer_by_text({"faq:wait-too-long": answer("wait-too-long", "es")})
    site.press(site.one("#welcome [data-payload='faq:wait-too-long']"))
    assert site.run("return window.sent[0].language") == "es"
    assert site.run("return document.activeElement.matches('.bubble.answer')")
