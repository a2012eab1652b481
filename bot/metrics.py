"""Counts and times for Prometheus. Labels are tiers, categories, ids and languages; never a sender or a text."""

from __future__ import annotations

from contextlib import AbstractContextManager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.message import Channel, Reply, SafetyVerdict
from knowledge.material.registry import Language


class Metrics:
    """The metrics of one running bot."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._replies = Counter(
            "carebot_replies", "Replies by outcome.", ["channel", "outcome", "language"], registry=self.registry
        )
        self._safety = Counter(
            "carebot_safety", "Verdicts above T0.", ["tier", "category", "language", "layer"], registry=self.registry
        )
        self._errors = Counter("carebot_errors", "Errors by type.", ["type"], registry=self.registry)
        self._rasa_failures = Counter(
            "carebot_rasa_failures", "Turns that Rasa did not answer.", registry=self.registry
        )
        self._choices = Counter(
            "carebot_buttons_answered", "Answers asked for by button.", ["faq"], registry=self.registry
        )
        self._ratings = Counter("carebot_ratings", "Thumbs by answer.", ["direction", "faq"], registry=self.registry)
        self._reports = Counter(
            "carebot_reports", "Answers reported as wrong.", ["faq", "language", "reason"], registry=self.registry
        )
        self._limited = Counter("carebot_rate_limited", "Messages refused as too fast.", registry=self.registry)
        self._shed = Counter("carebot_shed", "Messages that found every answer's place taken.", registry=self.registry)
        self._seconds = Histogram("carebot_reply_seconds", "Time to a reply.", ["channel"], registry=self.registry)
        self.learned_layer = Gauge(
            "carebot_safety_learned_layer", "1 while the second safety layer works.", registry=self.registry
        )
        self.rasa_up = Gauge("carebot_rasa_up", "1 while Rasa answers.", registry=self.registry)

    def time_message(self, channel: Channel) -> AbstractContextManager[object]:
        """Time one message."""
        return self._seconds.labels(channel).time()

    def count_reply(self, channel: Channel, reply: Reply) -> None:
        """Count a reply."""
        self._replies.labels(channel, reply.outcome, reply.language).inc()

    def count_safety(self, verdict: SafetyVerdict, language: Language) -> None:
        """Count a verdict above T0 by tier, category, language and layer, and nothing else."""
        if verdict.tier.rank:
            self._safety.labels(verdict.tier.value, verdict.category, language, verdict.layer).inc()

    def count_error(self, name: str) -> None:
        """Count an error by its type."""
        self._errors.labels(name).inc()

    def count_rasa_failure(self) -> None:
        """Count a turn that Rasa did not answer."""
        self._rasa_failures.inc()

    def count_choice(self, faq: str) -> None:
        """Count an answer that was asked for by button."""
        self._choices.labels(faq).inc()

    def count_rating(self, direction: str, faq: str) -> None:
        """Count a thumb."""
        self._ratings.labels(direction, faq).inc()

    def count_report(self, faq: str, language: str, reason: str) -> None:
        """Count an answer that someone says is wrong."""
        self._reports.labels(faq, language, reason).inc()

    def count_limited(self) -> None:
        """Count a message refused as too fast."""
        self._limited.inc()

    def count_shed(self) -> None:
        """Count a message that found no place among the answers under way."""
        self._shed.inc()

    def render(self) -> bytes:
        """Give the Prometheus text."""
        return generate_latest(self.registry)
