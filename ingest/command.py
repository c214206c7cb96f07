"""The ingest command: progress while it runs, a summary that adds up at the end."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from threading import Event
from typing import Protocol

from rich.console import Console
from rich.control import strip_control_codes
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.segment import Segment, Segments
from rich.table import Table
from rich.text import Text
from watchfiles import Change, watch

from assistant.errors import FootnoteError, LibraryBusyError
from assistant.library import open_library
from assistant.text import canonical_text, is_url
from ingest.run import IngestReport, run, run_bytes
from ingest.run import Progress as RunProgress
from ingest.summary import MORE, counts, details

FileChange = tuple[Change, str]
"""What became of a file, and its path."""

_LOOK_AGAIN_MS = 500
_TRY_AGAIN_SECONDS = 30.0  # after a failure that is not that others write: a full disk, say
_STOPPED = "stopped; what was reported is kept, and the same command goes on from there"
STANDARD_INPUT = "-"


class Tell(Protocol):
    """Told how many of how many are done, a line to print where there is no bar, and a note to show beside one."""

    def __call__(self, done: int, total: int, line: str | None, note: str = "") -> None:
        """Take note."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to ingest, beside what."""

    prune: bool = False
    dry_run: bool = False
    as_json: bool = False
    urls_from: Path | None = None
    """A file with an address a line."""


def ingest_command(
    paths: Sequence[str | Path],
    folder: Path | None = None,
    options: Options | None = None,
) -> int:
    """Ingest and tell how it went; returns the exit status (1 where something failed).

    `-` among the paths is standard input. With `as_json`, standard output is one JSON document; progress goes to
    standard error.
    """
    try:
        return _ingest(paths, folder, options or Options())
    except KeyboardInterrupt:
        raise FootnoteError(_STOPPED) from None


def _ingest(paths: Sequence[str | Path], folder: Path | None, options: Options) -> int:
    given = [path for path in paths if str(path) != STANDARD_INPUT]
    from_stdin = len(given) < len(paths)
    if options.urls_from:
        given += listed_urls(options.urls_from)
    library = open_library(folder)
    try:
        with progress_display("Reading articles") as tell:
            started = time.perf_counter()

            def on_progress(p: RunProgress) -> None:
                rate = p.chunks / max(1e-9, time.perf_counter() - started)
                tell(p.done, p.total, _line(p), f"{rate:.0f} passages/s")

            reports = []
            if from_stdin:
                data = sys.stdin.buffer.read()
                reports.append(
                    run_bytes(data, stdin_name(data), library, dry_run=options.dry_run, on_progress=on_progress)
                )
            if given or not reports:
                reports.append(
                    run(given, library, prune=options.prune, dry_run=options.dry_run, on_progress=on_progress)
                )
    finally:
        library.close()
    report = reports[0] if len(reports) == 1 else reports[0].plus(reports[1])
    if options.as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print_summary(report, library.folder, dry_run=options.dry_run)
    return 1 if report.failed else 0


def watch_command(
    paths: Sequence[str | Path], folder: Path | None = None, options: Options | None = None, stop: Event | None = None
) -> int:
    """Ingest, then go on to ingest whatever changes under the paths, until Ctrl-C or `stop`.

    While another process writes, or anything else is in the way of a run, changes wait. What a run writes to the
    library is no change.

    Returns:
        The exit status of the last run.

    Raises:
        FootnoteError: a path does not exist, or is an address, or cannot be looked up; the first run fails.
        LibraryBusyError: another process is writing at the start.
    """
    options = options or Options()
    roots = [_root(path) for path in paths]
    library = open_library(folder)
    changes = _watched(roots, stop)
    if not changes:
        return 0
    status = 0
    waiting: set[FileChange] = set()
    told, again_at = "", 0.0
    try:
        status = _ingest(paths, folder, options)
        print("Watching for changes; Ctrl-C ends it.", file=sys.stderr, flush=True)
        for changed in changes:
            new = {(how, path) for how, path in changed if _is_under(path, roots) and not library.is_own(Path(path))}
            waiting |= new
            if not new and time.monotonic() < again_at:
                continue
            try:
                if taken := _to_take(waiting, roots, prune=options.prune):
                    status = _ingest(taken, folder, options)
                waiting, told = set(), ""
            except FootnoteError as error:
                if not isinstance(error, LibraryBusyError):
                    status, again_at = 1, time.monotonic() + _TRY_AGAIN_SECONDS
                if str(error) != told:
                    print(f"waiting: {error}", file=sys.stderr, flush=True)
                told = str(error)
    except KeyboardInterrupt:
        print(_STOPPED, file=sys.stderr, flush=True)
    return status


