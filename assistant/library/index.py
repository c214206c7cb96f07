"""The vector index: Chroma, embedded in this process or a server. Derived from the ledger, never the truth.

Embedded Chroma is safe for one process at a time, and damaged files of it can end the process without an
exception. So its files are trusted only when they are as the last writer left them; otherwise a child process
tries them first (`probe.py`), and an index that fails is thrown away and made anew from the ledger.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import numpy as np

from assistant.errors import FootnoteError
from assistant.settings import Settings
from assistant.types import Filters, Matrix, Vector

if TYPE_CHECKING:  # importing it takes a second: it is done where a collection is opened
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

Where = dict[str, Any]

_PROBE_SECONDS = 120


class DamagedIndexError(Exception):
    """The embedded index does not open; it has to be made anew."""


@dataclass(frozen=True, slots=True)
class IndexRecord:
    """What the index holds of a chunk: its id and what filters need. The text stays in the ledger."""

    chunk_id: int
    published: date | None
    publisher: str | None
    language: str

    def metadata(self) -> dict[str, str | int]:
        """As Chroma stores it; the date as the number yyyymmdd, absent values left out."""
        fields: dict[str, str | int] = {"language": self.language}
        if self.published:
            fields["published"] = date_number(self.published)
        if self.publisher:
            fields["publisher"] = self.publisher
        return fields


def date_number(day: date) -> int:
    """A date as the number yyyymmdd, which orders as dates do."""
    return day.year * 10_000 + day.month * 100 + day.day


@contextmanager
def _http_as_chroma_errors() -> Iterator[None]:
    """Raise what Chroma's client lets through from HTTP, of a server that is gone, as an error of Chroma's."""
    try:
        yield
    except Exception as error:
        # What a proxy answers in the server's place is raised as a bare Exception, after the error that it stands for.
        cause = error.__context__ if type(error) is Exception else error
        if not isinstance(cause, httpx.HTTPError):
            raise
        from chromadb.errors import InternalError

        said = str(cause).partition("\n")[0] or type(cause).__name__
        raise InternalError(
            f"the Chroma server does not answer ({said}); start it (chroma run), or unset FOOTNOTE_CHROMA_URL"
        ) from error


class VectorIndex:
    """One collection of a Chroma client; ids are the ledger's chunk ids as strings.

    A server that goes away once it is open is told by a ChromaError, like what fails in Chroma itself.
    """

    def __init__(self, client: ClientAPI, name: str) -> None:
        self._client = client
        self._name = name
        self._collection = self._open()

    def _open(self) -> Collection:
        return self._client.get_or_create_collection(
            self._name,
            embedding_function=None,  # vectors are passed in, never computed (or downloaded) here
            configuration={"hnsw": {"space": "cosine"}},
        )

    @property
    def generation(self) -> int:
        """The ledger's generation this index was last brought up to; -1 for a new one."""
        return int((self._collection.metadata or {}).get("generation", -1))

    @_http_as_chroma_errors()
    def set_generation(self, generation: int) -> None:
        """Remember that the index now holds what the ledger held at `generation`."""
        self._collection.modify(metadata={"generation": generation})

    @_http_as_chroma_errors()
    def count(self) -> int:
        """How many vectors it holds."""
        return self._collection.count()

    @_http_as_chroma_errors()
    def ids(self) -> set[int]:
        """All chunk ids it holds."""
        return {int(i) for i in self._collection.get(include=[])["ids"]}

    @_http_as_chroma_errors()
    def add(self, records: Sequence[IndexRecord], vectors: Matrix) -> None:
        """Add chunks that are not there yet. Live ids are never overwritten (chroma issue 7678)."""
        for part in self._batches(len(records)):
            self._collection.add(
                ids=[str(record.chunk_id) for record in records[part]],
                embeddings=vectors[part],
                metadatas=[record.metadata() for record in records[part]],
            )

    @_http_as_chroma_errors()
    def delete(self, chunk_ids: Sequence[int]) -> None:
        """Take chunks out."""
        for part in self._batches(len(chunk_ids)):
            self._collection.delete(ids=[str(i) for i in chunk_ids[part]])

    @_http_as_chroma_errors()
    def nearest(self, vectors: Matrix, count: int, where: Where | None = None) -> list[list[tuple[int, float]]]:
        """For each vector the nearest chunks: (chunk id, cosine), best first."""
        found = self._collection.query(
            query_embeddings=vectors, n_results=max(1, count), where=where, include=["distances"]
        )
        return [
            [(int(i), 1.0 - float(d)) for i, d in zip(ids, distances, strict=True)]
            for ids, distances in zip(found["ids"], found["distances"] or [], strict=True)
        ]

    @_http_as_chroma_errors()
    def clear(self) -> None:
        """Delete everything it holds."""
        self._client.delete_collection(self._name)
        self._collection = self._open()

    def close(self) -> None:
        """Let go of the files."""
        self._client.close()  # type: ignore[attr-defined]  # every Client has it, the interface does not say so

    def _batches(self, size: int) -> Iterator[slice]:
        step = self._client.get_max_batch_size()
        return (slice(first, first + step) for first in range(0, size, step))


