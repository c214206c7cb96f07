"""What an ingest run did, in words; the same on the command line and on the page."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.text import canonical_text
from ingest.run import IngestReport

_LISTED = 20
MORE = "... and "
"""How the line begins that tells how many are not listed."""


def counts(report: IngestReport) -> dict[str, int]:
    """What became of what was seen; seen = added + updated + unchanged + failed."""
    return {
        "seen": report.seen,
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "failed": len(report.failed),
        "removed": report.removed,
    }


def details(report: IngestReport) -> list[str]:
    """What was written, then notes, each copy and each failure ("failed ..."), at most twenty of each; plain text."""
    lines = [f"{report.chunks} passages, {report.embedded} embedded, in {report.seconds:.1f} s"]
    lines += _listed([f"note: {note}" for note in report.notes], "notes")
    lines += _listed([f"not stored twice: {copy.source} is {copy.of}" for copy in report.duplicates], "duplicates")
    lines += _listed([f"failed {failure.source}: {failure.reason}" for failure in report.failed], "failures")
    return [canonical_text(line).replace("\n", " ") for line in lines]


def _listed(lines: Sequence[str], what: str) -> list[str]:
    more = len(lines) - _LISTED
    return [*lines[:_LISTED], *([f"{MORE}{more} more {what}"] if more > 0 else [])]
