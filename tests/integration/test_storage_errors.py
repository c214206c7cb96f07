"""What goes wrong with the ledger or the index while they are read is told in one line, and as JSON where asked for."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from assistant.errors import FootnoteError
from assistant.library import Library, open_library
from assistant.settings import Settings
from tests.conftest import Footnote, parsed
from tests.integration.test_command_line import one_line


@pytest.fixture
def damaged(sample_library: Library, tmp_path: Path) -> Path:
    """The folder of a library whose ledger opens, but is damaged past its first pages."""
    folder = tmp_path / "library"
    shutil.copytree(sample_library.folder, folder)
    ledger = folder / "ledger.db"
    connection = sqlite3.connect(ledger)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    roots = connection.execute("SELECT rootpage FROM sqlite_master WHERE name IN ('articles', 'chunks')").fetchall()
    connection.close()
    with ledger.open("r+b") as file:
        for (page,) in roots:
            file.seek((page - 1) * size)
            file.write(random.Random(1).randbytes(size))
    return folder


@pytest.mark.parametrize("command", [("list",), ("show", 20), ("ask", "Who built it?"), ("verify",)])
def test_a_ledger_damaged_past_its_first_pages(
    footnote: Footnote, damaged: Path, command: tuple[str | int, ...]
) -> None:
    result = footnote(*map(str, command), "--json", "--library", damaged)
    assert result.returncode == 1
    assert "is damaged" in parsed(result)["error"]
    assert "Traceback" not in result.stderr


def test_reading_in_python_tells_the_same(damaged: Path) -> None:
    library = open_library(damaged, Settings())
    with pytest.raises(FootnoteError, match="is damaged"):
        library.ledger.articles()


@pytest.mark.parametrize(
    "url",
    [
        "/data/ledger.db",
        "sqlite://data/ledger.db",
        "nonsense://host/footnote",
        "mssql+pymssql://host/footnote",
        "postgresql://host:port/footnote",
    ],
)
def test_a_database_that_cannot_be_is_named(tmp_path: Path, url: str) -> None:
    with pytest.raises(FootnoteError) as told:
        open_library(tmp_path / "library", Settings(database_url=url))
    assert f"FOOTNOTE_DATABASE_URL={url!r}" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_path_in_place_of_a_databases_address(footnote: Footnote, tmp_path: Path) -> None:
    folder, settings = tmp_path / "library", {"FOOTNOTE_DATABASE_URL": "/data/ledger.db"}
    result = footnote("list", "--json", "--library", folder, env=settings)
    assert result.returncode == 1
    assert parsed(result)["error"] in one_line(result.stderr)


def test_a_database_password_is_not_told(tmp_path: Path) -> None:
    settings = Settings(database_url="nonsense://me:s3cr@t@host/footnote")
    with pytest.raises(FootnoteError, match="nonsense://me:") as told:
        open_library(tmp_path / "library", settings)
    assert "s3cr" not in str(told.value)
    assert "t@host" not in str(told.value)
