"""The ingest run: list, read, chunk, embed, write; incremental and safe to kill at any moment."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.embedding import Encoder, load_encoder
from assistant.errors import FingerprintError, FootnoteError
from assistant.library import Library, NewArticle, Writer, content_hash, vector_key
from assistant.types import Chunk, ChunkVectors, Document, IngestStatus
from ingest.chunking import CHUNKER, chunk_article
from ingest.loaders import load
from ingest.sources import Failure, Listing, list_files

# Articles are embedded and written in groups of about this many chunks: enough to sort into batches of like
# length, few enough that a kill costs seconds.
_GROUP_CHUNKS = 64


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands, told after each source. `status` is final: an added article is on disk."""

    done: int
    total: int
    source: str
    status: IngestStatus
    reason: str | None = None
    chunks: int = 0
    """Chunks embedded or reused so far."""


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What a run did. `seen == added + updated + unchanged + len(failed)`, always."""

    seen: int
    added: int
    updated: int
    unchanged: int
    removed: int
    failed: tuple[Failure, ...]
    chunks: int
    """Chunks of the added and updated articles."""
    truncated: int
    """Chunks the model could not read to the end; the chunker sees to it that this is 0."""
    seconds: float
    embedded: int = field(default=0, compare=False)
    """Chunks that had to be embedded; the others' vectors were known."""

    def as_json(self) -> dict[str, Any]:
        """As `footnote ingest --json` prints it."""
        values = asdict(self)
        del values["embedded"]
        return values | {"failed": [asdict(failure) for failure in self.failed]}


def run(
    paths: Sequence[str | Path],
    library: Library,
    *,
    prune: bool = False,
    on_progress: OnProgress | None = None,
) -> IngestReport:
    """Take articles in from files and folders.

    A source whose bytes did not change is not read again; a changed one replaces its old article; one that
    fails is reported and harms nothing else.

    Args:
        paths: files and folders.
        library: where to.
        prune: remove articles whose files are gone from the given folders.
        on_progress: called after each source, in the order they are settled.

    Raises:
        LibraryBusyError: another process is writing.
        FingerprintError: the library was made with another model or chunker.
        FootnoteError: the disk is full, or the library cannot be written.
    """
    listing = list_files(paths)

    def take_all(state: _Run) -> None:
        for failure in listing.failures:
            state.fail(failure.source, failure.reason)
        for path in listing.files:
            state.take(path)
        state.flush()
        if prune:
            state.prune(listing)

    return _run(library, on_progress, len(listing.files), take_all)


def run_documents(
    documents: Sequence[tuple[str, Document]], library: Library, *, on_progress: OnProgress | None = None
) -> IngestReport:
    """Take in articles that are already documents, each with the source it is to be known by.

    Raises:
        LibraryBusyError, FingerprintError, FootnoteError: as `run`.
    """

    def take_all(state: _Run) -> None:
        for source, document in documents:
            state.take_document(source, document)
        state.flush()

    return _run(library, on_progress, len(documents), take_all)


def _run(
    library: Library, on_progress: OnProgress | None, total: int, take_all: Callable[[_Run], None]
) -> IngestReport:
    started = datetime.now(UTC)
    clock = time.perf_counter()
    encoder = load_encoder(library.settings.embedding_model)
    with library.writing() as writer:
        claim_fingerprints(library, encoder)
        state = _Run(library, writer, encoder, on_progress or (lambda _: None), total)
        take_all(state)
        writer.finish()
        report = state.report(time.perf_counter() - clock)
        library.ledger.add_run(started, report.as_json())
    return report


def reembed(library: Library, on_progress: Callable[[int, int], None] | None = None) -> int:
    """Chunk and embed every article again with the configured model; returns the number of chunks.

    The articles' texts come from the ledger; their files are not needed.
    """
    encoder = load_encoder(library.settings.embedding_model)
    with library.writing() as writer:
        # Should this be killed half way, no model matches, and the error says to run it again.
        library.ledger.set_fact("embedding", "none (embedding again was broken off)")
        library.discard_index()
        summaries = library.ledger.articles()
        states = library.ledger.source_states()
        for done, summary in enumerate(summaries, start=1):
            article = library.ledger.article(summary.id)
            document = Document(article.text, article.metadata)
            prepared = _prepare(summary.source, states[summary.source].source_hash, document, encoder)
            vectors, _ = _embed([prepared], library, encoder)
            library.ledger.write([prepared], vectors)
            if on_progress:
                on_progress(done, len(summaries))
        library.ledger.set_fact("embedding", encoder.fingerprint)
        library.ledger.set_fact("chunker", CHUNKER)
        writer.finish()
    return library.rebuild()


def claim_fingerprints(library: Library, encoder: Encoder) -> None:
    """Check that the library was made with this model and chunker, or claim a new one for them.

    Raises:
        FingerprintError: it was made with others; the message names the command that mends it.
    """
    library.check_model(encoder.fingerprint)
    chunker = library.ledger.fact("chunker")
    if chunker not in (None, CHUNKER):
        raise FingerprintError(
            f"this library was cut by the chunker {chunker}, this version has {CHUNKER}. "
            "Run `footnote rebuild --reembed` to cut and embed every article again."
        )
    if chunker is None:
        library.ledger.set_fact("embedding", encoder.fingerprint)
        library.ledger.set_fact("chunker", CHUNKER)


