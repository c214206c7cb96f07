"""Every kind of article into a real library: files of many kinds, pages from a server, damage, and old libraries."""

from __future__ import annotations

import contextlib
import json
import random
import re
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import mock

import pytest

from assistant.conversation import ask
from assistant.embedding import Encoder, load_encoder
from assistant.errors import FootnoteError
from assistant.library import Library, open_library
from assistant.library.schema import SCHEMA_VERSION
from assistant.settings import Settings
from assistant.types import Chunk, ChunkVectors
from ingest.command import watch_command
from ingest.parsing import Parser
from ingest.run import run, run_bytes
from tests.conftest import CHILDREN, SHARED, Footnote, parsed
from tests.unit.pdfs import pdf_of

DOCUMENTS = SHARED / "data" / "documents"
LIGHTHOUSE = "The lighthouse of Farholm was built in 1911 by Ada Holt. It burned for ninety years."


def titles(library: Library) -> list[str]:
    return [article.metadata.title for article in library.ledger.articles()]


# Files of many kinds


REASONS = re.compile(r"OCR|password|is empty|PowerPoint|Excel|old Office|'\.ipynb'|no column|holds no text|no field")


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason=f"the sample documents are not at {DOCUMENTS}")
def test_sample_documents_are_read_or_refused_with_a_reason() -> None:
    texts, reasons, times = dict[str, str](), dict[str, str](), list[float]()
    before = most_memory()
    with Parser() as parser:
        for path in (path for path in sorted(DOCUMENTS.rglob("*")) if path.is_file() and path.name[0] != "."):
            started = time.monotonic()
            try:
                parts = parser.parse(path.read_bytes(), str(path)).parts
                texts[str(path)] = "\n".join(part.document.text for part in parts)
            except FootnoteError as error:
                reasons[path.name] = str(error)
            times.append(time.monotonic() - started)
    overlaps = dict(sorted(expected_overlaps(texts)))
    print(f"\n{len(texts)} files read, {len(reasons)} not; token overlap with expected texts: {overlaps}")
    assert all(texts.values())
    assert all(REASONS.search(reason) for reason in reasons.values()), reasons
    assert len(texts) > 40
    assert max(times) < 30
    assert most_memory() - before < 200
    assert min(overlaps.values()) > 0.6


def expected_overlaps(texts: dict[str, str]) -> Iterator[tuple[str, float]]:
    """For each document with an expected text the share of that text's words which were read."""
    for expected in (DOCUMENTS / "office" / "expected_outputs").glob("*.md"):
        wanted = set(expected.read_text(encoding="utf-8").lower().split()) - {"|", "---"}
        read = set(texts.get(str(DOCUMENTS / "office" / f"{expected.stem}.pdf"), "").lower().split())
        if wanted:
            yield expected.stem, round(len(wanted & read) / len(wanted), 3)


def most_memory() -> float:
    """The most memory this process ever had, in MB; `ru_maxrss` would begin with that of the process's parent."""
    held = re.search(r"^VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert held
    return int(held[1]) / 1024


@pytest.mark.quality
@pytest.mark.timeout(900)
@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason=f"the sample documents are not at {DOCUMENTS}")
def test_sample_documents_come_in(tmp_path: Path) -> None:
    """The same into a library, in a process that holds nothing yet but the model."""
    child = CHILDREN.Process(target=ingest_measured, args=(tmp_path / "library", DOCUMENTS, tmp_path / "grown"))
    child.start()
    child.join()
    report = json.loads((tmp_path / "grown").read_text())
    print(f"\n{report}")
    assert report["truncated"] == 0
    assert report["seen"] == report["added"] + report["unchanged"] + report["failed"]
    assert report["added"] + report["duplicates"] > 50
    assert report["grown"] < 200


def ingest_measured(folder: Path, articles: Path, told: Path) -> None:
    """Run an ingest and note by how many MB it made the process grow beyond what a first article takes."""
    library = open_library(folder, Settings())
    first = " ".join(f"In {year} ship {year * 7} left Farholm." for year in range(1000, 1600))
    assert run_bytes(first.encode(), "first.txt", library).chunks > 8
    Path("/proc/self/clear_refs").write_text("5")  # the most memory is counted anew
    before = most_memory()
    report = run([articles], library)
    values = {name: getattr(report, name) for name in ("seen", "added", "unchanged", "chunks", "truncated", "seconds")}
    counts = {"failed": len(report.failed), "duplicates": len(report.duplicates)}
    told.write_text(json.dumps(values | counts | {"grown": round(most_memory() - before)}))


