"""The ledger's tables. Plain SQL types only, so that another database can hold them."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA_VERSION = "3"

metadata = MetaData()

facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
    comment="schema version, library id, fingerprints of embedding model and chunker, index generation",
)

articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False, unique=True),
    Column("source_hash", String, nullable=False),  # of the bytes as read
    Column("content_hash", String, nullable=False),  # of text and metadata: an equal one is not written again
    Column("title", String, nullable=False),
    Column("author", String),
    Column("publisher", String),
    Column("url", String),
    Column("published", Date),
    Column("language", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("words", Integer, nullable=False),
    Column("added", DateTime(timezone=True), nullable=False),
    Column("origin", String, index=True),  # the file or address it was read from
    Column("pages", LargeBinary),  # int32, (pages,), where each begins in the text
    Column("signature", LargeBinary),  # uint32, MinHash of its word shingles: finds near duplicates
    # Ids are never used twice: a footnote to a removed article must not open another one.
    sqlite_autoincrement=True,
)

ADDED_IN_2 = ("origin", "pages", "signature")
"""Columns of `articles` that libraries of schema 1 lack."""

origins = Table(
    "origins",
    metadata,
    Column("name", String, primary_key=True),  # a path or an address
    Column("hash", String, nullable=False),  # of the bytes as read: an equal one is not parsed again
    Column("parts", Integer, nullable=False),  # articles read from it, duplicates of others among them
    Column("etag", String),
    Column("last_modified", String),
    comment="files and addresses that were read, each with one article or several",
)

duplicates = Table(
    "duplicates",
    metadata,
    Column("source", String, primary_key=True),
    Column("origin", String, nullable=False, index=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    comment="sources that hold an article which is in the library already",
)

vectors = Table(
    "vectors",
    metadata,
    Column("key", String, primary_key=True),  # hash of model and embedded text
    Column("chunk", LargeBinary, nullable=False),  # float32, (dimensions,)
    Column("sentences", LargeBinary, nullable=False),  # float16, (sentences, dimensions)
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("sentences", LargeBinary, nullable=False),  # int32, (sentences, 2), offsets in the article
    Column("vector_key", ForeignKey("vectors.key"), nullable=False),
    # Ids are never used twice: a Chroma record is added or deleted, never overwritten in place.
    sqlite_autoincrement=True,
)
Index("chunks_by_article", chunks.c.article_id)
Index("chunks_by_vector", chunks.c.vector_key)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started", DateTime(timezone=True), nullable=False),
    Column("report", Text, nullable=False),  # JSON, as `footnote ingest --json` prints it
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String, primary_key=True),
    Column("started", DateTime(timezone=True), nullable=False),
    Column("title", String),  # the first question's words, until somebody gives it another
    Column("owner", String),  # who signed in; empty where login is off
    Column("updated", DateTime(timezone=True)),
)
conversations_by_owner = Index("conversations_by_owner", conversations.c.owner)

ADDED_IN_3 = ("title", "owner", "updated")
"""Columns of `conversations` that libraries of schema 2 lack."""

turns = Table(
    "turns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("answer", Text, nullable=False),  # JSON, as `footnote ask --json` prints it; see conversations.Turn
    sqlite_autoincrement=True,
)

feedback = Table(
    "feedback",
    metadata,
    Column("turn_id", ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
    Column("good", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("given", DateTime(timezone=True), nullable=False),
    comment="what a person thought of an answer",
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("made", DateTime(timezone=True), nullable=False),
    Column("report", Text, nullable=False),  # JSON, as report.json of `footnote eval --report`
    comment="runs of the golden questions",
)
