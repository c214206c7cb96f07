"""A library: the ledger and the index that follows it, opened together.

The ledger is written first and the index follows. Whatever happens between the two, the index is brought
up to the ledger when it is next needed, from stored vectors.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.errors import FingerprintError, FootnoteError, LibraryBusyError
from assistant.library import index as indexes
from assistant.library import sqlite
from assistant.library.index import VectorIndex
from assistant.library.ledger import Change, Ledger, NewArticle
from assistant.library.lock import WriterLock, another_process_writes, lock_files
from assistant.library.storage_errors import chroma_errors, explain, storage_errors
from assistant.settings import Settings, load_settings
from assistant.types import ChunkVectors, Filters, Matrix, Vector

_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Told how many of how many are done."""

# How many chunks an index that may be torn is tried with: some from all over, and the last ones written, which a
# writer that was stopped (by a kill, or a full disk) may have left half in it.
_PROBED_CHUNKS, _PROBED_NEWEST = 64, 256


@dataclass(frozen=True, slots=True)
class Problem:
    """A disagreement between ledger and index, with the chunk it was found at."""

    chunk_id: int
    what: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of `Library.verify`."""

    articles: int
    chunks: int
    indexed: int
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.problems


def open_library(path: Path | None = None, settings: Settings | None = None) -> Library:
    """Open a library, made empty where there is none.

    Args:
        path: its folder; `settings.library` where None.
        settings: those of the environment where None.

    Raises:
        FootnoteError: the folder cannot be used; the message says why and what to do.
    """
    settings = settings or load_settings()
    folder = _resolved(path or settings.library)
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        return Library(folder, settings)


def _resolved(folder: Path) -> Path:
    try:
        return folder.expanduser().resolve()
    except RuntimeError as error:  # ~NAME where nobody is called so, or links that lead round in circles
        raise FootnoteError(
            f"the library {str(folder)!r} cannot be used: {str(error).rstrip('.')}. "
            "Write out the whole path to its folder, in --library or FOOTNOTE_LIBRARY."
        ) from None


class Library:
    """The articles of one person, to be asked and (through `writing`) changed."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        engine = sqlite.open_engine(settings.database_url or sqlite.url_of(folder / "ledger.db"))
        self.ledger = Ledger(engine)
        index_files = (self._index_folder, indexes.stamp_file(self._index_folder))
        self._own = {*sqlite.files_of(engine), *index_files, *lock_files(folder)}
        self._index: VectorIndex | None = None
        self._scan: tuple[int, list[int], Matrix] | None = None
        self._lock = threading.RLock()  # threads of one process share the index
        self._writer_lock = WriterLock(folder)

    def is_own(self, path: Path) -> bool:
        """Whether a file is the library's own (of its ledger, index or lock), and so can be no article."""
        return not self._own.isdisjoint((path, *path.parents))

    def close(self) -> None:
        """Let go of the index's files."""
        with self._lock:
            if self._index:
                self._index.close()
            self._index = None

    # Asking

    def check_model(self, fingerprint: str) -> None:
        """Refuse to compare vectors of different models.

        Raises:
            FingerprintError: the library was made with another one.
        """
        made_with = self.ledger.fact("embedding")
        if made_with not in (None, fingerprint):
            raise FingerprintError(
                f"this library was made with the embedding model {made_with}, but {fingerprint} is configured. "
                "Set FOOTNOTE_EMBEDDING_MODEL back, or run `footnote rebuild --reembed` to embed every "
                "article again."
            )

    def warm_up(self) -> None:
        """Open the index now rather than at the first question."""
        with storage_errors(self.folder), self._lock:
            self._current_index()

    def publishers_named(self, name: str | tuple[str, ...] | None) -> list[str] | None:
        """The exact names that `name` stands for: equal but for case, else those that contain it. Several are exact.

        Raises:
            FootnoteError: no article has such a publisher; the message lists those there are.
        """
        if name is None or isinstance(name, tuple):
            return list(name) if name else None
        known = self.ledger.publishers()
        wanted = name.casefold().strip()
        exact = [p for p in known if p.casefold() == wanted]
        if found := exact or [p for p in known if wanted in p.casefold()]:
            return found
        raise FootnoteError(f"no article has the publisher {name!r}. The library has: {', '.join(known) or 'none'}.")

    def nearest(self, vector: Vector, count: int, filters: Filters) -> list[tuple[int, float]]:
        """The chunks nearest to a question's vector: (chunk id, cosine), best first.

        While another process writes, the ledger's vectors are compared directly: embedded Chroma may be
        read by one process at a time only, and its answers would be old. The same where the index fails.

        Raises:
            FootnoteError: the ledger cannot be read, or the index cannot be opened.
        """
        publishers = self.publishers_named(filters.publisher)
        with storage_errors(self.folder), self._lock:
            try:
                # It does not know which chunk is of which article; the vectors of a few articles are soon compared.
                index = None if filters.articles else self._current_index()
                if index is not None:
                    where = indexes.where_clause(filters, publishers)
                    return index.nearest(np.stack([vector]), min(count, max(1, index.count())), where)[0]
            except chroma_errors() as error:
                _log.warning("the index failed (%s); comparing with every vector instead", error)
        admitted = self.ledger.filtered_chunk_ids(filters, publishers)
        ids, matrix = self._all_vectors()
        if admitted is not None:
            rows = [row for row, chunk_id in enumerate(ids) if chunk_id in admitted]
            ids, matrix = [ids[row] for row in rows], matrix[rows]
        return indexes.exact_nearest(ids, matrix, vector, count)

    def _all_vectors(self) -> tuple[list[int], Matrix]:
        with self._lock:
            generation = self.ledger.generation
            if self._scan is None or self._scan[0] != generation:
                ids: list[int] = []
                parts: list[Matrix] = []
                for records, vectors in self.ledger.index_entries():
                    ids += [record.chunk_id for record in records]
                    parts.append(vectors)
                matrix = np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)
                self._scan = generation, ids, matrix
            return self._scan[1], self._scan[2]

    def _current_index(self) -> VectorIndex | None:
        """The index, brought up to the ledger; None while another process is changing it."""
        if not self._is_served and another_process_writes(self.folder):
            self.close()
            return None
        self._close_outdated()
        try:
            return self._opened_index()
        except LibraryBusyError:
            return None

    # The index

    @property
    def _is_served(self) -> bool:
        return self.settings.chroma_url is not None

    @property
    def _index_folder(self) -> Path:
        return self.folder / "index"

    @property
    def _collection(self) -> str:
        return f"footnote-{self.ledger.fact('library')}"

    def _close_outdated(self) -> None:
        """Close an embedded index that another process has written to since: its files must be read anew."""
        with self._lock:
            if not self._is_served and self._index and self._index.generation != self.ledger.generation:
                self.close()

    def _opened_index(self) -> VectorIndex:
        if self._index is None:
            index = self._open_index()
            try:
                if index.generation != self.ledger.generation or index.count() != self.ledger.chunk_count():
                    with self._writer_lock:
                        self._reconcile(index)
            except Exception:
                index.close()  # the next question opens it anew
                raise
            self._index = index
        return self._index

    def _open_index(self) -> VectorIndex:
        if self._is_served:
            return indexes.open_server(self.settings, self._collection)
        folder = self._index_folder
        if folder.exists() and not indexes.is_as_left(folder):
            ids, vectors = self._sample(_PROBED_CHUNKS, _PROBED_NEWEST)
            if not indexes.survives_probe(folder, self._collection, ids, vectors):
                self._discard("it is damaged or was left half written")
        try:
            return self._open_embedded()
        except chroma_errors(indexes.DamagedIndexError) as error:
            self._discard(str(error))
            try:
                return self._open_embedded()
            except indexes.DamagedIndexError as again:  # not the old files' fault, then
                raise FootnoteError(explain(again, self.folder)) from again

    def _open_embedded(self) -> VectorIndex:
        index = indexes.open_embedded(self._index_folder, self._collection)
        ids, vectors = self._sample(1)
        if ids and index.count():
            # Chroma writes some files again when a search first loads them; from then on they are as left.
            index.nearest(vectors, 1)
            self._stamp()
        return index

    def _sample(self, count: int, newest: int = 0) -> tuple[list[int], Matrix]:
        """Some chunks from all over the library, and the newest ones, with their vectors."""
        every = self.ledger.chunk_ids()
        chosen = sorted({*every[:: max(1, len(every) // count)], *every[len(every) - newest :]})
        ids: list[int] = []
        parts: list[Matrix] = []
        for records, vectors in self.ledger.index_entries(chosen):
            ids += [record.chunk_id for record in records]
            parts.append(vectors)
        return ids, np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)

    def _discard(self, reason: str) -> None:
        with self._writer_lock:
            _log.warning("the index is made anew from the ledger: %s", reason)
            self.ledger.next_generation()  # other processes that have it open must open the new one
            self.close()
            indexes.discard(self._index_folder)

    def _reconcile(self, index: VectorIndex, on_progress: Progress | None = None) -> None:
        """Bring the index up to the ledger: add what is missing, delete what is too much."""
        wanted = set(self.ledger.chunk_ids())
        held = index.ids()
        if extra := sorted(held - wanted):
            index.delete(extra)
        self._add_to_index(index, sorted(wanted - held), on_progress)
        self._stamp()

    def _add_to_index(self, index: VectorIndex, chunk_ids: Sequence[int], on_progress: Progress | None = None) -> None:
        done = 0
        for records, vectors in self.ledger.index_entries(chunk_ids):
            index.add(records, vectors)
            done += len(records)
            if on_progress:
                on_progress(done, len(chunk_ids))
        index.set_generation(self.ledger.generation)

    def _stamp(self) -> None:
        if not self._is_served:
            indexes.write_stamp(self._index_folder)

    # Changing

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Hold the right to write.

        Raises:
            LibraryBusyError: another process is writing; the message says which.
            FootnoteError: the disk is full or the folder has no rights.
        """
        with self._writer_lock:
            with storage_errors(self.folder):
                self._close_outdated()  # written to as it is, it would be taken for current
            yield Writer(self)

    def discard_index(self) -> None:
        """Throw the index away; it is made anew from the ledger when next needed."""
        with storage_errors(self.folder), self._writer_lock, self._lock:
            self.close()  # first: where the server is gone, what is open lacks what the ledger took in
            if self._is_served:
                self._open_index().clear()
            else:
                indexes.discard(self._index_folder)

    def rebuild(self, on_progress: Progress | None = None) -> int:
        """Make the index anew from the stored vectors, nothing embedded again; returns the number of chunks."""
        with storage_errors(self.folder), self._writer_lock, self._lock:
            self.ledger.next_generation()  # other processes that have the old index open must open the new one
            self.discard_index()
            index = self._open_index()
            self._reconcile(index, on_progress)
            self._index = index
            return self.ledger.chunk_count()

    def verify(self, on_progress: Progress | None = None) -> Verification:
        """Check that ledger and index hold the same chunks and that each chunk finds itself.

        Raises:
            LibraryBusyError: another process is writing.
            FootnoteError: ledger or index cannot be read at all.
        """
        with storage_errors(self.folder), self._writer_lock, self._lock:
            self._close_outdated()
            index = self._opened_index()
            wanted = set(self.ledger.chunk_ids())
            held = index.ids()
            problems = [Problem(i, "is missing in the index") for i in sorted(wanted - held)]
            problems += [Problem(i, "is in the index but not in the ledger") for i in sorted(held - wanted)]
            done = 0
            for records, vectors in self.ledger.index_entries():
                ids = [record.chunk_id for record in records]
                lost = indexes.found_by_itself(index, ids, vectors)
                problems += [Problem(i, "is not found by its own vector") for i in lost if i in held]
                done += len(ids)
                if on_progress:
                    on_progress(done, len(wanted))
            return Verification(len(self.ledger.source_states()), len(wanted), len(held), tuple(problems))


class Writer:
    """The right to change a library, held for a while. Obtained from `Library.writing`."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def write(self, batch: Sequence[NewArticle], new_vectors: dict[str, ChunkVectors]) -> None:
        """Add or replace articles. When this returns they are safe in the ledger."""
        with storage_errors(self._library.folder), self._library._lock:
            self._follow(self._library.ledger.write(batch, new_vectors))

    def remove(self, article_ids: Sequence[int]) -> None:
        """Remove articles from the ledger and the index."""
        with storage_errors(self._library.folder), self._library._lock:
            self._follow(self._library.ledger.remove(article_ids))

    def finish(self) -> str | None:
        """Trust the index as it is now, if it is open, and clear removed text off the disk where there was any.

        What was changed is changed whatever becomes of this; so nothing here is an error.

        Returns:
            What could not be done now and is left to the next writer, for people; None where all is done.
        """
        # Once, not after each group: the stamp reads every file. A writer killed before has its index tried. So has
        # one that this process never opened: its files may be damaged.
        try:
            if self._library._index is not None:
                self._library._stamp()
        except OSError as error:
            _log.warning("the index will be tried when it is next opened: its files could not be noted (%s)", error)
        try:
            if self._library.ledger.unwiped:  # also by a writer that was stopped before it came to this
                self._library.ledger.wipe()
        except FootnoteError as error:
            return (
                "what was removed or replaced is gone from the answers, but its text could not be cleared off the disk "
                f"({error}). The next change to the library clears it."
            )
        return None

    def _follow(self, change: Change) -> None:
        library = self._library
        try:
            if library._index is None:
                library._opened_index()  # brings the index up to the ledger, this change included
                return
            if change.removed:
                library._index.delete(change.removed)
            library._add_to_index(library._index, change.added)
        except chroma_errors():
            # A write that failed half-way (a full disk) leaves records that no search finds.
            library.discard_index()
            raise
