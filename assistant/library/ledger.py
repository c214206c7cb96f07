"""The ledger: articles, chunks, vectors and conversations in one SQL database. The one truth."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Select,
    Table,
    delete,
    exists,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
    update,
)

from assistant.errors import ArticleNotFoundError, FootnoteError
from assistant.library import sqlite
from assistant.library.conversations import Conversations
from assistant.library.index import IndexRecord
from assistant.library.schema import (
    ADDED_IN_2,
    ADDED_IN_3,
    SCHEMA_VERSION,
    articles,
    chunks,
    conversations,
    conversations_by_owner,
    duplicates,
    evaluations,
    facts,
    metadata,
    origins,
    runs,
    vectors,
)
from assistant.types import (
    Article,
    ArticleSummary,
    Chunk,
    ChunkVectors,
    Document,
    Filters,
    Matrix,
    Metadata,
    Span,
    Vector,
)

# SQLite takes at most 32,766 parameters in a statement; stay far below.
_PARAMETERS = 5_000
_MADE_FROM = (None, "1", "2")
"""The versions that are brought up to date; None for a new library."""
_UNWIPED = "unwiped"
"""The fact that is there while text that was removed or replaced may still be on the disk."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the ledger knows of a source, to tell whether it changed."""

    article_id: int
    content_hash: str
    origin: str


@dataclass(frozen=True, slots=True)
class Origin:
    """A file or address that was read."""

    name: str
    hash: str
    """Of its bytes."""
    parts: int
    """How many articles come from it: duplicates of others among them, and a feed's older entries."""
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class OriginState:
    """An origin, and how many of its articles are still accounted for (as articles or as duplicates of others)."""

    origin: Origin
    kept: int

    @property
    def whole(self) -> bool:
        """Whether nothing of it was removed since, and nothing that it repeats replaced."""
        return self.kept == self.origin.parts


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article ready to be written: its chunks and the keys of their vectors."""

    source: str
    source_hash: str
    document: Document
    chunks: Sequence[Chunk]
    vector_keys: Sequence[str]
    origin: str | None = None
    """The file or address it was read from; None where that is the source."""
    signature: bytes | None = None
    """MinHash of its text, as `ingest.duplicates` makes it."""


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as retrieval needs it."""

    chunk_id: int
    article_id: int
    source: str
    metadata: Metadata
    span: Span
    text: str
    sentences: tuple[Span, ...]
    sentence_vectors: Matrix
    pages: tuple[int, ...]
    """The article's, see `Article.pages`."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a write did to the chunks, for the index to follow."""

    added: Sequence[int] = ()
    removed: Sequence[int] = ()


def content_hash(document: Document) -> str:
    """Hash of an article's text and metadata; equal for articles that read the same."""
    m = document.metadata
    parts: list[Any] = [document.text, m.title, m.author, m.publisher, m.url, m.published, m.language]
    if document.pages:
        parts.append(list(document.pages))
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def vector_key(fingerprint: str, chunk: Chunk) -> str:
    """Hash of everything a chunk's vectors depend on: model, text, and where its sentences lie."""
    shift = chunk.text_offset - chunk.span.start
    spans = [(s.start + shift, s.end + shift) for s in chunk.sentences]
    return hashlib.sha256(json.dumps([fingerprint, chunk.embedded_text, spans]).encode()).hexdigest()