def _watched(roots: Sequence[Path], stop: Event | None) -> Iterator[set[FileChange]] | None:
    """What changes in the folders from now on, again and again; None where `stop` comes first."""
    changes = watch(
        # A single file by its folder: editors save by renaming, and a watch would stay with the file that was.
        *(root if root.is_dir() else root.parent for root in roots),
        stop_event=stop,
        raise_interrupt=False,
        rust_timeout=_LOOK_AGAIN_MS,
        yield_on_timeout=True,
        recursive=any(root.is_dir() for root in roots),
        ignore_permission_denied=True,
    )
    # The watch begins with its first answer. So what is saved while the first run reads is told by the second.
    try:
        return None if next(changes, None) is None else changes
    except OSError as error:
        raise FootnoteError(
            f"the paths cannot be watched: {error}; give fewer folders, or raise what limit of the system this names"
        ) from None


def _root(path: str | Path) -> Path:
    """A path to watch, resolved."""
    if is_url(str(path)):
        raise FootnoteError(f"{path} cannot be watched: it is a web address; ingest it without --watch")
    try:
        given = Path(path).expanduser()
        if given.exists():
            return given.resolve()
    except (OSError, RuntimeError) as error:  # no rights, a name too long, a home that is none
        why = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise FootnoteError(f"{path} cannot be watched: {why}; check the path, and write it out in full") from None
    raise FootnoteError(f"{path} cannot be watched: there is no such file or folder; check the path")


def _to_take(changes: Iterable[FileChange], roots: Sequence[Path], *, prune: bool) -> Sequence[str | Path]:
    """What is new or changed, by itself; what is gone can only be told by looking at the whole."""
    if prune and any(change is Change.deleted for change, _ in changes):
        return roots
    return sorted({path for _, path in changes if Path(path).exists() and not _hidden(path, roots)})


def _is_under(path: str, roots: Sequence[Path]) -> bool:
    return any(Path(path).is_relative_to(root) for root in roots)


def _hidden(path: str, roots: Sequence[Path]) -> bool:
    below = next((Path(path).relative_to(root) for root in roots if Path(path).is_relative_to(root)), Path(path))
    return any(part.startswith(".") for part in below.parts)


def print_anything() -> None:
    """Have standard output and error write what their encoding lacks as escapes, which a reader of JSON turns back.

    Half a character comes in with names of files that are not UTF-8.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_verbatim(console: Console, text: str, style: str | None = None) -> None:
    """Print text as it is on a line of its own: nothing in it is markup or an emoji, and a tab stays one.

    Rich's own `Text` turns tabs into spaces, and its `escape` doubles a backslash at the end.
    """
    console.print(Segments([Segment(strip_control_codes(text)), Segment.line()]), style=style, soft_wrap=True)


def listed_urls(path: Path) -> list[str]:
    """The addresses of a file with one a line; empty lines and those that begin with # are left out.

    Raises:
        FootnoteError: the file cannot be read, or a line is no address.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FootnoteError(f"the list of addresses {path} cannot be read ({error}); save it as UTF-8 text") from None
    except OSError as error:
        raise FootnoteError(f"the list of addresses {path} cannot be read ({error.strerror}); check the path") from None
    urls = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    for number, url in enumerate(urls, start=1):
        if not is_url(url):
            raise FootnoteError(f"address {number} of {path} is none: {url!r}; it must begin with http:// or https://")
    return urls


def stdin_name(data: bytes) -> str:
    """What an article from standard input is known by: its content, so that the next one does not replace it."""
    return f"stdin:{hashlib.sha256(data).hexdigest()[:12]}"


@contextmanager
def progress_display(what: str) -> Iterator[Tell]:
    """A progress bar on standard error, or plain lines where that is no terminal.

    Yields what is to be told of the progress.
    """
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield _print_line
        return
    texts = (TextColumn("{task.description}"), TextColumn("{task.fields[note]}"))
    columns = (texts[0], BarColumn(), MofNCompleteColumn(), texts[1], TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None, note="")

        def tell(done: int, total: int, line: str | None, note: str = "") -> None:
            bar.update(task, completed=done, total=total, note=note)
            if line and line.startswith("failed"):
                print_verbatim(bar.console, line, "red")

        yield tell


def _print_line(done: int, total: int, line: str | None, note: str = "") -> None:
    if line:
        with suppress(BrokenPipeError):  # a run is not done for who reads of it
            print(line, file=sys.stderr, flush=True)


def _line(progress: RunProgress) -> str:
    reason = f": {progress.reason}" if progress.reason else ""
    return canonical_text(f"{progress.status:9} {progress.source}{reason}").replace("\n", " ")


def _print_summary(report: IngestReport, folder: Path, *, dry_run: bool) -> None:
    console = Console(highlight=False)
    would = "What would happen to the articles in" if dry_run else "Articles in"
    table = Table(title=Text(f"{would} {folder}", "table.title"), title_justify="left")
    told = counts(report)
    for name in told:
        table.add_column(name, justify="right")
    table.add_row(*map(str, told.values()))
    console.print(table)
    for line in details(report):
        hint = "; --json lists them all" if line.startswith(MORE) else ""
        print_verbatim(console, line + hint, "red" if line.startswith("failed") else None)