def where_clause(filters: Filters, publishers: Sequence[str] | None) -> Where | None:
    """Filters in Chroma's language; `publishers` are the exact names that `filters.publisher` stands for."""
    conditions: list[Where] = []
    if filters.since:
        conditions.append({"published": {"$gte": date_number(filters.since)}})
    if filters.until:
        conditions.append({"published": {"$lte": date_number(filters.until)}})
    if publishers is not None:
        conditions.append({"publisher": {"$in": list(publishers)}})
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return {"$and": conditions}


def open_embedded(folder: Path, name: str) -> VectorIndex:
    """Open Chroma inside this process.

    Raises:
        DamagedIndexError: it does not open.
    """
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings as ChromaSettings

    folder.mkdir(parents=True, exist_ok=True)
    try:
        client = chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
        return VectorIndex(client, name)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the Rust code is no Exception
        # Chroma keeps the half-opened system and would hand it out again.
        SharedSystemClient._identifier_to_system.pop(str(folder), None)
        raise DamagedIndexError(str(error)) from error


def open_server(settings: Settings, name: str) -> VectorIndex:
    """Open a collection of the Chroma server at `settings.chroma_url`.

    Raises:
        FootnoteError: the address is not one, or the server does not answer or refuses the token.
    """
    url = urlsplit(settings.chroma_url or "")
    if url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/"):
        raise FootnoteError(
            f"FOOTNOTE_CHROMA_URL={settings.chroma_url!r} is not a server's address; "
            "write it as http://HOST:PORT or https://HOST:PORT."
        )
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    tls = url.scheme == "https"
    token = settings.chroma_token.get_secret_value() if settings.chroma_token else None
    try:
        client = chromadb.HttpClient(
            host=url.hostname,
            port=url.port or (443 if tls else 8000),
            ssl=tls,
            headers={settings.chroma_token_header: token} if token else None,
            settings=ChromaSettings(
                anonymized_telemetry=False,
                chroma_server_ssl_verify=str(settings.chroma_ca_file) if settings.chroma_ca_file else None,
            ),
        )
        return VectorIndex(client, name)
    except Exception as error:  # chromadb wraps connection errors in ValueError and its own types
        raise FootnoteError(
            f"the Chroma server at {url.scheme}://{url.netloc.rpartition('@')[2]} cannot be used ({error}). "
            "Start it (chroma run), correct FOOTNOTE_CHROMA_URL and FOOTNOTE_CHROMA_TOKEN, or unset "
            "FOOTNOTE_CHROMA_URL to use the embedded index."
        ) from error


def write_stamp(folder: Path) -> None:
    """Note the files as they are now: the writer that leaves them trusts them."""
    noted = {name: [path.stat().st_size, path.stat().st_mtime_ns, _digest(path)] for name, path in _files(folder)}
    stamp_file(folder).write_text(json.dumps(noted), encoding="utf-8")


def is_as_left(folder: Path) -> bool:
    """Whether the files are as the last writer left them.

    A reader may write a file again with the same content, so the content decides where the times differ.
    """
    try:
        noted = json.loads(stamp_file(folder).read_text(encoding="utf-8"))
        files = dict(_files(folder))
        return files.keys() == noted.keys() and all(
            path.stat().st_size == noted[name][0]
            and (path.stat().st_mtime_ns == noted[name][1] or _digest(path) == noted[name][2])
            for name, path in files.items()
        )
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _files(folder: Path) -> list[tuple[str, Path]]:
    """The files of the vectors' graph, the ones whose damage ends the process that reads them."""
    return [(str(path.relative_to(folder)), path) for path in sorted(folder.glob("*/*")) if path.is_file()]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def discard(folder: Path) -> None:
    """Throw the embedded index away."""
    stamp_file(folder).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def survives_probe(folder: Path, name: str, ids: Sequence[int], vectors: Matrix) -> bool:
    """Whether a child process can open the index and find by itself each of these vectors that it holds.

    A child, because damaged files may end the process that reads them (chroma issues 6949, 7238).
    """
    question = {"folder": str(folder), "name": name, "ids": list(ids), "vectors": vectors.tolist()}
    try:
        child = subprocess.run(
            [sys.executable, "-m", "assistant.library.probe"],
            input=json.dumps(question),
            text=True,
            capture_output=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return child.returncode == 0


def found_by_itself(index: VectorIndex, chunk_ids: Sequence[int], vectors: Matrix) -> list[int]:
    """The chunks that a search for their own vector does not find.

    Chunks with equal vectors may stand in for each other: a hit at distance zero counts.
    """
    lost = []
    for chunk_id, hits in zip(chunk_ids, index.nearest(vectors, 5), strict=True):
        if all(hit != chunk_id and cosine < 1 - 1e-5 for hit, cosine in hits):
            lost.append(chunk_id)
    return lost


def exact_nearest(ids: Sequence[int], matrix: Matrix, vector: Vector, count: int) -> list[tuple[int, float]]:
    """The same answer as `VectorIndex.nearest` by comparing with every vector, no index needed."""
    if not len(ids):
        return []
    cosines = matrix @ vector
    best = np.argsort(-cosines, kind="stable")[:count]
    return [(ids[i], float(cosines[i])) for i in best]


def stamp_file(folder: Path) -> Path:
    """Where it is noted how the files of an index were left."""
    return folder.with_name(folder.name + ".json")
