"""The checks of what an answer claims: for whom, since when, in which tense, on which facts, in which words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.checks.figures import figures, written_figures
from knowledge.checks.prose import without_references
from knowledge.checks.registries import newest_day
from knowledge.checks.rules import PhraseFile, Rules
from knowledge.errors import EntryError
from knowledge.material.entry import EntryFile
from knowledge.material.finding import Finding, error
from knowledge.material.registries import Registries
from knowledge.material.render import REFERENCE, render_text
from knowledge.material.source import read_source

SENTENCE = re.compile(r"[^.!?¿\n]+")
# 988 as something to call or write to, not "a center of 988 says".
TO_988 = re.compile(r"(?i)\b(?:llam|marqu|mand|env[ií]|escrib|text)\w*[^.!?\n]{0,50}\b988\b|:\s*988\b")
# Who types through a relay service is asked for the language there; a veteran presses 1.
RELAY = re.compile(r"(?i)\bmarque 711 y luego 988\b")
SPANISH_OPTION = re.compile(r"(?i)\b(?:oprim|presion|puls|marqu)\w*(?: el)? [12]\b|\bAYUDA al 988\b")
MILLION = 1_000_000
# "Press 1 for veterans" and "press 2" stand in one language or in both.
KEYS = {"1", "2"}


def check_words(found: EntryFile, registries: Registries, rules: Rules) -> list[Finding]:
    """Check the words of one answer."""
    findings = [*_late(found, registries), *_without_fact(found, registries), *_refused_names(found, rules)]
    if rules.phrases:
        findings += _present_tense(found, rules.phrases)
        findings += _doubtful_ending(found, rules.phrases)
        findings += _right_without_plan(found, rules.phrases)
    return [*findings, *_988_without_option(found, registries)]


def check_figures_agree(entries: list[EntryFile]) -> list[Finding]:
    """Check that both languages of an answer hold the same figures, in digits or in words."""
    english = {found.entry.id: found.entry for found in entries if found.entry.language == "en"}
    findings = []
    for found in entries:
        other = english.get(found.entry.id)
        if found.entry.language == "en" or other is None:
            continue
        here, there = figures(found.entry.body, "es"), figures(other.body, "en")
        for only, where in ((here - there - KEYS, "Spanish"), (there - here - KEYS, "English")):
            for value in sorted(only):
                message = f"a figure that stands in {where} only"
                line = found.body_line + _lines_before(found.entry.body, found.entry.body.find(value))
                findings.append(error(found.path, line, value, message, "Make both languages agree."))
    return findings


def lacks_spanish_option(text: str) -> bool:
    """Say whether a Spanish paragraph sends people to 988 without saying how to be answered in Spanish."""
    return bool(TO_988.search(RELAY.sub(" ", text))) and not SPANISH_OPTION.search(text)


def _late(found: EntryFile, registries: Registries) -> Iterator[Finding]:
    entry = found.entry
    facts = [registries.facts[name] for name in entry.facts if name in registries.facts]
    sources = [source for fact in facts if fact.time_sensitive for source in fact.sources]
    newest = newest_day(sources, registries)
    if newest and entry.as_of > newest:
        message = f"as_of is later than the newest source of what may change, {newest.isoformat()}"
        remedy = "Write that date; people are shown it as the age of what we know."
        yield error(found.path, found.line("as_of"), entry.as_of.isoformat(), message, remedy)


def _without_fact(found: EntryFile, registries: Registries) -> Iterator[Finding]:
    entry = found.entry
    if registries.broken:
        return
    known = _known_figures(found, registries)
    millions = {f"{round(float(figure) / MILLION, 1):.10g}" for figure in known if float(figure) >= MILLION}
    for number, line in enumerate(entry.body.split("\n")):
        for value in sorted(written_figures(line) - known - millions):
            message = "a figure that stands in none of the facts"
            remedy = "Name the fact it comes from, or take it out."
            yield error(found.path, found.body_line + number, value, message, remedy)


def _known_figures(found: EntryFile, registries: Registries) -> set[str]:
    entry = found.entry
    facts = [registries.facts[name] for name in entry.facts if name in registries.facts]
    texts = [f"{fact.topic}\n{fact.claim}" for fact in facts]
    names = {*entry.sources, *(source for fact in facts for source in fact.sources)}
    # A place and year ("Northern California, 2022") or "our newest source is from ..." rests on the source's date.
    texts += [registries.sources[name].date or "" for name in names if name in registries.sources]
    texts.append(entry.as_of.isoformat())
    if "seed" in entry.facts:
        texts.append(read_source(registries.directory / "strike-article.txt")[0] or "")
    for contact in registries.contacts.values():
        if "contacts" in entry.facts or f"{{{{{contact.id}" in entry.body:
            texts.append(contact.model_dump_json())
    whole = "\n".join(texts)
    # "2%" may be told as "2 in 100".
    return figures(whole, "en") | figures(whole.replace("-", " "), "en") | ({"100"} if "%" in whole else set())


def _present_tense(found: EntryFile, phrases: PhraseFile) -> Iterator[Finding]:
    entry, rule = found.entry, phrases.present_tense
    if entry.topic not in rule.topics:
        return
    for text, line in ((entry.title, found.line("title")), (entry.body, found.body_line)):
        for sentence in SENTENCE.finditer(text):
            match = rule.phrases.find(sentence.group(), entry.language)
            if match and not rule.unless.find(sentence.group(), entry.language):
                message = "tells a strike that is over in the present"
                at = line + _lines_before(text, sentence.start() + match.start())
                yield error(found.path, at, match.group(), message, "Tell it in the past, with place and year.")


def _doubtful_ending(found: EntryFile, phrases: PhraseFile) -> Iterator[Finding]:
    entry = found.entry
    last = entry.body.rsplit("\n\n", 1)[-1].split("\n")[-1]
    sentences = [match.group() for match in SENTENCE.finditer(last) if match.group().strip(" \"'”»)")]
    if sentences and (match := phrases.doubtful_endings.find(sentences[-1], entry.language)):
        line = found.body_line + entry.body.count("\n")
        yield error(found.path, line, match.group(), "ends in a doubt", "Say it earlier, and end with the next step.")


def _right_without_plan(found: EntryFile, phrases: PhraseFile) -> Iterator[Finding]:
    entry, rule = found.entry, phrases.plan_rights
    match = rule.claims.find(entry.body, entry.language)
    if match and not rule.plans.find(entry.body, entry.language):
        line = found.body_line + _lines_before(entry.body, match.start())
        message = "a right that only some plans give, and no plan is named"
        yield error(found.path, line, match.group(), message, "Say or ask for which plans it holds.")


def _refused_names(found: EntryFile, rules: Rules) -> Iterator[Finding]:
    entry = found.entry
    for text, line in ((entry.title, found.line("title")), (without_references(entry.body), found.body_line)):
        for offset, name, right in rules.refused_names(text, entry.language):
            message = "not the name the glossary gives it"
            yield error(found.path, line + _lines_before(text, offset), name, message, f"Write {right!r}.")


def _988_without_option(found: EntryFile, registries: Registries) -> Iterator[Finding]:
    entry = found.entry
    if entry.language != "es":
        return
    at = 0
    for paragraph in entry.body.split("\n\n"):
        try:
            text = render_text(paragraph, "es", registries.contacts, registries.status, "")
        except EntryError:  # a dead reference, reported by the reader
            text = ""
        if lacks_spanish_option(text):
            match = REFERENCE.search(paragraph)
            line = found.body_line + _lines_before(entry.body, at + (match.start() if match else 0))
            message, remedy = "988 in Spanish without its option", "Add 'y oprima 2' or {{lifeline-988.text}}."
            yield error(found.path, line, "988", message, remedy)
        at += len(paragraph) + 2


def _lines_before(text: str, offset: int) -> int:
    return text.count("\n", 0, max(0, offset))