class Ledger:
    """Reads and writes the database behind `engine`; each method is one transaction, `index_entries` one a batch."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Read first: opening a library to ask a question should not need the right to write.
        with engine.connect() as connection:
            version = _schema(connection)
        if version in _MADE_FROM:
            with sqlite.writing(engine) as connection:
                version = _bring_up_to_date(connection)
        if version != SCHEMA_VERSION:
            raise FootnoteError(
                f"this library was made by another version of Footnote (schema {version}, this one reads "
                f"{SCHEMA_VERSION}). Update Footnote, or ingest into a new folder with --library."
            )

    # Facts

    def fact(self, name: str) -> str | None:
        """A fact about the library, or None."""
        with self._engine.connect() as connection:
            return _fact(connection, name)

    def set_fact(self, name: str, value: str) -> None:
        """Remember a fact about the library."""
        with sqlite.writing(self._engine) as connection:
            _set_fact(connection, name, value)

    @property
    def generation(self) -> int:
        """Counts the writes; an index of another generation is out of date."""
        return int(self.fact("generation") or 0)

    def next_generation(self) -> None:
        """Put every index out of date that is open now."""
        with sqlite.writing(self._engine) as connection:
            _next_generation(connection)

    # Articles

    def articles(self) -> list[ArticleSummary]:
        """All articles without their texts, by title."""
        count = select(func.count()).where(chunks.c.article_id == articles.c.id).scalar_subquery()
        columns = [c for c in articles.c if c.name not in ("text", "signature", "pages")]
        with self._engine.connect() as connection:
            rows = connection.execute(select(*columns, count.label("chunks")).order_by(articles.c.title))
            return [ArticleSummary(r.id, r.source, _metadata(r), r.words, r.chunks, sqlite.utc(r.added)) for r in rows]

    def article_count(self) -> int:
        """How many articles there are."""
        with self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(articles)).scalar_one()

    def article(self, article_id: int) -> Article:
        """One article with its text.

        Raises:
            ArticleNotFoundError: there is none with this id.
        """
        with self._engine.connect() as connection:
            row = connection.execute(select(articles).where(articles.c.id == article_id)).one_or_none()
        if row is None:
            raise ArticleNotFoundError(f"no article has the id {article_id}; `footnote list` shows the ids.")
        return Article(row.id, row.source, _metadata(row), row.text, sqlite.utc(row.added), _pages(row))

    def text_of(self, source: str) -> str:
        """The text of the article of a source; empty where there is none."""
        with self._engine.connect() as connection:
            return connection.execute(select(articles.c.text).where(articles.c.source == source)).scalar() or ""

    def source_states(self) -> dict[str, SourceState]:
        """For every source what was read from it last."""
        a = articles.c
        query = select(a.source, a.id, a.content_hash, func.coalesce(a.origin, a.source))
        with self._engine.connect() as connection:
            return {r[0]: SourceState(r[1], r[2], r[3]) for r in connection.execute(query)}

    def origin_states(self) -> dict[str, OriginState]:
        """Every file and address that was read, by name."""
        articles_kept = _counted_by(articles.c.origin)
        duplicates_kept = _counted_by(duplicates.c.origin)
        with self._engine.connect() as connection:
            kept: Counter[str] = Counter()
            for query in (articles_kept, duplicates_kept):
                kept.update({name: count for name, count in connection.execute(query) if name})
            rows = connection.execute(select(origins))
            return {r.name: OriginState(Origin(*r), kept[r.name]) for r in rows}

    def copied(self) -> dict[str, set[str]]:
        """For each source whose article others hold too, the files and addresses that do."""
        found: dict[str, set[str]] = defaultdict(set)
        query = select(articles.c.source, duplicates.c.origin).join_from(articles, duplicates)
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                found[row.source].add(row.origin)
        return found

    def copies(self) -> dict[str, str]:
        """For each source that holds an article which another holds too, the file or address it is of."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(duplicates.c.source, duplicates.c.origin))
            return {row.source: row.origin for row in rows}

    def signatures(self) -> dict[str, bytes | None]:
        """The MinHash signature of each source's article, where it has one."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(articles.c.source, articles.c.signature))
            return {row.source: row.signature for row in rows}

    def note_origins(self, read: Sequence[tuple[Origin, Sequence[tuple[str, str]]]]) -> None:
        """Remember that files and addresses were read to the end.

        Args:
            read: each origin with its sources that hold an article known already, and the other article's source.
        """
        if not read:
            return
        with sqlite.writing(self._engine) as connection:
            _forget_origins(connection, [origin.name for origin, _ in read])
            connection.execute(insert(origins), [asdict(origin) for origin, _ in read])
            for origin, copies in read:
                for source, other in copies:
                    found = select(literal(source), literal(origin.name), articles.c.id)
                    found = found.where(articles.c.source == other)
                    connection.execute(insert(duplicates).from_select(["source", "origin", "article_id"], found))

    def forget_origins(self, names: Sequence[str]) -> None:
        """Forget origins that are gone; what was read from them is removed by `remove`."""
        with sqlite.writing(self._engine) as connection:
            _forget_origins(connection, names)

    def hand_over(self, source: str, origin: str) -> str:
        """Have an article go on as the copy of it that another file or address holds; returns that one's source."""
        held = select(articles.c.id).where(articles.c.source == source).scalar_subquery()
        copies = select(duplicates.c.source).where(duplicates.c.article_id == held, duplicates.c.origin == origin)
        with sqlite.writing(self._engine) as connection:
            heir: str = connection.execute(copies.order_by(duplicates.c.source).limit(1)).scalar_one()
            connection.execute(delete(duplicates).where(duplicates.c.source == heir))
            renamed = update(articles).where(articles.c.source == source).values(source=heir, origin=origin)
            connection.execute(renamed)
        return heir

    def publishers(self) -> list[str]:
        """The publishers' names, sorted."""
        query = select(articles.c.publisher).where(articles.c.publisher.is_not(None)).distinct()
        with self._engine.connect() as connection:
            return sorted(connection.execute(query).scalars())

    def write(self, batch: Sequence[NewArticle], new_vectors: dict[str, ChunkVectors]) -> Change:
        """Add articles, or replace those whose source is known, in one transaction.

        Args:
            batch: the articles.
            new_vectors: for the keys that `known_vectors` did not return.
        """
        added: list[int] = []
        removed: list[int] = []
        with sqlite.writing(self._engine) as connection:
            _insert_vectors(connection, new_vectors)
            for article in batch:
                old = _chunk_ids(connection, articles.c.source == article.source)
                _delete_chunks(connection, old)
                removed += old
                added += _insert_chunks(connection, _upsert_article(connection, article), article)
            _delete_orphaned_vectors(connection, removed)
            _next_generation(connection)
        return Change(added, removed)

    def remove(self, article_ids: Sequence[int]) -> Change:
        """Remove articles with their chunks, vectors and index entries. `wipe` then clears the disk."""
        removed: list[int] = []
        with sqlite.writing(self._engine) as connection:
            for part in _parts(article_ids):
                removed += _chunk_ids(connection, articles.c.id.in_(part))
            _delete_chunks(connection, removed)
            for part in _parts(article_ids):
                connection.execute(delete(articles).where(articles.c.id.in_(part)))
            _delete_orphaned_vectors(connection, removed)
            _next_generation(connection)
            _set_fact(connection, _UNWIPED, "yes")
        return Change((), removed)

    @property
    def unwiped(self) -> bool:
        """Whether text that was removed or replaced, by this process or one that was stopped, is to be wiped."""
        return self.fact(_UNWIPED) is not None

    def wipe(self) -> None:
        """Clear what was removed off the disk.

        Raises:
            FootnoteError: the disk is full, or another process reads or writes; `unwiped` stays.
        """
        sqlite.wipe(self._engine)
        with sqlite.writing(self._engine) as connection:
            connection.execute(delete(facts).where(facts.c.name == _UNWIPED))

    # Chunks and vectors

    def known_vectors(self, keys: Iterable[str]) -> set[str]:
        """Those of `keys` whose vectors are already stored."""
        found: set[str] = set()
        with self._engine.connect() as connection:
            for part in _parts(list(keys)):
                found.update(connection.execute(select(vectors.c.key).where(vectors.c.key.in_(part))).scalars())
        return found

    def keep_vectors(self, new: dict[str, ChunkVectors]) -> None:
        """Store vectors ahead of their articles; those that no article comes to use go with the next removal."""
        with sqlite.writing(self._engine) as connection:
            _insert_vectors(connection, new)

    def chunk_count(self) -> int:
        """How many chunks there are."""
        with self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(chunks)).scalar_one()

    def chunk_ids(self) -> list[int]:
        """All chunk ids in order."""
        with self._engine.connect() as connection:
            return list(connection.execute(select(chunks.c.id).order_by(chunks.c.id)).scalars())

    def stored_chunks(self, chunk_ids: Sequence[int]) -> dict[int, StoredChunk]:
        """Chunks by id with text, metadata and vectors; ids that are gone are left out."""
        text_of_chunk = func.substr(articles.c.text, chunks.c.start + 1, chunks.c.end - chunks.c.start)
        columns = [c for c in articles.c if c.name not in ("id", "text", "signature")]
        query = (
            select(chunks, text_of_chunk.label("body"), *columns, vectors.c.sentences.label("states"))
            .join(articles, articles.c.id == chunks.c.article_id)
            .join(vectors, vectors.c.key == chunks.c.vector_key)
        )
        found: dict[int, StoredChunk] = {}
        with self._engine.connect() as connection:
            for part in _parts(chunk_ids):
                for row in connection.execute(query.where(chunks.c.id.in_(part))):
                    found[row.id] = _stored_chunk(row)
        return found

    def chunk_vectors(self, chunk_ids: Iterable[int]) -> dict[int, tuple[int, Vector]]:
        """For each chunk the article it is of and its vector; ids that are gone are left out."""
        query = select(chunks.c.id, chunks.c.article_id, vectors.c.chunk).join(
            vectors, vectors.c.key == chunks.c.vector_key
        )
        found: dict[int, tuple[int, Vector]] = {}
        with self._engine.connect() as connection:
            for part in _parts(sorted(chunk_ids)):
                for row in connection.execute(query.where(chunks.c.id.in_(part))):
                    found[row[0]] = row[1], np.frombuffer(row[2], np.float32)
        return found

    def index_entries(self, chunk_ids: Sequence[int] | None = None) -> Iterator[tuple[list[IndexRecord], Matrix]]:
        """Chunks with their vectors as the index wants them, in batches; all where `chunk_ids` is None."""
        query = (
            select(chunks.c.id, articles.c.published, articles.c.publisher, articles.c.language, vectors.c.chunk)
            .join(articles, articles.c.id == chunks.c.article_id)
            .join(vectors, vectors.c.key == chunks.c.vector_key)
            .order_by(chunks.c.id)
        )
        for part in _parts(self.chunk_ids() if chunk_ids is None else chunk_ids, 1_000):
            with self._engine.connect() as connection:
                rows = connection.execute(query.where(chunks.c.id.in_(part))).all()
            if rows:
                matrix = np.stack([np.frombuffer(r.chunk, np.float32) for r in rows])
                yield [IndexRecord(r.id, r.published, r.publisher, r.language) for r in rows], matrix

    def search_text(
        self, words: Sequence[str], limit: int, filters: Filters, publishers: Sequence[str] | None
    ) -> list[tuple[int, float]]:
        """Keyword search: (chunk id, BM25), best first, among the articles the filters admit."""
        with self._engine.connect() as connection:
            return sqlite.search_text(connection, words, limit, filtered_chunks(filters, publishers))

    def filtered_chunk_ids(self, filters: Filters, publishers: Sequence[str] | None) -> set[int] | None:
        """The chunks the filters admit; None where they admit all."""
        query = filtered_chunks(filters, publishers)
        if query is None:
            return None
        with self._engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def document_frequencies(self, stems: Iterable[str]) -> dict[str, int]:
        """In how many chunks each stem stands."""
        with self._engine.connect() as connection:
            return sqlite.document_frequencies(connection, stems)

    # Ingest runs and conversations

    def add_run(self, started: datetime, report: dict[str, Any]) -> None:
        """Remember an ingest run."""
        with sqlite.writing(self._engine) as connection:
            connection.execute(insert(runs).values(started=started, report=json.dumps(report)))

    def conversations(self, owner: str = "") -> Conversations:
        """The conversations of one person: who signed in, or "" where login is off."""
        return Conversations(self._engine, owner)

    # Runs of the golden questions

    def add_evaluation(self, report: dict[str, Any]) -> int:
        """Remember a run of the golden questions; returns its id."""
        with sqlite.writing(self._engine) as connection:
            made = insert(evaluations).values(made=datetime.now(UTC), report=json.dumps(report))
            return sqlite.new_id(connection.execute(made))

    def evaluations(self) -> list[tuple[int, datetime]]:
        """The id of every run of the golden questions and when it was made, newest first."""
        query = select(evaluations.c.id, evaluations.c.made).order_by(evaluations.c.id.desc())
        with self._engine.connect() as connection:
            return [(row.id, sqlite.utc(row.made)) for row in connection.execute(query)]

    def evaluation(self, evaluation_id: int) -> dict[str, Any] | None:
        """The report of a run of the golden questions; None where there is none of this id."""
        query = select(evaluations.c.report).where(evaluations.c.id == evaluation_id)
        with self._engine.connect() as connection:
            report = connection.execute(query).scalar()
        return json.loads(report) if report else None

    def delete_evaluation(self, evaluation_id: int) -> None:
        """Forget a run of the golden questions."""
        with sqlite.writing(self._engine) as connection:
            connection.execute(delete(evaluations).where(evaluations.c.id == evaluation_id))


