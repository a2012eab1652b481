"""How the page looks: pictures under var/screenshots, and what must hold whatever the fonts: nothing cut, room to read.

Pictures differ from machine to machine, so what is compared is the layout and axe's rules, not pixels.
"""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.material.registry import Language
from tests.web.conftest import ChatPage
from tests.web.site import after_card, answer, card
from tests.web.test_accessibility import axe, violations

__all__ = ["axe"]
pytestmark = pytest.mark.browser

WIDTHS = (360, 390, 1280)
HEIGHT = 844
BARS_SHARE = 0.15
SMALLEST_TARGET = 24
MOST_WORDS = 90
# Elements whose words are wider or higher than their box, or that stand out of the window; and targets too small.
CUT = """
const cut = [];
for (const node of document.querySelectorAll('body *')) {
  const style = getComputedStyle(node), box = node.getBoundingClientRect();
  if (!box.width || style.clipPath !== 'none' || node.closest('.unseen, .skip, #typing, .wide > *')) continue;
  const name = `${node.tagName}.${node.className} ${node.textContent.trim().slice(0, 30)}`;
  if (box.right > innerWidth + 1 || box.left < -1) cut.push(`outside: ${name}`);
  const scrolls = ['auto', 'scroll'].includes(style.overflowX) || ['auto', 'scroll'].includes(style.overflowY);
  if (!scrolls && style.display !== 'inline' && node.scrollWidth > node.clientWidth + 2 && node.clientWidth) {
    cut.push(`wider than its box: ${name}`);
  }
  const inLine = node.tagName === 'A' && style.display === 'inline';
  if (node.matches('a, button, summary, textarea, .languages span') && !inLine) {
    if (box.width < arguments[0] || box.height < arguments[0]) cut.push(`small target: ${name}`);
  }
}
return cut;
"""
THREAD: dict[Language, tuple[str, str, str, str]] = {
    "en": ("/", "my appointment was cancelled", "I want to die", "I'm scared"),
    "es": ("/es", "me cancelaron la cita", "me quiero morir", "tengo miedo"),
}
HINT = {
    "text": "?",
    "kind": "note",
    "buttons": [{"title": "How long may the wait be?", "payload": "faq:wait-too-long"}],
}


