import json
from datetime import date, timedelta

import pytest

from knowledge.checks.check import check_knowledge
from knowledge.checks.registries import unverified_contacts
from knowledge.errors import EntryError, KnowledgeError, RegistryError
from knowledge.material.base import load_knowledge
from knowledge.material.finding import Finding
from knowledge.material.registries import read_registries
from knowledge.material.source import MAX_FILE_BYTES

from .conftest import KNOWLEDGE, TODAY

ENTRY = "faq/demands/demand-pay.en.md"
STATUS_ENTRY = "faq/duration/strike-status.en.md"


def errors_of(small) -> list[Finding]:
    return [finding for finding in small.check() if finding.level == "error"]


def test_finds_nothing_in_a_right_knowledge_base(small) -> None:
    assert [str(finding) for finding in small.check()] == []


def test_real_knowledge_has_no_warning_but_unverified_lines() -> None:
    found = check_knowledge(KNOWLEDGE, TODAY)
    assert [str(finding) for finding in found if finding.level == "error"] == []
    assert [str(finding) for finding in found if "not verified" not in finding.message] == []


def test_prints_path_line_level_message_value_and_remedy(small, only_error) -> None:
    small.replace(ENTRY, "speaker: union", "speaker: nobody")
    finding = only_error()
    path = small.directory / ENTRY
    assert str(finding).startswith(f"{path}:9: error: speaker: ")
    assert "(nobody). Mend the value" in str(finding)


def test_finding_stays_on_one_line_and_short() -> None:
    finding = Finding("error", KNOWLEDGE, 1, "a\n\x1b[31m" + "b" * 500, "wrong", "Mend it.")
    assert "\n" not in str(finding)
    assert "\x1b" not in str(finding)
    assert len(str(finding)) < 200 + len(str(KNOWLEDGE))


def test_tells_of_every_wrong_file_and_not_only_of_the_first(small) -> None:
    for faq in ("demand-pay", "strike-status"):
        for language in ("en", "es"):
            small.path(faq, language).write_text("no front matter", encoding="utf-8")
    small.replace("contacts.yml", "status: official", "status: maybe")
    small.replace("sources.json", '"kind": "news"', '"kind": 7')
    paths = {finding.path.name for finding in errors_of(small)}
    assert {"demand-pay.en.md", "demand-pay.es.md", "strike-status.en.md", "strike-status.es.md"} <= paths
    assert {"contacts.yml", "sources.json"} <= paths


def test_tells_of_every_wrong_field_of_one_file(small) -> None:
    small.replace(ENTRY, "speaker: union", "speaker: nobody")
    small.replace(ENTRY, "audience: worker", "audience: everyone")
    small.replace(ENTRY, "expires: false", "expire: false")
    assert [finding.line for finding in errors_of(small)] == [5, 9, 13]


@pytest.mark.parametrize("field", ["title", "facts", "speaker", "as_of", "review_by", "topic"])
def test_names_a_missing_field_and_the_remedy(small, only_error, field) -> None:
    lines = (small.directory / ENTRY).read_text().split("\n")
    (small.directory / ENTRY).write_text("\n".join(line for line in lines if not line.startswith(f"{field}:")))
    finding = only_error()
    assert (finding.path, finding.value) == (small.directory / ENTRY, field)
    assert finding.remedy == f"Add a line '{field}: ...'."


def test_names_the_line_of_broken_yaml(small, only_error) -> None:
    small.replace(ENTRY, "speaker: union", "speaker: [union")
    finding = only_error()
    assert finding.message == "not valid YAML"
    assert finding.line in (9, 10)


@pytest.mark.parametrize("deep", ["[" * 50_000, "{" * 50_000, "- " * 50_000, "? " * 50_000])
def test_survives_yaml_nested_so_deep_that_the_parser_would_crash(small, only_error, deep) -> None:
    small.replace(ENTRY, "speaker: union", f"speaker: {deep}" if deep[0] in "[{" else f"speaker:\n {deep}")
    assert "deep" in only_error().message


def test_refuses_aliases_that_multiply(small, only_error) -> None:
    doubling = "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12))
    small.replace(ENTRY, "speaker: union\n", f"speaker: union\na: &a [x, x]\n{doubling}")
    assert (only_error().message, only_error().line) == ("a YAML alias", 11)