def filtered_chunks(filters: Filters, publishers: Sequence[str] | None) -> Select[int] | None:
    """A selection of the chunks the filters admit; None where they admit all."""
    query = select(chunks.c.id).join(articles, articles.c.id == chunks.c.article_id)
    if filters.since:
        query = query.where(articles.c.published >= filters.since)
    if filters.until:
        query = query.where(articles.c.published <= filters.until)
    if publishers is not None:
        query = query.where(articles.c.publisher.in_(publishers))
    if filters.articles:
        query = query.where(articles.c.id.in_(filters.articles))
    return None if query.whereclause is None else query


def _schema(connection: Connection) -> str | None:
    """The version of a ledger's tables; None where it has none yet."""
    return _fact(connection, "schema") if inspect(connection).has_table(facts.name) else None


def _bring_up_to_date(connection: Connection) -> str | None:
    """Make the tables that are missing, and upgrade old ones; returns the version they have then.

    All in the one transaction: others may open the same library at the same time.
    """
    metadata.create_all(connection)
    sqlite.create_text_index(connection)
    defaults = {"schema": SCHEMA_VERSION, "library": uuid.uuid4().hex, "generation": "0"}
    for name, value in defaults.items():
        connection.execute(sqlite.upsert(facts).values(name=name, value=value).on_conflict_do_nothing())
    if _fact(connection, "schema") == "1":
        _upgrade_from_1(connection)
    if _fact(connection, "schema") == "2":
        _upgrade_from_2(connection)
    return _fact(connection, "schema")


