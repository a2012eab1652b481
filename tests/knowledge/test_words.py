"""What answers claim: every check finds its fault in one place and nothing in a right answer."""

import re

import pytest

from knowledge.checks.figures import figures, written_figures
from knowledge.checks.rules import read_rules
from knowledge.checks.words import lacks_spanish_option

ASK = {"en": "Ask your steward.", "es": "Pregunte a su delegado."}


def say(small, words: dict[str, str], faq: str = "demand-pay") -> list[tuple[str, str, str]]:
    """Write words into an answer, and give what is found: file, value, message."""
    for language, text in words.items():
        path = small.path(faq, language)
        if faq == "demand-pay":
            small.replace(path, ASK[language], text)
        else:
            path.write_text(path.read_text(encoding="utf-8").rstrip() + "\n\n" + text + "\n", encoding="utf-8")
    found = [finding for finding in small.check() if finding.level == "error"]
    return [(finding.path.name, finding.value, finding.message) for finding in found]


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("1. Since 2024-25, 1,200 of 08 and 28.30 at {{status.hawaii}}.", "en", {"2024", "2025", "1200", "8", "28.3"}),
        ("twenty-five of ninety, twice, a hundred; one or the other", "en", {"25", "90", "2", "100"}),
        ("treinta y cinco de cien, veintiuno, once; una u otra", "es", {"35", "100", "21", "11"}),
        ("Press 2. Oprima 2. See step 4.", "en", set()),
    ],
)
def test_figures_in_digits_and_in_words(text, language, found) -> None:
    assert figures(text, language) == found


def test_a_season_is_two_years() -> None:
    assert written_figures("in 2018-19 and 2019-20") == {"2018", "2019", "2020"}


def test_figures_of_the_facts_are_right_in_both_languages(small) -> None:
    assert say(small, {"en": "It took 196 days, five percent.", "es": "Tardó 196 días, 5%."}) == []
    assert written_figures(small.path().read_text(encoding="utf-8").rsplit("---\n", 1)[1]) == {"196"}


def test_millions_may_be_rounded(small) -> None:
    assert say(small, {"en": "It was $28.3 million.", "es": "Fueron $28.3 millones."}) == []


def test_the_number_of_a_bill_stands_in_the_topic_of_its_fact(small) -> None:
    text = (small.directory / "facts.json").read_text(encoding="utf-8")
    (small.directory / "facts.json").write_text(text.replace('"topic": "pay"', '"topic": "AB 1429"'), encoding="utf-8")
    assert say(small, {"en": "AB 1429 failed.", "es": "La AB 1429 fracasó."}) == []


def test_names_a_figure_that_stands_in_no_fact(small) -> None:
    found = say(small, {"en": "It took 197 days.", "es": "Tardó 197 días."})
    assert found == [
        (f"demand-pay.{language}.md", "197", "a figure that stands in none of the facts") for language in ("en", "es")
    ]


def test_names_a_figure_that_one_language_lacks(small) -> None:
    found = say(small, {"en": "It took 196 days.", "es": "Tardó cinco días."})
    assert found == [
        ("demand-pay.es.md", "5", "a figure that stands in Spanish only"),
        ("demand-pay.es.md", "196", "a figure that stands in English only"),
    ]


def test_an_answer_is_no_newer_than_what_may_change_in_it(small, only_error) -> None:
    path = small.path("strike-status")
    small.replace(path, "as_of: 2025-05-08", "as_of: 2025-05-09")
    small.replace(small.path("strike-status", "es"), "as_of: 2025-05-08", "as_of: 2025-05-09")
    small.replace(small.path("strike-status", "es"), "as_of: 2025-05-09", "as_of: 2025-05-08")
    found = [finding for finding in small.check() if "newest source" in finding.message]
    assert [(finding.path, finding.line, finding.value) for finding in found] == [(path, 10, "2025-05-09")]


@pytest.mark.parametrize(
    ("printed", "wrong"), [("2025-05", False), ("2025", False), ("2025-04", True), ("day not shown", False)]
)
def test_a_date_printed_without_its_day_may_be_the_last_of_the_month(small, printed, wrong) -> None:
    small.replace("sources.json", "2025-05-08", printed)
    found = [finding.message for finding in small.check() if "newest source of what may change" in finding.message]
    assert bool(found) is wrong


def test_what_does_not_change_may_be_checked_later(small) -> None:
    for language in ("en", "es"):
        small.replace(small.path("demand-pay", language), "as_of: 2025-05-08", "as_of: 2026-11-24")
    assert small.check() == []


def test_a_status_is_no_newer_than_its_sources(small, only_error) -> None:
    small.replace("status.yml", "as_of: 2025-05-08", "as_of: 2025-06-01")
    assert only_error().message.startswith("as_of of hawaii is later than its newest source, 2025-05-08")


def test_a_strike_that_is_over_is_not_told_in_the_present(small) -> None:
    found = say(small, {"en": "They are on strike.", "es": "Hoy están en huelga."}, "strike-status")
    message = "tells a strike that is over in the present"
    assert found == [
        ("strike-status.en.md", "are on strike", message),
        ("strike-status.es.md", "están en huelga", message),
    ]


