"""The pages over HTTP, without a browser: what is linked, described and found."""

from __future__ import annotations

import asyncio
import re
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from bot.message import SAFE
from bot.metrics import Metrics
from bot.web.answers import card_for, describe
from bot.web.links import link_text
from tests.web.site import KNOWLEDGE, build_site
from tests.web.test_text import LINK_CASES

METRICS = Metrics()


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(build_site(METRICS))


@pytest.mark.parametrize(("text", "links"), LINK_CASES)
def test_links_follow_the_rules_of_the_chat(text: str, links: list[str]) -> None:
    found = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]*)"', link_text(text))]
    # A browser writes a bare domain with a slash and in lower case; the text does not.
    assert found == [link if link.startswith(("tel:", "sms:")) else as_written(link, text) for link in links]


def as_written(link: str, text: str) -> str:
    bare = link.removeprefix("https://").rstrip("/")
    written = re.search(re.escape(bare), text, re.IGNORECASE)
    assert written
    return f"https://{written[0]}"


def test_markup_in_a_text_stays_text() -> None:
    assert link_text("<b>988</b>") == '&lt;b&gt;<a class="number" href="tel:988">988</a>&lt;/b&gt;'


@pytest.mark.parametrize(("path", "other"), [("/answers/", "/es/answers/"), ("/es/answers/", "/answers/")])
def test_every_answer_page_has_lines_links_description_both_languages_and_the_way_back(
    client: TestClient, path: str, other: str
) -> None:
    language = "es" if path.startswith("/es") else "en"
    for faq in KNOWLEDGE.ids():
        if (faq, language) not in KNOWLEDGE.entries:
            continue
        page = client.get(path + faq).text
        assert 'href="tel:988"' in page and 'href="tel:911"' in page and 'href="sms:988' in page
        description = re.search(r'<meta name="description" content="([^"]+)">', page)
        assert description and len(description[1]) > 40
        for name in ("en", "es", "x-default"):
            assert f'hreflang="{name}" href="http' in page
        assert f'href="{other}{faq}"' in page
        assert f'{"/es" if language == "es" else "/"}?faq={faq}"' in page


def test_a_description_is_cut_between_words() -> None:
    assert describe("one two") == "one two"
    long = describe("palabra " * 40)
    assert len(long) <= 155 and long.endswith("palabra...")


def test_the_start_page_and_safety_exist_in_both_languages(client: TestClient) -> None:
    assert '<html lang="en">' in client.get("/").text
    spanish = client.get("/es").text
    assert '<html lang="es">' in spanish and "oprima 2" in spanish and "AYUDA al 988" in spanish
    assert "Nobody reads this chat" in client.get("/safety").text
    safety = client.get("/es/safety").text
    assert "Nadie lee este chat" in safety and "https://988lifeline.org/es/" in safety
    assert "<table>" in client.get("/safety/protocol").text


def test_a_page_that_does_not_exist_gives_the_lines_and_a_search_box(client: TestClient) -> None:
    for path, words in (
        ("/nowhere", "Call or text"),
        ("/es/answers/nowhere", "oprima 2"),
        ("/answers/x", "no such page"),
    ):
        page = client.get(path)
        assert page.status_code == 404
        assert words in re.sub(r"<[^>]+>", "", page.text)
        assert 'role="search"' in page.text
    assert client.get("/nowhere", headers={"accept-language": "es-MX"}).text.count("Esa página no existe")
    assert client.get("/api/nowhere").json()["error"] == "not_found"


def test_the_search_finds_by_words_with_or_without_accents(client: TestClient) -> None:
    found = client.get("/es/answers", params={"q": "lineas de CRISIS"}).text
    assert "/es/answers/crisis-lines" in found.partition("<h2>")[0]
    assert "None has these words" in client.get("/answers?q=zzzz").text
    assert "<script>x" not in client.get("/answers?q=<script>x").text


