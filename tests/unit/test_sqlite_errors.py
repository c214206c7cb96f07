"""What SQLite says, in words that say what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.library.storage_errors import explain

MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    ("free", "said"), [(0, "is full"), (4_096, "is full"), (MEGABYTE, "cannot be used: disk I/O error")]
)
def test_an_error_of_the_disk_is_a_full_one_where_there_is_no_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, said: str
) -> None:
    used = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: used)
    for place in (tmp_path, tmp_path / "not" / "made"):
        assert said in explain(OSError("disk I/O error"), place)