@pytest.mark.parametrize("text", ["Call if they are on strike.", "They were on strike. When they are on strike, ask."])
def test_any_strike_may_be_spoken_of(small, text) -> None:
    assert say(small, {"en": text}, "strike-status") == []


def test_other_topics_may_use_the_present(small) -> None:
    assert say(small, {"en": "They are on strike."}) == []


def test_a_title_is_not_in_the_present_either(small, only_error) -> None:
    small.replace(small.path("strike-status"), "title: Title of strike-status in en?", "title: The strike is on?")
    assert (only_error().value, only_error().line) == ("The strike is on", 6)


def test_doubt_does_not_stand_last(small) -> None:
    found = say(small, {"en": "Ask. This we did not verify.", "es": "Pregunte. Esto no lo verificamos."})
    assert [(name, message) for name, _, message in found] == [
        ("demand-pay.en.md", "ends in a doubt"),
        ("demand-pay.es.md", "ends in a doubt"),
    ]


def test_doubt_may_stand_before_the_next_step(small) -> None:
    assert say(small, {"en": "This we did not verify. Ask your steward."}) == []


def test_a_right_of_some_plans_names_them(small) -> None:
    found = say(small, {"en": "Kaiser must pay for outside care.", "es": "Kaiser debe pagar la atención de fuera."})
    message = "a right that only some plans give, and no plan is named"
    assert [(name, found_message) for name, _, found_message in found] == [
        ("demand-pay.en.md", message),
        ("demand-pay.es.md", message),
    ]


def test_a_right_beside_its_plans_is_right(small) -> None:
    assert say(small, {"en": "Kaiser must pay for outside care. Which plan do you have?"}) == []


def test_names_what_the_glossary_calls_otherwise(small, only_error) -> None:
    small.replace(small.path("demand-pay", "es"), "Pregunte a", "En un Pleito, pregunte a")
    finding = only_error()
    assert (finding.value, finding.remedy) == ("Pleito", "Write 'conflicto laboral'.")
    assert (
        finding.line
        == small.path("demand-pay", "es")
        .read_text(encoding="utf-8")[: -len("En un Pleito, pregunte a su delegado.\n")]
        .count("\n")
        + 1
    )


def test_a_longer_word_is_another_word(small) -> None:
    assert say(small, {"es": "No es pleitoso."}) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Llame al {{lifeline-988.call}}.", True),
        ("En una crisis: {{lifeline-988.call}}.", True),
        ("Llame al {{lifeline-988.call}} y oprima 2.", False),
        ("Llame al {{lifeline-988.call}}, o mande AYUDA al {{lifeline-988.call}}.", False),
        ("Un centro del {{lifeline-988.call}} dice que no comparte nada.", False),
    ],
)
def test_988_in_spanish_says_how_to_be_answered_in_spanish(small, text, wrong) -> None:
    found = [message for _, _, message in say(small, {"es": text})]
    assert found == (["988 in Spanish without its option"] if wrong else [])


def test_the_option_stands_in_the_same_paragraph() -> None:
    assert not lacks_spanish_option("Llame al 988 y oprima 2")
    assert lacks_spanish_option("Llame al 988")


@pytest.mark.parametrize("name", ["phrases.yml", "glossary.yml", "publishers.yml"])
@pytest.mark.parametrize("content", [None, "[", "- a\n", "a: 1\n"])
def test_a_broken_file_of_rules_is_named(small, name, content) -> None:
    path = small.directory / name
    if content is None:
        path.unlink()
    else:
        path.write_text(content, encoding="utf-8")
    assert {finding.path for finding in read_rules(small.directory).findings} == {path}
    assert path in {finding.path for finding in small.check() if finding.level == "error"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"publisher": "The Press"', '"publisher": "Another"', "press: an unknown publisher"),
        ("https://example.org/a", "https://copies.net/a", "press: not a site of The Press"),
        ("https://example.org/a", "https://example.org.copies.net/a", "press: not a site of The Press"),
        ("https://example.org/a", "http://example.org/a", "press: plain http"),
        (
            '"url": "https://example.org/a"',
            '"url": "https://example.org/a", "mirror": true',
            "press: a mirror on The Press's own",
        ),
    ],
)
def test_a_source_is_linked_on_its_publishers_site_only(small, only_error, old, new, message) -> None:
    small.replace("sources.json", old, new)
    assert only_error().message.startswith(message)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://example.org/a", "https://www.example.org/a"),
        ('"publisher": "The Press"', '"publisher": "The Press (a page, as read)"'),
        ('"url": "https://example.org/a"', '"url": "http://copies.net/a", "mirror": true'),
    ],
)
def test_a_subdomain_a_note_and_a_marked_copy_are_right(small, old, new) -> None:
    small.replace("sources.json", old, new)
    assert small.check() == []


def test_no_real_source_is_shown_with_a_copy_or_without_encryption(real) -> None:
    shown = [source for source in real.sources.values() if source.shown_url]
    assert all(source.shown_url.startswith("https://") and not source.mirror for source in shown)
    assert [source.id for source in real.sources.values() if not source.shown_url and not source.mirror] == []
    assert not [source.shown_publisher for source in shown if re.search(r" \(|mirror|reprint", source.shown_publisher)]