def test_a_footnote_names_the_page(footnote: Footnote, tmp_path: Path) -> None:
    pages = [["A report on lights and ships at sea."], ["The lighthouse of Farholm was built in 1911 by Ada Holt."]]
    (tmp_path / "report.pdf").write_bytes(pdf_of(pages, Title="Lights"))
    assert parsed(footnote("ingest", tmp_path / "report.pdf", "--library", tmp_path / "l", "--json"))["added"] == 1
    question = "Who built the lighthouse of Farholm?"
    answer = parsed(footnote("ask", question, "--library", tmp_path / "l", "--json"))
    assert [(c["title"], c["page"]) for c in answer["citations"]] == [("Lights", 2)]
    assert "Lights · p. 2" in footnote("ask", question, "--library", tmp_path / "l").stdout


def test_a_file_with_several_articles_follows_its_records(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"

    def write(**texts: str) -> None:
        path.write_text("".join(json.dumps({"id": k, "title": k, "text": v}) + "\n" for k, v in texts.items()))

    write(a="Ada Holt built a lighthouse.", b="Turtles dive deep.", c="Trains run late.")
    assert run([path], library).added == 3
    assert run([path], library).unchanged == 3
    write(a="Ada Holt built a lighthouse.", b="Turtles dive very deep.", d="Ships sail.")
    report = run([path], library)
    assert (report.seen, report.added, report.updated, report.unchanged, report.removed) == (3, 1, 1, 1, 1)
    assert titles(library) == ["a", "b", "d"]
    path.unlink()
    assert run([tmp_path], library, prune=True).removed == 3
    assert library.ledger.origin_states() == {}


def test_an_article_that_was_removed_comes_back_with_its_file(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"id": n, "text": f"Ship {n} sailed."} for n in range(3)]))
    run([path], library)
    with library.writing() as writer:
        writer.remove([library.ledger.source_states()[f"{path}#1"].article_id])
        writer.finish()
    report = run([path], library)
    assert (report.added, report.unchanged) == (1, 2)


def test_a_dry_run_tells_and_changes_nothing(library: Library, tmp_path: Path) -> None:
    story = " ".join(f"Keeper {number} of Farholm lit the lamp {number} times." for number in range(40))
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(story)
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    report = run([tmp_path / n for n in ("one.txt", "two.txt", "bad.pdf")], library, dry_run=True)
    assert (report.seen, report.added, len(report.duplicates), len(report.failed)) == (3, 1, 1, 1)
    assert (titles(library), library.ledger.origin_states()) == ([], {})


def test_standard_input(footnote: Footnote, tmp_path: Path) -> None:
    def ingest(text: str) -> dict[str, object]:
        return parsed(footnote("ingest", "-", "--library", tmp_path / "l", "--json", input=text))

    assert ingest(LIGHTHOUSE)["added"] == 1
    assert ingest("Turtles dive deep.")["added"] == 1
    assert ingest(LIGHTHOUSE)["unchanged"] == 1


@pytest.mark.parametrize(
    "arguments", [(), ("--watch",), ("a", "--watch", "--json"), ("a", "--watch", "--dry-run"), ("--urls", "gone")]
)
def test_wrong_usage_is_told(footnote: Footnote, arguments: tuple[str, ...]) -> None:
    ran = footnote("ingest", *arguments)
    assert ran.returncode == (1 if "gone" in arguments else 2)
    assert ran.stderr


