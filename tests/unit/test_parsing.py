"""The process that parses: what it may take, and what becomes of the run when it takes more."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date

import pytest

from assistant.errors import FootnoteError
from ingest import worker
from ingest.parsing import Limits, Parser

PAGE = b"# The lamp\n\nAda Holt lit the lamp in 1911."


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser() as opened:
        yield opened


def reads(parser: Parser) -> bool:
    return parser.parse(PAGE, "a.md").parts[0].document.text == "Ada Holt lit the lamp in 1911."


def test_a_document_comes_back_as_it_was_read(parser: Parser) -> None:
    fields = "title: T\nauthor: A\npublisher: P\npublished: 2019-03-01\nurl: https://x.org\nlanguage: de"
    data = f"---\n{fields}\n---\nÅse.".encode()
    (part,) = parser.parse(data, "a.md").parts
    m = part.document.metadata
    assert (m.title, m.author, m.publisher, m.url, m.language) == ("T", "A", "P", "https://x.org", "de")
    assert (m.published, part.document.text, part.name) == (date(2019, 3, 1), "Åse.", "")


def test_the_charset_a_server_names_is_handed_on(parser: Parser) -> None:
    text = "Rząd ogłosił nowe przepisy."
    for charset in ("ISO-8859-2", "windows-1250"):
        (part,) = parser.parse(text.encode(charset), "https://x.org/a", charset).parts
        assert part.document.text == text


def test_a_file_that_cannot_be_read_does_not_end_the_process(parser: Parser) -> None:
    for data, name, reason in (
        (b"", "a.txt", "empty"),
        (b"%PDF-1.4 nothing", "a.pdf", "damaged"),
        (b"\0", "a", "binary"),
    ):
        with pytest.raises(FootnoteError, match=reason):
            parser.parse(data, name)
    assert reads(parser)


def test_what_takes_too_long_is_stopped() -> None:
    with Parser(Limits(seconds=0.01)) as parser, pytest.raises(FootnoteError, match=r"longer than 0\.01 s"):
        parser.parse(PAGE, "a.md")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's address space")
def test_what_takes_too_much_memory_is_stopped() -> None:
    data = b"[" + b"{}," * 12_000_000 + b"{}]"
    with Parser(Limits(megabytes=700)) as parser:
        with pytest.raises(FootnoteError, match="memory"):
            parser.parse(data, "a.json")
        assert reads(parser)


def test_too_much_text_is_refused() -> None:
    with Parser(Limits(characters=100)) as parser:
        with pytest.raises(FootnoteError, match=r"holds 120 characters of text, the limit is 100"):
            parser.parse(b"a" * 120, "a.txt")
        assert reads(parser)


def test_a_process_that_dies_is_told_of_and_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    with Parser() as parser:
        monkeypatch.setattr("ingest.parsing._COMMAND", [sys.executable, "-c", "import os; os.kill(os.getpid(), 11)"])
        with pytest.raises(FootnoteError, match=r"crashed \(signal 11\)"):
            parser.parse(PAGE, "a.md")
        monkeypatch.undo()
        assert reads(parser)


@pytest.mark.parametrize("event", ["socket.connect", "subprocess.Popen", "os.remove"])
def test_parsers_may_not_reach_out(event: str) -> None:
    with pytest.raises(FootnoteError, match="must not"):
        worker._forbid(event, ())
    worker._forbid("open", ("a", "r", 0))


@pytest.mark.skipif(sys.platform == "win32", reason="limits are set on Unix only")
def test_parsers_cannot_write_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    import subprocess

    code = (
        "import sys; from ingest import worker; worker._limit(1500); sys.addaudithook(worker._forbid)\n"
        "f = open(sys.argv[1], 'w')\n"
        "try:\n  f.write('x' * 100_000); f.flush(); print('wrote')\n"
        "except OSError as e: print('refused')\n"
        "import socket\n"
        "try:\n  socket.create_connection(('127.0.0.1', 9)); print('connected')\n"
        "except Exception as e: print(type(e).__name__)"
    )
    path = tmp_path_factory.mktemp("out") / "file"
    ran = subprocess.run([sys.executable, "-B", "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert ran.stdout.split() == ["refused", "FootnoteError"]
    assert path.stat().st_size == 0
