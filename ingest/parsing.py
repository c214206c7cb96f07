"""Files are parsed in a process of their own: what crashes, hangs or swells there harms nothing here."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import IO, Any

from assistant.errors import FootnoteError
from assistant.types import Document, Metadata
from ingest.loaders.base import Part

_ANSWER_BYTES_PER_CHARACTER = 12
"""JSON writes a character in at most so many bytes."""

# -P: a file in the current folder must not pass for a module. -B: no byte code is written, nothing is.
_COMMAND = [sys.executable, "-P", "-B", "-m", "ingest.worker"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What parsing one file may take."""

    seconds: float = 25.0
    megabytes: int = 1_500
    """Address space of the process, libraries included."""
    characters: int = 20_000_000
    """Text of all articles of the file."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The articles of one file."""

    kind: str
    parts: tuple[Part, ...]


class Parser:
    """Hands files to a worker process, which is started when first needed and again whenever it ends.

    Use as a context manager: the process ends with it.
    """

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._worker: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Parser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker."""
        if self._worker:
            self._worker.kill()
            self._worker.communicate()
            self._worker = None

    def parse(self, data: bytes, name: str, charset: str | None = None) -> Parsed:
        """Parse one file.

        Args:
            data: its bytes.
            name: its path or address.
            charset: what the server that sent it calls its encoding.

        Raises:
            FootnoteError: it cannot be read, or not within the limits; the message is the reason.
        """
        worker = self._started()
        assert worker.stdin
        assert worker.stdout
        late = threading.Event()

        def stop() -> None:
            late.set()
            worker.kill()

        timer = threading.Timer(self._limits.seconds, stop)
        timer.start()
        try:
            request = {"name": name, "bytes": len(data), "charset": charset}
            line = self._ask(worker.stdin, worker.stdout, request, data)
        except OSError:  # the pipe broke: it ended while the file was handed over
            line = b""
        finally:
            timer.cancel()
        if late.is_set():
            self.close()
            raise FootnoteError(f"reading it took longer than {self._limits.seconds:g} s and was stopped")
        if not line.endswith(b"\n"):
            self.close()
            raise FootnoteError(_ended(worker.returncode, cut_off=bool(line)))
        answer = json.loads(line)
        if answer["last"]:
            self.close()
        return _parsed(answer)

    def _ask(self, requests: IO[bytes], answers: IO[bytes], request: dict[str, Any], data: bytes) -> bytes:
        requests.write(json.dumps(request).encode() + b"\n")
        requests.write(data)
        requests.flush()
        return answers.readline(self._limits.characters * _ANSWER_BYTES_PER_CHARACTER)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._worker and self._worker.poll() is None:
            return self._worker
        self.close()
        self._worker = subprocess.Popen(
            [*_COMMAND, str(self._limits.megabytes), str(self._limits.characters)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self._worker


def _ended(status: int | None, *, cut_off: bool) -> str:
    if cut_off:
        return "its text is too long to be handed over; split it"
    if status is not None and status < 0:
        return f"its parser crashed (signal {-status}); the file is probably damaged"
    return f"its parser ended without an answer (status {status}); the file is probably damaged"


def _parsed(answer: dict[str, Any]) -> Parsed:
    if "error" in answer:
        raise FootnoteError(answer["error"])
    return Parsed(answer["kind"], tuple(_part(values) for values in answer["parts"]))


def _part(values: dict[str, Any]) -> Part:
    fields = values["metadata"]
    published = date.fromisoformat(fields["published"]) if fields["published"] else None
    metadata = Metadata(**{**fields, "published": published})
    return Part(Document(values["text"], metadata, tuple(values["pages"])), values["name"])