def test_watching_takes_in_what_changes(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text(LIGHTHOUSE)
    stop = threading.Event()
    watcher = threading.Thread(target=watch_command, args=([folder], library.folder), kwargs={"stop": stop})
    watcher.start()
    try:
        wait_for(lambda: titles(library) == ["One"])
        (folder / "two.txt").write_text("Turtles dive deep.")
        (folder / ".hidden.txt").write_text("Nothing to see.")
        wait_for(lambda: titles(library) == ["One", "Two"])
    finally:
        stop.set()
        watcher.join(30)
    assert not watcher.is_alive()


def wait_for(holds: object, seconds: float = 60) -> None:
    assert callable(holds)
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


# Pages from a server


class Site(ThreadingHTTPServer):
    """A site on loopback whose pages a test may change; it counts what it is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, str] = {}
        self.charset = "utf-8"
        self.asked: list[tuple[str, int]] = []

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        page = self.server.pages.get(self.path)
        etag = f'"{hash(page)}"'
        status = 404 if page is None else 304 if self.headers.get("If-None-Match") == etag else 200
        self.server.asked.append((self.path, status))
        body = (page or "").encode(self.server.charset) if status == 200 else b""
        self.send_response(status)
        self.send_header("ETag", etag)
        self.send_header("Content-Type", f"text/html; charset={self.server.charset}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def web_library(tmp_path: Path, site: Site) -> Iterator[Library]:
    opened = open_library(tmp_path / "web", Settings(allowed_hosts=f"127.0.0.1:{site.server_port}"))
    yield opened
    opened.close()


def page(title: str, text: str) -> str:
    return f"<!doctype html><html><head><title>{title}</title></head><body><article><p>{text}</p></article></html>"


def test_pages_are_asked_whether_they_changed(web_library: Library, site: Site) -> None:
    site.pages = {"/a": page("Lamp", LIGHTHOUSE * 3), "/b": page("Turtles", "Turtles dive deep. " * 20)}
    urls = [site.url("/a"), site.url("/b"), site.url("/gone")]
    report = run(urls, web_library)
    assert (report.added, [f.reason for f in report.failed]) == (2, ["HTTP 404 (not found); check the address"])
    assert web_library.ledger.articles()[0].metadata.url == urls[0]
    assert run(urls[:2], web_library).unchanged == 2
    assert site.asked[-2:] == [("/a", 304), ("/b", 304)]
    site.pages["/a"] = page("Lamp", LIGHTHOUSE * 3 + " It was torn down in 2004.")
    report = run(urls[:2], web_library)
    assert (report.updated, report.unchanged) == (1, 1)
    answer = ask(web_library, "When was the lighthouse of Farholm torn down?")
    assert "2004" in answer.answer


def test_a_page_is_read_in_the_charset_that_only_its_server_names(web_library: Library, site: Site) -> None:
    text = "Rząd ogłosił, że sądy będą działać dłużej."
    site.charset, site.pages = "ISO-8859-2", {"/a": page("Rząd", text)}
    assert run([site.url("/a")], web_library).added == 1
    assert web_library.ledger.text_of(site.url("/a")) == text


def test_an_article_from_two_addresses_is_stored_once(web_library: Library, site: Site) -> None:
    story = " ".join(f"Sentence {n} tells of the lighthouse and its keepers." for n in range(30))
    site.pages = {"/a": page("Lamp", story), "/b": page("The lamp, again", f"By a correspondent. {story}")}
    report = run([site.url("/a"), site.url("/b")], web_library)
    assert (report.added, report.unchanged) == (1, 1)
    assert [(d.source, d.of) for d in report.duplicates] == [(site.url("/b"), site.url("/a"))]


def test_entries_that_drop_off_a_feed_stay(web_library: Library, site: Site) -> None:
    def feed(*numbers: int) -> str:
        items = "".join(
            f"<item><title>Ship {n}</title><guid>{n}</guid><description>Ship {n} sailed.</description></item>"
            for n in numbers
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Ships</title>{items}</channel></rss>'

    site.pages = {"/feed": feed(1, 2)}
    assert run([site.url("/feed")], web_library).added == 2
    site.pages = {"/feed": feed(2, 3)}
    report = run([site.url("/feed")], web_library)
    assert (report.added, report.unchanged, report.removed) == (1, 1, 0)
    assert titles(web_library) == ["Ship 1", "Ship 2", "Ship 3"]


def test_a_feed_that_is_one_page_for_once_loses_nothing(web_library: Library, site: Site) -> None:
    item = "<item><title>Ship</title><guid>1</guid><description>A ship sailed.</description></item>"
    site.pages = {"/feed": f'<?xml version="1.0"?><rss version="2.0"><channel><title>S</title>{item}</channel></rss>'}
    assert run([site.url("/feed")], web_library).added == 1
    site.pages = {"/feed": "<html><body><p>We are down for maintenance and will be back soon.</p></body></html>"}
    report = run([site.url("/feed")], web_library)
    assert (report.added, report.removed) == (0, 0)
    assert "1 article before and is one page now" in report.failed[0].reason
    assert titles(web_library) == ["Ship"]


def test_an_address_with_a_query_is_read_by_its_path(web_library: Library, site: Site) -> None:
    site.pages = {"/big-lamp.md?token=x": "Ada Holt *lit* the lamp.", "/?page=1": "Turtles dive deep."}
    assert run([site.url(path) for path in site.pages], web_library).added == 2
    assert set(titles(web_library)) == {"Big lamp", f"127.0.0.1:{site.server_port}"}


def test_loopback_is_refused_unless_it_is_allowed(library: Library, site: Site) -> None:
    site.pages = {"/a": page("Lamp", LIGHTHOUSE)}
    (failure,) = run([site.url("/a")], library).failed
    assert "FOOTNOTE_ALLOWED_HOSTS" in failure.reason
    assert site.asked == []


def test_a_list_of_addresses(footnote: Footnote, site: Site, tmp_path: Path) -> None:
    site.pages = {"/a": page("Lamp", LIGHTHOUSE), "/b": page("Turtles", "Turtles dive deep.")}
    (tmp_path / "urls.txt").write_text(f"# mine\n{site.url('/a')}\n\n{site.url('/b')}\n")
    allowed = {"FOOTNOTE_ALLOWED_HOSTS": f"127.0.0.1:{site.server_port}"}
    command = ("ingest", "--urls", tmp_path / "urls.txt", "--library", tmp_path / "l", "--json")
    assert parsed(footnote(*command, env=allowed))["added"] == 2


# Damage

STRANGE = {
    "bomb.xml": b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><rss><channel><title>&j;</title>"
    + b"<item><title>&j;</title><description>&j;</description></item></channel></rss>",
    "deep.html": b"<html>" + b"<div>" * 200_000 + b"text",
    "deep.json": b"[" * 500_000,
    "line.txt": b"word " * 3_000_000,
    "letters.txt": b"x" * 15_000_000,
    "deep.md": b"> " * 50_000 + b"text",
    "stars.md": b"*" * 200_000 + b"text",
    "wide.csv": b"text," * 500_000 + b"\n" + b"a," * 500_000,
}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_files_end_in_time(name: str) -> None:
    started = time.monotonic()
    with Parser() as parser:
        with contextlib.suppress(FootnoteError):
            parser.parse(STRANGE[name], name)
        assert parser.parse(LIGHTHOUSE.encode(), "a.txt").parts
    assert time.monotonic() - started < 35


def mutated(samples: list[Path], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Files with seeded bit flips, cuts, and pieces that repeat or are lost."""
    rng = random.Random(seed)
    for _ in range(count):
        path = rng.choice(samples)
        data = bytearray(path.read_bytes())
        kind = rng.choice(("flip", "cut", "drop", "repeat"))
        for _ in range(rng.choice((1, 5, 50)) if data else 0):
            place = rng.randrange(len(data))
            if kind == "flip":
                data[place] ^= 1 << rng.randrange(8)
            elif kind == "drop":
                del data[place : place + rng.randrange(1, 40)]
            elif kind == "repeat":
                data[place:place] = data[place : place + rng.randrange(1, 40)]
            if not data:
                break
        yield path.name, bytes(data[: rng.randrange(1, len(data) + 1)] if kind == "cut" and data else data)


def parse_mutants(count: int) -> None:
    samples = [path for path in sorted(DOCUMENTS.rglob("*")) if path.is_file() and path.stat().st_size < 200_000]
    outcomes = {"read": 0, "refused": 0}
    slowest = 0.0
    with Parser() as parser:
        for name, data in mutated(samples, count, seed=1):
            started = time.monotonic()
            try:
                parser.parse(data, name)
                outcomes["read"] += 1
            except FootnoteError:
                outcomes["refused"] += 1
            slowest = max(slowest, time.monotonic() - started)
    print(f"\n{count} mutated files: {outcomes}, the slowest took {slowest:.1f} s")
    assert sum(outcomes.values()) == count
    assert slowest < 30


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason=f"the sample documents are not at {DOCUMENTS}")
def test_damaged_files_harm_nothing() -> None:
    parse_mutants(100)


