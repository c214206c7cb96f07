"""Uploads: how large they may be, and what becomes of the others where one cannot be taken in."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from typer.testing import CliRunner

from assistant.errors import FootnoteError, LibraryBusyError
from assistant.library import Library, open_library
from assistant.library.ledger import Ledger
from assistant.settings import Settings
from ingest.run import IngestReport, read_file, run_bytes
from ui import adding
from ui.cli import app
from ui.jobs import Step

TOO_MANY = b"A lamp burns. " * 150_000  # 2.1 MB


def test_an_upload_may_be_no_larger_than_a_file(tmp_path: Path) -> None:
    library = open_library(tmp_path / "small", Settings(max_file_megabytes=2))
    report = run_bytes(TOO_MANY, "a.txt", library)
    library.close()
    assert (report.seen, report.added, len(report.failed)) == (1, 0, 1)
    path = tmp_path / "a.txt"
    path.write_bytes(TOO_MANY)
    with pytest.raises(FootnoteError) as told:
        read_file(path, 2)
    assert (report.failed[0].source, report.failed[0].reason) == ("a.txt", str(told.value))
    assert report.failed[0].reason.startswith("the file has 2.1 MB, the limit is 2;")


def test_an_upload_that_cannot_be_stored_does_not_hide_the_others(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(data: bytes, name: str, library: Library) -> IngestReport:
        if name == "b.txt":
            raise LibraryBusyError("another process is writing")
        return run_bytes(data, name, library)

    monkeypatch.setattr(adding, "run_bytes", take)
    steps: list[Step] = []
    uploads = [("a.txt", b"A lamp burns."), ("b.txt", b"A boat sails."), ("c.txt", b"A turtle dives.")]
    report = adding.take_uploads(library, uploads, steps.append)
    assert (report.seen, report.added, report.unchanged) == (3, 2, 0)
    assert [(failure.source, failure.reason) for failure in report.failed] == [("b.txt", "another process is writing")]
    assert len(steps) == 3
    assert report.seen == report.added + report.updated + report.unchanged + len(report.failed)
    assert adding.summary_lines(report)[-1] == "failed b.txt: another process is writing"


BATCH = [("report.txt", b"A lamp burns."), ("report.txt", b"A boat sails."), ("report [2].txt", b"A turtle dives.")]
STORED = {"report.txt": "A lamp burns.", "report [3].txt": "A boat sails.", "report [2].txt": "A turtle dives."}


def test_files_of_one_name_are_all_kept(library: Library) -> None:
    report = adding.take_uploads(library, BATCH, lambda _: None)
    assert (report.added, report.updated) == (3, 0)
    assert {name: library.ledger.text_of(name) for name in library.ledger.source_states()} == STORED
    told = "note: several of these files are called report.txt: one of them goes by report [3].txt"
    assert told in adding.summary_lines(report)
    again = adding.take_uploads(library, BATCH, lambda _: None)
    assert (again.unchanged, again.seen) == (3, 3)


def test_a_file_that_comes_twice_is_one_article(library: Library) -> None:
    report = adding.take_uploads(library, [BATCH[0], BATCH[0]], lambda _: None)
    assert (report.added, report.unchanged, report.notes) == (1, 1, ())
    later = adding.take_uploads(library, [BATCH[1]], lambda _: None)
    assert (later.updated, later.notes) == (1, ())


def test_a_removal_whose_disk_cannot_be_cleared_is_told_as_one(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    adding.take_uploads(library, BATCH[:2], lambda _: None)
    monkeypatch.setattr(Ledger, "wipe", mock.Mock(side_effect=FootnoteError("the disk is full")))
    first, second = (article.id for article in library.ledger.articles())
    removal = adding.remove_article(library, first)
    assert removal.note
    assert "(the disk is full)" in removal.note
    library.close()
    result = CliRunner().invoke(app, ["remove", str(second), "--library", str(library.folder)])
    assert result.exit_code == 0
    assert "Removed: Report" in result.output
    assert "(the disk is full)" in result.output
    assert library.ledger.articles() == []