@pytest.mark.parametrize("words", ["I want to kill myself tonight", "me quiero matar hoy"])
def test_danger_written_into_a_search_box_gets_the_card_first(client: TestClient, words: str) -> None:
    path = "/answers" if words.startswith("I") else "/es/answers"
    for page in (client.get(path, params={"q": words}).text, client.post(path, data={"q": words}).text):
        before, _, after = page.partition('<div class="card" role="alert">')
        assert "<h1>" in before and 'role="search"' in after
        assert after.index('href="tel:911"') < after.index('role="search"')
    assert 'class="card"' not in client.get("/answers?q=cancelled").text


def test_without_scripts_the_chat_sends_its_question_to_the_search_and_not_into_an_address(client: TestClient) -> None:
    assert 'action="/es/answers" method="post"' in client.get("/es").text
    assert "/answers/appointment-cancelled" in client.post("/answers", data={"q": "my appointment was cancelled"}).text
    assert client.post("/answers", content=b"q=" + b"x" * 200_000).status_code == 200


def test_robots_and_sitemap_name_the_pages(client: TestClient) -> None:
    robots = client.get("/robots.txt").text
    assert "Disallow: /api/" in robots and "Sitemap: https://carebot.example.org/sitemap.xml" in robots
    sitemap = client.get("/sitemap.xml").text
    assert "<loc>https://carebot.example.org/es</loc>" in sitemap and "/es/answers/strike-causes" in sitemap


def test_qr_codes_in_both_languages(client: TestClient) -> None:
    codes = {path: client.get(path) for path in ("/qr.svg", "/es/qr.svg", "/answers/strike-causes/qr.svg")}
    assert {code.headers["content-type"] for code in codes.values()} == {"image/svg+xml"}
    assert len({code.text for code in codes.values()}) == 3
    assert client.get("/answers/nowhere/qr.svg").status_code == 404


def test_the_example_of_embedding_shows_the_line_to_copy(client: TestClient) -> None:
    page = client.get("/es/embed").text
    assert '&lt;script src="https://carebot.example.org/static/embed.js" data-language="es" async&gt;' in page
    assert '<script src="/static/embed.js" data-language="es" async></script>' in page


def test_a_report_counts_by_answer_language_and_reason_and_keeps_nothing_else(client: TestClient) -> None:
    report = {"faq": "strike-causes", "language": "en", "reason": "outdated"}
    assert client.post("/api/reports", json=report).status_code == 204
    line = 'carebot_reports_total{faq="strike-causes",language="en",reason="outdated"} 1.0'
    assert line in METRICS.render().decode()


def test_a_form_of_another_site_reports_nothing(client: TestClient) -> None:
    before = METRICS.render()
    body = b'{"faq": "strike-causes", "language": "en", "reason": "wrong"}'
    assert client.post("/api/reports", content=body, headers={"content-type": "text/plain"}).status_code == 415
    assert METRICS.render() == before


async def test_while_a_search_is_being_read_the_next_is_read_by_the_patterns() -> None:
    read: list[str] = []
    gate = SimpleNamespace(
        assess=lambda text: read.append("both") or time.sleep(0.3) or SAFE,
        assess_lexicon_only=lambda text: read.append("patterns") or SAFE,
    )
    bot = cast(Any, SimpleNamespace(gate=gate, metrics=METRICS))
    assert await asyncio.gather(*(card_for("words", "en", bot) for _ in range(3))) == ["", "", ""]
    assert read.count("both") == 1 and read.count("patterns") == 2


@pytest.mark.parametrize(
    "change",
    [{"faq": "my secret"}, {"language": "fr"}, {"reason": "because I say so"}, {"text": "what I wrote"}, {"faq": ["x"]},
     {"reason": None}],
)  # fmt: skip
def test_a_report_with_anything_unknown_is_refused_and_not_counted(
    client: TestClient, change: dict[str, object]
) -> None:
    before = METRICS.render()
    report = {"faq": "strike-causes", "language": "en", "reason": "wrong"} | change
    assert client.post("/api/reports", json=report).status_code == 400
    assert METRICS.render() == before
