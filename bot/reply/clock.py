"""The clock's questions and its finding, from a move to words and buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from bot.dialogue.moves import Move
from bot.message import Button, Part
from bot.reply.texts import Texts, load_texts
from bot.reply.texts import text as fixed_text
from knowledge.material.base import KnowledgeBase
from knowledge.material.registry import Language
from knowledge.material.render import format_date
from knowledge.material.rules import Rule

FILE = Path(__file__).with_suffix(".yml")
# The answers people want next, by what the offered day means.
NEXT = {"in_time": (), "late": ("out-of-network-referral", "grievance-with-kaiser", "complaint-to-state")}
# The answers that name the limits, or what to do about a visit that fell away: under these it can be counted.
UNDER = ("wait-too-long", "appointment-cancelled")
Fill = Callable[[str], str]


@lru_cache(maxsize=1)
def clock_texts() -> Texts:
    """Every sentence of the clock by its key."""
    return load_texts(FILE)


def words(key: str, language: Language, **values: object) -> str:
    """Look a sentence up and fill in its values; references to contacts are still in it."""
    found = clock_texts()[key][language]
    for name, value in values.items():
        # Not format(): the double braces of a contact must stay.
        found = found.replace("{" + name + "}", str(value))
    return found


def clock_button(faq: str, knowledge: KnowledgeBase, language: Language) -> tuple[Button, ...]:
    """Offer to count, under an answer that says how long the plan may take."""
    return (_button("begin", "", language),) if faq in UNDER and knowledge.rules else ()


def rules_of(move: Move, knowledge: KnowledgeBase) -> list[Rule]:
    """List the rules that a finding rests on."""
    named = dict(move.values).get("visits", "").split(",")
    return [knowledge.rules[name] for name in named if name in knowledge.rules]


def clock_part(move: Move, knowledge: KnowledgeBase, language: Language, today: date, fill: Fill) -> Part:
    """Put one move of the clock into words: a question, a pause, the end, or what it found."""
    values = dict(move.values)
    if move.say == "result":
        return _finding(values, rules_of(move, knowledge), knowledge, language, fill)
    if move.say == "paused":
        return Part(words("paused", language), "note", (_button("go_on", "go-on", language),))
    if move.say == "stopped":
        return Part(words("stopped", language))
    return _question(move.say, values, knowledge, language, today)


def _question(key: str, values: Mapping[str, str], knowledge: KnowledgeBase, language: Language, today: date) -> Part:
    readings = [date.fromisoformat(day) for day in values.get("readings", "").split(",") if day]
    lines = [words(f"problem_{values['problem']}", language)] if values.get("problem") else []
    if values.get("first"):
        lines.append(words("start", language))
    if not readings and values.get("problem") != "which":
        lines.append(words(key, language))
    buttons = [Button(format_date(day, language), f"clock:{day.isoformat()}") for day in readings]
    if key == "ask_visit":
        buttons += [Button(rule.name.get(language), f"clock:{rule.id}") for rule in knowledge.rules.values()]
    elif key == "ask_requested" and not readings:
        buttons += [
            Button(words("today", language), f"clock:{today.isoformat()}"),
            Button(words("yesterday", language), f"clock:{(today - timedelta(days=1)).isoformat()}"),
        ]
    elif key == "ask_offered":
        buttons.append(_button("nothing_offered", "none", language))
    buttons += [_button(name, name, language) for name in ("skip", "unknown", "stop")]
    return Part("\n\n".join(lines), "note", tuple(buttons))


def _finding(
    values: Mapping[str, str], rules: Sequence[Rule], knowledge: KnowledgeBase, language: Language, fill: Fill
) -> Part:
    verdict = values["verdict"]
    lines = [
        " ".join(_limit(values, rules, language)),
        *([_offer(values, language)] if verdict != "unknown" else []),
        *_plan(values, language),
        *([words("exceptions", language)] if any(rule.exceptions for rule in rules) else []),
        _step(values, rules, language),
        words(
            "basis",
            language,
            citation="; ".join(dict.fromkeys(rule.citation.get(language) for rule in rules)),
            as_of=format_date(min(rule.as_of for rule in rules), language),
        ),
    ]
    following = () if values["regime"] == "other" else NEXT.get(verdict, NEXT["late"])
    entries = [entry for faq in following if (entry := knowledge.get(faq, language))]
    buttons = [Button(entry.title[:80], f"faq:{entry.id}") for entry in entries]
    return Part(fill("\n\n".join(lines)), "note", (*buttons, _button("again", "again", language)))


def _limit(values: Mapping[str, str], rules: Sequence[Rule], language: Language) -> list[str]:
    why = values["why"].split(",")
    last = datetime.fromisoformat(values["last"])
    first = datetime.fromisoformat(values["first"]) if values["first"] else None
    by_hour = rules[0].unit != "business-days"
    if first is None:
        return [words("limit_at_latest", language, day=_when(last, language, by_hour)), *_reasons(why, language)]
    by_day = "limit_by" if first == last else "limit_between"
    shown = {"first": _when(first, language, by_hour), "last": _when(last, language, by_hour)}
    lines = [words("limit_hours" if by_hour else by_day, language, day=shown["last"], **shown)]
    lines += _left([int(days) for days in values["left"].split(",")], language)
    if len(rules) == 1:
        counted = format_date(date.fromisoformat(values["requested"]), language)
        unit = words(f"unit_{rules[0].unit}", language)
        lines.append(words("asked_on", language, day=counted, limit=rules[0].limit, unit=unit))
    if values["skipped"]:
        days = [format_date(date.fromisoformat(day), language) for day in values["skipped"].split(",")]
        lines.append(words("skipped", language, days="; ".join(days)))
    return [*lines, *_reasons(why, language)]


def _reasons(why: Sequence[str], language: Language) -> list[str]:
    return [words(f"why_{name}", language) for name in why if f"why_{name}" in clock_texts()]


def _left(left: Sequence[int], language: Language) -> list[str]:
    first, last = left
    if first == last == 0:
        return [words("left_today", language)]
    if last < 0:
        return [words("over", language, days=_span(-last, -first, language))]
    return [words("left", language, days=_span(max(first, 0), last, language))]


def _offer(values: Mapping[str, str], language: Language) -> str:
    offered = format_date(date.fromisoformat(values["offered"]), language) if values["offered"] else ""
    small, large = (int(days) for days in values["late_by"].split(","))
    return words(f"verdict_{values['verdict']}", language, offered=offered, days=_span(small, large, language))


def _plan(values: Mapping[str, str], language: Language) -> list[str]:
    if values["regime"] == "held":
        return []
    plan = fixed_text(f"plan:{values['plan']}", language) if values["plan"] else ""
    return [words(f"regime_{values['regime']}", language, plan=plan)]


def _step(values: Mapping[str, str], rules: Sequence[Rule], language: Language) -> str:
    verdict, first = values["verdict"], values["first"]
    if verdict == "in_time":
        return words("step_in_time", language)
    if values["regime"] == "other":
        # Whom to turn to beyond Kaiser differs by plan; its own answer tells.
        return words("step_other", language)
    if not first:
        step = words("step_late_any" if verdict == "late" else "step_unclear", language)
    elif verdict in ("late", "none"):
        requested = format_date(date.fromisoformat(values["requested"]), language)
        begun = words(f"begun_{rules[0].counts_from}", language, requested=requested)
        # Of a range the earlier day: whoever asks for it loses nothing.
        key = "step_over" if int(values["left"].partition(",")[0]) < 0 else "step_late"
        step = words(key, language, begun=begun, day=format_date(datetime.fromisoformat(first).date(), language))
    else:
        step = words("step_unclear", language)
    return f"{step} {words('step_urgent', language)}"


def _when(moment: datetime, language: Language, by_hour: bool) -> str:
    day = format_date(moment.date(), language)
    return f"{day}, {moment:%H:%M}" if by_hour else day


def _span(first: int, last: int, language: Language) -> str:
    if first == last:
        return str(first)
    return f"{min(first, last)} {'a' if language == 'es' else 'to'} {max(first, last)}"


def _button(key: str, value: str, language: Language) -> Button:
    return Button(words(key, language), f"clock:{value}")
