"""The process that parses files for `parsing`: limited in memory, without network, files or programs of its own.

Reads requests from standard input and answers each with a line of JSON on standard output:

    {"name": "a.pdf", "bytes": 1234, "charset": null}\\n + the bytes
    -> {"kind": "pdf", "parts": [...], "last": false} or {"error": "why", "last": false}

After an answer marked as the last one it ends.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from assistant.errors import FootnoteError
from ingest.loaders import load
from ingest.loaders.base import Part
from ingest.loaders.language import load_model

_TIRED_SHARE = 0.5
"""A worker that ever used this share of its memory ends after its answer; a fresh one takes its place."""

# What parsing a document never has to do.
_FORBIDDEN = frozenset(
    """socket.connect socket.bind socket.getaddrinfo socket.gethostbyname socket.sendto subprocess.Popen os.system
    os.exec os.posix_spawn os.fork os.remove os.rename os.rmdir os.mkdir shutil.rmtree""".split()
)


def main() -> int:
    """Answer requests until standard input ends."""
    megabytes, characters = int(sys.argv[1]), int(sys.argv[2])
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints must not end up among the answers
    load_model()
    _limit(megabytes)
    sys.addaudithook(_forbid)
    while header := requests.readline():
        request = json.loads(header)
        answer = _answer(requests.read(request["bytes"]), request["name"], request["charset"], characters)
        # Told along with the answer: whoever asks next must not find a process that is about to end.
        tired = _most_used() > _TIRED_SHARE * megabytes
        answers.write(json.dumps(answer | {"last": tired}).encode() + b"\n")
        answers.flush()
        if tired:
            break
    return 0


def _answer(data: bytes, name: str, charset: str | None, characters: int) -> dict[str, Any]:
    try:
        kind, parts = load(data, name, charset)
        length = sum(len(part.document.text) for part in parts)
        if length > characters:
            raise FootnoteError(f"it holds {length:,} characters of text, the limit is {characters:,}; split it")
        return {"kind": kind, "parts": [_plain(part) for part in parts]}
    except FootnoteError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "reading it takes more memory than is allowed; is it damaged?"}
    except RecursionError:
        return {"error": "it is nested too deeply to be read"}
    except Exception as error:  # parsers fail in many ways on damaged files
        return {"error": f"it could not be read ({type(error).__name__}: {str(error)[:200]})"}


def _plain(part: Part) -> dict[str, Any]:
    document = part.document
    return {
        "name": part.name,
        "text": document.text,
        "pages": document.pages,
        "metadata": document.metadata.as_json(),
    }


def _forbid(event: str, _: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise FootnoteError(f"its parser wanted to do what parsers must not ({event})")


def _limit(megabytes: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    for kind, most in ((resource.RLIMIT_AS, megabytes << 20), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(kind)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (bound, hard))
        except (ValueError, OSError):  # macOS has no limit on address space
            continue


def _most_used() -> float:
    """The most memory ever used, in MB; 0 where it cannot be told."""
    try:
        # Not getrusage: its figure begins with that of the process which started this one.
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    match = re.search(r"^VmHWM:\s*(\d+) kB", status, re.MULTILINE)
    return int(match[1]) / 1024 if match else 0.0


if __name__ == "__main__":
    sys.exit(main())
