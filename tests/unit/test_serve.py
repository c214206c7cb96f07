"""Starting the app."""

from __future__ import annotations

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

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