@pytest.mark.parametrize(
    ("data", "message", "line"),
    [
        ("---\nid: año\n".encode("latin-1"), "not UTF-8", 2),
        ("---\nid: x\n---\nbody".encode("utf-16"), "not UTF-8", 1),
        (b"\xff\xfe\x00", "not UTF-8", 1),
    ],
)
def test_names_a_wrong_encoding(small, only_error, data, message, line) -> None:
    (small.directory / ENTRY).write_bytes(data)
    finding = only_error()
    assert (finding.message, finding.line, finding.remedy) == (message, line, "Save the file as UTF-8.")


def test_finds_a_byte_order_mark(small, only_error) -> None:
    path = small.directory / ENTRY
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert only_error().message == "starts with a byte order mark"


def test_finds_text_saved_in_a_wrong_encoding(small, only_error) -> None:
    small.replace("faq/demands/demand-pay.es.md", "pidió", "pidi\u00c3\u00b3")
    assert "wrong encoding" in only_error().message


def test_finds_invisible_characters(small, only_error) -> None:
    small.replace(ENTRY, "The union", "The\u200b union")
    assert only_error().value == "U+200B"


@pytest.mark.parametrize("emoji", ["👨\u200d👩\u200d👧", "\\U0001F635\u200d\\U0001F4AB"])
def test_a_joined_emoji_is_no_invisible_character(small, emoji) -> None:
    small.replace(ENTRY, "demand-pay en number 7", f"raise for me {emoji}")
    assert errors_of(small) == []


def test_refuses_a_file_of_ten_megabytes_without_reading_it(small, only_error) -> None:
    path = small.directory / ENTRY
    path.write_text(path.read_text() + "word " * 2_000_000)
    finding = only_error()
    assert str(MAX_FILE_BYTES) in finding.message
    with pytest.raises(EntryError, match=str(MAX_FILE_BYTES)):
        load_knowledge(small.directory)


def test_finds_a_second_file_for_an_id(small) -> None:
    folder = small.directory / "faq" / "other"
    folder.mkdir()
    (folder / "demand-pay.en.md").write_bytes((small.directory / ENTRY).read_bytes())
    assert any("a second file" in finding.message for finding in errors_of(small))
    with pytest.raises(EntryError, match="a second file"):
        load_knowledge(small.directory)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("contacts.yml", "id: help-center", "id: lifeline-988"), ("sources.json", "union", "press")],
)
def test_finds_an_id_that_stands_twice_in_a_registry(small, name, old, new) -> None:
    small.replace(name, old, new)
    assert any(finding.message == "the id stands twice" for finding in errors_of(small))
    with pytest.raises(KnowledgeError, match=r"twice|unknown"):
        load_knowledge(small.directory)


def test_finds_a_field_that_stands_twice(small, only_error) -> None:
    small.replace(ENTRY, "expires: false", "expires: true\nexpires: false")
    assert (only_error().value, only_error().line) == ("expires", 14)


def test_finds_a_missing_spanish_answer(small) -> None:
    small.path("demand-pay", "es").unlink()
    messages = [finding.message for finding in errors_of(small)]
    assert messages == ["the answer is missing in 'es'"]


def test_finds_a_file_that_is_never_read(small, only_error) -> None:
    (small.directory / "faq" / "demand-pay.md").write_text("draft")
    assert only_error().message == "a file that is never read"


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "JaVaScRiPt :alert(1)", "java\u200bscript:alert(1)", "data:text/html,x", "vbscript:x"],
)
def test_finds_a_link_with_a_script_scheme_in_an_answer(small, link) -> None:
    small.replace(ENTRY, "Read the deal.", f"Read the deal at {link}")
    assert any("script scheme" in finding.message for finding in errors_of(small))


@pytest.mark.parametrize(
    ("name", "old"),
    [("sources.json", "https://example.org/a"), ("contacts.yml", "HealthHelp.ca.gov"), ("status.yml", "nuhw.org")],
)
@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org", "https://a b.org"])
def test_finds_a_link_with_a_wrong_scheme_in_a_registry(small, only_error, name, old, link) -> None:
    small.replace(name, old, link)
    finding = only_error()
    assert (finding.path.name, finding.value) == (name, link)


