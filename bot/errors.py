"""What goes wrong in the running program; the base and the knowledge errors are in ``knowledge.errors``.

CarebotError
├── SettingsError             a CAREBOT_ setting is wrong
├── StartError                something needed at the start is missing or taken
├── RasaUnavailableError      Rasa is down, slow, or answered with an error
├── DatabaseError             the database cannot be used just now
└── BadRequestError           what a client sent is wrong (400, 413, 415, 429)
"""

from __future__ import annotations

from knowledge.errors import CarebotError


class SettingsError(CarebotError):
    """A CAREBOT_ setting is wrong."""


class StartError(CarebotError):
    """Something needed at the start is missing or taken."""


class RasaUnavailableError(CarebotError):
    """Rasa is down, slow, or answered with an error."""


class DatabaseError(CarebotError):
    """The database cannot be used just now."""


class BadRequestError(CarebotError):
    """What a client sent is wrong; ``code`` names the fault and ``status`` is the HTTP status."""

    def __init__(self, code: str, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.code = code
        self.status = status