class _Run:
    """The state of one run: counts, and the articles read but not yet written."""

    def __init__(self, library: Library, writer: Writer, encoder: Encoder, on_progress: OnProgress, total: int) -> None:
        self._library = library
        self._writer = writer
        self._encoder = encoder
        self._on_progress = on_progress
        self._total = total
        self._known = library.ledger.source_states()
        self._pending: list[tuple[NewArticle, IngestStatus]] = []
        self._counts = {"added": 0, "updated": 0, "unchanged": 0, "removed": 0}
        self._failures: list[Failure] = []
        self._chunks = self._truncated = self._embedded = 0

    def take(self, path: Path) -> None:
        """Read one file and put it in line, unless it did not change."""
        source = str(path)
        try:
            source.encode()
        except UnicodeEncodeError:
            return self.fail(os.fsencode(path).decode("utf-8", "replace"), "its name is not UTF-8; rename it")
        known = self._known.get(source)
        try:
            data = read_file(path, self._library.settings.max_file_megabytes)
            source_hash = hashlib.sha256(data).hexdigest()
            if known and known.source_hash == source_hash:
                return self._settle(source, "unchanged")
            document = load(data, path)
            article = self._changed(source, source_hash, document)
        except FootnoteError as error:
            return self.fail(source, str(error))
        except Exception as error:  # one bad file must never end the run
            return self.fail(source, f"it could not be read ({type(error).__name__}: {error})")
        self._queue(source, article)

    def take_document(self, source: str, document: Document) -> None:
        """Put an article in line, unless it did not change."""
        self._queue(source, self._changed(source, content_hash(document), document))

    def _changed(self, source: str, source_hash: str, document: Document) -> NewArticle | None:
        """The article to write; None where it reads as before."""
        known = self._known.get(source)
        if known and known.content_hash == content_hash(document):
            self._library.ledger.touch(source, source_hash)
            return None
        return _prepare(source, source_hash, document, self._encoder)

    def _queue(self, source: str, article: NewArticle | None) -> None:
        if article is None:
            return self._settle(source, "unchanged")
        self._pending.append((article, "updated" if source in self._known else "added"))
        if sum(len(article.chunks) for article, _ in self._pending) >= _GROUP_CHUNKS:
            self.flush()

    def flush(self) -> None:
        """Embed and write the articles in line; only then are they reported."""
        batch = [article for article, _ in self._pending]
        if not batch:
            return
        vectors, truncated = _embed(batch, self._library, self._encoder)
        self._writer.write(batch, vectors)
        self._embedded += len(vectors)
        self._truncated += truncated
        pending, self._pending = self._pending, []
        for article, status in pending:
            self._chunks += len(article.chunks)
            self._settle(article.source, status)

    def prune(self, listing: Listing) -> None:
        """Remove articles gone from the given folders, except from under a folder that could not be listed."""
        present = {str(path) for path in listing.files}
        unlisted = [Path(failure.source) for failure in listing.failures]
        gone = [
            (source, state.article_id)
            for source, state in self._known.items()
            if source not in present
            and not os.path.lexists(source)
            and any(Path(source).is_relative_to(folder) for folder in listing.folders)
            and not any(Path(source).is_relative_to(folder) for folder in unlisted)
        ]
        self._writer.remove([article_id for _, article_id in gone])
        for source, _ in gone:
            self._counts["removed"] += 1
            self._tell(source, "removed", None)

    def fail(self, source: str, reason: str) -> None:
        """Note a source that could not be taken in."""
        self._failures.append(Failure(source, reason))
        self._tell(source, "failed", reason)

    def report(self, seconds: float) -> IngestReport:
        """The sums."""
        settled = self._counts["added"] + self._counts["updated"] + self._counts["unchanged"]
        return IngestReport(
            seen=settled + len(self._failures),
            failed=tuple(self._failures),
            chunks=self._chunks,
            truncated=self._truncated,
            seconds=round(seconds, 3),
            embedded=self._embedded,
            **self._counts,
        )

    def _settle(self, source: str, status: IngestStatus) -> None:
        self._counts[status] += 1
        self._tell(source, status, None)

    def _tell(self, source: str, status: IngestStatus, reason: str | None) -> None:
        settled = self._counts["added"] + self._counts["updated"] + self._counts["unchanged"]
        done = settled + len(self._failures)
        self._on_progress(Progress(done, max(self._total, done), source, status, reason, self._chunks))


def read_file(path: Path, max_megabytes: float) -> bytes:
    """The bytes of a regular file of bearable size.

    Raises:
        FootnoteError: it is none, is too large, or may not be read.
    """
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            raise FootnoteError("this is not a regular file")
        if info.st_size > max_megabytes * 1_000_000:
            raise FootnoteError(
                f"the file has {info.st_size / 1e6:,.1f} MB, the limit is {max_megabytes:g}; "
                "split it, or raise FOOTNOTE_MAX_FILE_MEGABYTES"
            )
        return path.read_bytes()
    except OSError as error:
        raise FootnoteError(f"it cannot be read ({error.strerror})") from error


def _prepare(source: str, source_hash: str, document: Document, encoder: Encoder) -> NewArticle:
    chunks = chunk_article(document, encoder)
    keys = [vector_key(encoder.fingerprint, chunk) for chunk in chunks]
    return NewArticle(source, source_hash, document, chunks, keys)


def _embed(batch: Sequence[NewArticle], library: Library, encoder: Encoder) -> tuple[dict[str, ChunkVectors], int]:
    """Vectors for the chunks whose text was not seen before, and how many were truncated."""
    wanted: dict[str, Chunk] = {}
    for article in batch:
        wanted.update(zip(article.vector_keys, article.chunks, strict=True))
    for key in library.ledger.known_vectors(wanted):
        del wanted[key]
    keys = list(wanted)
    vectors: dict[str, ChunkVectors] = {}
    truncated = 0
    for position, made, cut in encoder.embed_chunks(list(wanted.values())):
        vectors[keys[position]] = made
        truncated += cut
    return vectors, truncated