def replies_for(language: Language) -> dict[str, dict[str, Any]]:
    _, question, danger, after = THREAD[language]
    first = answer("appointment-cancelled", language)
    first["replies"].append(HINT)
    return {
        question: first,
        "strike": answer("strike-causes", language),
        danger: card(language),
        after: after_card(language),
        "slow": answer("wait-too-long", language, after=60_000),
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_whole_talk_is_cut_nowhere(site: ChatPage, axe: str, language: Language, width: int, scheme: str) -> None:
    path, question, danger, after = THREAD[language]
    site.open((width, HEIGHT), scheme, path)
    name = f"{language}-{width}-{scheme}"

    def look(moment: str) -> None:
        site.save_screenshot(f"layout-{name}-{moment}")
        assert site.run(CUT, SMALLEST_TARGET) == [], moment
        if site.all("body.talking"):
            assert site.box("#crisis")["bottom"] <= BARS_SHARE * HEIGHT, moment

    look("welcome")
    site.answer_by_text(replies_for(language))
    site.say(question)
    look("answer")
    site.run("document.querySelector('[data-action=report]').click()")
    look("report")
    site.say("strike")
    look("strike")
    site.say(danger)
    look("card")
    assert site.box(".card")["bottom"] <= site.box("#composer")["top"]
    site.say(after)
    look("after-card")
    assert site.texts(".calm .choice") == ["Yes" if language == "en" else "Sí"]
    site.one("#menu summary").click()
    site.save_screenshot(f"layout-{name}-menu")
    assert violations(site, axe) == []
    site.write("slow")
    site.wait(lambda: site.one("#typing").text)
    look("slow")
    site.set_offline(True)
    site.write("offline")
    site.wait(lambda: site.one("#trouble").is_displayed())
    look("offline")
    assert {"tel:911", "tel:988"} <= {link.get_attribute("href") for link in site.all("#trouble a")}
    assert violations(site, axe) == []


@pytest.mark.parametrize("path", ["/answers/appointment-cancelled", "/es/answers/crisis-lines", "/answers?q=cancelled",
                                  "/safety", "/es/safety", "/safety/protocol", "/es/nowhere", "/embed"])  # fmt: skip
@pytest.mark.parametrize("width", WIDTHS)
def test_the_plain_pages_are_cut_nowhere(site: ChatPage, axe: str, path: str, width: int) -> None:
    site.open((width, HEIGHT), "dark" if width == 390 else "light")
    site.driver.get(site.url + path)
    site.save_screenshot(f"layout-page-{path.strip('/').replace('/', '-').partition('?')[0]}-{width}")
    assert site.run(CUT, SMALLEST_TARGET) == []
    assert site.run("return document.documentElement.scrollWidth") <= width
    assert violations(site, axe) == []


@pytest.mark.parametrize("size", [(320, 256), (360, 740)], ids=["zoom-400", "letters-200"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_large_letters_are_cut_nowhere(site: ChatPage, language: Language, size: tuple[int, int]) -> None:
    path, question, danger, _ = THREAD[language]
    site.open(size, "light", path)
    if size[0] == 360:
        site.run("document.documentElement.style.fontSize = '200%'")
    assert site.run(CUT, SMALLEST_TARGET) == []
    site.answer_by_text(replies_for(language))
    site.say(question)
    assert site.run(CUT, SMALLEST_TARGET) == []
    site.say(danger)
    site.save_screenshot(f"layout-{language}-{size[0]}x{size[1]}-card")
    assert site.run(CUT, SMALLEST_TARGET) == []
    # The first words of the card, with the number to call, are in sight.
    assert site.box(".card")["top"] >= site.box("#crisis")["bottom"] - 1
    assert site.box(".card .number")["bottom"] <= size[1]


@pytest.mark.parametrize("faq", ["appointment-cancelled", "strike-causes", "wait-too-long"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_phone_shows_the_beginning_and_a_desktop_all(site: ChatPage, language: Language, faq: str) -> None:
    words = "return document.querySelector('.answer .words').innerText.trim().split(/\\s+/).length"
    counts = {}
    for width in (390, 1280):
        site.open((width, HEIGHT), "light", THREAD[language][0])
        site.answer_by_text({"q": answer(faq, language)})
        site.say("q")
        counts[width] = site.run(words)
        whole = site.run("return document.querySelector('.answer .words').textContent.includes(arguments[0])",
                         answer(faq, language)["replies"][0]["text"].split()[-1])  # fmt: skip
        assert whole
    assert counts[390] <= MOST_WORDS + 1 < counts[1280]
    site.driver.get(f"{site.url}{'/es' if language == 'es' else ''}/answers/{faq}")
    assert site.one("details.more").get_attribute("open")
    assert not site.one("details.more > summary").is_displayed()


def test_the_crisis_lines_are_never_folded(site: ChatPage) -> None:
    site.open((390, HEIGHT))
    site.answer_by_text({"q": answer("crisis-lines", "en")})
    site.say("q")
    site.driver.get(f"{site.url}/answers/crisis-lines")
    assert site.all("details.more") == []


def test_the_first_screen_says_for_whom_it_is_and_changes_language_at_once(site: ChatPage) -> None:
    site.open((360, HEIGHT))
    assert "patients, families and strikers" in site.one("#welcome").text
    assert "English and Spanish" in site.one("#welcome").text
    site.one("#welcome [lang=es]").click()
    assert site.one("html").get_attribute("lang") == "es"
    assert "pacientes, familias y huelguistas" in site.one("#welcome").text
    assert "oprima 2" in site.one("#crisis").text and "AYUDA al 988" in site.one("#crisis").text