def test_loader_refuses_a_source_with_a_script_scheme(small) -> None:
    small.replace("sources.json", "https://example.org/a", "javascript:alert(1)")
    with pytest.raises(RegistryError, match=r"sources\.json:7: error: url: not a http\(s\) address \(javascript"):
        load_knowledge(small.directory)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("facts: [A02]", "facts: [A99]", "unknown fact"),
        ("facts: [A02]", "facts: [A02, A03]", "confidence low"),
        ("facts: [A02]", "facts: [A02, A04]", "confidence none"),
        ("sources: [union]", "sources: [union, nowhere]", "unknown source"),
        ("sources: [union]", "sources: [press]", "behind none of the facts"),
        ("related: [strike-status]", "related: [strike-stauts]", "unknown related id"),
        ("related: [strike-status]", "related: [demand-pay]", "related id that is the answer itself"),
        ("audience: worker", "audience: patient", "audience differs from the catalogue"),
        ("care_delay: false", "care_delay: true", "care_delay differs from the catalogue"),
        ("as_of: 2025-05-08", "as_of: 2026-11-25", "as_of lies ahead"),
        ("review_by: 2027-02-22", "review_by: 2025-05-08", "review_by is not after as_of"),
        ("review_by: 2027-02-22", "review_by: 2027-11-24", "too long for any answer"),
        ("Ask your steward.", "Call {{nobody.call}}.", "unknown reference"),
        ("Ask your steward.", "Call {{old-line.call}}.", "unverified"),
        ("Ask your steward.", "Call {{lifeline-988.web}}.", "has no web"),
        ("Ask your steward.", "See {{status.mars}}.", "unknown reference"),
        ("Ask your steward.", "Call {help-center}.", "a brace"),
        ("Ask your steward.", "See https://example.org.", "a link in the answer"),
        ("Ask your steward.", "**Ask** your steward.", "markup"),
        ("Ask your steward.", "<b>Ask your steward.</b>", "markup"),
        ("demand-pay en number 7", "DEMAND-PAY  en, number: 8!", "also a way of asking this id"),
    ],
)
def test_finds_what_an_answer_must_not_have(small, old, new, message) -> None:
    small.replace(ENTRY, old, new)
    assert any(message in str(finding) and finding.path.name == "demand-pay.en.md" for finding in errors_of(small))


@pytest.mark.parametrize("text", ["Strike-Status es number 8", "¿What is... the WEATHER?"])
def test_finds_a_way_of_asking_that_also_stands_elsewhere(small, only_error, text) -> None:
    small.replace(ENTRY, "demand-pay en number 7", text)
    finding = only_error()
    assert finding.message.startswith("also a way of asking demand-pay (demand-pay.en.md:")
    assert finding.path.name in ("strike-status.es.md", "en.jsonl")


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        ("988", "Write {{lifeline-988.call}}."),
        ("1-888-466-2219", "Write {{help-center.call}}."),
        ("(888) 466-2219", "Write {{help-center.call}}."),
        ("+1 888 466 2219", "Write {{help-center.call}}."),
        ("888\u2011466\u20112219", "Write {{help-center.call}}."),
        ("741741", "Write {{help-center.text}}."),
        ("911", "Add it to contacts.yml"),
        ("1-800-222-1222", "Add it to contacts.yml"),
        ("442-AYUDAME", "Add it to contacts.yml"),
    ],
)
def test_finds_numbers_in_prose_and_names_their_reference(small, only_error, number, remedy) -> None:
    small.replace(ENTRY, "Ask your steward.", f"Call {number}.")
    finding = only_error()
    assert finding.value == number
    assert finding.line == (small.directory / ENTRY).read_text().split("\n").index(f"2. Call {number}.") + 1
    assert finding.remedy.startswith(remedy)


@pytest.mark.parametrize(
    "words",
    ["196 days", "$28.3 million", "$150000", "2024-25", "1,937 to 31", "SB 221", "in 2028", "$1,374.72", "40-50%"],
)
def test_takes_other_figures_for_no_phone_numbers(small, words) -> None:
    small.replace(ENTRY, "Ask your steward.", f"It was {words}.")
    assert not [finding for finding in errors_of(small) if "phone" in finding.message]


def test_finds_an_answer_that_is_too_long(small, only_error) -> None:
    small.replace(ENTRY, "Ask your steward.", "Ask your steward. " * 80)
    assert only_error().message == "longer than 1200 characters when rendered"


@pytest.mark.parametrize("language", ["en", "es"])
def test_finds_an_answer_that_is_hard_to_read(small, only_error, language) -> None:
    hard = {
        "en": "Notwithstanding contemporaneous administrative determinations, comprehensive organizational "
        "responsibilities necessitate considerable interdepartmental communication regarding authorization.",
        "es": "No obstante las determinaciones administrativas contemporáneas, las responsabilidades organizacionales "
        "exhaustivas necesitan considerable comunicación interdepartamental respecto de autorizaciones.",
    }
    path = small.path("demand-pay", language)
    small.replace(path, path.read_text(encoding="utf-8").split("---\n")[2], hard[language])
    assert only_error().message.startswith("hard to read")


