"""Which files and web addresses the given paths stand for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.text import is_url


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not be taken in, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The files found under some paths, the web addresses among them, and what could not be listed."""

    files: tuple[Path, ...]
    urls: tuple[str, ...]
    folders: tuple[Path, ...]
    """The folders that were given; what is gone from them may be pruned."""
    failures: tuple[Failure, ...]
    left_out: tuple[Path, ...] = ()
    """Files of the library itself."""


def list_sources(paths: Sequence[str | Path], is_own: Callable[[Path], bool] = lambda _: False) -> Listing:
    """Every address in, and file at or under, `paths`, each once, in order; hidden files only where given by name.

    Args:
        paths: files, folders and addresses.
        is_own: tells which files are the library's own, such as `Library.is_own`.
    """
    urls = dict.fromkeys(str(given) for given in paths if is_url(str(given)))
    files: dict[Path, None] = {}
    folders: list[Path] = []
    failures: list[Failure] = []
    for given in (path for path in paths if str(path) not in urls):
        try:
            _list_path(str(given), files, folders, failures)
        except (OSError, RuntimeError) as error:  # a name too long, a home that is none, no rights
            failures.append(_failure(given, f"it cannot be looked up ({getattr(error, 'strerror', None) or error})"))
    own = tuple(filter(is_own, files))
    return Listing(tuple(file for file in files if file not in own), tuple(urls), tuple(folders), tuple(failures), own)


def _failure(name: str | Path, reason: str) -> Failure:
    return Failure(printable(name), reason)


def printable(name: str | Path) -> str:
    """A name with the bytes replaced that are not UTF-8."""
    try:
        return os.fsencode(name).decode("utf-8", "replace")
    except UnicodeEncodeError:  # no name of a file can be so
        return str(name).encode("utf-8", "replace").decode()


def _list_path(given: str, files: dict[Path, None], folders: list[Path], failures: list[Failure]) -> None:
    path = Path(given).expanduser()
    if not given.strip() or not os.path.lexists(path):
        failures.append(_failure(given, "there is no such file or folder; check the path"))
    elif path.is_dir():
        folders.append(path.resolve())
        files.update(dict.fromkeys(_walk(path.resolve(), failures)))
    else:
        files[path.resolve()] = None


def _walk(folder: Path, failures: list[Failure]) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        failures.append(_failure(str(error.filename), f"the folder cannot be listed ({error.strerror})"))

    for root, names, files in os.walk(folder, onerror=fail):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in names:
            if os.path.islink(Path(root, name)):  # noqa: PTH114 - never raises; following could lead round in circles
                failures.append(_failure(Path(root, name), "links to folders are not followed; give it by name"))
        # Resolved, so that a link beside its target is no second article. What cannot be looked up fails when it is
        # read, by itself: `Path.exists` would raise, and the rest of the folder be lost.
        for path in (Path(root, name) for name in sorted(files) if not name.startswith(".")):
            yield path.resolve() if os.path.exists(path) else path  # noqa: PTH110
