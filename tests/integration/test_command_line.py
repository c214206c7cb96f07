"""The `footnote` command as a child process: the contract other programs script against, and bad input."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from assistant.library import Library
from assistant.types import Answer, AnswerSentence, Citation
from tests.conftest import ARTICLES, ROOT, SHARED, Footnote, parsed

REAL_ARTICLE = SHARED / "articles" / "trump-musk-reconciliation.txt"

ASK_FIELDS = {
    "question", "standalone_question", "answer", "short_answer", "abstained", "confidence", "answerer", "sentences",
    "citations", "passages", "timings_ms",
}  # fmt: skip
CITATION_FIELDS = {
    "number", "article_id", "title", "publisher", "published", "url", "source", "quote", "start", "end",
}  # fmt: skip
SENTENCE_FIELDS = {"text", "citations", "supported", "support"}
METRIC_FIELDS = {
    "n", "hit_at_1", "hit_at_5", "hit_at_10", "mrr_at_10", "ndcg_at_10", "sentence_hit_at_1", "sentence_hit_at_3",
    "sentence_precision", "sentence_recall", "sentence_f1", "answer_recall", "citation_precision",
    "short_answer_given", "short_answer_right", "refused_right", "refused_wrong", "abstention_auroc", "ece",
    "risk_coverage_area", "latency_p50_ms", "latency_p95_ms",
}  # fmt: skip


@pytest.fixture
def folder(sample_library: Library, tmp_path: Path) -> Path:
    """A copy of the library of sample articles."""
    shutil.copytree(sample_library.folder, tmp_path / "library")
    return tmp_path / "library"


def one_line(stderr: str) -> str:
    """The error as shown: one line, no traceback."""
    lines = [line for line in stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, stderr
    assert "Traceback" not in stderr
    return lines[0]


# The contract


def test_ask_json_has_the_fields_of_the_contract(footnote: Footnote, folder: Path) -> None:
    result = footnote("ask", "When was the Rome Declaration signed?", "--json", "--library", folder)
    answer = parsed(result)
    assert result.returncode == 0
    assert set(answer) == ASK_FIELDS
    assert {frozenset(c) for c in answer["citations"]} <= {frozenset(CITATION_FIELDS)}
    assert all(set(s) == SENTENCE_FIELDS for s in answer["sentences"])
    assert all(set(p) == {"article_id", "start", "end", "text", "score"} for p in answer["passages"])
    assert set(answer["timings_ms"]) == {"retrieve", "read", "answer", "total"}
    assert 0 <= answer["confidence"] <= 1


def test_keys_that_are_there_only_at_times_are_documented() -> None:
    every = {field.name for kind in (Answer, AnswerSentence, Citation) for field in fields(kind)}
    at_times = every - ASK_FIELDS - SENTENCE_FIELDS - CITATION_FIELDS
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    (told,) = (part for part in text.split("\n\n") if part.startswith("**Keys that are there only"))
    assert at_times == {"notes", "disagreement", "tokens", "reason", "page", "rejected"}
    assert {name for name in at_times if f"`{name}`" not in told} == set()


def test_ask_abstains_with_status_0_and_shows_the_nearest(footnote: Footnote, folder: Path) -> None:
    result = footnote("ask", "Who won the football world cup in 1954?", "--json", "--library", folder)
    answer = parsed(result)
    assert result.returncode == 0
    assert answer["abstained"]
    assert (answer["sentences"], answer["citations"], answer["short_answer"]) == ([], [], None)
    assert answer["passages"]


def test_ask_filters_by_date_and_publisher(footnote: Footnote, folder: Path) -> None:
    question = "How many moons does Saturn have?"
    old = parsed(footnote("ask", question, "--until", "2020", "--json", "--library", folder))
    new = parsed(footnote("ask", question, "--since", "2021-01", "--json", "--library", folder))
    assert {c["published"] for c in old["citations"]} == {"2019-10-14"}
    assert {c["published"] for c in new["citations"]} == {"2025-03-19"}
    by = parsed(footnote("ask", question, "--publisher", "meridian science weekly", "--json", "--library", folder))
    assert {c["publisher"] for c in by["citations"]} == {"Meridian Science Weekly"}


def test_eval_json_has_the_fields_of_the_contract(footnote: Footnote, folder: Path, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    lines = (ARTICLES.parent / "golden.jsonl").read_text().splitlines()
    questions.write_text("\n".join([lines[0], lines[1], lines[-1]]))
    result = footnote("eval", questions, "--json", "--library", folder, "--report", tmp_path / "report")
    report = parsed(result)
    assert result.returncode == 0, result.stderr
    assert set(report) == {"overall", "by_category", "questions"}
    assert set(report["overall"]) == METRIC_FIELDS
    assert report["overall"]["n"] == len(report["questions"]) == 3
    written = json.loads((tmp_path / "report" / "report.json").read_text())
    assert {name: written[name] for name in report} == report  # and what the plots are drawn from


def test_ingest_list_show_remove_verify_rebuild(footnote: Footnote, tmp_path: Path) -> None:
    library = ["--json", "--library", tmp_path / "l"]
    report = parsed(footnote("ingest", ARTICLES / "webb-first-images-2022.md", *library))
    assert set(report) == {
        "seen", "added", "updated", "unchanged", "removed", "failed", "chunks", "truncated", "seconds",
    }  # fmt: skip
    assert (report["seen"], report["added"], report["truncated"]) == (1, 1, 0)
    (listed,) = parsed(footnote("list", *library))
    shown = parsed(footnote("show", listed["id"], *library))
    assert listed["title"] == shown["title"]
    assert "Ariane 5" in shown["text"]
    assert parsed(footnote("verify", *library))["ok"]
    assert parsed(footnote("rebuild", *library))["chunks"] == report["chunks"]
    assert parsed(footnote("remove", listed["id"], *library))["removed"] == listed["id"]
    assert parsed(footnote("list", *library)) == []


def test_python_m_ingest_does_the_same(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "ingest",
        str(ARTICLES / "secret-ballot.md"),
        "--library",
        str(tmp_path),
        "--json",
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(result.stdout)["added"] == 1


def test_the_library_comes_from_the_environment(footnote: Footnote, folder: Path) -> None:
    assert len(parsed(footnote("list", "--json", env={"FOOTNOTE_LIBRARY": str(folder)}))) == 33


def test_people_get_text_with_footnotes(footnote: Footnote, folder: Path) -> None:
    shown = footnote("ask", "Which rocket lifted the Webb telescope on Christmas Day 2021?", "--library", folder).stdout
    assert "Ariane 5" in shown
    assert "[1]" in shown
    assert "2022-07-20" in shown


@pytest.fixture(scope="module")
def real_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real article alone, to be read only."""
    folder = tmp_path_factory.mktemp("real") / "l"
    command = [sys.executable, "-m", "ui", "ingest", str(REAL_ARTICLE), "--library", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.mark.skipif(not REAL_ARTICLE.exists(), reason=f"{REAL_ARTICLE} is not there")
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What did Musk call the Big Beautiful Bill?", "a disgusting abomination"),
        ("Who did Vance try to restore as nominee to lead NASA?", "Jared Isaacman"),
        ("What does Musk see as the solution to the national debt?", "robots and artificial intelligence"),
        ("Which Senate committee did Vance negotiate with?", "Senate Commerce Committee"),
        ("How much did Tesla's revenue grow in 2025?", None),
        ("Who is the president of France?", None),
    ],
)
def test_the_real_article(footnote: Footnote, real_library: Path, question: str, said: str | None) -> None:
    answer = parsed(footnote("ask", question, "--json", "--library", real_library))
    assert answer["abstained"] == (said is None)
    if said:
        # A lead-in sentence may stand before the one that tells.
        assert said in " ".join(sentence["text"] for sentence in answer["sentences"][:2])


