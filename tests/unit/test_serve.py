"""Starting the app."""

from __future__ import annotations

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
    threading.Thread(target=server.serve_forever, daemon=True).start()
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
