"""Start the Streamlit app on this computer and say where it is."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from assistant.errors import FootnoteError
from assistant.library import open_library
from ingest.command import ingest_command
from ingest.samples import sample_articles

HOST = "127.0.0.1"
DEFAULT_PORT = 8501
_PORTS_TRIED = 20
_START_SECONDS = 60
_ENDED_BY_A_PERSON = (0, -signal.SIGINT, -signal.SIGTERM)
"""Statuses of the app where it was asked to end; it has 0 where it came to do so in order."""


def serve(folder: Path | None, port: int | None, *, samples: bool = False) -> int:
    """Run the app until a person stops it; returns 0, the exit status of that.

    Raises:
        FootnoteError: the port is taken, or the app does not start or ends by itself.
    """
    library = open_library(folder)
    if samples and not library.ledger.chunk_count():
        print(f"The library in {library.folder} is empty; taking in the sample articles.", flush=True)
        ingest_command([sample_articles()], library.folder)
    library.close()
    port = _free_port(port)
    environment = os.environ | {"FOOTNOTE_LIBRARY": str(library.folder)}
    app = subprocess.Popen(_command(port), env=environment, stdout=subprocess.DEVNULL)
    # A plain kill must not leave the app running behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        _wait_until_up(app, port)
        print(
            f"Footnote is at http://localhost:{port}  (library: {library.folder}; Ctrl-C stops it)",
            flush=True,
        )
        if app.wait() not in _ENDED_BY_A_PERSON:
            raise FootnoteError(f"the app ended with status {app.returncode}; see the lines above")
        return 0
    except KeyboardInterrupt:
        print("stopped")
        return 0
    finally:
        app.terminate()
        app.wait()


def _command(port: int) -> list[str]:
    options = {
        "server.address": HOST,
        "server.port": port,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "browser.serverAddress": "localhost",  # else Streamlit asks the internet for this machine's address
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",  # details go to the log; on the page they come with links to elsewhere
        "logger.level": "warning",
        # Else Streamlit collects garbage after every run of a page or a piece of it; with all that is loaded here that
        # took more than everything else together when many people asked at once.
        "runner.postScriptGC": "false",
    }
    app = Path(__file__).with_name("app.py")
    return [sys.executable, "-m", "ui.server", "run", str(app), *(f"--{k}={v}" for k, v in options.items())]


def _free_port(wanted: int | None) -> int:
    candidates = [wanted] if wanted else range(DEFAULT_PORT, DEFAULT_PORT + _PORTS_TRIED)
    for port in candidates:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) != 0:
                return port
    if wanted:
        raise FootnoteError(f"port {wanted} is taken; give another with --port, or leave it out")
    raise FootnoteError(f"the ports {DEFAULT_PORT} to {candidates[-1]} are all taken; give one with --port")


def _wait_until_up(app: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy knows this computer's own ports
    while time.monotonic() < deadline:
        if app.poll() is not None:
            raise FootnoteError(f"the app ended with status {app.returncode} before it was up; see the lines above")
        try:
            with direct.open(f"http://{HOST}:{port}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise FootnoteError(f"the app did not come up within {_START_SECONDS} s; see the lines above")
