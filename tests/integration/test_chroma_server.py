"""A Chroma server that goes away, and one that another process fills, with the real server."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assistant.conversation import ask
from assistant.errors import FootnoteError
from assistant.library import Library, open_library
from assistant.settings import Settings
from ingest.run import run
from tests.conftest import ARTICLES
from tests.integration.test_library import QUESTION, free_port, start_chroma

WEBB = ARTICLES / "webb-first-images-2022.md"
SATURN = ARTICLES / "saturn-moons-2025.md"


class Server:
    """A Chroma server that can be stopped and started again with the same data."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self._process = start_chroma(self.folder, self.port)

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own."""
    started = Server(tmp_path / "server")
    yield started
    started.stop()


@pytest.fixture
def served(tmp_path: Path, server: Server) -> Library:
    """A library with one article, whose index is on the server."""
    library = open_library(tmp_path / "library", Settings(chroma_url=f"http://127.0.0.1:{server.port}"))
    run([WEBB], library)
    return library


def test_asking_goes_on_when_the_server_is_gone(served: Library, server: Server) -> None:
    expected = ask(served, QUESTION).answer
    server.stop()
    assert ask(served, QUESTION).answer == expected


def test_asking_goes_on_when_a_proxy_answers_for_the_server(served: Library, server: Server) -> None:
    expected = ask(served, QUESTION).answer
    server.stop()

    class BadGateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_error(502)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    proxy = ThreadingHTTPServer(("127.0.0.1", server.port), BadGateway)
    threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True).start()
    try:
        assert ask(served, QUESTION).answer == expected
    finally:
        proxy.shutdown()
        proxy.server_close()


def test_verifying_tells_that_the_server_is_gone(served: Library, server: Server) -> None:
    server.stop()
    with pytest.raises(FootnoteError, match="Chroma server does not answer"):
        served.verify()


def test_what_is_ingested_while_the_server_is_gone_is_in_the_index_when_it_is_back(
    served: Library, server: Server
) -> None:
    server.stop()
    with pytest.raises(FootnoteError, match="Chroma server"):
        run([SATURN], served)
    server.start()
    run([SATURN], served)
    assert {article.source for article in served.ledger.articles()} == {str(WEBB), str(SATURN)}
    assert served.verify().ok


def test_asking_goes_on_while_another_process_fills_the_server(tmp_path: Path, served: Library) -> None:
    expected = ask(served, QUESTION).answer
    assert served._index
    served._index.delete(served.ledger.chunk_ids()[:1])  # the writer is not done yet
    reader = open_library(served.folder, served.settings)
    with served._writer_lock:
        assert ask(reader, QUESTION).answer == expected
    assert ask(reader, QUESTION).answer == expected
    assert reader.verify().ok
