"""Settings from the environment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.errors import FootnoteError
from assistant.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOOTNOTE_CANDIDATES", "many"),
        ("FOOTNOTE_CANDIDATES", "9"),
        ("FOOTNOTE_PASSAGES", "0"),
        ("FOOTNOTE_REFUSE_BELOW", "1.5"),
        ("FOOTNOTE_MAX_FILE_MEGABYTES", "-1"),
        ("FOOTNOTE_MAX_FILE_MEGABYTES", "nan"),
        ("FOOTNOTE_MAX_SENTENCES", "2.5"),
    ],
)
def test_a_value_that_does_not_fit_is_an_error_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(FootnoteError) as raised:
        load_settings()
    assert f"{name}={value!r}: " in str(raised.value)
    assert "Change or unset it" in str(raised.value)


def test_every_variable_that_does_not_fit_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_PASSAGES", "none")
    monkeypatch.setenv("FOOTNOTE_MAX_SENTENCES", "99")
    with pytest.raises(FootnoteError, match=r"(?s)FOOTNOTE_PASSAGES.*FOOTNOTE_MAX_SENTENCES"):
        load_settings()


def test_values_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path))
    monkeypatch.setenv("FOOTNOTE_PASSAGES", "7")
    monkeypatch.setenv("FOOTNOTE_CHROMA_TOKEN", "secret")
    monkeypatch.setenv("FOOTNOTE_UNKNOWN", "ignored")
    settings = load_settings()
    assert (settings.library, settings.passages) == (tmp_path, 7)
    assert "secret" not in repr(settings)
    assert load_settings() is settings


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().passages = 3


@pytest.mark.parametrize("name", ["FOOTNOTE_CHROMA_URL", "FOOTNOTE_LIBRARY"])
def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(name, raising=False)
    unset = Settings()
    monkeypatch.setenv(name, "")
    assert Settings() == unset
