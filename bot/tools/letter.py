"""A grievance or a complaint, filled in from what a person gives; what they skip stays as a placeholder.

Nothing is kept: the letter is given back, and is nowhere else. It puts no words into anyone's mouth about danger, a
diagnosis or a clinician's opinion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from fpdf import FPDF

from bot.reply.texts import Texts, load_texts
from bot.tools.plain import plain_text
from knowledge.material.registry import Language
from knowledge.material.render import format_date
from knowledge.material.rules import Rule

FILE = Path(__file__).with_suffix(".yml")
Kind = Literal["grievance", "state"]
LONGEST_LINE, LONGEST_STORY = 200, 5_000


@dataclass(frozen=True)
class Told:
    """What goes into a letter; None or "" for what was skipped.

    Attributes:
        rule: the limit for the kind of visit.
        last: the last lawful day, where it is known for sure; a range is no date to write to anyone.
        was_offered: False where no day was offered, None where that was not said.
        story: what happened, in the person's own words.
        wish: what they ask for besides the visit, in their own words.
    """

    name: str = ""
    member: str = ""
    reach: str = ""
    rule: Rule | None = None
    requested: date | None = None
    offered: date | None = None
    was_offered: bool | None = None
    last: date | None = None
    filed: date | None = None
    story: str = ""
    wish: str = ""


@lru_cache(maxsize=1)
def letter_texts() -> Texts:
    """Every sentence of a letter by its key."""
    return load_texts(FILE)


def write_letter(kind: Kind, told: Told, language: Language, today: date) -> str:
    """Write a letter in one language.

    Args:
        kind: grievance (to the plan) or state (a complaint to the regulator).
        told: what the person gave; their own words are in whichever language they wrote.
        language: of all else.
        today: the date of the letter.
    """

    def say(key: str, **values: str) -> str:
        # One pass over the sentence: a "{name}" in someone's own words is not filled in.
        return "".join(values.get(part, part) for part in _parts(letter_texts()[key][language]))

    def day(value: date | None, field: str) -> str:
        return format_date(value, language) if value else say_field(field)

    def say_field(field: str) -> str:
        return f"[{letter_texts()[f'field_{field}'][language]}]"

    def given(value: str, field: str) -> str:
        return plain_text(value, LONGEST_LINE).replace("\n", " ") or say_field(field)

    visit = told.rule.name.get(language) if told.rule else say_field("visit")
    after = told.rule is not None and told.rule.counts_from == "prior-visit"
    offer = (
        say("not_offered")
        if told.was_offered is False
        else say("offered", **{"{offered}": day(told.offered, "offered")})
    )
    facts = [
        say("asked_after" if after else "asked", **{"{visit}": visit, "{requested}": day(told.requested, "requested")})
    ]
    facts.append(offer)
    if told.rule and told.last:
        citation = told.rule.citation.get(language)
        facts.append(say("limit", **{"{citation}": citation, "{last}": format_date(told.last, language)}))
    if kind == "state":
        facts.append(say("filed", **{"{filed}": day(told.filed, "filed")}))
    head = {
        "{date}": format_date(today, language),
        "{name}": given(told.name, "name"),
        "{member}": given(told.member, "member"),
        "{reach}": given(told.reach, "reach"),
    }
    wish = say(f"wish_{kind}", **{"{wish}": plain_text(told.wish, LONGEST_STORY)}).strip()
    story = plain_text(told.story, LONGEST_STORY) or say_field("story")
    return "\n\n".join(
        [
            say(f"title_{kind}"),
            say(f"to_{kind}"),
            say("head", **head),
            " ".join(facts),
            f"{say('story')}\n{story}",
            wish,
            say("answer"),
            say("signed"),
        ]
    )


def write_with_copy(kind: Kind, told: Told, language: Language, today: date) -> tuple[str, ...]:
    """Write a letter; a Spanish one comes with an English copy for whoever reads it at the plan."""
    letter = write_letter(kind, told, language, today)
    if language == "en":
        return (letter,)
    return letter, f"{letter_texts()['copy']['en']}\n\n{write_letter(kind, told, 'en', today)}"


def letter_pdf(letters: Sequence[str], language: Language) -> bytes:
    """Set letters as a PDF, each on a page of its own; the texts are set as they are, no mark-up is read in them."""
    pdf = FPDF(format="letter")
    pdf.set_lang(language)
    pdf.set_auto_page_break(auto=True, margin=20)
    # A font with more scripts than the fourteen every reader has: a name is set as its owner writes it.
    pdf.add_font("DejaVu", fname=str(files("matplotlib") / "mpl-data/fonts/ttf/DejaVuSans.ttf"))
    pdf.set_font("DejaVu", size=11)
    for letter in letters:
        pdf.add_page()
        pdf.multi_cell(0, 6, letter, align="L", markdown=False)
    return bytes(pdf.output())


def _parts(sentence: str) -> list[str]:
    """Cut a sentence into its placeholders and what stands between them."""
    parts: list[str] = []
    while "{" in sentence:
        before, _, rest = sentence.partition("{")
        field, _, sentence = rest.partition("}")
        parts += [before, "{" + field + "}"]
    return [*parts, sentence]
