"""The ingest run: what it counts, what it keeps, what it removes."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import FingerprintError, FootnoteError
from assistant.library import Library, open_library
from assistant.library.ledger import Ledger
from assistant.retrieval import embed_question, retrieve
from assistant.settings import Settings
from assistant.types import Document, Filters, Metadata
from ingest import run as ingest_run
from ingest.run import IngestReport, Progress, run, run_documents
from ingest.sources import Listing

SENTENCES = [f"Ship number {n} sailed to harbour {n * 7} with {n * 3} tons of grain and salt." for n in range(45)]


def article(name: str) -> str:
    return f"The lighthouse of {name} was built long ago."


def sources(library: Library) -> set[str]:
    return {Path(source).name for source in library.ledger.source_states()}


def adds_up(report: IngestReport) -> bool:
    return report.seen == report.added + report.updated + report.unchanged + len(report.failed)


# Counting

GOOD: dict[str, Callable[[Path], object]] = {
    "good.txt": lambda path: path.write_text(article(path.parent.name + path.name)),
    "good.md": lambda path: path.write_text(f"---\ntitle: T\n---\n{article(path.parent.name + path.name)}"),
    "utf16.txt": lambda path: path.write_text(article(path.parent.name + path.name), encoding="utf-16"),
}
BAD: dict[str, Callable[[Path], object]] = {
    "empty.txt": lambda path: path.write_text(" \n"),
    "binary.txt": lambda path: path.write_bytes(bytes(range(256))),
    "cut.txt": lambda path: path.write_bytes(b"\xff\xfec\0a\0f"),
    "broken.md": lambda path: path.write_text("---\ntitle: [\n---\ntext"),
    "picture.png": lambda path: path.write_bytes(b"\x89PNG"),
    "dangling.txt": lambda path: path.symlink_to(path.parent / "nowhere"),
    "pipe.txt": os.mkfifo,
    "large.txt": lambda path: path.write_text("a " * 30_000),
}


@settings(max_examples=12)
@given(st.lists(st.sampled_from([*GOOD, *BAD]), max_size=7), st.booleans())
def test_every_file_is_accounted_for(
    library_of_small_files: tuple[Library, itertools.count[int]],
    tmp_path: Path,
    kinds: list[str],
    missing: bool,
) -> None:
    library, numbers = library_of_small_files
    folder = tmp_path / f"run{next(numbers)}"
    folder.mkdir()
    for number, kind in enumerate(kinds):
        (GOOD | BAD)[kind](folder / f"{number}-{kind}")
    paths = [folder, folder / "missing"] if missing else [folder]
    good = sum(kind in GOOD for kind in kinds)
    events: list[Progress] = []
    for counted in ("added", "unchanged"):
        events.clear()
        report = run(paths, library, on_progress=events.append)
        assert adds_up(report)
        assert (report.seen, getattr(report, counted)) == (len(kinds) + missing, good)
        assert all(failure.reason and "Error" not in failure.reason for failure in report.failed)
        assert [event.done for event in events] == list(range(1, report.seen + 1))
        assert (report.truncated, report.removed) == (0, 0)
    assert (report.embedded, report.chunks) == (0, 0)


def test_progress_counts_the_articles_of_a_file_that_holds_several(library: Library, tmp_path: Path) -> None:
    records = [{"id": str(number), "text": f"{article(str(number))} {SENTENCES[number]}"} for number in range(4)]
    (tmp_path / "all.json").write_text(json.dumps(records))
    (tmp_path / "one.txt").write_text("Turtles dive deep.")
    for _ in range(2):
        events: list[Progress] = []
        run([tmp_path / "all.json", tmp_path / "one.txt", tmp_path / "nowhere"], library, on_progress=events.append)
        assert [event.done for event in events] == [1, 2, 3, 4, 5, 6]
        assert [event.total for event in events[1:]] == [6] * 5


@pytest.fixture(scope="module")
def library_of_small_files(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A library that takes files of up to 50 kB, and numbers for folders."""
    opened = open_library(tmp_path_factory.mktemp("mixes") / "library", Settings(max_file_megabytes=0.05))
    yield opened, itertools.count()
    opened.close()


def test_reasons_say_what_is_wrong(tmp_path: Path) -> None:
    for name, make in BAD.items():
        make(tmp_path / name)
    library = open_library(tmp_path / "library", Settings(max_file_megabytes=0.05))
    reasons = {Path(f.source).name: f.reason for f in run([tmp_path / name for name in BAD], library).failed}
    library.close()
    for name, words in {
        "binary.txt": "binary",
        "broken.md": "front matter",
        "empty.txt": "the file is empty",
        "large.txt": "FOOTNOTE_MAX_FILE_MEGABYTES",
        "cut.txt": "not UTF-16",
        "picture.png": "a picture",
        "pipe.txt": "not a regular file; write what it gives into one",
    }.items():
        assert words in reasons[name]


