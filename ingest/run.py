"""The ingest run: list, fetch, parse, chunk, embed, write; incremental and safe to kill at any moment."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.embedding import Encoder, load_encoder
from assistant.errors import FingerprintError, FootnoteError
from assistant.library import Library, NewArticle, Origin, SourceState, Writer, content_hash, vector_key
from assistant.text import counted, is_url
from assistant.types import Chunk, ChunkVectors, Document, IngestStatus
from ingest.chunking import CHUNKER, chunk_article
from ingest.duplicates import KnownArticles, signature
from ingest.fetch import Fetcher, FetchError, Validators
from ingest.loaders import SEVERAL
from ingest.loaders.base import Part
from ingest.parsing import Limits, Parser
from ingest.sources import Failure, Listing, list_sources, printable

# Articles are embedded and written in groups of about this many chunks: enough to sort into batches of like
# length, few enough that a kill costs seconds.
_GROUP_CHUNKS = 64
_KEPT_TOGETHER = 8  # vectors a kill may lose
_NOTHING_KNOWN = Validators()

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands, told after each article. `status` is final: an added article is on disk."""

    done: int
    total: int
    """Articles; a file that was not read yet counts as one."""
    source: str
    status: IngestStatus
    reason: str | None = None
    chunks: int = 0
    """Chunks embedded or reused so far."""


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A source that holds the same article as another."""

    source: str
    of: str
    """The source of the article that is in the library."""


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
    duplicates: tuple[Duplicate, ...] = ()
    """New sources that hold an article which is in the library already; counted as unchanged."""
    notes: tuple[str, ...] = ()
    """What a person should know beside: what was left to the next run, what was stored under another name."""

    def plus(self, other: IngestReport) -> IngestReport:
        """The sums of two runs; a note that both have is told once."""
        mine, others = ({f.name: getattr(r, f.name) for f in fields(r)} for r in (self, other))
        summed = IngestReport(**{name: value + others[name] for name, value in mine.items()})
        return replace(summed, notes=tuple(dict.fromkeys(summed.notes)))

    def as_json(self) -> dict[str, Any]:
        """As `footnote ingest --json` prints it; `duplicates` and `notes` only where there are any."""
        values = asdict(self)
        del values["embedded"]
        values["failed"] = list(values["failed"])
        rare = {name: list(values.pop(name)) for name in ("duplicates", "notes")}
        return values | {name: told for name, told in rare.items() if told}


def run(
    paths: Sequence[str | Path],
    library: Library,
    *,
    prune: bool = False,
    dry_run: bool = False,
    on_progress: OnProgress | None = None,
) -> IngestReport:
    """Take articles in from files, folders and web addresses.

    A file whose bytes did not change is not parsed again; a changed article replaces the old one; a new one that
    repeats another is reported and not stored; one that fails is reported and harms nothing else.

    Args:
        paths: files, folders and addresses.
        library: where to.
        prune: remove articles whose files are gone from the given folders.
        dry_run: read everything and tell what would happen, but change nothing.
        on_progress: called after each article, in the order they are settled.

    Raises:
        LibraryBusyError: another process is writing.
        FingerprintError: the library was made with another model or chunker.
        FootnoteError: the disk is full, or the library cannot be written.
    """
    listing = list_sources(paths, library.is_own)

    def take_all(state: _Run) -> None:
        if listing.left_out:
            state.note(f"the own files of the library {library.folder} are no articles and were left out")
        for failure in listing.failures:
            state.fail(failure.source, failure.reason)
        if prune:
            state.find_gone(listing)
        # What may repeat what is known comes after it, to be compared with what that says now.
        places: list[Path | str] = [*listing.files, *listing.urls]
        for place in sorted(places, key=lambda place: state.may_be_copy(str(place))):
            if isinstance(place, Path):
                state.take_file(place)
            else:
                state.take_url(place)
        state.flush()
        state.prune()

    total = len(listing.files) + len(listing.urls) + len(listing.failures)
    return _run(library, on_progress, total, take_all, dry_run=dry_run)


def run_bytes(
    data: bytes, name: str, library: Library, *, dry_run: bool = False, on_progress: OnProgress | None = None
) -> IngestReport:
    """Take in what is no file: standard input, an upload.

    Args:
        data: the bytes of one file.
        name: what its articles are to be known by; its end may tell the kind of file.
        library: where to.
        dry_run, on_progress: as for `run`, which also tells what is raised.
    """

    def take_all(state: _Run) -> None:
        state.take_given(data, name)
        state.flush()

    return _run(library, on_progress, 1, take_all, dry_run=dry_run)


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
    library: Library,
    on_progress: OnProgress | None,
    total: int,
    take_all: Callable[[_Run], None],
    *,
    dry_run: bool = False,
) -> IngestReport:
    started = datetime.now(UTC)
    clock = time.perf_counter()
    encoder = load_encoder(library.settings.embedding_model)
    with ExitStack() as stack:
        writer = None
        if dry_run:
            library.check_model(encoder.fingerprint)
        else:
            writer = stack.enter_context(library.writing())
            claim_fingerprints(library, encoder)
        state = _Run(library, writer, encoder, on_progress or (lambda _: None), total)
        stack.callback(state.close)
        take_all(state)
        left = writer.finish() if writer else None
        if left:
            state.note(left)
        report = state.report(time.perf_counter() - clock)
        return _recorded(report, library, started) if writer else report


def _recorded(report: IngestReport, library: Library, started: datetime) -> IngestReport:
    """Keep the record of a run. What the run did is done: where the record cannot be kept, a note says so."""
    try:
        library.ledger.add_run(started, report.as_json())
    except FootnoteError as error:
        return replace(report, notes=(*report.notes, f"the library could not keep the record of this run: {error}"))
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
            document = Document(article.text, article.metadata, article.pages)
            state = states[summary.source]
            prepared = _prepare(
                summary.source, state.content_hash, document, encoder, state.origin, signature(article.text)
            )
            vectors, _ = _embed([prepared], library, encoder)
            library.ledger.write([prepared], vectors)
            if on_progress:
                on_progress(done, len(summaries))
        library.ledger.set_fact("embedding", encoder.fingerprint)
        library.ledger.set_fact("chunker", CHUNKER)
        if left := writer.finish():
            _log.warning(left)
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
    """The state of one run: counts, and the articles read but not yet written. Without a writer nothing is written."""

    def __init__(
        self, library: Library, writer: Writer | None, encoder: Encoder, on_progress: OnProgress, total: int
    ) -> None:
        settings = library.settings
        self._library = library
        self._writer = writer
        self._encoder = encoder
        self._on_progress = on_progress
        self._total = total  # grows with each file that turns out to hold several articles
        self._parser = Parser(Limits(seconds=settings.parse_seconds, megabytes=settings.parse_megabytes))
        self._opened_fetcher: Fetcher | None = None
        self._known = library.ledger.source_states()
        self._origins = library.ledger.origin_states()
        self._sources_of: dict[str, set[str]] = defaultdict(set)
        for source, known in self._known.items():
            self._sources_of[known.origin].add(source)
        # A file may be called as a record of another is known by: "export.json#1".
        self._origin_of = library.ledger.copies() | {source: known.origin for source, known in self._known.items()}
        self._copied = library.ledger.copied()
        self._with_copies = {name for names in self._copied.values() for name in names}
        # Files that are to be pruned: the ids of their articles, by source; None for one that was handed over.
        self._gone: dict[str, dict[str, int | None]] = {}
        self._known_articles: KnownArticles | None = None
        self._unwritten: dict[str, str] = {}  # texts of a dry run's new articles, to compare later ones with
        self._pending: list[tuple[NewArticle, IngestStatus]] = []
        self._read: dict[str, tuple[Origin, list[tuple[str, str]]]] = {}
        self._copies: list[tuple[str, str]] = []  # of the file that is being taken in: source, and what it repeats
        self._counts = {"added": 0, "updated": 0, "unchanged": 0, "removed": 0}
        self._failures: list[Failure] = []
        self._duplicates: list[Duplicate] = []
        self._notes: list[str] = []
        self._chunks = self._truncated = self._embedded = 0

    def close(self) -> None:
        """End the parsing process and the connections."""
        self._parser.close()
        if self._opened_fetcher:
            self._opened_fetcher.close()

    def may_be_copy(self, name: str) -> bool:
        """Whether a file or address may hold an article of another one: it is new, or did so before."""
        return name not in self._origins or name in self._with_copies

    def take_file(self, path: Path) -> None:
        """Read one file and put its articles in line, unless it did not change."""
        name = str(path)
        try:
            name.encode()
        except UnicodeEncodeError:
            return self.fail(printable(path), "its name is not UTF-8; rename it")
        try:
            data = read_file(path, self._library.settings.max_file_megabytes)
        except FootnoteError as error:
            return self.fail(name, str(error))
        return self.take_bytes(data, name)

    def take_given(self, data: bytes, name: str) -> None:
        """Put the articles of bytes that lie in no file in line, unless they did not change."""
        try:
            check_size(len(data), self._library.settings.max_file_megabytes)
        except FootnoteError as error:
            return self.fail(name, str(error))
        return self.take_bytes(data, name)

    def take_url(self, url: str) -> None:
        """Fetch one page and put its articles in line, unless it did not change."""
        known = self._origins.get(url)
        whole = known is not None and known.whole
        validators = Validators(known.origin.etag, known.origin.last_modified) if known and whole else _NOTHING_KNOWN
        try:
            fetched = self._fetcher.get(url, validators)
        except FetchError as error:
            return self.fail(url, error.reason)
        if fetched is None:
            return self._settle_unchanged(url)
        return self.take_bytes(
            fetched.data, url, validators=fetched.validators, address=fetched.url, charset=fetched.charset
        )

    def take_bytes(
        self,
        data: bytes,
        name: str,
        *,
        validators: Validators = _NOTHING_KNOWN,
        address: str | None = None,
        charset: str | None = None,
    ) -> None:
        """Put the articles of a file's bytes in line, unless they did not change.

        Args:
            data: the bytes.
            name: the file's path or address.
            validators: what the server gave along with them.
            address: where they came from after redirects; for pages that do not say their own.
            charset: what the server calls their encoding.
        """
        digest = hashlib.sha256(data).hexdigest()
        known = self._origins.get(name)
        if known and known.whole and known.origin.hash == digest:
            return self._settle_unchanged(name)
        try:
            parsed = self._parser.parse(data, address or name, charset)
            articles = {_source(name, part): _document(part, address) for part in parsed.parts}
        except FootnoteError as error:
            return self.fail(name, str(error))
        except Exception as error:  # one bad file must never end the run
            return self.fail(name, f"it could not be read ({type(error).__name__}: {error})")
        held = self._sources_of[name]
        if is_url(name) and parsed.kind not in SEVERAL and any(source.startswith(f"{name}#") for source in held):
            return self.fail(name, f"it held {counted(len(held), 'article')} before and is one page now; they stay")
        self._total += len(articles) - 1
        if parsed.kind != "feed":  # a feed's older entries stay when they drop off its end
            self._remove({source: self._forget(source) for source in self._sources_of[name] - articles.keys()})
        parts = len(articles.keys() | self._sources_of[name])
        for source, document in articles.items():
            self._take(source, document, name, digest)
        return self._finish(Origin(name, digest, parts, validators.etag, validators.last_modified))

    def take_document(self, source: str, document: Document) -> None:
        """Put an article in line, unless it did not change."""
        digest = content_hash(document)
        self._take(source, document, source, digest, may_repeat=True)
        self._finish(Origin(source, digest, 1))

    def _finish(self, origin: Origin) -> None:
        """Put a file that was read to its end in line, to be noted together with its articles."""
        self._read[origin.name] = origin, self._copies
        self._copies = []
        if sum(len(article.chunks) for article, _ in self._pending) >= _GROUP_CHUNKS:
            self.flush()

    def _take(self, source: str, document: Document, origin: str, digest: str, *, may_repeat: bool = False) -> None:
        other = self._origin_of.setdefault(source, origin)
        if other != origin:
            return self.fail(source, f"{origin} and {other} both hold an article of this name; rename one of them")
        known = self._known.get(source)
        if known and known.content_hash == content_hash(document):
            return self._settle(source, "unchanged")
        signed = signature(document.text)
        if known and not self._hand_over(source, known, (document.text, signed)):
            self._read_copies_again(source)
        if not may_repeat:
            same = self._same_as(document.text, signed) if known is None else None
            if same:
                return self._settle_copy(source, same)
            self._articles.add(source, signed)
        status: IngestStatus = "updated" if known else "added"
        if not self._writer:
            self._unwritten[source] = document.text
            return self._settle(source, status)
        article = _prepare(source, digest, document, self._encoder, origin, signed)
        self._pending.append((article, status))
        if sum(len(article.chunks) for article, _ in self._pending) >= _GROUP_CHUNKS:
            self.flush()
        return None

    @property
    def _fetcher(self) -> Fetcher:
        if self._opened_fetcher is None:
            settings = self._library.settings
            self._opened_fetcher = Fetcher(
                max_megabytes=settings.max_file_megabytes,
                seconds=settings.fetch_seconds,
                allowed_hosts=settings.hosts_allowed,
            )
        return self._opened_fetcher

    @property
    def _articles(self) -> KnownArticles:
        """The library's articles, read when the first new one comes."""
        if self._known_articles is None:
            ledger = self._library.ledger
            signatures = {
                source: held or signature(ledger.text_of(source))  # older libraries have none
                for source, held in ledger.signatures().items()
                if source in self._known  # not those that go
            }
            self._known_articles = KnownArticles(signatures)
        return self._known_articles

    def _same_as(self, text: str, signed: bytes) -> str | None:
        return self._articles.same_as(text, signed, self._text_of)

    def _text_of(self, source: str) -> str:
        waiting = next((article for article, _ in self._pending if article.source == source), None)
        if waiting:
            return waiting.document.text
        return self._unwritten.get(source) or self._library.ledger.text_of(source)

    def flush(self) -> None:
        """Embed and write the articles in line, and note the files read to their end; only then tell of them.

        A file that is still being taken in is noted by a later flush, when all its articles are on disk.
        """
        batch = [article for article, _ in self._pending]
        if batch and self._writer:
            vectors, truncated = _embed(batch, self._library, self._encoder)
            self._writer.write(batch, vectors)
            self._embedded += len(vectors)
            self._truncated += truncated
        if self._writer:
            self._library.ledger.note_origins(list(self._read.values()))
        self._read = {}
        pending, self._pending = self._pending, []
        for article, status in pending:
            self._chunks += len(article.chunks)
            self._settle(article.source, status)

    def find_gone(self, listing: Listing) -> None:
        """Note what is gone from the given folders, except from under a folder that could not be listed.

        It stays until `prune`, but nothing is taken for a copy of it.
        """
        present = {str(path) for path in listing.files}
        unlisted = [Path(failure.source) for failure in listing.failures]
        for name in self._origins.keys() | self._sources_of.keys():
            if (
                name not in present
                and any(Path(name).is_relative_to(folder) for folder in listing.folders)
                and not any(Path(name).is_relative_to(folder) for folder in unlisted)
                and _is_gone(name)
            ):
                self._gone[name] = {source: self._forget(source) for source in list(self._sources_of[name])}

    def prune(self) -> None:
        """Remove the articles of files that are gone and did not come back meanwhile."""
        gone = {name: held for name, held in self._gone.items() if _is_gone(name)}
        self._remove({source: article_id for held in gone.values() for source, article_id in held.items()})
        if self._writer and gone:
            self._library.ledger.forget_origins(list(gone))

    def _remove(self, ids: dict[str, int | None]) -> None:
        """Remove articles that were forgotten."""
        if not ids:
            return
        if self._writer:
            self._writer.remove([article_id for article_id in ids.values() if article_id is not None])
        for source in sorted(ids):
            self._counts["removed"] += 1
            self._tell(source, "removed", None)

    def _forget(self, source: str) -> int | None:
        """Compare nothing with an article any more, for it goes; returns its id, or None where it was handed over."""
        known = self._known.pop(source)
        handed_over = self._hand_over(source, known)
        if not handed_over:
            self._read_copies_again(source)
        if self._known_articles:
            self._known_articles.discard(source)
        del self._origin_of[source]
        self._sources_of[known.origin].discard(source)
        return None if handed_over else known.article_id

    def _hand_over(self, source: str, known: SourceState, new: tuple[str, bytes] | None = None) -> bool:
        """Have an article that changes or goes stay as a copy of it that no run reads again: it was uploaded, say.

        Args:
            source: what it is known by.
            known: its state.
            new: the text it changes to, and that one's signature; should it still be the same article, it stays one.
        """
        # A copy in the same file is no heir: that file is read, and holds it or does not.
        uploaded = (name for name in self._copied.get(source, ()) if not _is_place(name) and name != known.origin)
        origin = next(uploaded, None)
        if origin is None or not self._writer or (new and self._same_as(*new) == source):
            return False
        heir = self._library.ledger.hand_over(source, origin)
        self._known[heir] = replace(known, origin=origin)
        self._sources_of[origin].add(heir)
        self._copied[heir] = self._copied.pop(source) - {origin}
        for copies in (self._copies, *(copies for _, copies in self._read.values())):
            copies[:] = [(copy, heir if of == source else of) for copy, of in copies]
        self._articles.discard(source)
        self._articles.add(heir, signature(self._library.ledger.text_of(heir)))
        self.note(f"{heir} held the same article as {source}, and keeps it")
        return True

    def _read_copies_again(self, source: str) -> None:
        """Forget what repeated an article that changes or goes: this run reads it if it comes later, else the next."""
        for name in self._copied.pop(source, ()):
            self._origins.pop(name, None)
        for copies in (self._copies, *(copies for _, copies in self._read.values())):
            copies[:] = [(copy, of) for copy, of in copies if of != source]

    def fail(self, source: str, reason: str) -> None:
        """Note a source that could not be taken in."""
        self._failures.append(Failure(source, reason))
        self._tell(source, "failed", reason)

    def note(self, note: str) -> None:
        """Have the report tell something beside."""
        self._notes.append(note)

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
            duplicates=tuple(self._duplicates),
            notes=tuple(self._notes),
            **self._counts,
        )

    def _settle_unchanged(self, name: str) -> None:
        """All articles of a file that did not change, duplicates of others among them."""
        sources = sorted(self._sources_of[name])
        settled = sources + [name] * (self._origins[name].origin.parts - len(sources))
        self._total += len(settled) - 1
        for source in settled:
            self._settle(source, "unchanged")

    def _settle_copy(self, source: str, other: str) -> None:
        self._duplicates.append(Duplicate(source, other))
        self._copies.append((source, other))
        self._counts["unchanged"] += 1
        self._tell(source, "unchanged", f"the same article as {other}")

    def _settle(self, source: str, status: IngestStatus) -> None:
        self._counts[status] += 1
        self._tell(source, status, None)

    def _tell(self, source: str, status: IngestStatus, reason: str | None) -> None:
        settled = self._counts["added"] + self._counts["updated"] + self._counts["unchanged"]
        done = settled + len(self._failures)
        self._on_progress(Progress(done, max(self._total, done), source, status, reason, self._chunks))


