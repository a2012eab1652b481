"""What goes wrong while the gate is built; nothing goes wrong while it answers."""

from __future__ import annotations

from knowledge.errors import CarebotError


class LexiconError(CarebotError):
    """A file of the lexicon is wrong."""


class SafetyModelError(CarebotError):
    """The learned layer cannot be trained, read or used."""
