"""The promises of the design, each with a test that fails when it is broken (2 and 3 are measured in quality/)."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.conversation import ask
from assistant.library import Library, open_library
from assistant.settings import Settings
from ingest.run import Progress, run
from tests.conftest import ARTICLES, CHILDREN, Footnote, GoldenRun, parsed

TEXT = "The lighthouse of {name} was built in {year}. It stands on a rock. Its lamp was lit by {keeper}."


def write_articles(folder: Path, count: int, seed: int = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    chosen = random.Random(seed)
    for number in range(count):
        name = f"{chosen.choice(['Ar', 'Bel', 'Cor', 'Dun', 'Esk'])}{number}"
        text = TEXT.format(name=name, year=1700 + number, keeper=f"Keeper{number}")
        (folder / f"{number:03}.txt").write_text(text + f"\n\nSecond paragraph about {name}.")


# 1. A quote is verbatim


def test_every_citation_of_every_golden_answer_is_verbatim(sample_library: Library, golden_run: GoldenRun) -> None:
    cited = 0
    for answer in golden_run.answers:
        for citation in answer.citations:
            article = sample_library.ledger.article(citation.article_id)
            assert article.text[citation.start : citation.end] == citation.quote
            cited += 1
        for sentence in answer.sentences:
            assert sentence.citations or not sentence.supported  # promise 2
        for passage in answer.passages:
            assert sample_library.ledger.article(passage.article_id).text[passage.start : passage.end] == passage.text
    assert cited > 100


def test_quotes_are_verbatim_where_characters_take_several_bytes(library: Library, tmp_path: Path) -> None:
    first = "😀 Ünïcödé first. Der Öresund 𝔟ridge opened in 2000 — “a wonder”, said Åse. 終わり。"
    text = f"{first}\n\nThe bridge is 7,845 m long."
    (tmp_path / "bridge.txt").write_text(text, encoding="utf-8")
    run([tmp_path / "bridge.txt"], library)
    answer = ask(library, "When did the Öresund 𝔟ridge open?")
    assert not answer.abstained
    assert answer.citations
    for citation in answer.citations:
        assert library.ledger.article(citation.article_id).text[citation.start : citation.end] == citation.quote
    assert "2000" in answer.answer


# 4. Offline means offline

GUARD = """
import os, sys
HERE = ("127.0.0.1", "localhost", "::1", None)
def guard(event, args):
    if event in ("socket.connect", "socket.sendto"):
        where = args[1][0] if isinstance(args[1], tuple) else "127.0.0.1"  # else a socket file
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        where = args[0]
    else:
        return
    if where not in HERE:
        with open(os.environ["CONNECTIONS"], "a") as log:
            log.write(f"{event} {where}\\n")
        raise OSError("no network in this test")