def _is_place(name: str) -> bool:
    """Whether an origin is a file or an address, and not the name of what was uploaded or came from standard input."""
    return is_url(name) or Path(name).is_absolute()


def _is_gone(name: str) -> bool:
    """Whether a file is surely gone. One that cannot be looked up, for want of rights or a server, may be there."""
    try:
        os.lstat(name)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def read_file(path: Path, max_megabytes: float) -> bytes:
    """The bytes of a regular file of bearable size.

    Raises:
        FootnoteError: it is none, is too large, or may not be read.
    """
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            raise FootnoteError("this is not a regular file; write what it gives into one, and give that")
        check_size(info.st_size, max_megabytes)
        return path.read_bytes()
    except OSError as error:
        raise FootnoteError(f"it cannot be read ({error.strerror})") from error


def check_size(size: int, max_megabytes: float) -> None:
    """See that a file of so many bytes is bearable.

    Raises:
        FootnoteError: it is too large.
    """
    if size > max_megabytes * 1_000_000:
        raise FootnoteError(
            f"the file has {size / 1e6:,.1f} MB, the limit is {max_megabytes:g}; "
            "split it, or raise FOOTNOTE_MAX_FILE_MEGABYTES"
        )


def _source(name: str, part: Part) -> str:
    """What an article of a file is known by."""
    return f"{name}#{part.name}" if part.name else name


