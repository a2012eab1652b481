"""The chat page in Chromium: conversation, phone, keyboard, connection, privacy."""

from __future__ import annotations

import re
from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.web.conftest import DESKTOP, PHONE, ROOT, ChatPage

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=\"document.title='broken in'\"><b>bold</b>"
STATIC = ROOT / "bot/web/static"
SIZE_LIMIT = 72_000
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


def fixed_reply(*parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A reply in the form of the HTTP contract."""
    replies = [{"kind": "answer", "buttons": [], **part} for part in parts]
    return {"replies": replies, "outcome": "answer", "sources": [], "as_of": None, "language": "en", **fields}


@SIZES
def test_answers_an_english_question_with_dated_sources(page: ChatPage, size: tuple[int, int]) -> None:
    page.open(size)
    page.say("why are therapists on strike")
    assert page.texts(".me .words") == ["why are therapists on strike"]
    assert "Kaiser" in page.one(".bubble.answer .words").text
    assert page.one(".checked").text.startswith("Checked ")
    page.run("for (const more of document.querySelectorAll('.more')) more.open = true")
    sources = page.all(".sources li a")
    assert sources
    for source in sources:
        assert (source.get_attribute("href") or "").startswith("http")
        assert "noopener" in (source.get_attribute("rel") or "")
    assert all(re.search(r"\b(19|20)\d\d$|date not shown$", line) for line in page.texts(".sources li"))
    page.save_screenshot(f"english-answer-{size[0]}")


@SIZES
def test_answers_a_spanish_question_with_steps_and_crisis_footer(page: ChatPage, size: tuple[int, int]) -> None:
    page.open(size)
    page.say("me cancelaron la cita y no se que hacer")
    assert page.one("html").get_attribute("lang") == "es"
    assert page.one(".bubble.answer").get_attribute("lang") == "es"
    assert len(page.all(".bubble.answer ol li")) >= 3
    assert page.one(".checked").text.startswith("Revisado ")
    assert page.all(".sources a")
    footer = page.one("#log .bubble.footer")
    assert "988" in footer.text
    assert page.one("#send").text == "Enviar"
    assert page.one("#notice").text.startswith("Programa automático.")
    page.save_screenshot(f"spanish-answer-{size[0]}")
    page.run("arguments[0].scrollIntoView({block: 'end'})", footer)
    page.save_screenshot(f"spanish-footer-{size[0]}")


def test_a_starter_button_says_its_title_and_sends_its_payload(page: ChatPage) -> None:
    page.open()
    button = page.one("#welcome [data-payload='faq:appointment-cancelled']")
    title = button.text
    page.press(button)
    assert page.texts(".me .words") == [title]
    assert page.all(".bubble.answer ol li")
    page.press(page.all(".bubble.answer .choice")[0])
    assert len(page.all(".me")) == 2


def test_topics_lead_to_questions_and_a_question_to_its_answer(page: ChatPage) -> None:
    page.open()
    page.press(page.one("#welcome [data-payload='topics:']"))
    page.press(page.all("#log [data-payload^='topic:']")[0])
    question = page.all("#log .bubble:last-child [data-payload^='faq:']")[0]
    page.press(question)
    assert page.all(".bubble.answer")


def test_shows_a_crisis_card_first_and_as_an_alert(page: ChatPage) -> None:
    page.open(PHONE)
    page.say("I want to die and I don't know what to do")
    first = page.all("#log .bubble:not(#welcome):not(.me)")[0]
    assert "card" in (first.get_attribute("class") or "").split()
    assert first.get_attribute("role") == "alert"
    assert {"tel:988"} <= {link.get_attribute("href") for link in page.all(".card a")}
    page.save_screenshot("crisis-card-320")
    page.driver.refresh()
    page.wait(lambda: page.all(".card"))
    assert page.one(".card").get_attribute("role") is None


@SIZES
@pytest.mark.parametrize("language", ["en", "es"])
def test_notice_and_crisis_lines_stay_in_sight(page: ChatPage, size: tuple[int, int], language: str) -> None:
    page.open(size)
    page.run("document.querySelector(`input[value=${arguments[0]}]`).click()", language)
    page.press(page.one("#welcome [data-payload='faq:wait-too-long']"))
    for selector in ("#notice", "#crisis a[href='tel:988']", "#crisis a[href^='sms:988']", "#crisis a[href='tel:911']"):
        box = page.run("const b = document.querySelector(arguments[0]).getBoundingClientRect();"
                       "return [b.top, b.bottom, b.left, b.right]", selector)  # fmt: skip
        assert box[0] >= 0 and box[2] >= 0, selector
        assert box[1] <= size[1] and box[3] <= size[0], selector


@pytest.mark.parametrize("size", [PHONE, (320, 256), (568, 320), DESKTOP], ids=["phone", "zoomed", "lying", "desktop"])
def test_nothing_scrolls_sideways(page: ChatPage, size: tuple[int, int]) -> None:
    page.open(size)
    page.press(page.one("#welcome .choice"))
    page.say("w" * 300)
    assert page.run("return document.documentElement.scrollWidth") <= size[0]
    assert page.run("const m = document.querySelector('main'); return m.scrollWidth - m.clientWidth") <= 0


def test_everything_works_with_the_keyboard_alone(page: ChatPage) -> None:
    page.open()
    keys = ActionChains(page.driver)
    seen = []
    for _ in range(30):
        keys.send_keys(Keys.TAB).perform()
        keys.reset_actions()
        focused = page.driver.switch_to.active_element
        name = focused.get_attribute("id") or focused.get_attribute("data-payload") or focused.get_attribute("href")
        seen.append(name)
        # The ring of a hidden radio button is drawn around its label.
        ringed = "const a = document.activeElement; return a.type === 'radio' ? a.nextElementSibling : a"
        assert page.run(f"return getComputedStyle((() => {{ {ringed} }})()).outlineStyle") != "none", name
        if name == "send":
            break
    assert seen.index("text") < 3
    page.one("#text").send_keys("x")
    order = ["leave", "text", "send", "tel:988", "log", "faq:appointment-cancelled", "topics:"]
    for _ in range(20):
        keys.send_keys(Keys.TAB).perform()
        focused = page.driver.switch_to.active_element
        seen.append(
            focused.get_attribute("id") or focused.get_attribute("data-payload") or focused.get_attribute("href")
        )
    assert [name for name in dict.fromkeys(seen) if name in order] == order
    page.one("#text").clear()
    page.run("document.querySelector('[data-payload=\"faq:crisis-lines\"]').focus()")
    page._wait_for_reply(lambda: keys.send_keys(Keys.ENTER).perform())
    assert page.run("return document.activeElement.matches('.bubble.answer')")
    page.one("#text").send_keys("one", Keys.SHIFT + Keys.ENTER, Keys.NULL, "two")
    assert page.one("#text").get_attribute("value") == "one\ntwo"


def test_a_chosen_language_is_sent_and_auto_is_not(page: ChatPage) -> None:
    page.open()
    page.answer_with(200, fixed_reply({"text": "ok"}))
    page.say("hello")
    page.run("document.querySelector('input[value=es]').click()")
    assert page.one("html").get_attribute("lang") == "es"
    page.answer_with(200, fixed_reply({"text": "bueno"}, language="es"))
    page.say("hello")
    first, second = page.run("return window.sent")
    assert "language" not in first
    assert second["language"] == "es"
    assert first["sender"] == second["sender"]


def test_hostile_text_is_shown_as_text(page: ChatPage) -> None:
    page.open()
    page.say(HOSTILE)
    assert page.texts(".me .words") == [HOSTILE]
    sources = [{"publisher": HOSTILE, "url": "javascript:document.title='broken in'", "date": HOSTILE}]
    buttons = [{"title": HOSTILE, "payload": "topics:"}]
    page.answer_with(200, fixed_reply({"text": HOSTILE, "buttons": buttons}, sources=sources, as_of=HOSTILE))
    page.say("again")
    assert page.texts(".bubble.answer .words")[-1] == HOSTILE
    assert page.all("#log img, #log b, #log a[href^='javascript']") == []
    assert "broken in" not in page.driver.title


def test_keeps_a_message_when_the_server_is_away_and_sends_it_again(page: ChatPage) -> None:
    page.open(PHONE)
    page.block_messages(True)
    page.write("why are therapists on strike")
    page.wait(lambda: page.one("#trouble").is_displayed())
    assert "988" in page.one("#trouble").text
    assert page.one(".me .state").text == "Not sent yet"
    page.write("and how long will it last")
    page.wait(lambda: len(page.all(".me")) == 2 and page.one("#trouble").is_displayed())
    page.save_screenshot("not-sent-320")
    page.driver.refresh()
    page.wait(lambda: page.one("#trouble").is_displayed())
    assert len(page.all(".me")) == 2
    page.block_messages(False)
    page.one("#resend").click()
    page.wait(lambda: page.replies() >= 2 and not page.one("#typing").text)
    assert not page.one("#trouble").is_displayed()
    assert page.all(".me .state") == []


def test_sends_by_itself_when_the_connection_is_back(page: ChatPage) -> None:
    page.open()
    page.set_offline(True)
    page.write("why are therapists on strike")
    page.wait(lambda: page.one("#trouble").is_displayed())
    assert page.one("#trouble").text.startswith("No connection")
    page.set_offline(False)
    page.wait(lambda: page.replies() >= 1)
    assert not page.one("#trouble").is_displayed()


@pytest.mark.parametrize(
    ("status", "error", "says", "may_resend"),
    [
        (429, "too_fast", "Too many messages", True),
        (500, "server_error", "did not come", True),
        (400, "unknown_payload", "no longer in use", False),
        (400, "empty_text", "could not be read", False),
    ],
)
def test_says_what_went_wrong(page: ChatPage, status: int, error: str, says: str, may_resend: bool) -> None:
    page.open()
    page.answer_with(status, {"error": error, "detail": "..."})
    page.write("hello")
    page.wait(lambda: page.one("#trouble").is_displayed())
    assert says in page.one("#trouble-text").text
    assert page.one("#resend").is_displayed() == may_resend


def test_a_text_that_is_too_long_stays_in_the_field(page: ChatPage) -> None:
    page.open()
    page.run("const t = document.getElementById('text'); t.value = 'a'.repeat(4100);"
             "t.dispatchEvent(new Event('input'))")  # fmt: skip
    page.one("#send").click()
    assert "4 characters" in page.one("#text-problem").text
    assert page.one("#text").get_attribute("aria-invalid") == "true"
    assert page.all(".me") == []


def test_the_conversation_and_the_draft_survive_a_reload_in_this_tab_only(page: ChatPage) -> None:
    page.open()
    page.say("why are therapists on strike")
    bubbles = page.texts("#log .words")
    page.one("#text").send_keys("not yet sent")
    page.driver.refresh()
    page.wait(lambda: page.all(".me"))
    assert page.texts("#log .words") == bubbles
    assert page.one("#text").get_attribute("value") == "not yet sent"
    assert page.run("return [localStorage.length, document.cookie]") == [0, ""]


def test_clear_forgets_here_and_on_the_server(page: ChatPage) -> None:
    page.open()
    page.say("why are therapists on strike")
    page.run("navigator.sendBeacon = (address, body) => { window.beacon = [address, body]; return true; }")
    sender = page.run("return JSON.parse(sessionStorage.carebot).sender")
    page.one("#menu summary").click()
    page.one("#clear").click()
    assert page.all(".me") == [] and page.replies() == 0
    told = page.run("return window.beacon[1].text()")
    assert sender in told and "forget:" in told
    assert page.run("return JSON.parse(sessionStorage.carebot).sender") != sender
    page.say("hello")
    assert page.replies() >= 1


@pytest.mark.parametrize("way", ["button", "shift"])
def test_quick_exit_clears_the_chat_and_leaves(page: ChatPage, way: str) -> None:
    page.open()
    page.say("why are therapists on strike")
    if way == "button":
        page.one("#leave").click()
    else:
        keys = ActionChains(page.driver)
        for _ in range(3):
            keys.key_down(Keys.SHIFT).key_up(Keys.SHIFT)
        keys.perform()
    page.wait(lambda: page.driver.current_url.startswith("https://www.google.com"))
    page.driver.get(page.url + "/static/chat.css")
    assert page.run("return sessionStorage.length") == 0
    page.driver.back()
    assert "therapists" not in page.driver.page_source


def test_typing_is_shown_while_an_answer_is_awaited(page: ChatPage) -> None:
    page.open()
    page.run("window.fetch = () => new Promise(() => {})")
    page.write("hello")
    page.wait(lambda: page.one("#typing").text)
    assert page.one("#typing").get_attribute("role") == "status"
    assert page.one("#log").get_attribute("aria-live") == "polite"


def test_an_answer_can_be_copied_and_printed_alone(page: ChatPage) -> None:
    page.open()
    page.run("navigator.clipboard.writeText = async (text) => { window.copied = text; };"
             "window.print = () => { window.printed = document.querySelectorAll('.printed').length; }")  # fmt: skip
    page.press(page.one("#welcome [data-payload='faq:appointment-cancelled']"))
    page.press(page.one("#welcome [data-payload='faq:strike-causes']"))
    page.run("document.querySelector('[data-action=copy]').click()")
    page.wait(lambda: page.one("#announcement").text == "Copied.")
    copied = page.run("return window.copied")
    for words in ("988", "Sources", "Checked", "/answers/appointment-cancelled", "Not a clinician"):
        assert words in copied
    page.run("document.querySelector('[data-action=print]').click()")
    assert page.run("return window.printed") == 1
    page.run("window.dispatchEvent(new Event('afterprint'))")
    assert page.all(".printed") == []


def test_the_page_is_small_asks_no_one_else_and_breaks_no_rule_of_its_own(page: ChatPage) -> None:
    assert sum(file.stat().st_size for file in STATIC.iterdir()) < SIZE_LIMIT
    page.driver.get_log("browser")  # type: ignore[no-untyped-call]
    page.open()
    page.say("why are therapists on strike")
    addresses = page.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert addresses and all(address.startswith((page.url, "data:")) for address in addresses)
    problems = page.driver.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry["message"] for entry in problems if entry["level"] in ("SEVERE", "WARNING")] == []