sys.addaudithook(guard)
"""


@pytest.fixture
def guarded(tmp_path: Path) -> dict[str, str]:
    """An environment in which every Python child process notes and refuses connections to elsewhere."""
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    return {"PYTHONPATH": str(tmp_path / "guard"), "CONNECTIONS": str(tmp_path / "connections.log")}


def test_the_guard_catches_a_connection(guarded: dict[str, str], tmp_path: Path) -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    child = subprocess.run([sys.executable, "-c", code], env=os.environ | guarded, capture_output=True, check=False)
    assert child.returncode != 0
    assert "192.0.2.1" in (tmp_path / "connections.log").read_text()


def test_ingesting_and_asking_open_no_connection(footnote: Footnote, guarded: dict[str, str], tmp_path: Path) -> None:
    write_articles(tmp_path / "articles", 3)
    for arguments in (
        ["ingest", tmp_path / "articles"],
        ["ask", "When was the lighthouse of Ar0 built?"],
        ["verify"],
        ["rebuild"],
        ["list"],
    ):
        result = footnote(*arguments, "--json", "--library", tmp_path / "l", env=guarded)
        assert result.returncode == 0, result.stderr
    assert not (tmp_path / "connections.log").exists()


def _can_unshare() -> bool:
    probe = ["unshare", "--net", "--map-root-user", "true"]
    return bool(shutil.which("unshare")) and subprocess.run(probe, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _can_unshare(), reason="needs Linux network namespaces (unshare --net)")
def test_native_code_opens_no_connection_either(tmp_path: Path) -> None:
    """In a namespace without a network the kernel counts every packet that finds no way out."""
    write_articles(tmp_path / "articles", 2)

    def packets_out(command: str) -> int:
        script = f"{{ {command}; }} >/dev/null 2>&1; grep -h '^Ip:' /proc/net/snmp | tail -n 1"
        child = subprocess.run(
            ["unshare", "--net", "--map-root-user", "sh", "-c", script],
            capture_output=True,
            text=True,
            check=True,
        )
        names = Path("/proc/net/snmp").read_text().splitlines()[0].split()
        return int(child.stdout.split()[names.index("OutNoRoutes")])

    reach_out = f"{sys.executable} -c \"import socket; socket.socket(2, 2).sendto(b'x', ('192.0.2.1', 53))\""
    assert packets_out(reach_out) > 0, "the counter must see an attempt"
    footnote = f"{sys.executable} -m ui"
    library = tmp_path / "l"
    ingest = f"{footnote} ingest {tmp_path / 'articles'} --library {library}"
    question = f"{footnote} ask 'When was the lighthouse built?' --library {library}"
    assert packets_out(f"{ingest} && {question}") == 0
    assert open_library(library, Settings()).ledger.chunk_count() > 0


# 5. Nothing acknowledged is lost


def ingest_logged(folder: Path, articles: Path, log: Path) -> None:
    """Run an ingest, noting each added article the moment it is reported."""
    with log.open("ab", buffering=0) as acknowledged:

        def note(progress: Progress) -> None:
            if progress.status == "added":
                acknowledged.write(f"{progress.source}\n".encode())

        run([articles], open_library(folder, Settings()), on_progress=note)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kills", [8, pytest.param(50, marks=pytest.mark.quality)])
def test_acknowledged_articles_survive_kills(tmp_path: Path, kills: int) -> None:
    """SIGKILL an ingest at seeded moments; what it reported as added is there, found and answerable."""
    folder, articles, log = tmp_path / "library", tmp_path / "articles", tmp_path / "log"
    moments = random.Random(5)
    for attempt in range(kills):
        for number in range(80):  # new ones, so that there is always something to do
            path = articles / f"{attempt:02}-{number:03}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text(TEXT.format(name=f"Far{attempt}x{number}", year=1500 + attempt, keeper=f"K{number}"))
        child = CHILDREN.Process(target=ingest_logged, args=(folder, articles, log))
        child.start()
        before = log.stat().st_size if log.exists() else 0
        if attempt % 5:  # most kills fall among the writes, some on the way there
            while child.is_alive() and (log.stat().st_size if log.exists() else 0) == before:
                time.sleep(0.005)
        time.sleep(moments.uniform(0, 0.6))
        child.kill()
        child.join()
    acknowledged = set(log.read_text().splitlines())
    assert len(acknowledged) > 20 * kills
    library = open_library(folder, Settings())
    held = library.ledger.source_states()
    assert acknowledged <= held.keys()
    assert library.verify().ok
    for source in random.Random(6).sample(sorted(acknowledged), 10):
        first = Path(source).read_text().split(".")[0]
        assert library.ledger.article(held[source].article_id).text.startswith(first)
        answer = ask(library, f"{first}?")
        assert any(library.ledger.article(p.article_id).source == source for p in answer.passages)
    assert not run([articles], library).failed
    assert len(library.ledger.source_states()) == kills * 80
    library.close()


# 6. Nothing is skipped silently


def test_the_report_accounts_for_every_file(footnote: Footnote, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    write_articles(articles, 4)
    (articles / "empty.txt").write_text("")
    (articles / "binary.txt").write_bytes(bytes(range(256)) * 8)
    (articles / "cut.txt").write_bytes("Émile à Paris".encode("utf-16")[:-1])
    (articles / "picture.png").write_bytes(b"\x89PNG....")
    (articles / "broken.md").write_text("---\ntitle: [unclosed\n---\ntext")
    (articles / "dangling.txt").symlink_to(articles / "nowhere.txt")
    result = footnote("ingest", articles, tmp_path / "missing", "--json", "--library", tmp_path / "l")
    report = parsed(result)
    assert result.returncode == 1
    assert report["added"] == 4
    assert report["seen"] == 11
    assert report["seen"] == report["added"] + report["updated"] + report["unchanged"] + len(report["failed"])
    assert all(failure["reason"] and failure["source"] for failure in report["failed"])
    assert {Path(f["source"]).name for f in report["failed"]} == {
        "empty.txt", "binary.txt", "cut.txt", "picture.png", "broken.md", "dangling.txt", "missing",
    }  # fmt: skip


# 7. Twice changes nothing; changed replaces; removed is gone


def test_ingesting_twice_changes_nothing(library: Library, tmp_path: Path) -> None:
    write_articles(tmp_path / "a", 5)
    first = run([tmp_path / "a"], library)
    before = library.ledger.chunk_ids()
    second = run([tmp_path / "a"], library)
    assert (first.added, second.unchanged, second.added, second.embedded) == (5, 5, 0, 0)
    assert library.ledger.chunk_ids() == before


def test_a_changed_article_replaces_its_old_chunks(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "bridge.txt"
    path.write_text("The old bridge of Harrowgate was built of timber in 1650.")
    run([path], library)
    path.write_text("The new bridge of Harrowgate was built of steel in 1921.")
    report = run([path], library)
    assert (report.updated, report.seen) == (1, 1)
    assert "steel" in ask(library, "What was the bridge of Harrowgate built of?").answer
    answer = ask(library, "Was the bridge of Harrowgate built of timber in 1650?")
    assert "timber" not in json.dumps(answer.as_json()["passages"])
    assert library.verify().ok


def test_a_removed_article_is_gone_from_answers_index_and_disk(library: Library, tmp_path: Path) -> None:
    write_articles(tmp_path / "a", 3)
    secret = "The password of Zanzibarium is xylophonequartz."
    (tmp_path / "a" / "secret.txt").write_text(secret)
    run([tmp_path / "a"], library)
    assert "xylophonequartz" in ask(library, "What is the password of Zanzibarium?").answer
    assert found_on_disk(library.folder, "xylophonequartz"), "the search must be able to find it"
    (tmp_path / "a" / "secret.txt").unlink()
    report = run([tmp_path / "a"], library, prune=True)
    assert report.removed == 1
    assert "xylophonequartz" not in json.dumps(ask(library, "What is the password of Zanzibarium?").as_json())
    assert library.verify().ok
    library.close()
    assert not found_on_disk(library.folder, "xylophonequartz")
    assert not found_on_disk(library.folder, "Zanzibarium")


def found_on_disk(folder: Path, word: str) -> list[Path]:
    needle = word.lower().encode()
    return [path for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes().lower()]


# 8. The index is disposable


def test_a_deleted_index_is_rebuilt_without_embedding(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run([ARTICLES], library)
    question = "Which rocket lifted the Webb telescope?"
    before = ask(library, question).as_json() | {"timings_ms": None}
    library.close()
    shutil.rmtree(library.folder / "index")

    def embed_nothing(*_: object) -> None:
        raise AssertionError("chunks were embedded again")

    monkeypatch.setattr("assistant.embedding.OnnxEncoder.embed_chunks", embed_nothing)
    reopened = open_library(library.folder, Settings())
    assert ask(reopened, question).as_json() | {"timings_ms": None} == before
    assert reopened.verify().ok
    reopened.close()