@pytest.mark.quality
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason=f"the sample documents are not at {DOCUMENTS}")
def test_500_damaged_files_harm_nothing() -> None:
    parse_mutants(500)


# Old libraries


def test_a_library_of_schema_1_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(LIGHTHOUSE)
    library = open_library(tmp_path / "library", Settings())
    run([path], library)
    library.close()
    with sqlite3.connect(tmp_path / "library" / "ledger.db") as old:
        old.executescript(
            """DROP TABLE origins; DROP TABLE duplicates; DROP INDEX ix_articles_origin;
            ALTER TABLE articles DROP COLUMN origin; ALTER TABLE articles DROP COLUMN pages;
            ALTER TABLE articles DROP COLUMN signature; UPDATE facts SET value = '1' WHERE name = 'schema'"""
        )
    library = open_library(tmp_path / "library", Settings())
    assert library.ledger.fact("schema") == SCHEMA_VERSION
    assert run([path], library).unchanged == 1
    copy = tmp_path / "copy.txt"
    copy.write_text(LIGHTHOUSE)
    assert run([copy], library).duplicates[0].of == str(path)  # its signature is made when it is needed
    assert ask(library, "Who built the lighthouse of Farholm?").citations
    library.close()


def test_an_upload_is_known_by_its_name(library: Library) -> None:
    assert run_bytes(LIGHTHOUSE.encode(), "lamp.txt", library).added == 1
    assert run_bytes(LIGHTHOUSE.encode(), "lamp.txt", library).unchanged == 1
    assert titles(library) == ["Lamp"]