def _upgrade_from_1(connection: Connection) -> None:
    """Add what libraries of schema 1 lack: each of their articles was a file of its own."""
    _add_columns(connection, articles, ADDED_IN_2)
    connection.execute(update(articles).values(origin=articles.c.source))
    old = select(articles.c.source, articles.c.source_hash, literal(1))
    connection.execute(delete(origins))
    connection.execute(insert(origins).from_select(["name", "hash", "parts"], old))
    _set_fact(connection, "schema", "2")


def _upgrade_from_2(connection: Connection) -> None:
    """Add what conversations of schema 2 lack: a title (their first question), an owner, when they went on."""
    _add_columns(connection, conversations, ADDED_IN_3)
    conversations_by_owner.create(connection, checkfirst=True)
    connection.execute(update(conversations).values(owner="", updated=conversations.c.started))
    _set_fact(connection, "schema", "3")


def _add_columns(connection: Connection, table: Table, names: Sequence[str]) -> None:
    held = {column["name"] for column in inspect(connection).get_columns(table.name)}
    for name in names:
        if name not in held:
            kind = table.c[name].type.compile(connection.dialect)
            connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {name} {kind}"))


def _forget_origins(connection: Connection, names: Sequence[str]) -> None:
    for part in _parts(names):
        connection.execute(delete(duplicates).where(duplicates.c.origin.in_(part)))
        connection.execute(delete(origins).where(origins.c.name.in_(part)))