def test_wants_enough_ways_of_asking_in_either_language(small) -> None:
    for language, kept in (("en", 44), ("es", 39)):
        path = small.path("demand-pay", language)
        lines = path.read_text(encoding="utf-8").split("\n")
        dropped = {f'  - "demand-pay {language} number {number}"' for number in range(kept, 45)}
        path.write_text("\n".join(line for line in lines if line not in dropped), encoding="utf-8")
    assert [(finding.value, finding.path.name) for finding in errors_of(small)] == [
        ("44", "demand-pay.en.md"),
        ("39", "demand-pay.es.md"),
    ]


def test_warns_of_answers_past_their_review(small) -> None:
    for language in ("en", "es"):
        small.replace(small.path("demand-pay", language), "expires: false", "expires: true")
    found = small.check(date(2027, 2, 23))
    stale = {
        finding.path.name: finding.message
        for finding in found
        if "review_by" in finding.message or "expired" in finding.message
    }
    assert set(stale) == {
        f"{faq}.{language}.md" for faq in ("demand-pay", "strike-status") for language in ("en", "es")
    }
    assert "refuses" in stale["demand-pay.en.md"]
    assert "may be old" in stale["strike-status.es.md"]
    assert not [finding for finding in found if finding.level == "error"]


@pytest.mark.parametrize(("days", "warned"), [(86, []), (87, ["2"])])
def test_counts_the_lines_verified_more_than_90_days_ago_in_one_warning(small, days, warned) -> None:
    found = small.check(TODAY + timedelta(days))
    assert [finding.value for finding in found if "not verified for 90 days" in finding.message] == warned


def test_lists_a_line_never_verified_unless_nobody_is_shown_it(small) -> None:
    small.replace("contacts.yml", "verified_on: 2026-11-20", "verified_on:")
    assert [(finding.level, finding.value) for finding in small.check()] == [("warning", "1")]
    listed = unverified_contacts(read_registries(small.directory), TODAY)
    assert [(finding.value, finding.line) for finding in listed] == [("988", 5)]


def test_warns_of_a_status_nobody_looked_at_for_a_month(small) -> None:
    assert any("nobody looked at hawaii for 30 days" in f.message for f in small.check(TODAY + timedelta(31)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("facts: [A01]", "facts: [A77]", "unknown fact of hawaii"),
        ("facts: [A01]", "facts: [A03]", "confidence low"),
        ("sources: [press]", "sources: [blog]", "unknown source of hawaii"),
        ("ended in 2023.", "ended in 2023. Call 988.", "phone number in prose"),
        ("check_now:", "check_later:", "check_now is missing"),
    ],
)
def test_finds_what_is_wrong_with_the_status(small, old, new, message) -> None:
    small.replace("status.yml", old, new)
    assert any(message in finding.message for finding in errors_of(small))


@pytest.mark.parametrize(
    "row",
    [
        "not json",
        "[]",
        '"text"',
        '{"kind": "x", "lang": "fr", "text": "y"}',
        '{"kind": "x", "lang": "en"}',
        "[" * 9_000,
    ],
)
def test_names_the_line_of_a_wrong_out_of_scope_message(small, only_error, row) -> None:
    path = small.directory / "out_of_scope" / "en.jsonl"
    path.write_text(path.read_text() + row + "\n")
    assert (only_error().path, only_error().line) == (path, 2)


@pytest.mark.parametrize("name", ["contacts.yml", "sources.json", "facts.json", "catalogue.yml", "status.yml"])
@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff", b"just words", b"- 1\n- [", b"[1, 2]"])
def test_reports_a_broken_registry_once_and_not_at_every_reference(small, name, content) -> None:
    if content is None:
        (small.directory / name).unlink()
    else:
        (small.directory / name).write_bytes(content)
    found = errors_of(small)
    assert 1 <= len(found) <= 4
    assert any(finding.path.name == name for finding in found)
    with pytest.raises(KnowledgeError, match=name.replace(".", r"\.")):
        load_knowledge(small.directory)


def test_names_a_directory_that_does_not_exist(tmp_path) -> None:
    with pytest.raises(KnowledgeError, match="CAREBOT_KNOWLEDGE_DIR"):
        check_knowledge(tmp_path / "nowhere", TODAY)


def test_facts_of_unknown_sources_are_found(small, only_error) -> None:
    facts = json.loads((small.directory / "facts.json").read_text())
    facts[1]["sources"] = ["union", "blog"]
    (small.directory / "facts.json").write_text(json.dumps(facts, indent=1))
    assert (only_error().value, only_error().message) == ("blog", "unknown source of fact A02")
