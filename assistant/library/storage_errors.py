"""What the disk, the database or Chroma says when it fails, in one line that says what to do."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from assistant.errors import FootnoteError

_GROWS_BY = 65_536  # bytes by which the index of the write-ahead log grows, and as much again


@contextmanager
def storage_errors(place: Path) -> Iterator[None]:
    """Turn what the disk, the database or Chroma says into one line that says what to do."""
    try:
        yield
    except chroma_errors(DatabaseError, OSError) as error:
        raise FootnoteError(explain(error, place)) from error


def chroma_errors(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """What to catch where Chroma may fail: its error, none where it was not imported, and others.

    Importing it takes a second, which `footnote list` and the start of the app should not pay.
    """
    loaded = sys.modules.get("chromadb.errors")
    return (loaded.ChromaError, *others) if loaded else others


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