def _document(part: Part, address: str | None) -> Document:
    """An article of a file; one from the web that does not say its own address has the one it came from."""
    document = part.document
    if address and not document.metadata.url:
        document = replace(document, metadata=replace(document.metadata, url=address))
    return document


def _prepare(
    source: str, source_hash: str, document: Document, encoder: Encoder, origin: str, signed: bytes | None
) -> NewArticle:
    chunks = chunk_article(document, encoder)
    keys = [vector_key(encoder.fingerprint, chunk) for chunk in chunks]
    return NewArticle(source, source_hash, document, chunks, keys, origin, signed)


def _embed(batch: Sequence[NewArticle], library: Library, encoder: Encoder) -> tuple[dict[str, ChunkVectors], int]:
    """Vectors for the chunks whose text was not seen before, and how many were truncated.

    They are kept as they come: a run that is killed before it writes their articles does not make them again.
    """
    wanted: dict[str, Chunk] = {}
    for article in batch:
        wanted.update(zip(article.vector_keys, article.chunks, strict=True))
    for key in library.ledger.known_vectors(wanted):
        del wanted[key]
    keys = list(wanted)
    vectors: dict[str, ChunkVectors] = {}
    waiting: dict[str, ChunkVectors] = {}
    truncated = 0
    for position, made, cut in encoder.embed_chunks(list(wanted.values())):
        vectors[keys[position]] = waiting[keys[position]] = made
        truncated += cut
        if len(waiting) == _KEPT_TOGETHER:
            library.ledger.keep_vectors(waiting)
            waiting = {}
    return vectors, truncated
