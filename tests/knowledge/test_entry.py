from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import EntryError
from knowledge.material.entry import Entry, dump_entry, load_entry, parse_entry

from .conftest import KNOWLEDGE, entry_text

# What an editor can type: no control characters, no lone surrogates, no line ends other than \n.
TYPED = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co"), exclude_characters="\ufeff")
# Three dashes end the front matter.
LINE = st.text(TYPED, min_size=5, max_size=60).map(str.strip).filter(lambda line: len(line) >= 5 and "---" not in line)
BODY = st.lists(LINE, min_size=4, max_size=9).map("\n\n".join)
IDS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    return Entry(
        id=draw(IDS),
        language=draw(st.sampled_from(["en", "es"])),
        topic=draw(LINE),
        audience=draw(st.sampled_from(["patient", "worker", "both"])),
        title=draw(LINE),
        facts=draw(st.lists(IDS, max_size=4)),
        sources=draw(st.lists(IDS, max_size=4)),
        speaker=draw(st.sampled_from(["regulator", "law", "kaiser", "union", "news", "neutral"])),
        as_of=draw(st.dates(date(2000, 1, 1))),
        review_by=draw(st.dates(date(2000, 1, 1))),
        care_delay=draw(st.booleans()),
        expires=draw(st.booleans()),
        related=draw(st.lists(IDS, max_size=4)),
        variants=draw(st.lists(LINE, min_size=1, max_size=5)),
        body=draw(BODY),
    )


@given(entries())
def test_entry_comes_back_as_it_was_written(entry) -> None:
    assert parse_entry(dump_entry(entry), Path(f"{entry.id}.{entry.language}.md")) == entry


@given(entries())
def test_line_ends_of_windows_change_nothing(entry) -> None:
    text = dump_entry(entry).replace("\n", "\r\n")
    assert parse_entry(text, Path(f"{entry.id}.{entry.language}.md")) == entry


def test_every_real_file_is_in_the_form_that_dump_entry_writes() -> None:
    paths = sorted((KNOWLEDGE / "faq").glob("*/*.md"))
    assert len(paths) == 2 * 98
    different = [path.name for path in paths if dump_entry(load_entry(path)) != path.read_text(encoding="utf-8")]
    assert different == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("speaker: union\n", "", r"demand-pay\.en\.md: speaker: Field required"),
        ("speaker: union", "speaker: nobody", r"speaker: .*found 'nobody'.*docs/editing\.md"),
        ("speaker: union", "speaker: [union", r"line \d+ is not valid YAML"),
        ("speaker: union", "body: union\nspeaker: union", "must not hold a field 'body'|body"),
        ("id: demand-pay", "id: demand-pays", r"'demand-pays\.en\.md'. Rename the file or mend the fields"),
        ("---\nid", "id", "line 1: the front matter must stand between"),
        ("title: Title of demand-pay in en?", "title: [a, b]", "title: .*valid string"),
        ("as_of: 2026-11-24", "as_of: yesterday", "as_of: .*found 'yesterday'"),
    ],
)
def test_error_names_file_field_value_and_remedy(old, new, message) -> None:
    text = entry_text("demand-pay", "en")
    assert old in text
    with pytest.raises(EntryError, match=message):
        parse_entry(text.replace(old, new, 1), Path("demand-pay.en.md"))


def test_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(EntryError, match=r"gone\.en\.md: no such file"):
        load_entry(tmp_path / "gone.en.md")


@pytest.mark.parametrize("text", ["", "---\n", "---\n---\n", "---\n- a\n---\nbody", "---\n1: 2\n---\nbody", "\0"])
def test_no_text_crashes_the_parser(text) -> None:
    with pytest.raises(EntryError):
        parse_entry(text, Path("x.en.md"))


@given(st.text(max_size=300))
def test_any_text_parses_or_raises_an_entry_error(text) -> None:
    with suppress(EntryError):
        parse_entry(f"---\n{text}\n---\nsome body that is long enough", Path("x.en.md"))
