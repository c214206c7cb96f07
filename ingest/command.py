"""The ingest command: progress while it runs, a summary that adds up at the end."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from assistant.library import open_library
from assistant.text import canonical_text
from ingest.run import IngestReport, run
from ingest.run import Progress as RunProgress

_LISTED_FAILURES = 20


def ingest_command(
    paths: Sequence[str | Path], folder: Path | None = None, *, prune: bool = False, as_json: bool = False
) -> int:
    """Ingest and tell how it went; returns the exit status (1 where something failed).

    With `as_json`, standard output is one JSON document; progress goes to standard error.
    """
    library = open_library(folder)
    try:
        with progress_display("Reading articles") as tell:
            report = run(paths, library, prune=prune, on_progress=lambda p: tell(p.done, p.total, _line(p)))
    finally:
        library.close()
    if as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print_summary(report, library.folder)
    return 1 if report.failed else 0


@contextmanager
def progress_display(what: str) -> Iterator[Callable[[int, int, str | None], None]]:
    """A progress bar on standard error, or plain lines where that is no terminal.

    Yields a function to be told how many of how many are done, and a line to print where there is no bar.
    """
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda _done, _total, line: print(line, file=sys.stderr, flush=True) if line else None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def tell(done: int, total: int, line: str | None) -> None:
            bar.update(task, completed=done, total=total)
            if line and line.startswith("failed"):
                bar.console.print(escape(line), style="red", soft_wrap=True)

        yield tell


def _line(progress: RunProgress) -> str:
    reason = f": {progress.reason}" if progress.reason else ""
    return canonical_text(f"{progress.status:9} {progress.source}{reason}").replace("\n", " ")


def _print_summary(report: IngestReport, folder: Path) -> None:
    console = Console(highlight=False)
    table = Table(title=f"Articles in {escape(str(folder))}", title_justify="left")
    counts = {
        "seen": report.seen,
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "failed": len(report.failed),
        "removed": report.removed,
    }
    for name in counts:
        table.add_column(name, justify="right")
    table.add_row(*map(str, counts.values()))
    console.print(table)
    console.print(f"{report.chunks} passages, {report.embedded} embedded, in {report.seconds:.1f} s")
    for failure in report.failed[:_LISTED_FAILURES]:
        console.print(escape(canonical_text(f"failed {failure.source}: {failure.reason}")), style="red", soft_wrap=True)
    if (more := len(report.failed) - _LISTED_FAILURES) > 0:
        console.print(f"... and {more} more; --json lists them all", style="red")
