from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import ROOT, Settings, load_settings


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert f"`CAREBOT_{name.upper()}`" in page
        assert field.description in page


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("CAREBOT_HTTP_PORT", "99999", "less than or equal to 65535"),
        ("CAREBOT_TELEGRAM_TOKEN", "not-a-token", "BotFather"),
        ("CAREBOT_RASA_URL", "not a url", "URL"),
        ("CAREBOT_LOG_LEVEL", "LOUD", "pattern"),
    ],
)
def test_a_wrong_setting_names_itself_and_the_remedy(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, hint: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert name in str(caught.value)
    assert hint in str(caught.value)
    assert "docs/settings.md" in str(caught.value)


def test_a_token_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREBOT_TELEGRAM_TOKEN", "123456:very-secret-token")
    assert "very-secret" not in repr(load_settings())
    monkeypatch.setenv("CAREBOT_TELEGRAM_TOKEN", "very-secret-token")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "very-secret" not in str(caught.value)


def test_the_defaults_lie_inside_the_project() -> None:
    settings = Settings(_env_file=None)
    assert settings.index_dir.is_relative_to(ROOT)
    assert settings.rasa_model_dir.is_relative_to(ROOT)
    assert Path(settings.knowledge_dir, "faq").is_dir()


def test_a_setting_that_does_not_exist_is_named_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREBOT_RATE_BRUST", "3")
    with pytest.raises(SettingsError, match=r"CAREBOT_RATE_BRUST.*CAREBOT_RATE_BURST"):
        load_settings()


def test_trusted_addresses_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREBOT_TRUSTED_ADDRESSES", "10.0.0.0/8, 192.0.2.1,2001:db8::/32")
    assert [str(network) for network in load_settings().trusted_addresses] == [
        "10.0.0.0/8",
        "192.0.2.1/32",
        "2001:db8::/32",
    ]
    monkeypatch.setenv("CAREBOT_TRUSTED_ADDRESSES", "10.0.0.300")
    with pytest.raises(SettingsError, match=r"^CAREBOT_TRUSTED_ADDRESSES: "):
        load_settings()


def test_secrets_are_new_each_time_and_never_printed() -> None:
    first, second = Settings(), Settings()
    assert first.cookie_secret != second.cookie_secret and first.internal_secret != second.internal_secret
    assert first.cookie_secret.get_secret_value() not in repr(first)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="CAREBOT_VAR_DIR"):
        Settings(var_dir=tmp_path / "file" / "var").make_var_dir()
    assert Settings(var_dir=tmp_path / "new" / "var").make_var_dir().is_dir()