# Bad input: one clear line, exit status 1, nothing lost


def test_missing_path(footnote: Footnote, folder: Path) -> None:
    result = footnote("ingest", "/no/such/place", "--library", folder)
    assert result.returncode == 1
    assert "failed /no/such/place: there is no such file or folder" in " ".join(result.stdout.split())


def test_empty_library(footnote: Footnote, tmp_path: Path) -> None:
    result = footnote("ask", "Anything?", "--library", tmp_path / "l")
    assert result.returncode == 1
    assert "footnote ingest PATH" in one_line(result.stderr)


@pytest.mark.parametrize("question", ["", "   ", "?!", "\u200b"])
def test_empty_question(footnote: Footnote, folder: Path, question: str) -> None:
    result = footnote("ask", question, "--library", folder)
    assert result.returncode == 1
    assert "question is empty" in one_line(result.stderr)


def test_50_megabytes_of_text(footnote: Footnote, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_bytes(b"word " * 10_000_000)
    report = parsed(footnote("ingest", tmp_path / "long.txt", "--json", "--library", tmp_path / "l"))
    assert "50.0 MB, the limit is 20" in report["failed"][0]["reason"]


def test_unknown_article_publisher_model_and_date(footnote: Footnote, folder: Path) -> None:
    library = ["--library", folder]
    assert "footnote list" in one_line(footnote("show", 999, *library).stderr)
    assert "Meridian Science Weekly" in one_line(footnote("ask", "Why?", "--publisher", "Nobody", *library).stderr)
    told = footnote("ask", "When did Huygens land on Titan?", "--model", "nobody:x", *library).stdout
    assert "The quotes answer instead." in told
    wrong = footnote("ask", "Why?", "--since", "yesterday", *library)
    assert wrong.returncode == 2
    assert "2025-03-31" in wrong.stderr


def test_wrong_usage_is_status_2(footnote: Footnote) -> None:
    assert footnote("ask").returncode == 2
    assert footnote("frobnicate").returncode == 2
    assert footnote("list", "--nonsense").returncode == 2
    wrong = footnote("ask", "Why?", "--model", "gpt")
    assert wrong.returncode == 2
    assert "provider:model" in wrong.stderr


def test_a_question_makes_no_library(footnote: Footnote, tmp_path: Path) -> None:
    result = footnote("ask", "Who built it?", "--library", tmp_path / "typo")
    assert result.returncode == 1
    assert "there is no library in" in one_line(result.stderr)
    assert not (tmp_path / "typo").exists()


def test_errors_are_json_too_when_asked_for(footnote: Footnote, folder: Path) -> None:
    result = footnote("show", 999, "--json", "--library", folder)
    assert result.returncode == 1
    assert "999" in parsed(result)["error"]


def test_a_setting_that_does_not_fit_is_named(footnote: Footnote, folder: Path) -> None:
    result = footnote("list", "--library", folder, env={"FOOTNOTE_PASSAGES": "many"})
    assert result.returncode == 1
    assert "FOOTNOTE_PASSAGES='many'" in one_line(result.stderr)


def test_a_library_made_with_another_model(footnote: Footnote, folder: Path, tmp_path: Path) -> None:
    result = footnote("ask", "Why?", "--library", folder, env={"FOOTNOTE_EMBEDDING_MODEL": str(tmp_path)})
    assert result.returncode == 1
    assert "FOOTNOTE_EMBEDDING_MODEL" in one_line(result.stderr)


def test_a_file_in_place_of_the_library(footnote: Footnote, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    result = footnote("list", "--library", tmp_path / "file")
    assert result.returncode == 1
    assert str(tmp_path / "file") in one_line(result.stderr)


@pytest.mark.parametrize("where", ["option", "environment"])
def test_a_library_in_a_home_that_is_none(footnote: Footnote, where: str) -> None:
    folder = "~no-such-user-here/x"
    option = ("--library", folder) if where == "option" else ()
    result = footnote("list", "--json", *option, env={"FOOTNOTE_LIBRARY": folder})
    assert result.returncode == 1
    assert repr(folder) in one_line(result.stderr)
    assert parsed(result)["error"] in result.stderr


def test_an_error_about_a_name_that_is_not_utf8_is_json_all_the_same(footnote: Footnote, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    result = footnote(
        "list", "--json", "--library", f"{tmp_path}/file/\udcff", env={"PYTHONIOENCODING": "utf-8:strict"}
    )
    assert result.returncode == 1
    assert "file/\udcff" in parsed(result)["error"]


def test_a_damaged_ledger(footnote: Footnote, folder: Path) -> None:
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (folder / name).unlink(missing_ok=True)
    (folder / "ledger.db").write_bytes(b"not a database at all" * 1000)
    result = footnote("list", "--library", folder)
    assert result.returncode == 1
    assert "damaged" in one_line(result.stderr)


def _mounts(tmp_path: Path) -> bool:
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", str(tmp_path)]
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0


def in_mount(options: str, place: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script with a small file system mounted at `place`, seen by nobody else."""
    place.mkdir(exist_ok=True)
    command = f"mount -t tmpfs -o {options} none {place} && {script}"
    return subprocess.run(["unshare", "--mount", "sh", "-c", command], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("size", ["1m", "1200k"])  # full when the index is made, and while it is written
def test_a_full_disk_loses_nothing(tmp_path: Path, size: str) -> None:
    if not _mounts(tmp_path):
        pytest.skip("needs the right to mount a file system (root on Linux)")
    place, articles = tmp_path / "disk", tmp_path / "articles"
    articles.mkdir()
    for number in range(150):
        body = " ".join(f"Fact {number} of row {row} is {number * row}." for row in range(3))
        (articles / f"{number:03}.txt").write_text(body)
    footnote = f"{sys.executable} -m ui"
    result = in_mount(
        f"size={size}",
        place,
        f"{footnote} ingest {articles} --library {place}/l 2>{tmp_path}/log; echo $? >{tmp_path}/status; "
        f"mount -o remount,size=300m {place}; {footnote} ingest {articles} --library {place}/l --json "
        f"&& {footnote} verify --library {place}/l --json",
    )
    log = (tmp_path / "log").read_text()
    added = [line for line in log.splitlines() if line.startswith("added")]
    assert (tmp_path / "status").read_text().strip() == "1"
    assert "is full" in one_line(log)
    again, verified = (json.loads(line) for line in result.stdout.splitlines())
    assert again["unchanged"] >= len(added)  # what was reported as added was kept
    assert again["unchanged"] + again["added"] == 150
    assert verified["problems"] == []


def test_a_folder_without_rights(tmp_path: Path) -> None:
    if not _mounts(tmp_path):
        pytest.skip("needs the right to mount a file system (root on Linux)")
    place = tmp_path / "disk"
    result = in_mount("ro", place, f"{sys.executable} -m ui ingest {ARTICLES} --library {place}/l")
    assert result.returncode == 1
    assert "Give yourself rights" in one_line(result.stderr)
