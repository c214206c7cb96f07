"""`footnote eval` and `footnote convert` as a child process."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from assistant.library import Library
from tests.conftest import GOLDEN, Footnote, parsed
from tests.integration.test_command_line import METRIC_FIELDS, one_line


@pytest.fixture
def folder(sample_library: Library, tmp_path: Path) -> Path:
    """A copy of the library of sample articles."""
    shutil.copytree(sample_library.folder, tmp_path / "library")
    return tmp_path / "library"


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Five golden questions, one of them unanswerable."""
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join([*lines[:4], next(line for line in lines if "unanswerable_far" in line)]) + "\n")
    return path


def test_a_report_and_a_comparison_with_it(footnote: Footnote, folder: Path, questions: Path, tmp_path: Path) -> None:
    first = footnote("eval", questions, "--library", folder, "--report", tmp_path / "first")
    assert first.returncode == 0, first.stderr
    assert "Sentence hit@1" in first.stdout
    assert "unanswerable_far" in first.stdout
    assert str(tmp_path / "first" / "report.html") in first.stdout.replace("\n", "")
    report = json.loads((tmp_path / "first" / "report.json").read_text(encoding="utf-8"))
    assert set(report["overall"]) == METRIC_FIELDS
    assert report["overall"]["n"] == 5
    assert len(report["curves"]["retrieval"]) == 10

    # Refusing everything makes answered questions worse; one question is asked no more.
    questions.write_text("\n".join(questions.read_text().splitlines()[1:]) + "\n")
    earlier = tmp_path / "first" / "report.json"
    options = ["--library", folder, "--compare", earlier]
    second = footnote("eval", questions, *options, "--report", tmp_path / "second", env={"FOOTNOTE_REFUSE_BELOW": "1"})
    assert second.returncode == 0, second.stderr
    shown = " ".join(second.stdout.split())
    assert "4 questions in common" in shown
    assert "1 only there, 0 only here" in shown
    assert "got worse" in shown
    page = (tmp_path / "second" / "report.html").read_text(encoding="utf-8")
    assert "over the 4 questions that both have" in page
    assert re.search(r"refused below a confidence of 0\.\d+ then, 1\.0 now", page)

    same = parsed(footnote("eval", questions, *options, "--json"))
    assert set(same) == {"overall", "by_category", "questions", "comparison"}
    assert (same["comparison"]["better"], same["comparison"]["worse"]) == ([], [])
    assert same["comparison"]["figures"]["sentence_hit_at_1"]["difference"] == 0

    others = tmp_path / "others.jsonl"
    others.write_text('{"id": "other", "question": "Who?", "answerable": false}\n')
    none = footnote("eval", others, *options, "--report", tmp_path / "third")
    assert none.returncode == 1
    assert "none of these questions" in one_line(none.stderr)
    assert not (tmp_path / "third").exists()


def test_errors_come_before_any_question_is_asked(
    footnote: Footnote, folder: Path, questions: Path, tmp_path: Path
) -> None:
    library = ["--library", folder]
    missing = footnote("eval", questions, "--compare", tmp_path / "gone.json", *library)
    assert missing.returncode == 1
    assert "gone.json cannot be read" in one_line(missing.stderr)
    no_folder = footnote("eval", questions, "--report", questions, *library)
    assert no_folder.returncode == 1
    assert "cannot be written" in one_line(no_folder.stderr)


@pytest.mark.parametrize("option", [True, False])
def test_a_library_that_is_not_there_is_not_made(
    footnote: Footnote, questions: Path, tmp_path: Path, option: bool
) -> None:
    """Its name may be mistyped."""
    gone = tmp_path / "gone"
    named = {"env": {"FOOTNOTE_LIBRARY": str(gone)}}
    arguments = ["eval", questions, "--report", tmp_path / "report", "--json"]
    result = footnote(*arguments, "--library", gone) if option else footnote(*arguments, **named)
    assert result.returncode == 1
    said = parsed(result)["error"]
    assert said == one_line(result.stderr).removeprefix("error: ").strip()
    assert said.startswith(f"there is no library in {gone}; add articles with `footnote ingest PATH`")
    assert not gone.exists()
    assert not (tmp_path / "report").exists()


def test_a_converted_set_is_ingested_and_measured(footnote: Footnote, tmp_path: Path) -> None:
    asked = {"id": "1", "question": "How fast does the gannet dive?", "answers": [{"text": "100 km/h"}]}
    paragraph = {"context": "The gannet dives at 100 km/h. It eats <herring>.", "qas": [asked]}
    squad = tmp_path / "dev.json"
    squad.write_text(json.dumps({"data": [{"title": "Gannet", "paragraphs": [paragraph]}]}))
    done = footnote("convert", "squad", squad, tmp_path / "set")
    assert done.returncode == 0, done.stderr
    assert "1 article and 1 question" in done.stdout
    library = ["--library", tmp_path / "l"]
    assert parsed(footnote("ingest", tmp_path / "set" / "articles", *library, "--json"))["added"] == 1
    figures = parsed(footnote("eval", tmp_path / "set" / "questions.jsonl", *library, "--json"))
    assert figures["overall"]["sentence_hit_at_1"] == 1.0

    again = footnote("convert", "squad", squad, tmp_path / "set", "--json")
    assert again.returncode == 1
    assert "is not empty" in parsed(again)["error"]
    assert footnote("convert", "trivia", squad, tmp_path / "other").returncode == 2
    assert footnote("convert", "squad", squad, tmp_path / "other", "--split", "dev").returncode == 2


def test_help_names_the_defaults(footnote: Footnote) -> None:
    shown = " ".join(footnote("convert", "--help").stdout.replace("│", " ").split())
    assert "(default: test, or the only ones)" in shown
    assert "default: $FOOTNOTE_LIBRARY" in " ".join(footnote("eval", "--help").stdout.replace("│", " ").split())
