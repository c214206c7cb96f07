"""Articles taken in from the page, with the same summary as on the command line, and removed from either."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain, count
from pathlib import PurePath

from assistant.errors import FootnoteError
from assistant.library import Library
from assistant.text import is_url
from ingest.run import IngestReport, OnProgress, Progress, run, run_bytes
from ingest.sources import Failure
from ingest.summary import counts, details
from ui.jobs import Step, Tell


@dataclass(frozen=True, slots=True)
class Removal:
    """An article that was removed."""

    title: str
    source: str
    note: str | None = None
    """What is left to the next change of the library, see `Writer.finish`."""


def take_uploads(library: Library, uploads: Sequence[tuple[str, bytes]], tell: Tell) -> IngestReport:
    """Take in uploaded files, each known by its name; of several with one name the others get names of their own.

    Raises:
        FootnoteError: there is none.
    """
    if not uploads:
        raise FootnoteError("choose a file first")
    reports = []
    for done, (name, (given, data)) in enumerate(zip(_own_names(uploads), uploads, strict=True)):
        tell(Step(done, len(uploads), name))
        report = _upload_taken(library, name, data)
        if name != given:
            told = f"several of these files are called {given}: one of them goes by {name}"
            report = replace(report, notes=(*report.notes, told))
        reports.append(report)
    return reduce(IngestReport.plus, reports)


def _own_names(uploads: Sequence[tuple[str, bytes]]) -> list[str]:
    """A name for each upload that no other file of the same batch has; the same whenever they come in this order.

    One of the same name would replace the one before it. Copies of one file may: it is one article.
    """
    named: dict[str, bytes] = {}
    given = {name for name, _ in uploads}
    names = []
    for name, data in uploads:
        others = (own for own in _numbered(name) if own not in given)
        chosen = next(own for own in chain([name], others) if named.get(own, data) == data)
        names.append(chosen)
        named[chosen] = data
    return names


def _numbered(name: str) -> Iterator[str]:
    """A name with numbers from 2 on, as no browser gives them to downloads: "report (2).pdf" may be another file."""
    path = PurePath(name)
    return (f"{path.stem} [{number}]{path.suffix}" for number in count(2))


def _upload_taken(library: Library, name: str, data: bytes) -> IngestReport:
    """Take in one upload; an error is a failure of this one only, so that what became of the others is told too."""
    try:
        return run_bytes(data, name, library)
    except FootnoteError as error:
        failed = (Failure(name, str(error)),)
        return IngestReport(
            seen=1, added=0, updated=0, unchanged=0, removed=0, failed=failed, chunks=0, truncated=0, seconds=0.0
        )


def take_places(library: Library, typed: str, tell: Tell) -> IngestReport:
    """Take in what the lines of a text name: web addresses, files and folders of this computer.

    Raises:
        FootnoteError: there is none.
    """
    places = [line.strip() for line in typed.splitlines() if line.strip()]
    if not places:
        raise FootnoteError("type an address or a path first")
    return run(places, library, on_progress=told(tell))


def addresses_only(typed: str) -> str:
    """The same lines, all of them web addresses.

    Raises:
        FootnoteError: one is none.
    """
    for line in filter(None, map(str.strip, typed.splitlines())):
        if not is_url(line):
            raise FootnoteError(f"{line!r} is no web address; it must begin with http:// or https://")
    return typed


def told(tell: Tell) -> OnProgress:
    """How an ingest run tells where it stands."""

    def on_progress(progress: Progress) -> None:
        tell(Step(progress.done, progress.total, f"{progress.status} {progress.source}"))

    return on_progress


def summary_lines(report: IngestReport) -> list[str]:
    """The same as the command line says, in lines of plain text."""
    figures = ", ".join(f"{count} {name}" for name, count in counts(report).items() if count or name != "removed")
    return [figures, *details(report)]


def remove_article(library: Library, article_id: int) -> Removal:
    """Remove an article from answers, index and disk."""
    article = library.ledger.article(article_id)
    with library.writing() as writer:
        writer.remove([article_id])
        note = writer.finish()
    return Removal(article.metadata.title, article.source, note)
