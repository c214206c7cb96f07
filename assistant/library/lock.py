"""The writer's lock: one process writes to a library at a time, and the others are told which."""

from __future__ import annotations

import json
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from assistant.errors import LibraryBusyError
from assistant.library.storage_errors import storage_errors


class WriterLock:
    """The right to write to a library; the thread that holds it may take it again.

    Raises:
        LibraryBusyError: on entering, where another process or thread holds it; the message says which.
        FootnoteError: the disk is full, or the folder has no rights.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(_lock_file(folder))

    def __enter__(self) -> None:
        with storage_errors(self._folder):
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                raise LibraryBusyError(_busy(self._folder)) from None
            try:
                if self._lock.lock_counter == 1:
                    _record(self._folder).write_text(json.dumps(_myself()), encoding="utf-8")
            except BaseException:  # a full disk: nobody will exit what was not entered
                self.__exit__()
                raise

    def __exit__(self, *_exception: object) -> None:
        with storage_errors(self._folder):
            try:
                if self._lock.lock_counter == 1:
                    _record(self._folder).unlink(missing_ok=True)
            finally:
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


def _busy(folder: Path) -> str:
    """Who holds the lock, and what to do: where it is this very process, to stop it would be to stop oneself."""
    holder = _holder(folder)
    if holder.get("host") == socket.gethostname() and holder.get("pid") == os.getpid():
        return (
            f"articles of {folder} are being added or removed in another window of this app, or another thread of "
            "this program. Try again when that is done; reading and asking go on meanwhile."
        )
    return (
        f"another process is writing to {folder}: {_describe(holder)}. "
        "Wait until it is done, or stop it; reading and asking go on meanwhile."
    )


def lock_files(folder: Path) -> tuple[Path, Path]:
    """The files of a library's lock: it, and the note beside it that says who holds it."""
    return _lock_file(folder), _record(folder)


def _lock_file(folder: Path) -> Path:
    return folder / "writer.lock"


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
