"""Everything that is SQLite's own: the engine, transactions, full-text search (FTS5), upserts, moments without a zone,
wiping.

Another database needs these few functions again, and nothing else of the library changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Engine,
    ExceptionContext,
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
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, ProgrammingError
from sqlalchemy.pool import NullPool

from assistant.errors import FootnoteError
from assistant.library.storage_errors import explain

__all__ = [
    "add_text",
    "create_text_index",
    "delete_text",
    "document_frequencies",
    "files_of",
    "new_id",
    "open_engine",
    "search_text",
    "upsert",
    "utc",
    "wipe",
    "writing",
]

# The Porter stemmer matches assistant.text.stem. Words are kept as typed but for case and accents.
_CREATE_TEXT_INDEX = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS chunk_text USING fts5"
    "(title, body, tokenize = 'porter unicode61 remove_diacritics 2')",
    "CREATE VIRTUAL TABLE IF NOT EXISTS chunk_terms USING fts5vocab(chunk_text, 'row')",
)

_chunk_text = table("chunk_text", column("rowid", Integer), column("title", String), column("body", String))
_chunk_terms = table("chunk_terms", column("term", String), column("doc", Integer))


_BEGIN = "begin"
"""The option that tells how a connection's transaction begins: as "DEFERRED", as "IMMEDIATE", or not at all (None)."""

# A word in the title says more of what an article is about than one in its text.
_TITLE_WEIGHT = 2.0


def url_of(path: Path) -> URL:
    """The address of a database file, whose name may hold "?" or "%41" like any other."""
    return URL.create("sqlite", database=str(path))


def files_of(engine: Engine) -> list[Path]:
    """The files that a database is kept in."""
    path = Path(engine.url.database or "").resolve()
    return [path.with_name(path.name + end) for end in ("", "-wal", "-shm", "-journal")]


def open_engine(url: str | URL) -> Engine:
    """An engine for the ledger: WAL (readers go on while one writes), durable commits, wiped deletions.

    What later goes wrong with the database (it is damaged, locked or cannot be read) is raised as a FootnoteError.

    Raises:
        FootnoteError: the address is none, or what it needs is not installed.
    """
    engine = _engine(url)
    place = Path(engine.url.database or "").parent

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # Python's driver would begin a transaction only before what writes: nothing read could be relied on in it.
        connection.isolation_level = None
        for pragma in (
            "busy_timeout = 15000",
            "journal_mode = WAL",
            "synchronous = FULL",  # what was reported as added survives a power cut
            "foreign_keys = ON",
            "secure_delete = ON",
            "cache_size = -32000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if how := connection.get_execution_options().get(_BEGIN, "DEFERRED"):
            connection.exec_driver_sql(f"BEGIN {how}")

    @event.listens_for(engine, "handle_error")
    def explained(context: ExceptionContext) -> FootnoteError | None:
        error = context.sqlalchemy_exception
        # These two say that Footnote is wrong, not the disk: their traceback is wanted.
        if not isinstance(error, DatabaseError) or isinstance(error, IntegrityError | ProgrammingError):
            return None
        return FootnoteError(explain(error, place))

    return engine


def _engine(url: str | URL) -> Engine:
    try:
        return create_engine(url, poolclass=NullPool)
    except (ArgumentError, ImportError, ValueError) as error:  # ValueError: the port is no number
        shown, said = re.sub(r"(//[^/@:]*:).*@", r"\1***@", str(url)), str(error).partition("\n")[0]
        raise FootnoteError(
            f"FOOTNOTE_DATABASE_URL={shown!r} cannot be used ({said}). Write it as sqlite:////FOLDER/ledger.db, "
            "or unset it to keep the ledger in the library's folder."
        ) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes. No other writes from its beginning on, so that what is read in it stays so.

    One that begins as reading, as all others do, sees one moment of the database.
    """
    with engine.execution_options(**{_BEGIN: "IMMEDIATE"}).begin() as connection:
        yield connection


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
    """Take what was deleted off the disk: merge the text index, rewrite the file, empty the log.

    Raises:
        FootnoteError: the disk is full, or another connection is in the way.
    """
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO chunk_text (chunk_text) VALUES ('optimize')"))
    with engine.execution_options(**{_BEGIN: None}).connect() as connection:
        connection.execute(text("VACUUM"))
        busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar()  # it only says so where it failed
    if busy:
        raise FootnoteError("the ledger is being read by another process")


def new_id(result: CursorResult[Any]) -> int:
    """The id of the row that was inserted."""
    key = result.inserted_primary_key
    assert key is not None  # single-row inserts have one
    return int(key[0])


def utc(moment: datetime) -> datetime:
    """A moment as it was written: in UTC, since SQLite keeps no time zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
