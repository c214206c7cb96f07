"""The steps of `make train` as child processes, on very little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

ARTICLE = """# The lamp of {0}
[1] The lamp of {0} is old. [2] It was lit by Ada Holt in 1802. [3] Nobody knows why.

Q: Who lit the lamp of {0}? => 2 | Ada Holt
N: Who broke the lamp of {0}?

"""


def step(module: str, *arguments: str | Path) -> str:
    command = [sys.executable, "-m", f"tests.training.{module}", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_one_step_keeps_the_next_can_read(tmp_path: Path) -> None:
    """Each step runs as `__main__`, which is another module in the next."""
    # The first is for development.
    (tmp_path / "a1.txt").write_text("".join(map(ARTICLE.format, ("Arnholm", "Belmont"))))
    readings, run = tmp_path / "readings.pkl", tmp_path / "run"
    told = step("readings", readings, "--sets", "own", "--own", tmp_path)
    assert "('own', 'train') 2 questions 1 answerable 0 without gold" in told
    told = step("train", readings, "--run", run, "--steps", 1, "--questions", 2)
    assert "'group': 'own', 'n': 2" in told
    assert (run / "reader.safetensors").exists()
