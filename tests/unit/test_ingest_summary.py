"""The summary of an ingest run."""

from __future__ import annotations

from dataclasses import replace

from ingest.run import Duplicate, Failure, IngestReport
from ingest.summary import MORE, counts, details


def report(failures: int = 0, copies: int = 0) -> IngestReport:
    failed = tuple(Failure(f"f{i}.txt", "is\nempty") for i in range(failures))
    duplicates = tuple(Duplicate(f"c{i}.txt", "a.txt") for i in range(copies))
    return IngestReport(1 + failures + copies, 1, 0, copies, 0, failed, 7, 0, 1.25, embedded=3, duplicates=duplicates)


def test_counts_add_up() -> None:
    told = counts(report(2, 3))
    assert told == {"seen": 6, "added": 1, "updated": 0, "unchanged": 3, "failed": 2, "removed": 0}
    assert told["seen"] == sum(told[name] for name in ("added", "updated", "unchanged", "failed"))


def test_details_name_copies_and_failures_on_a_line_each() -> None:
    assert details(report(1, 1)) == [
        "7 passages, 3 embedded, in 1.2 s",
        "not stored twice: c0.txt is a.txt",
        "failed f0.txt: is empty",
    ]


def test_notes_are_told_once() -> None:
    noted = replace(report(), notes=("the disk is full",))
    both = noted.plus(noted)
    assert details(both)[1:] == ["note: the disk is full"]
    assert both.as_json()["notes"] == ["the disk is full"]
    assert "notes" not in report().as_json()


def test_details_list_twenty_and_count_the_rest() -> None:
    lines = details(report(20, 23))
    assert [line for line in lines if line.startswith(MORE)] == ["... and 3 more duplicates"]
    assert len([line for line in lines if line.startswith("failed")]) == 20
