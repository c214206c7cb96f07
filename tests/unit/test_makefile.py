"""The Makefile's environment, with a stub in place of Python."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not there")

# As Debian's without the package python3-venv: it leaves an environment without pip behind.
HALF_WAY = """#!/bin/sh
mkdir -p .venv/bin
printf '#!/bin/sh\\ncase "$*" in *pip*) exit 1;; esac\\n' > .venv/bin/python
chmod +x .venv/bin/python
exit 1
"""


def made(folder: Path) -> subprocess.CompletedProcess[str]:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
    command = ["make", "-C", str(folder), ".venv/.installed", "PYTHON=./python"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_an_environment_that_could_not_be_made_is_not_left_behind(tmp_path: Path) -> None:
    (tmp_path / "python").write_text(HALF_WAY)
    (tmp_path / "python").chmod(0o755)
    assert made(tmp_path).returncode == 2
    assert not (tmp_path / ".venv").exists()


def test_an_environment_without_pip_is_told_with_what_mends_it(tmp_path: Path) -> None:
    subprocess.run(["sh", "-c", HALF_WAY], cwd=tmp_path, check=False)
    told = made(tmp_path)
    assert told.returncode == 2
    assert ".venv is not complete; run: rm -rf .venv && make chat" in told.stdout
    assert (tmp_path / ".venv").exists()  # it may be somebody's own
