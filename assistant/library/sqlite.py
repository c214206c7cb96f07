"""Everything that is SQLite's own: the engine, full-text search (FTS5), wiping, the writer's lock.

Another database needs these few functions again, and nothing else of the library changes.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chromadb.errors import ChromaError
from filelock import FileLock, Timeout
from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    Integer,
    Select,
    String,
    bindparam,
    column,
    create_engine,
    delete,
    event,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from assistant.errors import FootnoteError, LibraryBusyError

__all__ = [
    "WriterLock",
    "add_text",
    "another_process_writes",
    "create_text_index",
    "delete_text",
    "document_frequencies",
    "open_engine",
    "search_text",
    "storage_errors",
    "upsert",
    "wipe",
]

# The Porter stemmer matches assistant.text.stem. Words are kept as typed but for case and accents.
_CREATE_TEXT_INDEX = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS chunk_text USING fts5"
    "(title, body, tokenize = 'porter unicode61 remove_diacritics 2')",
    "CREATE VIRTUAL TABLE IF NOT EXISTS chunk_terms USING fts5vocab(chunk_text, 'row')",
)

_chunk_text = table("chunk_text", column("rowid", Integer), column("title", String), column("body", String))
_chunk_terms = table("chunk_terms", column("term", String), column("doc", Integer))


# A word in the title says more of what an article is about than one in its text.
_TITLE_WEIGHT = 2.0
_GROWS_BY = 65_536  # bytes by which the index of the write-ahead log grows, and as much again


def open_engine(url: str) -> Engine:
    """An engine for the ledger: WAL (readers go on while one writes), durable commits, wiped deletions."""
    engine = create_engine(url, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",  # what was reported as added survives a power cut
            "foreign_keys = ON",
            "busy_timeout = 15000",
            "secure_delete = ON",
            "cache_size = -32000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def create_text_index(connection: Connection) -> None:
    """Create the full-text tables where they are missing."""
    for statement in _CREATE_TEXT_INDEX:
        connection.execute(text(statement))


def add_text(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Index chunks; each row has `rowid` (the chunk's id), `title` and `body`."""
    connection.execute(insert(_chunk_text), list(rows))


def delete_text(connection: Connection, chunk_ids: Iterable[int]) -> None:
    """Take chunks out of the full-text index."""
    rows = [{"id": chunk_id} for chunk_id in chunk_ids]
    if rows:
        connection.execute(delete(_chunk_text).where(_chunk_text.c.rowid == bindparam("id")), rows)


def search_text(
    connection: Connection, words: Sequence[str], limit: int, among: Select[int] | None = None
) -> list[tuple[int, float]]:
    """The chunks that hold any of `words`: (chunk id, BM25, higher is better), best first.

    Args:
        connection: to the ledger.
        words: case-folded words; leave common ones out, they cost most and say least.
        limit: how many at most.
        among: a selection of chunk ids to search in; all where None.
    """
    if not words:
        return []
    match = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
    score = (-func.bm25(literal_column("chunk_text"), _TITLE_WEIGHT, 1.0)).label("score")
    query = select(_chunk_text.c.rowid, score).where(text("chunk_text MATCH :match"))
    if among is not None:
        query = query.where(_chunk_text.c.rowid.in_(among))
    query = query.order_by(score.desc(), _chunk_text.c.rowid).limit(limit)
    return [(int(row[0]), float(row[1])) for row in connection.execute(query, {"match": match})]


def document_frequencies(connection: Connection, stems: Iterable[str]) -> dict[str, int]:
    """How many chunks hold each stem; stems that stand nowhere are left out."""
    wanted = set(stems)
    query = select(_chunk_terms).where(_chunk_terms.c.term.in_(sorted(wanted)))
    found = {str(term): int(count) for term, count in connection.execute(query)}
    # A number like 1,000 is a phrase to the index, not a term.
    count_phrase = select(func.count()).select_from(_chunk_text).where(text("chunk_text MATCH :phrase"))
    for number in (stem for stem in wanted if "," in stem or "." in stem):
        if holding := connection.execute(count_phrase, {"phrase": f'"{number}"'}).scalar_one():
            found[number] = holding
    return found


