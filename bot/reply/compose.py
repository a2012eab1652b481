"""From moves to the words and buttons a person sees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.dialogue.memory import Crisis
from bot.dialogue.moves import Move
from bot.message import Button, Outcome, Part, Reply, SafetyVerdict, SourceLink, Tier
from bot.reply.clock import clock_button, clock_part, rules_of
from bot.reply.texts import text
from bot.safety.cards import line_to_call, words_after_card
from knowledge.material.base import KnowledgeBase
from knowledge.material.entry import Entry
from knowledge.material.registry import PLANS, Language
from knowledge.material.render import format_date, render_body, render_text
from knowledge.material.rules import Rule

PAGE = 8
TITLE_LIMIT = 80
# Small talk after which the topics help.
WITH_TOPICS = frozenset(
    {"greet", "ask_help", "rephrase", "give_feedback", "insult", "deny", "topics", "rated_down", "face"}
)
# The speakers whose page can settle whether an old answer still holds.
MAX_PUBLISHERS = 2
YES_OR_NO = re.compile(r"^(?:Yes|No|Sí)\s*[,.:;]\s+")


class Composer:
    """Composes replies from one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase, today: date) -> None:
        self.knowledge = knowledge
        self._today = today

    def fixed(self, key: str, language: Language) -> str:
        """Give a fixed sentence with its contacts filled in."""
        return self.fill(text(key, language), language)

    def fill(self, words: str, language: Language) -> str:
        """Fill the references of a text of the program's own."""
        return render_text(words, language, self.knowledge.contacts, self.knowledge.status, "bot/reply/texts.py")

    def reply(self, moves: Sequence[Move], language: Language, crisis: Crisis | None = None) -> Reply:
        """Put moves into words.

        Args:
            moves: what to say, in order.
            language: the language to say it in.
            crisis: the crisis the person is in, for the words of a ``stay``.
        """
        parts: list[Part] = []
        faqs: list[str] = []
        choices: tuple[str, ...] = ()
        outcome: Outcome = "smalltalk"
        for move in moves:
            if move.kind == "answer":
                known = [faq for faq in move.faqs if self.knowledge.get(faq, language)]
                faqs += known
                parts += [self.answer(faq, language, faq in move.opened, move.named) for faq in known]
                if move.second:
                    parts.append(self.second(move.second, language))
                outcome = "answer" if known else outcome
            elif move.kind == "choices":
                choices = tuple(faq for faq in move.faqs if self.knowledge.get(faq, language))
                parts.append(self.choices(choices, language))
                outcome = "choices"
            elif move.kind == "abstain":
                parts.append(self.abstention(move.misses, language))
                outcome = "abstain"
            elif move.kind == "stay":
                parts.append(self.stay(move.say, crisis, language))
                outcome = "crisis"
            elif move.kind == "ask_plan":
                parts.append(self.ask_plan(language))
                outcome = "form" if outcome == "smalltalk" else outcome
            elif move.kind == "clock":
                parts += self.clock(move, language)
                outcome = "form" if outcome == "smalltalk" else outcome
            else:
                parts.append(self.small_talk(move.say, language))
        if not parts:
            parts.append(Part(self.fixed("old_button", language)))
        rules = [rule for move in moves if move.kind == "clock" for rule in rules_of(move, self.knowledge)]
        entries = [entry for faq in faqs if (entry := self.knowledge.get(faq, language))]
        if any(entry.care_delay for entry in entries) and not any(part.kind == "footer" for part in parts):
            parts = _before_notes(parts, Part(self.fixed("care_footer", language), "footer"))
        dates = [*(entry.as_of for entry in entries), *(rule.as_of for rule in rules)]
        return Reply(
            parts=tuple(parts),
            outcome=outcome,
            language=language,
            faq=faqs[0] if faqs else None,
            choices=choices if outcome == "choices" else (),
            sources=self.sources([*entries, *rules]),
            as_of=min(dates).isoformat() if dates else None,
        )

    def clock(self, move: Move, language: Language) -> list[Part]:
        """Say what the clock asks or found; who has waited too long sees the crisis lines under it."""
        part = clock_part(move, self.knowledge, language, self._today, lambda words: self.fill(words, language))
        footer = Part(self.fixed("care_footer", language), "footer")
        return [part, footer] if move.say == "result" else [part]

    def stay(self, kind: str, crisis: Crisis | None, language: Language) -> Part:
        """Say words for exactly what someone wrote after a crisis card, the line to call under them."""
        category, poison = (crisis.category, crisis.poison) if crisis else ("", False)
        words = f"{words_after_card(kind, category, language)}\n\n{line_to_call(category, language, poison)}"
        return Part(self.fill(words, language), "note")

    def second(self, faq: str, language: Language) -> Part:
        """Offer the second most likely question below an answer."""
        button = self._question(faq, language)
        return Part(self.fixed("did_you_mean", language), "note", (button,) if button else ())

    def answer(self, faq: str, language: Language, opened: bool = False, named: bool = False) -> Part:
        """Show an answer with its related questions; one past its review date says so, or refuses.

        Args:
            faq: the id.
            language: the language.
            opened: whether a "Yes" or "No" at the beginning is left out, for a question that asked neither.
            named: whether the question it answers stands above it.
        """
        entry = self.knowledge.get(faq, language)
        if entry is None:
            return Part(self.fixed("old_button", language))
        words = render_body(entry, self.knowledge.contacts, self.knowledge.status)
        if opened:
            words = without_yes_or_no(words)
        if named:
            words = f"{text('about', language)} {entry.title}\n\n{words}"
        if entry.is_stale(self._today):
            if entry.expires:
                words = self.fixed("expired", language)
            else:
                words = f"{words}\n\n{self._stale_line(entry, language)}"
        buttons = [self._question(other, language) for other in entry.related[:3]]
        count = clock_button(faq, self.knowledge, language)
        return Part(words, "answer", (*(button for button in buttons if button), *count))

    def choices(self, faqs: Sequence[str], language: Language) -> Part:
        """Offer questions as buttons."""
        buttons = [self._question(faq, language) for faq in faqs]
        none = Button(text("none_of_these", language), "none:")
        return Part(self.fixed("choices", language), "note", (*[button for button in buttons if button], none))

    def abstention(self, misses: int, language: Language) -> Part:
        """Admit not to know: other words each time, and people to call from the second time on."""
        # After the third the last two take turns.
        key = f"abstain_{max(1, misses) if misses <= 4 else 4 - misses % 2}"
        return Part(self.fixed(key, language), "note", self.topic_buttons(language))

    def small_talk(self, key: str, language: Language) -> Part:
        """Say a fixed text, with the topics where they help."""
        buttons = self.topic_buttons(language) if key in WITH_TOPICS else ()
        words = self.fixed(key, language).replace("{today}", format_date(self._today, language))
        return Part(words, "note", buttons)

    def ask_plan(self, language: Language) -> Part:
        """Ask for the kind of plan with buttons."""
        buttons = tuple(Button(text(f"plan:{plan}", language), f"plan:{plan}") for plan in PLANS)
        return Part(self.fixed("ask_plan", language), "note", buttons)

    def topic_buttons(self, language: Language) -> tuple[Button, ...]:
        """Give a button for every topic."""
        return tuple(Button(text(f"topic:{topic}", language), f"topic:{topic}") for topic in self.knowledge.topics())

    def topic(self, topic: str, page: int, language: Language) -> Part | None:
        """List the questions of a topic, eight at a time; None for an unknown topic or page."""
        faqs = self.knowledge.topics().get(topic, [])
        shown = faqs[page * PAGE : (page + 1) * PAGE]
        if not shown:
            return None
        buttons = [button for faq in shown if (button := self._question(faq, language))]
        if len(faqs) > (page + 1) * PAGE:
            buttons.append(Button(text("more_questions", language), f"topic:{topic}:{page + 1}"))
        buttons.append(Button(text("all_topics", language), "topics:"))
        return Part(f"{text(f'topic:{topic}', language)}. {text('topic_questions', language)}", "note", tuple(buttons))

    def sources(self, entries: Sequence[Entry | Rule]) -> tuple[SourceLink, ...]:
        """Give the sources of answers and rules, each once."""
        ids = dict.fromkeys(source for entry in entries for source in entry.sources)
        found = [self.knowledge.sources[source] for source in ids]
        return tuple(SourceLink(item.shown_publisher, item.shown_url, item.shown_date) for item in found)

    def _question(self, faq: str, language: Language) -> Button | None:
        entry = self.knowledge.get(faq, language)
        return Button(entry.title[:TITLE_LIMIT], f"faq:{faq}") if entry else None

    def _stale_line(self, entry: Entry, language: Language) -> str:
        names = list(dict.fromkeys(self.knowledge.sources[source].shown_publisher for source in entry.sources))
        joiner = " o " if language == "es" else " or "
        publishers = joiner.join(names[:MAX_PUBLISHERS]) or "Kaiser"
        return text("stale", language).format(publishers=publishers)


def without_yes_or_no(words: str) -> str:
    """Take a "Yes, " or "No. " off the beginning of an answer."""
    left = YES_OR_NO.sub("", words)
    return left[:1].upper() + left[1:]


def _before_notes(parts: list[Part], footer: Part) -> list[Part]:
    last_answer = max(number for number, part in enumerate(parts) if part.kind == "answer")
    return [*parts[: last_answer + 1], footer, *parts[last_answer + 1 :]]


def opening_line(verdict: SafetyVerdict) -> str:
    """Name the fixed sentence that goes before an answer of T3 or T4, "" for none."""
    if verdict.tier is Tier.T4 and verdict.category == "distress_no_risk":
        return "distress"
    if verdict.tier is Tier.T3:
        return "out_of_medication" if verdict.category == "medication_gap" else "no_care"
    return ""
