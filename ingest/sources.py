"""Which files a path stands for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not be taken in, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The files found under some paths, and what could not be listed."""

    files: tuple[Path, ...]
    folders: tuple[Path, ...]
    """The folders that were given; what is gone from them may be pruned."""
    failures: tuple[Failure, ...]


def list_files(paths: Sequence[str | Path]) -> Listing:
    """Every file at or under `paths`, each once, in order; hidden ones (".name") only where given by name."""
    files: dict[Path, None] = {}
    folders: list[Path] = []
    failures: list[Failure] = []
    for given in paths:
        path = Path(given).expanduser()
        if is_url(str(given)):
            failures.append(Failure(str(given), "web addresses are not read yet; save the page as a file"))
        elif path.is_dir():
            folders.append(path.resolve())
            files.update(dict.fromkeys(_walk(path.resolve(), failures)))
        elif path.exists():
            files[path.resolve()] = None
        else:
            failures.append(Failure(str(path), "there is no such file or folder; check the path"))
    return Listing(tuple(files), tuple(folders), tuple(failures))


def is_url(given: str) -> bool:
    """Whether this is a web address and not a path."""
    return given.lower().startswith(("http://", "https://"))


def _walk(folder: Path, failures: list[Failure]) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        failures.append(Failure(str(error.filename), f"the folder cannot be listed ({error.strerror})"))

    for root, names, files in os.walk(folder, onerror=fail):
        names[:] = sorted(name for name in names if not name.startswith("."))
        yield from (Path(root, name) for name in sorted(files) if not name.startswith("."))
