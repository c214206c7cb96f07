"""Starting the app."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import mock

import pytest

from assistant.errors import FootnoteError
from ui import serve


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


def test_no_proxy_is_asked_whether_the_app_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setattr(serve, "_START_SECONDS", 2)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Healthy)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"]) as app:
        try:
            serve._wait_until_up(app, server.server_port)
        finally:
            app.kill()
            server.shutdown()


@pytest.mark.parametrize(
    ("end", "failed"),
    [
        ("sys.exit(0)", False),
        ("os.kill(os.getpid(), signal.SIGTERM)", False),
        ("os.kill(os.getpid(), signal.SIGINT); time.sleep(30)", False),
        ("os.kill(os.getpid(), signal.SIGKILL)", True),
        ("sys.exit(3)", True),
    ],
)
def test_an_app_that_ends_by_itself_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, failed: bool
) -> None:
    app = [sys.executable, "-c", f"import os, signal, sys, time; {end}"]
    monkeypatch.setattr(serve, "_command", lambda _: app)
    monkeypatch.setattr(serve, "_wait_until_up", lambda *_: None)
    handler = mock.patch("ui.serve.signal.signal")  # the test's own process keeps its handlers
    with handler, pytest.raises(FootnoteError, match="the app ended with status") if failed else nullcontext():
        assert serve.serve(tmp_path / "library", None) == 0


def imported_by(code: str, **environment: str) -> set[str]:
    """The modules that a new Python has imported after some code."""
    code += "; import json, sys; print(json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def test_commands_import_late_what_takes_long() -> None:
    imported = imported_by("import ui.cli")
    assert "assistant.conversation" in imported
    assert not imported & {"chromadb", "onnxruntime", "torch", "sentence_transformers", "streamlit", "langchain"}


def test_the_app_loads_what_its_pages_need_before_one_is_opened() -> None:
    imported = imported_by(
        "from ui import server; from assistant.reader import Reader; server.prepare(); "
        "Reader.__init__ = None; server.load_reader()",  # it is loaded: it is not made again
        FOOTNOTE_MODEL="openai:gpt-5-mini",
        FOOTNOTE_MODEL_API_KEY="not-a-secret",
    )
    assert {"chromadb", "ui.views.chat", "ui.views.shelf", "langchain_openai"} <= imported


def test_a_model_that_cannot_be_loaded_does_not_keep_the_app_from_starting() -> None:
    imported = imported_by("from ui import server; server.prepare()", FOOTNOTE_MODEL="openai:without-a-key")
    assert "ui.views.chat" in imported