# Stopped and gone on with

TOWNS = [f"{first}{last}" for first in ("Far", "Nor", "Wes", "Ost", "Hol") for last in ("holm", "by", "vik", "ness")]


def ingest_counting(folder: Path, articles: Path, log: Path) -> None:
    """Run an ingest, noting every text that is embedded."""
    encoder = load_encoder(Settings().embedding_model)
    embed = type(encoder).embed_chunks

    def counted(self: Encoder, chunks: Sequence[Chunk]) -> Iterable[tuple[int, ChunkVectors, bool]]:
        with log.open("a", encoding="utf-8", buffering=1) as texts:
            for position, vectors, cut in embed(self, chunks):
                texts.write(f"{chunks[position].embedded_text!r}\n")
                yield position, vectors, cut

    with mock.patch.object(type(encoder), "embed_chunks", counted):
        library = open_library(folder, Settings())
        report = run([articles], library)
        library.close()
    assert not report.failed
    assert not report.duplicates


def held(folder: Path) -> dict[str, tuple[str, list[bytes]]]:
    """Each source with the hash of its article and its chunks' vectors."""
    library = open_library(folder, Settings())
    assert library.verify().ok
    chunks = library.ledger.stored_chunks(library.ledger.chunk_ids())
    vectors = library.ledger.chunk_vectors(chunks)
    found = {source: (state.content_hash, list[bytes]()) for source, state in library.ledger.source_states().items()}
    for chunk_id in sorted(chunks):
        found[chunks[chunk_id].source][1].append(vectors[chunk_id][1].tobytes())
    library.close()
    return found


@pytest.mark.quality
@pytest.mark.timeout(1800)
def test_1000_articles_stopped_10_times(tmp_path: Path) -> None:
    """The library is that of one clean run, and only what a kill caught half way is embedded again."""
    articles = tmp_path / "articles"
    articles.mkdir()
    rng = random.Random(8)
    for number in range(1_000):
        told = " ".join(f"In {1500 + number} ship {rng.randrange(10**6)} left {rng.choice(TOWNS)}." for _ in range(4))
        (articles / f"{number:04}.txt").write_text(told)
    for _ in range(10):
        child = CHILDREN.Process(target=ingest_counting, args=(tmp_path / "killed", articles, tmp_path / "log"))
        child.start()
        time.sleep(rng.uniform(6, 12))
        child.kill()
        child.join()
    ingest_counting(tmp_path / "killed", articles, tmp_path / "log")
    ingest_counting(tmp_path / "clean", articles, tmp_path / "clean-log")
    texts = (tmp_path / "log").read_text().splitlines()
    again = len(texts) - len(set(texts))
    print(f"\n{len(set(texts))} passages, {again} embedded again after 10 kills")
    assert again <= 10 * 16  # vectors are kept in eights, and eight more may be ready
    assert held(tmp_path / "killed") == held(tmp_path / "clean")