def test_the_report_as_json_has_the_fields_of_the_contract(library: Library, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(article("A"))
    values = json.loads(json.dumps(run([tmp_path / "a.txt", tmp_path / "missing"], library).as_json()))
    assert list(values) == [
        "seen", "added", "updated", "unchanged", "removed", "failed", "chunks", "truncated", "seconds",
    ]  # fmt: skip
    assert [set(failure) for failure in values["failed"]] == [{"source", "reason"}]


def test_a_file_that_goes_away_during_the_run_is_a_failure(library: Library, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.txt", "b.txt", "c.txt")]
    for path in paths:
        path.write_text("" if path.name == "a.txt" else article(path.name))
    report = run(paths, library, on_progress=lambda _: paths[1].unlink(missing_ok=True))
    assert (report.seen, report.added, sources(library)) == (3, 1, {"c.txt"})
    assert [Path(failure.source).name for failure in report.failed] == ["a.txt", "b.txt"]


def test_an_article_without_sentences_for_chunks_still_counts(library: Library, tmp_path: Path) -> None:
    (tmp_path / "number.txt").write_text("42")
    assert run([tmp_path], library).added == 1
    assert library.verify().ok


def test_a_badly_named_file_harms_no_other(library: Library, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "good.txt").write_text(article("A"))
    with open(os.fsencode(tmp_path / "a") + b"/bad\xff.md", "w") as file:  # noqa: PTH123
        file.write(f"---\ntitle: Bad name\n---\n{article('B')}")
    report = run([tmp_path / "a"], library)
    assert adds_up(report)
    assert "good.txt" in sources(library)


def test_a_write_that_fails_once_is_not_counted_twice(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcd":
        (tmp_path / f"{name}.txt").write_text(article(name))
    write = Ledger.write
    calls = itertools.count()

    def full_at_first(*arguments: Any) -> Any:
        if next(calls) == 0:
            raise OSError(28, "No space left on device")
        return write(*arguments)

    monkeypatch.setattr(Ledger, "write", full_at_first)
    monkeypatch.setattr(ingest_run, "_GROUP_CHUNKS", 2)
    try:
        report = run([tmp_path / f"{name}.txt" for name in "abcd"], library)
    except FootnoteError:
        return  # ending the run with the reason is right too
    assert report.seen == 4
    assert report.added == len(library.ledger.articles())


@pytest.mark.parametrize("inside", ["library", "."])
@pytest.mark.parametrize("database", [None, "sqlite:///{}/own.db"])
def test_a_library_in_the_folder_it_is_made_from_is_no_article(
    tmp_path: Path, inside: str, database: str | None
) -> None:
    (tmp_path / "a.txt").write_text(article("A"))
    library = open_library(tmp_path / inside, Settings(database_url=database and database.format(tmp_path)))
    for counted in ("added", "unchanged"):
        report = run([tmp_path], library, prune=True)
        assert (report.seen, getattr(report, counted), report.failed, report.removed) == (1, 1, (), 0)
        assert [str(library.folder) in note for note in report.notes] == [True]
    (tmp_path / inside / "b.txt").write_text("Turtles dive deep.")
    assert run([tmp_path], library).added == 1, "beside a library may lie articles"
    library.close()


def test_an_error_of_who_is_told_is_not_told_as_the_librarys(library: Library, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(article("A"))

    def gone(_: Progress) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(BrokenPipeError):
        run([tmp_path / "a.txt"], library, on_progress=gone)
    with library.writing():
        assert sources(library) == {"a.txt"}


@pytest.mark.parametrize("failing", ["write", "remove"])
def test_an_error_of_the_library_is_told_as_its_own(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Ledger, failing, full)
    with library.writing() as writer, pytest.raises(FootnoteError, match=f"disk that holds {library.folder} is full"):
        writer.write([], {}) if failing == "write" else writer.remove([])


# Again, changed, moved


def test_what_did_not_change_is_not_embedded_again(library: Library, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(article("A"))
    first = run([tmp_path / "a.txt"], library)
    ids = library.ledger.chunk_ids()
    second = run([tmp_path / "a.txt"], library)
    assert (first.added, first.embedded) == (1, 1)
    assert (second.unchanged, second.embedded, second.seen) == (1, 0, 1)
    assert library.ledger.chunk_ids() == ids


def test_a_changed_file_replaces_its_chunks_and_keeps_known_vectors(library: Library, tmp_path: Path) -> None:
    paragraphs = [" ".join(SENTENCES[first : first + 9]) for first in range(0, 45, 9)]
    path = tmp_path / "ships.txt"
    path.write_text("\n\n".join(paragraphs))
    first = run([path], library)
    assert (first.chunks, first.embedded) == (5, 5)
    paragraphs[2] = paragraphs[2].replace("grain", "glass beads")
    path.write_text("\n\n".join(["A new paragraph. " * 45, *paragraphs]))
    before = set(library.ledger.chunk_ids())
    second = run([path], library)
    assert (second.updated, second.chunks, second.embedded) == (1, 6, 2)
    after = library.ledger.chunk_ids()
    assert before.isdisjoint(after)
    texts = [chunk.text for chunk in library.ledger.stored_chunks(after).values()]
    assert sum("glass beads" in text for text in texts) == 1
    assert library.verify().ok


def test_bytes_that_changed_without_changing_the_article(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("---\ntitle: T\npublisher: P\n---\nSome text.\n")
    run([path], library)
    old, read = library.ledger.source_states()[str(path)], library.ledger.origin_states()[str(path)]
    ids = library.ledger.chunk_ids()
    path.write_bytes(b"\xef\xbb\xbf---\r\npublisher: 'P'\r\ntitle: T\r\nmood: dark\r\n---\r\n\r\nSome *text*.")
    report = run([path], library)
    new = library.ledger.source_states()[str(path)]
    assert (report.unchanged, report.updated) == (1, 0)
    assert library.ledger.chunk_ids() == ids
    assert (new.article_id, new.content_hash) == (old.article_id, old.content_hash)
    assert library.ledger.origin_states()[str(path)].origin.hash != read.origin.hash


def test_a_new_publisher_is_an_update_that_embeds_nothing(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("---\npublisher: Old Press\n---\nTurtles dive deep.")
    run([path], library)
    path.write_text("---\npublisher: New Press\n---\nTurtles dive deep.")
    report = run([path], library)
    assert (report.updated, report.embedded) == (1, 0)
    question = "How deep do turtles dive?"
    found = retrieve(library, question, embed_question(library, question), Filters(publisher="new"))
    assert [passage.metadata.publisher for passage in found] == ["New Press"]


def test_a_file_that_went_bad_keeps_its_article(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "given" / "a.txt"
    path.parent.mkdir()
    path.write_text(article("A"))
    run([path], library)
    path.write_bytes(b"\0\xff")
    report = run([path.parent], library, prune=True)
    assert ([failure.source for failure in report.failed], report.removed) == ([str(path)], 0)
    assert sources(library) == {"a.txt"}


def test_a_run_broken_off_has_noted_the_files_whose_articles_it_told_of(library: Library, tmp_path: Path) -> None:
    for number in range(70):
        (tmp_path / f"{number:02}.txt").write_text(article(f"Town {number}"))
    told: list[str] = []

    def stop(progress: Progress) -> None:
        told.append(progress.source)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(sorted(tmp_path.glob("*.txt")), library, on_progress=stop)
    # Else the next run would parse them all again.
    assert told[0] in library.ledger.origin_states()
    assert run(sorted(tmp_path.glob("*.txt")), library).seen == 70


def test_the_same_text_in_two_files_is_stored_once(library: Library, tmp_path: Path) -> None:
    one, two = tmp_path / "one.md", tmp_path / "two.md"
    for path in (one, two):
        path.write_text("---\ntitle: T\n---\nTurtles dive deep.")
    report = run([one, two], library)
    assert (report.seen, report.added, report.unchanged, report.embedded) == (2, 1, 1, 1)
    assert report.as_json()["duplicates"] == [{"source": str(two), "of": str(one)}]
    again = run([one, two], library)
    assert (again.unchanged, again.duplicates) == (2, ())  # told of once
    with library.writing() as writer:
        writer.remove([library.ledger.source_states()[str(one)].article_id])
    # What it repeated is gone, so the other one comes in its place.
    assert run([two], library).added == 1
    found = retrieve(library, "turtles", embed_question(library, "turtles"))
    assert [Path(passage.source).name for passage in found] == ["two.md"]
    assert library.verify().ok


def test_the_last_of_two_documents_with_one_source_stays(library: Library) -> None:
    documents = [("s", Document(f"Turtles dive {depth} metres.", Metadata("T"))) for depth in (10, 20)]
    report = run_documents(documents, library)
    assert adds_up(report)
    assert [library.ledger.article(a.id).text for a in library.ledger.articles()] == ["Turtles dive 20 metres."]
    assert library.verify().ok


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("copies", [True, False])
def test_two_files_cannot_have_an_article_of_one_name(
    library: Library, tmp_path: Path, together: bool, copies: bool
) -> None:
    original, records, file = (tmp_path / name for name in ("a.txt", "e.json", "e.json#1.txt"))
    original.write_text(article("Farholm"))
    records.write_text(json.dumps([{"id": "1.txt", "text": article("Farholm" if copies else "Nordby")}]))
    file.write_text(article("Farholm" if copies else "Belmont"))
    if not together:
        run([original, records], library)
    for _ in range(2):
        report = run([original, records, file], library)
        assert adds_up(report)
        ((failed, reason),) = ((failure.source, failure.reason) for failure in report.failed)
        assert (failed, str(records) in reason, str(file) in reason) == (str(file), True, True)
        assert sources(library) == ({"a.txt"} if copies else {"a.txt", "e.json#1.txt"})
    file.rename(tmp_path / "b.txt")
    assert run([original, records, tmp_path / "b.txt"], library).failed == ()


# Prune


@pytest.fixture
def folder(library: Library, tmp_path: Path) -> Path:
    """Three ingested files, one of them in a folder inside."""
    (tmp_path / "given" / "inner").mkdir(parents=True)
    for name in ("given/a.txt", "given/b.txt", "given/inner/c.txt", "elsewhere.txt"):
        (tmp_path / name).write_text(article(name))
    run([tmp_path / "given", tmp_path / "elsewhere.txt"], library)
    return tmp_path / "given"


def test_prune_removes_what_is_gone_from_the_given_folder(library: Library, folder: Path) -> None:
    (folder / "b.txt").unlink()
    (folder.parent / "elsewhere.txt").unlink()
    assert run([folder], library).removed == 0
    events: list[Progress] = []
    report = run([folder], library, prune=True, on_progress=events.append)
    assert (report.removed, report.unchanged, report.seen) == (1, 2, 2)
    assert adds_up(report)
    assert [(Path(event.source).name, event.status) for event in events[-1:]] == [("b.txt", "removed")]
    assert sources(library) == {"a.txt", "c.txt", "elsewhere.txt"}
    assert library.verify().ok


def test_prune_of_single_files_or_a_missing_folder_removes_nothing(library: Library, folder: Path) -> None:
    (folder / "b.txt").unlink()
    assert run([folder / "a.txt", folder / "b.txt"], library, prune=True).removed == 0
    folder.rename(folder.parent / "renamed")
    assert run([folder], library, prune=True).removed == 0


def test_prune_keeps_what_lies_under_a_folder_that_could_not_be_listed(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "b.txt").unlink()
    scandir = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("inner"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    report = run([folder], library, prune=True)
    assert (report.removed, len(report.failed)) == (1, 1)
    assert sources(library) == {"a.txt", "c.txt", "elsewhere.txt"}


def test_prune_keeps_what_cannot_be_looked_up(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may be listed but not entered, a server that does not answer."""
    monkeypatch.setattr(ingest_run, "list_sources", lambda *_: Listing((), (), (folder,), ()))
    (folder / "b.txt").unlink()
    lstat = os.lstat

    def closed(path: Any, **options: Any) -> os.stat_result:
        if "inner" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return lstat(path, **options)

    monkeypatch.setattr(os, "lstat", closed)
    assert run([folder], library, prune=True).removed == 1
    assert sources(library) == {"a.txt", "c.txt", "elsewhere.txt"}


def test_prune_keeps_a_hidden_file_that_was_given_by_name(library: Library, folder: Path) -> None:
    (folder / ".hidden.txt").write_text(article("hidden"))
    run([folder / ".hidden.txt"], library)
    assert run([folder], library, prune=True).removed == 0


# Fingerprints


def test_a_library_of_another_chunker_is_refused(library: Library, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(article("A"))
    library.ledger.set_fact("chunker", "words-0")
    with pytest.raises(FingerprintError, match=r"words-0.*footnote rebuild --reembed"):
        run([tmp_path / "a.txt"], library)


def test_a_library_of_another_model_is_refused(library: Library, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(article("A"))
    library.ledger.set_fact("embedding", "other:1234")
    with pytest.raises(FingerprintError, match=r"other:1234.*FOOTNOTE_EMBEDDING_MODEL"):
        run([tmp_path / "a.txt"], library)
    assert library.ledger.articles() == []


def test_a_run_broken_off_before_it_writes_embeds_next_to_nothing_again(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        (tmp_path / f"{number}.txt").write_text(f"The ship {number} carried {number * 3} barrels to Nordby.")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            run([tmp_path], library)
    assert library.ledger.chunk_count() == 0
    report = run([tmp_path], library)
    assert (report.added, report.embedded) == (20, 20 - 16)  # kept in eights
