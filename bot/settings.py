"""Every setting, read once from the environment (prefix CAREBOT_). docs/settings.md is checked against this file."""

from __future__ import annotations

import difflib
import os
import secrets
import tempfile
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError
from knowledge.retrieval.encoder import PACKAGED_MULTILINGUAL

PREFIX = "CAREBOT_"
# What Rasa is told, which may stand in the same environment.
RASA_SIDE = ("CAREBOT_INTERNAL_URL",)
ROOT = Path(__file__).resolve().parent.parent
Port = Annotated[int, Field(ge=0, le=65_535)]


class Settings(BaseSettings):
    """The settings; a wrong one stops the start with its name and the remedy. Secrets are never printed."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True)

    http_host: str = Field("127.0.0.1", description="Address of the public server (page, API, health).")
    http_port: Port = Field(8080, description="Port of the public server.")
    internal_port: Port = Field(
        0, description="Loopback port that Rasa calls for embeddings and actions; 0 takes a free one."
    )
    internal_secret: SecretStr = Field(
        default_factory=lambda: SecretStr(secrets.token_urlsafe(32)),
        description="What Rasa shows the internal server; a new one at each start, to be set for a Rasa elsewhere.",
    )
    metrics_host: str = Field("127.0.0.1", description="Address of the private server with the metrics.")
    metrics_port: Port = Field(0, description="Port of /metrics; 0 takes a free one, which var/running.json names.")
    rasa_url: HttpUrl | None = Field(
        None, description="A Rasa that runs elsewhere; without it the bot starts and minds its own on loopback."
    )
    rasa_python: Path = Field(ROOT / ".venv-rasa/bin/python", description="The Python that has Rasa.")
    rasa_timeout_seconds: float = Field(5, gt=0, le=60, description="How long one turn of Rasa may take.")
    telegram_token: SecretStr | None = Field(None, description="Bot token from @BotFather; without it no Telegram.")
    telegram_api_url: HttpUrl = Field(
        HttpUrl("https://api.telegram.org"), description="Bot API server, without /bot and token."
    )
    telegram_webhook_url: HttpUrl | None = Field(
        None, description="Public https address for Telegram's calls; without it the bot polls."
    )
    telegram_webhook_secret: SecretStr | None = Field(
        None, description="Secret that Telegram sends with each call; needed with the webhook address."
    )
    database_url: str | None = Field(
        None,
        description="Where Telegram's answered updates, chosen languages and unsent replies are kept; "
        "`sqlite:///PATH`, under var/ by default.",
    )
    redis_url: str | None = Field(None, description="Reserved for shared rate limits; not used yet.")
    encoder: str = Field(
        PACKAGED_MULTILINGUAL,
        description="Packaged encoder, or any sentence-transformers model on this machine by path or name.",
    )
    knowledge_dir: Path = Field(ROOT / "knowledge", description="The answers and registries.")
    var_dir: Path = Field(ROOT / "var", description="What the program makes: index, models, logs, state.")
    public_url: HttpUrl | None = Field(
        None, description="Address people reach the page at, for links, the sitemap and QR codes."
    )
    telegram_username: str | None = Field(None, description="The bot's @name without the @, for deep links.")
    rate_burst: int = Field(100, ge=1, description="Messages one sender may send at once.")
    rate_per_second: float = Field(20, gt=0, description="Messages a second one sender may send after that.")
    cost_burst: int = Field(40_000, ge=4_096, description="Characters one sender may send at once.")
    cost_per_second: float = Field(2_000, gt=0, description="Characters a second one sender may send after that.")
    address_burst: int = Field(200, ge=1, description="Messages one address may send at once.")
    address_per_second: float = Field(20, gt=0, description="Messages a second one address may send after that.")
    trusted_addresses: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (),
        description="Addresses or networks, with commas between, that no limit by address holds for: a balancer, whose "
        "X-Forwarded-For is believed, or a program that speaks for many people. This machine's own always is.",
    )
    max_answers: int = Field(
        16, ge=1, description="Answers under way at once; others wait for some seconds, then are asked to try again."
    )
    max_connections: int = Field(
        1_000,
        ge=8,
        description="Connections at once, as far as descriptors allow; the longest silent goes first.",
    )
    max_connections_per_address: int = Field(128, ge=1, description="Connections at once of one address.")
    request_seconds: float = Field(10, gt=0, le=120, description="How long headers may take to come, and then a body.")
    cookie_secret: SecretStr = Field(
        default_factory=lambda: SecretStr(secrets.token_urlsafe(32)),
        description="What the page's cookie is signed with; new at each start, to be set where several bots serve.",
    )
    frame_ancestors: str = Field(
        "'self' http://127.0.0.1:* http://localhost:*",
        pattern=r"^[A-Za-z0-9.:/*' -]+$",
        description="Sites that may show the page in a frame (CSP frame-ancestors), with blanks between: "
        "'none', or https://clinic.example. Pages of this machine may, to try it out.",
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged.")

    @field_validator("telegram_token")
    @classmethod
    def _token_has_the_form(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None:
            number, colon, secret = token.get_secret_value().partition(":")
            if not (colon and number.isdigit() and len(secret) >= 8 and secret.isascii()):
                raise ValueError("is not of the form 123456:ABC... that @BotFather gives")
        return token

    @field_validator("trusted_addresses", mode="before")
    @classmethod
    def _split_addresses(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _webhook_has_a_secret(self) -> Settings:
        if self.telegram_webhook_url and not self.telegram_webhook_secret:
            raise ValueError("TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET (1 to 256 of A-Z a-z 0-9 _ -)")
        return self

    def make_var_dir(self) -> Path:
        """Make the folder of what the program makes.

        Raises:
            SettingsError: it cannot be made or written in.
        """
        try:
            self.var_dir.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.var_dir):
                return self.var_dir
        except OSError as error:
            raise SettingsError(
                f"CAREBOT_VAR_DIR: cannot write in {self.var_dir} ({error.strerror}). Name another folder."
            ) from None

    @property
    def index_dir(self) -> Path:
        """Where the index is."""
        return self.var_dir / "index"

    @property
    def rasa_model_dir(self) -> Path:
        """Where Rasa's trained models are."""
        return self.var_dir / "rasa"


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: naming the first wrong setting and what is wrong with it, never a secret's value.
    """
    _refuse_unknown()
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = PREFIX + str(first["loc"][0]).upper() if first["loc"] else PREFIX
        message = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name}: {message}. See docs/settings.md.") from None


def _refuse_unknown() -> None:
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX) and name.upper() not in (*known, *RASA_SIDE):
            near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.0)[0]
            raise SettingsError(f"{name}: there is no such setting. The nearest is {near}. See docs/settings.md.")
