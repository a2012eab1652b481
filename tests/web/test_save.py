"""Taking an answer along, saying that it is wrong, and coming from an answer's page."""

from __future__ import annotations

import base64
import re

import httpx
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from knowledge.material.registry import Language
from tests.web.conftest import ChatPage
from tests.web.site import KNOWLEDGE, answer

pytestmark = pytest.mark.browser

PHONE = (390, 844)


def ask(site: ChatPage, faq: str, language: Language, question: str = "q") -> None:
    site.open(PHONE, path="/es" if language == "es" else "/")
    site.answer_by_text({question: answer(faq, language)})
    site.say(question)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_longest_answer_is_printed_on_one_page_with_question_address_and_day(
    site: ChatPage, language: Language
) -> None:
    faq = max((faq for faq, _ in KNOWLEDGE.entries), key=lambda faq: len(str(answer(faq, language))))
    ask(site, faq, language, "my own question")
    site.run("window.print = () => {}; document.querySelector('[data-action=print]').click()")
    site.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    site.save_screenshot(f"printed-{language}")
    shown = site.one("#log").text
    assert "my own question" in shown and f"/answers/{faq}" in shown
    assert ("Printed" if language == "en" else "Impreso el") in shown
    paper = {"paperWidth": 8.5, "paperHeight": 11}
    pdf = base64.b64decode(site.driver.execute_cdp_cmd("Page.printToPDF", paper)["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_a_wrong_answer_is_reported_with_nothing_that_was_written(site: ChatPage) -> None:
    ask(site, "strike-causes", "en", "a secret question")
    site.run(
        "window.fetch = async (address, options) => { window.told = [address, options.body];"
        " return new Response(null, {status: 204}); };"
    )
    site.run("document.querySelector('[data-action=report]').click()")
    site.run("document.querySelector('[data-action=report-outdated]').click()")
    site.wait(lambda: "reported" in site.one("#announcement").text)
    address, body = site.run("return window.told")
    assert address == "/api/reports"
    assert body == '{"faq":"strike-causes","language":"en","reason":"outdated"}'
    assert site.all(".panel") == []


def test_every_reason_of_the_page_is_one_the_server_counts(site: ChatPage, site_url: str) -> None:
    ask(site, "strike-causes", "es")
    site.run("document.querySelector('[data-action=report]').click()")
    for button in site.all("[data-action^='report-']"):
        reason = (button.get_attribute("data-action") or "").removeprefix("report-")
        body = {"faq": "strike-causes", "language": "es", "reason": reason}
        assert httpx.post(f"{site_url}/api/reports", json=body, trust_env=False).status_code == 204


def test_sharing_offers_mail_and_text_where_the_browser_cannot_share(site: ChatPage) -> None:
    site.open((1280, 844))
    site.run("Object.defineProperty(navigator, 'share', {value: undefined})")
    site.answer_by_text({"q": answer("strike-causes", "en")})
    site.say("q")
    site.run("document.querySelector('[data-action=share]').click()")
    links = [link.get_attribute("href") or "" for link in site.all(".panel a")]
    assert links[0].startswith("mailto:") and links[1].startswith("sms:")
    assert all("%2Fanswers%2Fstrike-causes" in link for link in links)


def test_the_question_is_three_tabs_away_and_the_skip_link_goes_there(site: ChatPage) -> None:
    site.open(PHONE)
    for way in ([Keys.TAB, Keys.TAB, Keys.TAB], [Keys.TAB, Keys.ENTER]):
        site.driver.refresh()
        site.wait(lambda: site.all("#welcome .choice"))
        keys = ActionChains(site.driver)
        for key in way:
            keys.send_keys(key)
        keys.perform()
        assert site.driver.switch_to.active_element.get_attribute("id") == "text"


def test_times_are_shown_on_demand(site: ChatPage) -> None:
    ask(site, "strike-causes", "en")
    assert not any(time.is_displayed() for time in site.all("time.at"))
    site.one("#menu summary").click()
    site.one("#times").click()
    assert site.one("#times").get_attribute("aria-pressed") == "true"
    assert [bool(re.search(r"\d:\d\d", time)) for time in site.texts("time.at")] == [True, True]


def test_an_answers_page_leads_back_to_the_chat_with_its_question_asked(site: ChatPage) -> None:
    site.open(PHONE)
    site.driver.get(f"{site.url}/es/answers/strike-causes")
    link = site.one(".way a").get_attribute("href") or ""
    assert link.endswith("/es?faq=strike-causes")
    site.driver.get(link)
    site.wait(lambda: site.all(".me"))
    assert site.texts(".me .words") == [KNOWLEDGE.entries["strike-causes", "es"].title]
    assert site.driver.current_url == f"{site.url}/es"


@pytest.mark.parametrize("faq", ["no-such-answer", "../../x", "<b>"])
def test_a_link_cannot_say_anything_else_in_the_chat(site: ChatPage, faq: str) -> None:
    site.open(PHONE, path=f"/?faq={faq}")
    site.driver.execute_async_script("setTimeout(arguments[0], 500)")
    assert site.all(".me") == []
