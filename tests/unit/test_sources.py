"""Which files a path stands for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from assistant.text import is_url
from ingest.sources import Failure, list_sources


def touch(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("text")
    return [folder / name for name in names]


def test_files_of_a_folder_in_order(tmp_path: Path) -> None:
    touch(tmp_path, "b.txt", "a/z.md", "A.txt", "a/b/c.txt", "odd.png")
    listing = list_sources([tmp_path])
    assert [str(path.relative_to(tmp_path)) for path in listing.files] == [
        "A.txt", "b.txt", "odd.png", "a/z.md", "a/b/c.txt",
    ]  # fmt: skip
    assert (listing.folders, listing.failures) == ((tmp_path,), ())


def test_paths_keep_the_order_they_were_given_in(tmp_path: Path) -> None:
    b, a = touch(tmp_path, "b.txt", "a.txt")
    assert list_sources([str(b), a]).files == (b, a)


def test_hidden_files_only_where_given_by_name(tmp_path: Path) -> None:
    hidden, inside, _ = touch(tmp_path, ".hidden.txt", ".git/config.txt", "shown.txt")
    assert [path.name for path in list_sources([tmp_path]).files] == ["shown.txt"]
    assert list_sources([hidden]).files == (hidden,)
    assert list_sources([inside.parent]).files == (inside,)


def test_what_is_of_the_library_itself_is_left_out(tmp_path: Path) -> None:
    file, ledger, deep = touch(tmp_path, "a.txt", "library/ledger.db", "library/index/b/c.bin")
    listing = list_sources([tmp_path, ledger], lambda path: path.is_relative_to(tmp_path / "library"))
    assert (listing.files, listing.left_out) == ((file,), (ledger, deep))


def test_what_cannot_be_listed_is_a_failure(tmp_path: Path) -> None:
    listing = list_sources([tmp_path / "nowhere"])
    assert (listing.files, listing.urls, listing.folders) == ((), (), ())
    assert [failure.source for failure in listing.failures] == [str(tmp_path / "nowhere")]
    assert "check the path" in listing.failures[0].reason


def test_addresses_are_listed_once_each(tmp_path: Path) -> None:
    (file,) = touch(tmp_path, "a.txt")
    listing = list_sources(["https://example.org/a", file, "HTTP://example.org", "https://example.org/a"])
    assert listing.urls == ("https://example.org/a", "HTTP://example.org")
    assert listing.files == (file,)


def test_is_url() -> None:
    assert is_url("https://x.org")
    assert not is_url("httpsfolder/x.txt")
    assert not is_url("ftp://x.org")


def test_each_file_once_through_two_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = touch(tmp_path, "x/a.txt", "x/b.txt")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "x")
    assert list_sources([b, "x", tmp_path / "x" / ".." / "x", "link", "x/a.txt"]).files == (b, a)


def test_each_file_once_through_a_link_beside_it(tmp_path: Path) -> None:
    (file,) = touch(tmp_path, "a.txt")
    (tmp_path / "link.txt").symlink_to(file)
    assert len(list_sources([tmp_path]).files) == 1


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    (file,) = touch(tmp_path, "x/a.txt")
    (tmp_path / "x" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert list_sources([tmp_path]).files == (file,)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    assert list_sources([tmp_path / "self"]).failures[0].source == str(tmp_path / "self")


def test_a_linked_folder_is_read_or_reported(tmp_path: Path) -> None:
    touch(tmp_path, "elsewhere/a.txt")
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    listing = list_sources([tmp_path / "given"])
    assert listing.files or listing.failures


def test_a_folder_that_cannot_be_listed_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "a.txt", "closed/b.txt")
    scandir = os.scandir

    def closed(path: str) -> object:  # root may list everything, so no folder without rights will do here
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    listing = list_sources([tmp_path])
    assert [path.name for path in listing.files] == ["a.txt"]
    assert listing.failures == (Failure(str(tmp_path / "closed"), "the folder cannot be listed (Permission denied)"),)


def test_a_file_that_cannot_be_looked_up_harms_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = touch(tmp_path, "a.txt", "closed.txt", "z/b.txt")
    stat = os.stat

    def closed(path: Any, **options: Any) -> os.stat_result:
        if str(path).endswith("closed.txt"):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **options)

    monkeypatch.setattr(os, "stat", closed)
    listing = list_sources([tmp_path])
    assert (listing.files, listing.failures) == (tuple(files), ())  # reading it tells why


def test_what_fails_has_a_name_that_can_be_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = os.fsdecode(b"caf\xe9")
    touch(tmp_path, "elsewhere/a.txt", f"{folder}/b.txt")
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / folder).symlink_to(tmp_path / "elsewhere", target_is_directory=True)

    def closed(path: str) -> object:
        raise PermissionError(13, "Permission denied", str(path))

    shown = "caf\N{REPLACEMENT CHARACTER}"
    linked = list_sources([tmp_path / "given"]).failures
    missing = list_sources([f"{folder}/nowhere", f"~{folder}/x", "\ud800"]).failures
    monkeypatch.setattr(os, "scandir", closed)
    unlisted = list_sources([tmp_path / folder]).failures
    assert [failure.source for failure in linked] == [f"{tmp_path}/given/{shown}"]
    assert [failure.source for failure in missing] == [f"{shown}/nowhere", f"~{shown}/x", "?"]
    assert [failure.source for failure in unlisted] == [f"{tmp_path}/{shown}"]


@pytest.mark.parametrize("given", ["a\0b", "/dev/null/x"])
def test_an_impossible_path_is_a_failure(given: str) -> None:
    assert [failure.source for failure in list_sources([given]).failures] == [given]


@pytest.mark.parametrize("given", ["a" * 300, "~no-such-user-here/articles"])
def test_a_path_the_system_refuses_is_a_failure(given: str) -> None:
    assert [failure.source for failure in list_sources([given]).failures] == [given]


def test_an_empty_path_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "a.txt")
    monkeypatch.chdir(tmp_path)
    listing = list_sources([""])
    assert (listing.files, len(listing.failures)) == ((), 1)
