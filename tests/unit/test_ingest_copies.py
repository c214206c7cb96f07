"""Articles that are in the library once though several files hold them: none is lost when one of the files changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.library import Library
from ingest.run import IngestReport, run, run_bytes

# Fewer than 60 words, and more: the names and numbers between header and footer are compared only in the latter.
SHORT, LONG = 12, 40


def story(of: str, sentences: int = SHORT) -> str:
    return " ".join(f"Keeper {n} of {of} lit the lamp." for n in range(sentences))


def held(library: Library) -> dict[str, str]:
    """The text of every article, by the name of its file."""
    ledger = library.ledger
    return {Path(source).name: ledger.text_of(source) for source in ledger.source_states()}


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.removed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "given").mkdir()
    return tmp_path / "given"


def write_records(path: Path, **texts: str) -> None:
    path.write_text("".join(json.dumps({"id": k, "title": k, "text": v}) + "\n" for k, v in texts.items()))


# An article that others repeat is changed


@pytest.mark.parametrize(("original", "copy"), [("a.txt", "b.txt"), ("b.txt", "a.txt")])
def test_what_was_a_copy_comes_in_when_the_original_is_edited(
    library: Library, folder: Path, original: str, copy: str
) -> None:
    (folder / original).write_text(story("Farholm"))
    run([folder], library)
    (folder / copy).write_text(story("Farholm"))
    assert run([folder], library).duplicates[0].of == str(folder / original)
    (folder / original).write_text(story("Nordby"))
    for dry_run in (True, False):
        assert counts(run([folder], library, dry_run=dry_run)) == (1, 1, 0, 0)
    assert held(library) == {original: story("Nordby"), copy: story("Farholm")}
    assert counts(run([folder], library)) == (0, 0, 2, 0)


def test_a_copy_is_read_again_by_a_later_run_that_is_given_its_file(library: Library, folder: Path) -> None:
    one, two = folder / "one.txt", folder / "two.txt"
    for path in (one, two):
        path.write_text(story("Farholm"))
    run([one, two], library)
    one.write_text(story("Nordby"))
    run([one], library)
    assert run([two], library).added == 1


def test_a_copy_made_before_the_original_was_edited_comes_in(library: Library, folder: Path) -> None:
    (folder / "report.txt").write_text(story("Farholm"))
    run([folder], library)
    (folder / "report-old.txt").write_text(story("Farholm"))
    (folder / "report.txt").write_text(story("Nordby"))
    assert counts(run([folder], library)) == (1, 1, 0, 0)
    assert set(held(library)) == {"report.txt", "report-old.txt"}


def test_a_small_correction_leaves_the_copy_one(library: Library, folder: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(story("Farholm", LONG))
    run([folder], library)
    (folder / "a.txt").write_text(f"{story('Farholm', LONG)} It was torn down.")
    report = run([folder], library)
    assert (counts(report), len(report.duplicates)) == ((0, 1, 1, 0), 1)
    assert counts(run([folder], library)) == (0, 0, 2, 0)


def test_a_file_with_both_an_original_and_a_copy_is_whole_again_after_the_next_run(
    library: Library, folder: Path
) -> None:
    one, two = folder / "one.jsonl", folder / "two.jsonl"
    write_records(one, a=story("Farholm"), b=story("Nordby"))
    write_records(two, c=story("Farholm"), d=story("Arnholm"), e=story("Belmont"))
    run([one, two], library)
    write_records(one, a=story("Sandvik"), b=story("Nordby"), f=story("Arnholm"))  # a new copy of d, ...
    write_records(two, c=story("Farholm"), d=story("Elstad"), e=story("Belmont"))  # which changes later in the run
    run([one, two], library)
    run([one, two], library)
    texts = set(held(library).values())
    assert texts == {story(of) for of in ("Sandvik", "Nordby", "Arnholm", "Farholm", "Elstad", "Belmont")}
    assert counts(run([one, two], library)) == (0, 0, 6, 0)


def test_what_was_a_copy_of_a_record_comes_in_when_the_record_goes(library: Library, folder: Path) -> None:
    records, copy = folder / "a.jsonl", folder / "b.txt"
    write_records(records, one=story("Farholm"), two=story("Nordby"))
    copy.write_text(story("Farholm"))
    run([folder], library)
    write_records(records, two=story("Nordby"))
    assert counts(run([folder], library)) == (1, 0, 1, 1)
    assert held(library)["b.txt"] == story("Farholm")


# An article that others repeat is removed


@pytest.mark.parametrize("sentences", [SHORT // 3, LONG])
def test_a_renamed_file_is_not_pruned_away(library: Library, folder: Path, sentences: int) -> None:
    text = story("Farholm", sentences)
    (folder / "a.md").write_text(f"---\ntitle: T\n---\n{text}")
    run([folder], library)
    (folder / "a.md").rename(folder / "b.md")
    for dry_run in (True, False):
        report = run([folder], library, prune=True, dry_run=dry_run)
        assert counts(report) == (1, 0, 0, 1)
    assert report.embedded == 0  # nothing is embedded twice
    assert held(library) == {"b.md": text}
    assert counts(run([folder], library, prune=True)) == (0, 0, 1, 0)
    assert library.verify().ok


def take_twins(library: Library, folder: Path) -> None:
    """Take in a.txt, and b.txt, which holds the same."""
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(story("Farholm"))
    run([folder], library)


def test_a_copy_takes_the_place_of_an_original_that_is_pruned(library: Library, folder: Path) -> None:
    take_twins(library, folder)
    (folder / "a.txt").unlink()
    assert counts(run([folder], library, prune=True)) == (1, 0, 0, 1)
    assert held(library) == {"b.txt": story("Farholm")}


UPLOAD = "b.txt"


@pytest.fixture
def uploaded(library: Library, folder: Path) -> Path:
    """A file, a copy of which was uploaded."""
    (folder / "a.txt").write_text(story("Farholm"))
    run([folder], library)
    assert counts(run_bytes(story("Farholm").encode(), UPLOAD, library)) == (0, 0, 1, 0)
    return folder / "a.txt"


def test_an_upload_keeps_what_its_original_goes_with(library: Library, folder: Path, uploaded: Path) -> None:
    (folder / "c.txt").write_text(story("Farholm"))
    run([folder], library)
    uploaded.unlink()
    report = run([folder], library, prune=True)
    assert (counts(report), [UPLOAD in note for note in report.notes]) == ((0, 0, 1, 1), [True])
    assert held(library) == {UPLOAD: story("Farholm")}
    assert counts(run_bytes(story("Farholm").encode(), UPLOAD, library)) == (0, 0, 1, 0)
    assert counts(run([folder], library, prune=True)) == (0, 0, 1, 0)
    assert library.verify().ok


def test_an_upload_stays_as_it_was_when_its_original_changes(library: Library, folder: Path, uploaded: Path) -> None:
    uploaded.write_text(story("Nordby"))
    (folder / "c.txt").write_text(story("Farholm"))
    assert counts(run([folder], library)) == (0, 1, 1, 0)
    assert held(library) == {"a.txt": story("Nordby"), UPLOAD: story("Farholm")}
    assert counts(run([folder], library)) == (0, 0, 2, 0)
    assert library.verify().ok


def test_an_upload_stays_a_copy_of_an_original_that_says_the_same(
    library: Library, folder: Path, uploaded: Path
) -> None:
    uploaded.write_text(story("Farholm").replace("Keeper 1 of Farholm lit", "Keeper 1, of Farholm, lit"))
    assert counts(run([folder], library)) == (0, 1, 0, 0)
    assert list(held(library)) == ["a.txt"]


def test_a_copy_found_before_its_original_changes_is_one_of_the_upload(library: Library, folder: Path) -> None:
    records = folder / "a.jsonl"
    write_records(records, old=story("Farholm"))
    run([folder], library)
    run_bytes(story("Farholm").encode(), UPLOAD, library)
    write_records(records, new=story("Farholm"), old=story("Nordby"))
    assert counts(run([folder], library)) == (0, 1, 1, 0)
    assert held(library) == {"a.jsonl#old": story("Nordby"), UPLOAD: story("Farholm")}
    assert library.ledger.copied() == {UPLOAD: {str(records)}}


def test_an_article_that_is_removed_by_hand_is_gone_with_its_copies(
    library: Library, folder: Path, uploaded: Path
) -> None:
    with library.writing() as writer:
        writer.remove([article.id for article in library.ledger.articles()])
    assert held(library) == {}


def test_a_copy_that_is_gone_is_forgotten(library: Library, folder: Path) -> None:
    take_twins(library, folder)
    (folder / "b.txt").unlink()
    assert counts(run([folder], library, prune=True)) == (0, 0, 1, 0)
    assert list(library.ledger.origin_states()) == [str(folder / "a.txt")]


@pytest.mark.parametrize("sentences", [SHORT // 3, LONG])
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_record_with_a_new_id_stays(library: Library, folder: Path, sentences: int, dry_run: bool) -> None:
    first, records = folder / "a.txt", folder / "b.jsonl"
    write_records(records, one=story("Farholm", sentences), two=story("Nordby"))
    run([folder], library)
    first.write_text(story("Arnholm"))  # new, so that the library's articles are known before the records are read
    write_records(records, other=story("Farholm", sentences), two=story("Nordby"))
    assert counts(run([folder], library, dry_run=dry_run)) == (2, 0, 1, 1)
    if not dry_run:
        assert held(library)["b.jsonl#other"] == story("Farholm", sentences)


def test_a_file_that_comes_back_while_the_others_are_read_is_not_pruned(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text(story("Farholm"))
    run([folder], library)
    (folder / "a.txt").rename(folder.parent / "a.txt")
    (folder / "b.txt").write_text(story("Nordby"))
    report = run([folder], library, prune=True, on_progress=lambda _: (folder / "a.txt").write_text(story("Farholm")))
    assert (report.removed, set(held(library))) == (0, {"a.txt", "b.txt"})


# Feeds


def test_a_feed_whose_entries_dropped_off_is_whole(library: Library, folder: Path) -> None:
    path = folder / "feed.xml"

    def write(*numbers: int) -> None:
        items = "".join(
            f"<item><title>Ship {n}</title><guid>{n}</guid><description>Ship {n} sailed.</description></item>"
            for n in numbers
        )
        path.write_text(f'<?xml version="1.0"?><rss version="2.0"><channel><title>S</title>{items}</channel></rss>')

    def whole() -> bool:
        return library.ledger.origin_states()[str(path)].whole

    write(1, 2)
    run([path], library)
    write(2, 3)
    assert run([path], library).added == 1
    assert whole()
    article_id = library.ledger.source_states()[f"{path}#3"].article_id
    with library.writing() as writer:
        writer.remove([article_id])
        writer.finish()
    assert not whole()
    assert run([path], library).added == 1
    assert whole()


def test_an_upload_does_not_inherit_from_itself(library: Library) -> None:
    def upload(**texts: str) -> IngestReport:
        lines = (json.dumps({"id": k, "title": k, "text": v}) + "\n" for k, v in texts.items())
        return run_bytes("".join(lines).encode(), "export.jsonl", library)

    upload(a=story("Farholm"), b=story("Farholm"), c=story("Ostrey"))
    upload(c=story("Ostrey"))
    assert held(library) == {"export.jsonl#c": story("Ostrey")}
    upload(a=story("Farholm"), b=story("Farholm"))
    upload(a=story("Nordby"))
    assert held(library) == {"export.jsonl#a": story("Nordby")}
