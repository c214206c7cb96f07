"""The writer's lock, where the note beside it cannot be written or removed."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from assistant.errors import FootnoteError, LibraryBusyError
from assistant.library.lock import WriterLock


def full(*_arguments: Any, **_options: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("failing", ["write_text", "unlink"])
def test_a_lock_whose_note_fails_is_let_go(tmp_path: Path, failing: str) -> None:
    lock = WriterLock(tmp_path)
    with mock.patch.object(Path, failing, full), pytest.raises(FootnoteError, match="is full"), lock:
        pass
    with WriterLock(tmp_path):  # another one, which would be told that this process is writing
        assert (tmp_path / "writer.json").is_file()
    with lock, lock:
        pass
    assert not (tmp_path / "writer.json").exists()


def test_who_holds_the_lock_in_this_very_process_is_not_to_be_stopped(tmp_path: Path) -> None:
    with (
        WriterLock(tmp_path),
        pytest.raises(LibraryBusyError, match="another window of this app, or another thread of this program") as told,
        WriterLock(tmp_path),
    ):
        pass
    assert "stop it" not in str(told.value)
    assert "another process" not in str(told.value)
