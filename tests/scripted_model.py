"""A server on loopback that speaks the OpenAI protocol and writes what a test scripted: the fake of a paid service."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Pause:
    seconds: float


@dataclass(frozen=True)
class Status:
    code: int
    headers: dict[str, str] = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True)
class Raw:
    """Bytes sent as they are, in place of an event."""

    data: bytes


class Reset:
    """The connection is torn down."""


class Closed:
    """The connection ends in good order before the text does."""


@dataclass(frozen=True)
class Ending:
    """Why the text ends; "stop" where no step says so."""

    reason: str


Step = str | Pause | Status | Raw | Reset | Closed | Ending
Script = Callable[[list[dict[str, Any]]], Sequence[Step]]
"""What is written for a request's messages."""


@dataclass
class ScriptedModel:
    """A running server. `requests` holds the messages of each request, `dropped` counts those the client left.

    `temperatures` holds what each request had, None where none was sent.
    """

    port: int
    script: Script
    requests: list[list[dict[str, Any]]] = field(default_factory=list)
    dropped: int = 0
    temperatures: list[float | None] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


@contextmanager
def scripted_model(*steps: Step, script: Script | None = None) -> Iterator[ScriptedModel]:
    """A server that writes these steps, or those `script` returns."""
    model = ScriptedModel(0, script or (lambda _: steps))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None: ...

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model.requests.append(body["messages"])
            model.temperatures.append(body.get("temperature"))
            written = list(model.script(body["messages"]))
            if written and isinstance(written[0], Status):
                return self.refuse(written[0])
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")  # the connection stays open, as real servers keep it
            self.end_headers()
            try:
                for step in written:
                    if isinstance(step, Closed):
                        return self.send(b"")
                    self.take(step)
                reason = next((step.reason for step in written if isinstance(step, Ending)), "stop")
                self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
                self.event({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}})
                self.send(b"data: [DONE]\n\n")
                self.send(b"")
            except OSError:
                model.dropped += 1
                self.close_connection = True

        def take(self, step: Step) -> None:
            if isinstance(step, str):
                self.event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": step}}]})
            elif isinstance(step, Pause):
                self.wait(step.seconds)
            elif isinstance(step, Raw):
                self.send(step.data)
            elif isinstance(step, Reset):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                raise BrokenPipeError

        def wait(self, seconds: float) -> None:
            """Wait, but notice at once when the client has gone."""
            until = time.monotonic() + seconds
            self.connection.settimeout(0.05)
            while time.monotonic() < until:
                try:
                    if self.connection.recv(1) == b"":
                        raise BrokenPipeError
                except TimeoutError:
                    continue
            self.connection.settimeout(None)

        def event(self, values: dict[str, Any]) -> None:
            whole = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"} | values
            self.send(f"data: {json.dumps(whole)}\n\n".encode())

        def send(self, data: bytes) -> None:
            """One chunk; an empty one is the last."""
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()

        def refuse(self, status: Status) -> None:
            body = json.dumps(
                {"error": {"message": status.message or f"scripted {status.code}", "type": "scripted"}}
            ).encode()
            self.send_response(status.code)
            for name, value in {**status.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    model.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
