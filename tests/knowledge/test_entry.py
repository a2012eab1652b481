from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import EntryError
from knowledge.material.entry import Entry, dump_entry, load_entry

from .conftest import KNOWLEDGE, entry_text

# What an editor can type: no control characters, no lone surrogates, no line ends other than \n.
# Nor the signs of text saved in a wrong encoding: such a file is refused.
TYPED = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"), exclude_characters="ÃÂâ\ufffd")
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


def parse(text: str, name: str) -> Entry:
    """Load a text as a file of that name."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text.encode("utf-8", "replace"))
        return load_entry(path)


@settings(deadline=None)
@given(entries())
def test_entry_comes_back_as_it_was_written(entry) -> None:
    assert parse(dump_entry(entry), f"{entry.id}.{entry.language}.md") == entry


@settings(deadline=None)
@given(entries())
def test_line_ends_of_windows_change_nothing(entry) -> None:
    text = dump_entry(entry).replace("\n", "\r\n")
    assert parse(text, f"{entry.id}.{entry.language}.md") == entry


def test_every_real_file_is_in_the_form_that_dump_entry_writes() -> None:
    paths = sorted((KNOWLEDGE / "faq").glob("*/*.md"))
    assert paths
    different = [path.name for path in paths if dump_entry(load_entry(path)) != path.read_text(encoding="utf-8")]
    assert different == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("speaker: union\n", "", r"demand-pay\.en\.md:2: error: the field speaker is missing"),
        ("speaker: union", "speaker: nobody", r"demand-pay\.en\.md:9: error: speaker: .*\(nobody\).*docs/editing\.md"),
        ("speaker: union", "speaker: [union", r":\d+: error: not valid YAML"),
        ("speaker: union", "body: union\nspeaker: union", "there is no field body"),
        ("id: demand-pay", "id: demand-pays", r"the file\'s name differs .*Rename it to demand-pays\.en\.md"),
        ("---\nid", "id", ":1: error: no front matter"),
        ("title: Title of demand-pay in en?", "title: [a, b]", "title: .*valid string"),
        ("as_of: 2025-05-08", "as_of: yesterday", r"as_of: .*\(yesterday\)"),
    ],
)
def test_error_names_file_field_value_and_remedy(old, new, message) -> None:
    text = entry_text("demand-pay", "en")
    assert old in text
    with pytest.raises(EntryError, match=message):
        parse(text.replace(old, new, 1), "demand-pay.en.md")


def test_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(EntryError, match=r"gone\.en\.md:1: error: cannot be read"):
        load_entry(tmp_path / "gone.en.md")


@pytest.mark.parametrize("text", ["", "---\n", "---\n---\n", "---\n- a\n---\nbody", "---\n1: 2\n---\nbody", "\0"])
def test_no_text_crashes_the_parser(text) -> None:
    with pytest.raises(EntryError):
        parse(text, "x.en.md")


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_parses_or_raises_an_entry_error(text) -> None:
    with suppress(EntryError):
        parse(f"---\n{text}\n---\nsome body that is long enough", "x.en.md")
