"""The ledger: what it keeps of an article that is written again, and what it takes off the disk."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import event

from assistant.library import Library, open_library
from assistant.library import index as indexes
from assistant.library.ledger import Ledger
from assistant.settings import Settings
from assistant.types import Document, Metadata
from ingest.run import Progress, reembed, run, run_documents
from tests.at_once import meanwhile

SECRET = "The password of Zanzibarium is xylophonequartz."


def on_disk(folder: Path, word: str) -> bool:
    return any(word.encode() in path.read_bytes().lower() for path in folder.rglob("*") if path.is_file())


def rows(library: Library, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(library.folder / "ledger.db") as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("removed", [True, False])
def test_the_run_after_one_that_was_stopped_clears_the_disk(library: Library, tmp_path: Path, removed: bool) -> None:
    given = tmp_path / "given"
    given.mkdir()
    others = [f"The ship {number} carried {number * 3} barrels to Nordby." for number in range(30)]
    for number, text in enumerate(others):
        (given / f"{number}.txt").write_text(text)
    (given / "secret.txt").write_text(SECRET)
    run([given], library)
    if removed:
        (given / "secret.txt").unlink()
    else:
        (given / "secret.txt").write_text("Turtles dive deep.")

    def stop(progress: Progress) -> None:
        if progress.status in ("removed", "updated"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([given], library, prune=True, on_progress=stop)
    library.close()
    assert SECRET not in [library.ledger.article(a.id).text for a in library.ledger.articles()]
    assert on_disk(library.folder, "xylophonequartz"), "the search must be able to find it"
    again = open_library(library.folder, Settings())
    report = run([given], again)
    again.close()
    assert report.unchanged == len(list(given.iterdir()))
    assert not on_disk(library.folder, "xylophonequartz")


def test_the_disk_is_cleared_once(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wiped: list[Ledger] = []
    wipe = Ledger.wipe
    monkeypatch.setattr(Ledger, "wipe", lambda ledger: (wiped.append(ledger), wipe(ledger)))
    path = tmp_path / "a.txt"
    for text, times in (("Turtles dive.", 0), ("Turtles dive deep.", 1), ("Turtles dive deep.", 1)):
        path.write_text(text)
        run([path], library)
        assert len(wiped) == times


def impatient(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout = 20")


def test_a_run_that_cannot_clear_the_disk_is_told_as_done(library: Library, tmp_path: Path) -> None:
    event.listen(library.ledger._engine, "connect", impatient)
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    run([path], library)
    path.write_text("Turtles dive deep.")
    with closing(sqlite3.connect(library.folder / "ledger.db", isolation_level=None)) as other:
        report = run([path], library, on_progress=lambda _: other.execute("BEGIN IMMEDIATE"))
    assert (report.updated, report.failed) == (1, ())
    assert [note.split(" (")[0].split(": ")[0] for note in report.notes] == [
        "what was removed or replaced is gone from the answers, but its text could not be cleared off the disk",
        "the library could not keep the record of this run",
    ]
    assert library.ledger.unwiped
    library.close()
    assert on_disk(library.folder, "xylophonequartz"), "the search must be able to find it"
    assert run([path], library).notes == ()
    library.close()
    assert not on_disk(library.folder, "xylophonequartz")


def test_a_log_that_another_reads_is_emptied_later(library: Library, tmp_path: Path) -> None:
    event.listen(library.ledger._engine, "connect", impatient)
    (tmp_path / "secret.txt").write_text(SECRET)
    run([tmp_path], library)
    with closing(sqlite3.connect(library.folder / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN")
        assert other.execute("SELECT count(*) FROM articles").fetchone() == (1,)
        with library.writing() as writer:
            writer.remove([library.ledger.articles()[0].id])
            note = writer.finish()
        assert note
        assert "being read by another process" in note
        assert library.ledger.unwiped
    with library.writing() as writer:
        assert writer.finish() is None
    library.close()
    assert not on_disk(library.folder, "xylophonequartz")


def test_an_index_whose_files_cannot_be_noted_is_no_failure(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    run_documents([("a", Document("Turtles dive deep.", Metadata("T")))], library)
    full = mock.Mock(side_effect=OSError(errno.ENOSPC, "No space left on device"))
    with library.writing() as writer:
        writer.remove([library.ledger.articles()[0].id])
        monkeypatch.setattr(indexes, "write_stamp", full)
        assert writer.finish() is None
    assert full.called
    assert not library.ledger.unwiped


def of_usual_limits(connection: sqlite3.Connection, _record: object) -> None:
    """Some distributions build SQLite with higher ones."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)


def test_more_articles_are_removed_than_a_statement_of_sqlite_takes(library: Library) -> None:
    many = 33_000
    run_documents([("kept", Document("Turtles dive deep.", Metadata("T")))], library)
    with sqlite3.connect(library.folder / "ledger.db") as connection:
        connection.execute(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) "
            "INSERT INTO articles (source, source_hash, content_hash, title, language, text, words, added) "
            "SELECT 'many' || n, '', '', 'T', 'en', 'x', 1, '2024-01-01 00:00:00.000000' FROM numbers",
            (many,),
        )
    doomed = [state.article_id for source, state in library.ledger.source_states().items() if source != "kept"]
    assert len(doomed) == many
    event.listen(library.ledger._engine, "connect", of_usual_limits)
    with library.writing() as writer:
        writer.remove(doomed)
        writer.finish()
    assert list(library.ledger.source_states()) == ["kept"]


def test_bytes_that_change_without_changing_the_article_write_no_article(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,text\n1,Turtles dive deep.\n2,Ships sail far.\n")
    run([path], library)
    before = rows(library, "SELECT * FROM articles ORDER BY id")
    monkeypatch.setattr(Ledger, "write", None)
    path.write_text("text,id\nTurtles dive deep.,1\nShips sail far.,2\n")
    assert run([path], library).unchanged == 2
    assert rows(library, "SELECT * FROM articles ORDER BY id") == before
    assert library.ledger.origin_states()[str(path)].whole


def test_what_is_read_twice_is_of_one_moment(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Turtles dive deep.")
    run([path], library)

    def remove() -> None:
        library.ledger.remove([article.id for article in library.ledger.articles()])
        library.ledger.forget_origins([str(path)])

    with meanwhile("SELECT", remove):
        assert library.ledger.origin_states()[str(path)].whole
    assert library.ledger.origin_states() == {}


def test_an_article_keeps_the_moment_when_it_was_added(library: Library, tmp_path: Path) -> None:
    path, copy = tmp_path / "a.txt", tmp_path / "b.txt"
    for file in (path, copy):
        file.write_text("Turtles dive deep.")
    run([path, copy], library)
    added = datetime(2024, 2, 3, tzinfo=UTC)
    with sqlite3.connect(library.folder / "ledger.db") as connection:
        connection.execute("UPDATE articles SET added = '2024-02-03 00:00:00.000000'")
    before = rows(library, "SELECT * FROM articles")
    reembed(library)
    assert rows(library, "SELECT * FROM articles") == before
    assert library.ledger.origin_states()[str(copy)].whole  # still a copy of the same article
    path.write_text("Turtles dive deep. Ships sail far.")
    assert run([path], library).updated == 1
    (article,) = library.ledger.articles()
    assert (article.added, article.words) == (added, 6)