def wipe(engine: Engine) -> None:
    """Take what was deleted off the disk: merge the text index, rewrite the file, empty the log."""
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO chunk_text (chunk_text) VALUES ('optimize')"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM"))
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def new_id(result: CursorResult[Any]) -> int:
    """The id of the row that was inserted."""
    key = result.inserted_primary_key
    assert key is not None  # single-row inserts have one
    return int(key[0])


def utc(moment: datetime) -> datetime:
    """A moment as it was written: in UTC, since SQLite keeps no time zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@contextmanager
def storage_errors(place: Path) -> Iterator[None]:
    """Turn what the disk, the database or Chroma says into one line that says what to do."""
    try:
        yield
    except (DatabaseError, ChromaError, OSError) as error:
        raise FootnoteError(explain(error, place)) from error


def explain(error: Exception, place: Path) -> str:
    """What a failure of storage means, and what to do about it."""
    said = str(getattr(error, "orig", None) or error)
    if "disk is full" in said or "No space left" in said or ("disk I/O" in said and _has_no_space(place)):
        return (
            f"the disk that holds {place} is full. Free some space and run the command again: what was "
            "reported as added is safe, the rest will be added then."
        )
    if any(words in said for words in ("unable to open", "readonly", "read-only", "Permission", "Read-only")):
        return (
            f"{place} cannot be opened for reading and writing ({said}). Give yourself rights to the folder, "
            "or choose another with --library."
        )
    if "not a database" in said or "malformed" in said:
        return (
            f"the ledger in {place} is damaged ({said}). Restore ledger.db from a backup, or move the folder "
            "away and ingest the articles again."
        )
    if "locked" in said:
        return f"the ledger in {place} is busy ({said}). Another process is writing to it; try again."
    return f"the library in {place} cannot be used: {said}"


def _has_no_space(place: Path) -> bool:
    """Whether SQLite's "disk I/O error" means that a file beside the ledger could not grow."""
    there = next((folder for folder in (place, *place.parents) if folder.exists()), place)
    return there.exists() and shutil.disk_usage(there).free < _GROWS_BY


class WriterLock:
    """The right to write to a library; the thread that holds it may take it again.

    Raises:
        LibraryBusyError: on entering, where another process or thread holds it; the message says which.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(folder / "writer.lock")

    def __enter__(self) -> None:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise LibraryBusyError(
                f"another process is writing to {self._folder}: {_describe(_holder(self._folder))}. "
                "Wait until it is done, or stop it; reading and asking go on meanwhile."
            ) from None
        if self._lock.lock_counter == 1:
            _record(self._folder).write_text(json.dumps(_myself()), encoding="utf-8")

    def __exit__(self, *_exception: object) -> None:
        if self._lock.lock_counter == 1:
            _record(self._folder).unlink(missing_ok=True)
        self._lock.release()


def another_process_writes(folder: Path) -> bool:
    """Whether a living process other than this one holds the writer's lock."""
    holder = _holder(folder)
    if not holder or holder.get("host") != socket.gethostname() or holder.get("pid") == os.getpid():
        return False
    try:
        os.kill(int(holder["pid"]), 0)
    except ProcessLookupError:
        return False  # it was killed and left its record behind
    except OSError:
        pass
    return True


def _record(folder: Path) -> Path:
    return folder / "writer.json"


def _myself() -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200],
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _holder(folder: Path) -> dict[str, Any]:
    try:
        holder = json.loads(_record(folder).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return holder if isinstance(holder, dict) else {}


def _describe(holder: dict[str, Any]) -> str:
    if not holder:
        return "one that has not said who it is"
    return f"process {holder.get('pid')} ({holder.get('command')}) since {holder.get('since')}"