def _upsert_article(connection: Connection, article: NewArticle) -> int:
    m = article.document.metadata
    values = {
        "source": article.source,
        "source_hash": article.source_hash,
        "content_hash": content_hash(article.document),
        "title": m.title,
        "author": m.author,
        "publisher": m.publisher,
        "url": m.url,
        "published": m.published,
        "language": m.language,
        "text": article.document.text,
        "words": len(article.document.text.split()),
        "origin": article.origin or article.source,
        "pages": np.array(article.document.pages, np.int32).tobytes() if article.document.pages else None,
        "signature": article.signature,
    }
    held = select(articles.c.id, articles.c.content_hash).where(articles.c.source == article.source)
    known = connection.execute(held).one_or_none()
    if known is None:
        return sqlite.new_id(connection.execute(insert(articles).values(**values, added=datetime.now(UTC))))
    if known.content_hash == values["content_hash"]:  # it is only cut and embedded again
        del values["source_hash"]
    else:  # what repeated the old text does not repeat this one; it is read again
        connection.execute(delete(duplicates).where(duplicates.c.article_id == known.id))
    connection.execute(update(articles).where(articles.c.id == known.id).values(**values))
    _set_fact(connection, _UNWIPED, "yes")
    return int(known.id)


def _insert_chunks(connection: Connection, article_id: int, article: NewArticle) -> list[int]:
    ids = []
    texts = []
    for chunk, key in zip(article.chunks, article.vector_keys, strict=True):
        spans = np.array([(s.start, s.end) for s in chunk.sentences], np.int32)
        result = connection.execute(
            insert(chunks).values(
                article_id=article_id,
                start=chunk.span.start,
                end=chunk.span.end,
                sentences=spans.tobytes(),
                vector_key=key,
            )
        )
        ids.append(sqlite.new_id(result))
        body = chunk.span.of(article.document.text)
        texts.append({"rowid": ids[-1], "title": article.document.metadata.title, "body": body})
    if texts:
        sqlite.add_text(connection, texts)
    return ids


