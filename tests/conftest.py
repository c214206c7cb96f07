"""Shared by all tests: every test runs offline with a library of its own."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from assistant.conversation import answer
from assistant.evaluation import Evaluation, GoldenQuestion, evaluate, load_questions
from assistant.library import Library, open_library
from assistant.reader import Reader, ReaderOutput
from assistant.settings import Settings
from assistant.types import Answer, Passage
from ingest.parsing import Limits, Parser
from ingest.run import run

ROOT = Path(__file__).resolve().parents[1]
ARTICLES = ROOT / "data" / "articles"
GOLDEN = ROOT / "data" / "golden.jsonl"
SHARED = ROOT.parent / "shared"

# Children that fork from a server which has imported everything spend their short lives working.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(
    ["tests.integration.test_promises", "ui.cli", "chromadb", "datasketch", "onnxruntime", "tokenizers", "safetensors"]
)

# Tests that share something costly stay in one process, told by how their ids begin: one browser and one app, one run
# over the golden questions, one library. The marks of pytest-xdist (`xdist_group`) do nothing with pytest 9.2.
TOGETHER = {
    "tests/browser/": "browser",
    "tests/integration/test_promises.py::test_every_citation_of_every_golden_answer": "golden",
    "tests/quality/test_golden.py::test_golden_questions": "golden",
    "tests/integration/test_command_line.py::test_the_real_article": "real article",
    "tests/integration/test_library.py::test_a_chroma_server_serves": "Chroma server",
    "tests/integration/test_library.py::test_a_server_behind_tls": "Chroma server",
}

Footnote = Callable[..., "subprocess.CompletedProcess[str]"]
_LONGEST_COMMAND = 240  # seconds
_READINGS_HELD = 200


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are numbered, not spelled out: archives hold the time, and test processes must agree on the names."""
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out the groups of `TOGETHER` first, largest first, then test by test to whichever process is free."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return next((group for start, group in TOGETHER.items() if nodeid.startswith(start)), nodeid)

    return Together(config, log)


@pytest.fixture(scope="session", autouse=True)
def _a_core_for_each_process() -> Iterator[None]:
    """Beside other test processes a network runs on one thread: threads that wait for a busy core keep it busier."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    import onnxruntime

    class OneThread(onnxruntime.SessionOptions):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.intra_op_num_threads = 1

    with mock.patch.object(onnxruntime, "SessionOptions", OneThread):
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_reading_each() -> Iterator[None]:
    """The same question is read beside the same passages once: many tests look at what is made of one reading."""
    held: dict[object, list[ReaderOutput]] = {}
    read = Reader.read

    def once(reader: Reader, question: str, passages: Sequence[Passage]) -> list[ReaderOutput]:
        key = (reader, question, *((p.text, p.span, p.sentences, p.metadata) for p in passages))
        if key not in held:
            if len(held) == _READINGS_HELD:
                held.clear()
            held[key] = read(reader, question, passages)
        return list(held[key])

    with mock.patch.object(Reader, "read", once):
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_parsing_process() -> Iterator[None]:
    """Runs of the same limits share one, where each would start its own: that takes longer than most of these runs."""
    held: dict[Limits, Parser] = {}

    class Lasting:
        def __init__(self, limits: Limits) -> None:
            self.parse = held.setdefault(limits, Parser(limits)).parse

        def close(self) -> None: ...

    def parser(limits: Limits) -> Parser | Lasting:
        # It serves one run at a time.
        return Lasting(limits) if threading.current_thread() is threading.main_thread() else Parser(limits)

    with mock.patch("ingest.run.Parser", parser):
        yield
    for lasting in held.values():
        lasting.close()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "default-library"))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library."""
    opened = open_library(tmp_path / "library", Settings())
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def sample_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The sample articles, to be read only."""
    opened = open_library(tmp_path_factory.mktemp("samples") / "library", Settings())
    report = run([ARTICLES], opened)
    assert not report.failed
    yield opened
    opened.close()


@dataclass(frozen=True)
class GoldenRun:
    """The golden questions, asked once of the sample articles."""

    questions: list[GoldenQuestion]
    answers: list[Answer]
    """As given, in the order of the questions."""
    evaluation: Evaluation


@pytest.fixture(scope="session")
def golden_run(sample_library: Library) -> GoldenRun:
    """Shared, because asking takes a minute; tests that look at it are `TOGETHER`."""
    questions, answers = load_questions(GOLDEN), list[Answer]()

    def noted(*arguments: Any, **options: Any) -> Answer:
        answers.append(answer(*arguments, **options))
        return answers[-1]

    with mock.patch("assistant.evaluation.run.answer", noted):
        evaluation = evaluate(sample_library, questions)
    assert len(answers) == len(questions)
    return GoldenRun(questions, answers, evaluation)


@pytest.fixture
def footnote(tmp_path: Path) -> Footnote:
    """Run the command line as a child process, with all that it imports there already.

    Importing takes most of the time of most commands. Where the environment says something to Python itself, the
    child is `python -m ui` as anybody starts it.
    """

    def call(
        *arguments: str | Path, env: dict[str, str] | None = None, input: str = ""
    ) -> subprocess.CompletedProcess[str]:
        environment, spelled = os.environ | (env or {}), list(map(str, arguments))
        if any(name.startswith("PYTHON") for name in env or {}):
            options: Any = {"capture_output": True, "text": True, "timeout": _LONGEST_COMMAND, "check": False}
            return subprocess.run(
                [sys.executable, "-m", "ui", *spelled], env=environment, cwd=tmp_path, input=input, **options
            )
        with tempfile.TemporaryDirectory() as streams:
            given, told, errors = (Path(streams, name) for name in ("given", "told", "errors"))
            given.write_text(input, encoding="utf-8")
            child = CHILDREN.Process(target=command_line, args=(spelled, environment, tmp_path, (given, told, errors)))
            child.start()
            child.join(_LONGEST_COMMAND)
            if child.is_alive():
                child.kill()
                raise TimeoutError(f"footnote {' '.join(spelled)} took more than {_LONGEST_COMMAND} s")
            texts = [path.read_text(encoding="utf-8") for path in (told, errors)]
            return subprocess.CompletedProcess(spelled, child.exitcode or 0, *texts)

    return call


def command_line(
    arguments: list[str], environment: dict[str, str], folder: Path, streams: tuple[Path, Path, Path]
) -> None:
    """What the child of `footnote` does; its standard streams are files."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in enumerate(streams):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), number)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, how, encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115 - open until it ends
        for number, (how, errors) in enumerate((("r", None), ("w", None), ("w", "backslashreplace")))
    )
    sys.argv = ["footnote", *arguments]
    from ui.cli import main

    main()


def parsed(result: subprocess.CompletedProcess[str]) -> Any:
    """Standard output as the one JSON document it has to be."""
    return json.loads(result.stdout)
