"""The ingest command: standard input beside a list of addresses, and watching while others write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from assistant.errors import FootnoteError
from assistant.library import Library, open_library
from assistant.settings import Settings
from ingest import command
from ingest.command import Options, ingest_command, watch_command
from tests.conftest import Footnote, parsed

LIGHTHOUSE = "The lighthouse of Farholm was built in 1911 by Ada Holt. It burned for ninety years."
TURTLES = "Turtles dive deep."


def titles(library: Library) -> list[str]:
    return [article.metadata.title for article in library.ledger.articles()]


def wait_for(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


@contextmanager
def watching(folder: Path, library: Library, options: Options | None = None) -> Iterator[threading.Thread]:
    """Watch a folder, as `footnote ingest FOLDER --watch` does, until the block ends."""
    stop = threading.Event()
    statuses: list[int] = []
    watcher = threading.Thread(
        target=lambda: statuses.append(watch_command([folder], library.folder, options, stop)), daemon=True
    )
    watcher.start()
    try:
        yield watcher
    finally:
        stop.set()
        watcher.join(60)
    assert statuses == [0]


def test_standard_input_beside_a_list_of_addresses(footnote: Footnote, tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text("http://127.0.0.1:9/refused\n")
    arguments = ("ingest", "-", "--urls", tmp_path / "urls.txt", "--library", tmp_path / "l", "--json")
    report = parsed(footnote(*arguments, input=LIGHTHOUSE))
    assert (report["seen"], report["added"], len(report["failed"])) == (2, 1, 1)


def test_a_list_of_addresses_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "urls.txt"
    path.write_text("https://example.org/a\n# no more\n", encoding="utf-8-sig")
    assert command.listed_urls(path) == ["https://example.org/a"]


@pytest.mark.parametrize("data", [None, b"caf\xe9"])
def test_a_list_of_addresses_that_cannot_be_read_is_named(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "urls.txt"
    if data:
        path.write_bytes(data)
    with pytest.raises(
        FootnoteError, match=f"{path} cannot be read .*; {'save it as UTF-8' if data else 'check the path'}"
    ):
        command.listed_urls(path)


def test_a_file_saved_during_the_first_run_of_a_watch_is_taken_in(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text(LIGHTHOUSE)

    def run_and_save(*arguments: Any, **options: Any) -> Any:
        report = command_run(*arguments, **options)
        if not (folder / "two.txt").exists():
            (folder / "two.txt").write_text(TURTLES)  # after the folder was listed
        return report

    command_run = command.run
    with mock.patch.object(command, "run", run_and_save), watching(folder, library):
        wait_for(lambda: titles(library) == ["One", "Two"], 30)


@pytest.mark.parametrize("prune", [False, True])
def test_a_library_in_the_watched_folder_starts_no_run(tmp_path: Path, prune: bool) -> None:
    library = open_library(tmp_path / "library", Settings())
    (tmp_path / "one.txt").write_text(LIGHTHOUSE)
    runs: list[Any] = []

    def counted(*arguments: Any, **options: Any) -> Any:
        runs.append(arguments[0])
        return command_run(*arguments, **options)

    command_run = command.run
    with mock.patch.object(command, "run", counted), watching(tmp_path, library, Options(prune=prune)):
        wait_for(lambda: titles(library) == ["One"])
        (tmp_path / "two.txt").write_text(TURTLES)
        wait_for(lambda: titles(library) == ["One", "Two"])
        time.sleep(5)
    assert runs == [[tmp_path], [str(tmp_path / "two.txt")]]


def test_a_watched_file_may_be_saved_by_renaming(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text(LIGHTHOUSE)

    def save(text: str) -> None:
        (folder / "one.new").write_text(text)
        (folder / "one.new").rename(folder / "one.txt")

    def text() -> str:
        return "".join(library.ledger.article(article.id).text for article in library.ledger.articles())

    with watching(folder / "one.txt", library):
        wait_for(lambda: text() == LIGHTHOUSE)
        for said in (TURTLES, "Ships sail."):
            save(said)
            (folder / "beside.txt").write_text("Not asked for.")
            wait_for(lambda said=said: text() == said, 20)  # type: ignore[misc]
    assert titles(library) == ["One"]


def test_a_limit_of_the_system_on_watches_is_told(tmp_path: Path) -> None:
    def full(*_: Any, **__: Any) -> Iterator[Any]:
        raise OSError("OS file watch limit reached")
        yield

    with (
        mock.patch.object(command, "watch", full),
        pytest.raises(FootnoteError, match="OS file watch limit reached; give fewer folders"),
    ):
        watch_command([tmp_path], tmp_path / "library")


def test_watching_waits_while_another_writes(
    library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text(LIGHTHOUSE)
    told = ""

    def tells(what: str) -> bool:
        nonlocal told
        told += capsys.readouterr().err
        return what in told

    with watching(folder, library):
        wait_for(lambda: tells("Watching for changes"))
        with library.writing():
            (folder / "two.txt").write_text(TURTLES)
            (folder / "gone.txt").write_text("Trains run late.")
            wait_for(lambda: tells("another thread of this program"))
            (folder / "gone.txt").unlink()
            (folder / "three.txt").write_text("Ships sail.")
            time.sleep(2)  # it tries again, and does not tell of it again
        wait_for(lambda: sorted(titles(library)) == ["One", "Three", "Two"])
    assert not tells("failed")
    assert told.count("another thread of this program") == 1


@contextmanager
def runs_meeting(*errors: BaseException | None) -> Iterator[None]:
    """Have the first runs end with these errors, where there is one."""
    to_come = iter(errors)

    def meeting(*arguments: Any, **options: Any) -> Any:
        if error := next(to_come, None):
            raise error
        return command_run(*arguments, **options)

    command_run = command.run
    with mock.patch.object(command, "run", meeting):
        yield


@pytest.mark.parametrize("ended_at", [1, 2])
def test_ctrl_c_ends_a_watch_also_while_it_ingests(library: Library, tmp_path: Path, ended_at: int) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text(LIGHTHOUSE)
    errors = [None] * (ended_at - 1) + [KeyboardInterrupt()]
    with runs_meeting(*errors), watching(folder, library) as watcher:
        wait_for(lambda: len(titles(library)) == ended_at - 1)
        (folder / "two.txt").write_text(TURTLES)
        watcher.join(60)
        assert not watcher.is_alive()
    assert len(titles(library)) == ended_at - 1


def test_a_watch_goes_on_after_a_failure(
    library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_TRY_AGAIN_SECONDS", 0.1)
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text(LIGHTHOUSE)
    full = FootnoteError("the disk is full")
    with runs_meeting(None, full, full), watching(folder, library):
        wait_for(lambda: titles(library) == ["One"])
        (folder / "two.txt").write_text(TURTLES)
        wait_for(lambda: titles(library) == ["One", "Two"])
    assert capsys.readouterr().err.count("the disk is full") == 1


def test_a_watch_does_not_begin_with_a_failure(library: Library, tmp_path: Path) -> None:
    with runs_meeting(FootnoteError("the disk is full")), pytest.raises(FootnoteError, match="the disk is full"):
        watch_command([tmp_path], library.folder)


@pytest.mark.parametrize(
    ("given", "fix"),
    [
        ("~no-such-user-here/x", "check the path"),
        ("a" * 300, "check the path"),
        ("nowhere", "check the path"),
        ("https://example.org", "ingest it without --watch"),
    ],
)
def test_a_path_that_cannot_be_watched_is_named(tmp_path: Path, given: str, fix: str) -> None:
    with pytest.raises(FootnoteError, match=f"{given} cannot be watched.*; {fix}"):
        watch_command([given], tmp_path / "library")


def test_a_missing_path_that_is_not_utf8_is_told_in_json(
    library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")
    assert ingest_command([missing], library.folder, Options(as_json=True)) == 1
    assert [failure["source"] for failure in json.loads(capsys.readouterr().out)["failed"]] == [
        f"{tmp_path}/caf\N{REPLACEMENT CHARACTER}.txt"
    ]


def test_names_of_files_are_printed_as_they_are(
    library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    named = f"failed {tmp_path}/:star:/[b]\\[/b]\\: there is no such file or folder; "
    assert ingest_command([f"{tmp_path}/:star:/[b]\\[/b]\\"], library.folder) == 1
    assert named in capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
    monkeypatch.setenv("NO_COLOR", "1")
    with command.progress_display("Reading") as tell:
        tell(1, 1, "failed :star:/[b]\ta\\")
    assert "failed :star:/[b]\ta\\\n" in capsys.readouterr().err.replace("\r", "")


def test_a_run_goes_on_where_nobody_reads_its_progress(library: Library, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(LIGHTHOUSE.replace("Farholm", f"Town {number}"))
    unread, progress = os.pipe()
    os.close(unread)
    given = [str(path) for path in tmp_path.glob("*.txt")]
    arguments = [sys.executable, "-m", "ingest", *given, "--library", str(library.folder), "--json"]
    ran = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=progress, text=True, timeout=240, check=False)
    os.close(progress)
    assert json.loads(ran.stdout)["added"] == 3


def test_python_m_ingest_keeps_the_contract_of_json(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LIGHTHOUSE)
    (tmp_path / "file").touch()

    def ingest(library: Path) -> subprocess.CompletedProcess[str]:
        arguments = [sys.executable, "-m", "ingest", str(tmp_path / "a.txt"), "--library", str(library), "--json"]
        return subprocess.run(arguments, capture_output=True, text=True, timeout=240, check=False)

    assert json.loads(ingest(tmp_path / "l").stdout)["added"] == 1
    refused = ingest(tmp_path / "file")
    assert (refused.returncode, list(json.loads(refused.stdout))) == (1, ["error"])
    assert refused.stderr.startswith("error: ")
