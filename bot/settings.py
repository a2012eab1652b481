"""Every setting, read once from the environment (prefix CAREBOT_). docs/settings.md is checked against this file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
from knowledge.retrieval.encoder import PACKAGED_MULTILINGUAL

ROOT = Path(__file__).resolve().parent.parent
Port = Annotated[int, Field(ge=0, le=65_535)]


class Settings(BaseSettings):
    """The settings; a wrong one stops the start with its name and the remedy. Secrets are never printed."""

    model_config = SettingsConfigDict(env_prefix="CAREBOT_", extra="ignore", frozen=True, env_ignore_empty=True)

    http_host: str = Field("127.0.0.1", description="Address of the public server (page, API, health, metrics).")
    http_port: Port = Field(8080, description="Port of the public server.")
    internal_port: Port = Field(
        0, description="Loopback port that Rasa calls for embeddings and actions; 0 takes a free one."
    )
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
        PACKAGED_MULTILINGUAL, description="Packaged encoder, or any sentence-transformers model by path or name."
    )
    knowledge_dir: Path = Field(ROOT / "knowledge", description="The answers and registries.")
    var_dir: Path = Field(ROOT / "var", description="What the program makes: index, models, logs, state.")
    public_url: HttpUrl | None = Field(
        None, description="Address people reach the page at, for links, the sitemap and QR codes."
    )
    telegram_username: str | None = Field(None, description="The bot's @name without the @, for deep links.")
    rate_burst: int = Field(100, ge=1, description="Messages one sender may send at once.")
    rate_per_second: float = Field(20, gt=0, description="Messages a second one sender may send after that.")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged.")

    @field_validator("telegram_token")
    @classmethod
    def _token_has_the_form(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None:
            number, colon, secret = token.get_secret_value().partition(":")
            if not (colon and number.isdigit() and len(secret) >= 8 and secret.isascii()):
                raise ValueError("is not of the form 123456:ABC... that @BotFather gives")
        return token

    @model_validator(mode="after")
    def _webhook_has_a_secret(self) -> Settings:
        if self.telegram_webhook_url and not self.telegram_webhook_secret:
            raise ValueError("TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET (1 to 256 of A-Z a-z 0-9 _ -)")
        return self

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
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = "CAREBOT_" + "_".join(str(part) for part in first["loc"]).upper() if first["loc"] else "CAREBOT_"
        message = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name}: {message}. See docs/settings.md.") from None