def _insert_vectors(connection: Connection, new: dict[str, ChunkVectors]) -> None:
    rows = [
        {"key": key, "chunk": v.chunk.tobytes(), "sentences": v.sentences.astype(np.float16).tobytes()}
        for key, v in new.items()
    ]
    if rows:
        connection.execute(sqlite.upsert(vectors).on_conflict_do_nothing(), rows)


def _chunk_ids(connection: Connection, condition: Any) -> list[int]:
    query = select(chunks.c.id).join(articles, articles.c.id == chunks.c.article_id).where(condition)
    return list(connection.execute(query).scalars())


def _delete_chunks(connection: Connection, ids: Sequence[int]) -> None:
    sqlite.delete_text(connection, ids)
    for part in _parts(ids):
        connection.execute(delete(chunks).where(chunks.c.id.in_(part)))


def _delete_orphaned_vectors(connection: Connection, removed: Sequence[int]) -> None:
    if removed:
        connection.execute(delete(vectors).where(~exists().where(chunks.c.vector_key == vectors.c.key)))


def _next_generation(connection: Connection) -> None:
    current = connection.execute(select(facts.c.value).where(facts.c.name == "generation")).scalar_one()
    _set_fact(connection, "generation", str(int(current) + 1))


def _fact(connection: Connection, name: str) -> str | None:
    return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar()


def _set_fact(connection: Connection, name: str, value: str) -> None:
    statement = sqlite.upsert(facts).values(name=name, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def _metadata(row: Any) -> Metadata:
    return Metadata(row.title, row.author, row.publisher, row.url, row.published, row.language)


def _stored_chunk(row: Any) -> StoredChunk:
    spans = np.frombuffer(row.sentences, np.int32).reshape(-1, 2)
    states = np.frombuffer(row.states, np.float16).reshape(len(spans), -1).astype(np.float32)
    return StoredChunk(
        row.id,
        row.article_id,
        row.source,
        _metadata(row),
        Span(row.start, row.end),
        row.body,
        tuple(Span(int(a), int(b)) for a, b in spans),
        states,
        _pages(row),
    )


def _pages(row: Any) -> tuple[int, ...]:
    return tuple(np.frombuffer(row.pages or b"", np.int32).tolist())


def _counted_by(column: Column[Any]) -> Select[Any]:
    return select(column, func.count()).group_by(column)


def _parts(items: Sequence[Any], size: int = _PARAMETERS) -> Iterator[Sequence[Any]]:
    return (items[first : first + size] for first in range(0, len(items), size))
