"""Question files and a small run; the metrics are in test_metrics.py."""

from __future__ import annotations

import codecs
import json
import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import FootnoteError
from assistant.evaluation import GoldenQuestion, evaluate, file_names, load_questions, question_lines
from assistant.evaluation.run import _GoldenArticles as GoldenArticles
from assistant.library import Library
from assistant.types import Span, Turn
from ingest.run import run, run_bytes
from tests.conftest import ROOT

# Question files


def written(folder: Path, *lines: Any) -> Path:
    path = folder / "questions.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def test_questions_with_every_field_and_with_the_least(tmp_path: Path) -> None:
    full = {
        "id": 7,
        "question": "Why?",
        "answers": ["a", 2],
        "articles": ["x.md"],
        "quotes": ["Q."],
        "answerable": True,
        "category": "why",
        "history": [["Who?", "Ada."]],
        "comment": "not read",
    }
    least = {"id": "8", "question": "Who?", "answerable": False, "answers": None, "history": None}
    assert load_questions(written(tmp_path, full, "", "  ", least)) == [
        GoldenQuestion("7", "Why?", True, ("a", "2"), ("x.md",), ("Q.",), "why", (Turn("Who?", "Ada."),)),
        GoldenQuestion("8", "Who?", False),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "5",
        "[]",
        '["id", "question", "answerable"]',
        '"id question answerable"',
        "null",
        '{"id": "1", "question": "Who?"}',
        '{"id": "1", "answerable": true}',
        '{"id": "1", "question": "Who?", "answerable": true, "answers": 5}',
        '{"id": "1", "question": "Who?", "answerable": true, "history": [["one"]]}',
        '{"id": "1", "question": "Who?", "answerable": true, "history": [5]}',
        r'{"id": "1", "question": "Who? \ud83d", "answerable": true}',
        "[" * 200_000,
        '{"id": "1", "question": " ", "answerable": true}',
        '{"id": "1", "question": "?!", "answerable": true}',
        json.dumps({"id": "1", "question": "x" * 2_001, "answerable": True}),
    ],
)
def test_a_line_that_does_not_fit_is_an_error_that_names_it(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, {"id": "first", "question": "Who?", "answerable": True}, "", line)
    with pytest.raises(FootnoteError) as raised:
        load_questions(path)
    assert f"{path}, line 3:" in str(raised.value)


def test_the_missing_field_is_named(tmp_path: Path) -> None:
    with pytest.raises(FootnoteError, match="'answerable' is missing"):
        load_questions(written(tmp_path, {"id": "1", "question": "Who?"}))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"answers": "Paris"}, "'answers' must be a list, it is 'Paris'"),
        ({"quotes": "One."}, "'quotes' must be a list"),
        ({"articles": "a.md"}, "'articles' must be a list"),
        ({"answerable": "false"}, "'answerable' must be true or false, it is 'false'"),
        ({"question": None}, "'question' must be a string, it is null"),
        ({"question": ["Who?"]}, "'question' must be a string, it is ['Who?']"),
        ({"id": None}, "'id' must be a string, it is null"),
        ({"id": True}, "'id' must be a string, it is True"),
        ({"id": " "}, "'id' is empty"),
        ({"category": ["a"]}, "'category' must be a string"),
        ({"answers": ["Paris", None]}, "'answers' number 2 must be a string, it is null"),
        ({"answers": [""]}, "'answers' number 1 has no letter or digit, so that nothing could match it: ''"),
        ({"answers": ["?!"]}, "'answers' number 1 has no letter or digit"),
        ({"quotes": [" "]}, "'quotes' number 1 has no letter or digit"),
        ({"articles": [""]}, "'articles' number 1 is empty"),
        ({"articles": [5]}, "'articles' number 1 must be a string, it is 5"),
        ({"history": ["ab"]}, "'history' number 1 must be a list of a question and its answer, it is 'ab'"),
        ({"history": [["Who?"]]}, "'history' number 1 must be a list of a question and its answer"),
        ({"history": [["Who?", None]]}, "the answer of 'history' number 1 must be a string, it is null"),
        ({"history": [["Who?", "Ada."], ["", ""]]}, "the question of 'history' number 2 is empty"),
        ({"quotes": "x" * 1_000}, "'quotes' must be a list, it is 'xxx"),
    ],
)
def test_a_field_of_the_wrong_type_is_named_with_its_value(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(FootnoteError) as raised:
        load_questions(written(tmp_path, {"id": "1", "question": "Who?", "answerable": True} | fields))
    assert "line 1: " in str(raised.value)
    assert said in str(raised.value)
    assert len(str(raised.value)) < len(str(tmp_path)) + 200


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("answer", "answers"),
        ("anwsers", "answers"),
        ("Quotes", "quotes"),
        ("article", "articles"),
        ("qestion", "question"),
    ],
)
def test_a_misspelt_field_is_named_with_the_one_that_is_meant(tmp_path: Path, given: str, meant: str) -> None:
    fields = {"id": "1", "question": "Who?", "answerable": True}
    fields.pop(meant, None)
    with pytest.raises(FootnoteError, match=f"line 1: there is no field '{given}'; '{meant}' is"):
        load_questions(written(tmp_path, fields | {given: ["Ada"]}))


def test_other_fields_are_not_read(tmp_path: Path) -> None:
    """Also where their names are like those of fields that are there."""
    fields = {"id": "1", "question": "Who?", "answerable": True, "answers": ["Ada"]}
    more = {"question_id": 5, "answer": "x", "today": "2026-01-01", "claims": [], "split": "dev"}
    assert load_questions(written(tmp_path, fields | more)) == load_questions(written(tmp_path, fields))


def test_our_own_question_files_can_be_read() -> None:
    for path in sorted((ROOT / "data").glob("golden*.jsonl")):
        assert load_questions(path)


@pytest.mark.parametrize("again", ["a", "\x1ba", " a "])
def test_an_id_that_is_there_twice_is_named_with_both_lines(tmp_path: Path, again: str) -> None:
    """One of the two would be lost where runs are compared."""
    questions = [{"id": name, "question": "Who?", "answerable": True} for name in ("a", "b", again)]
    with pytest.raises(FootnoteError, match="line 4: the id 'a' is that of line 1 already; give each question one"):
        load_questions(written(tmp_path, questions[0], "", *questions[1:]))


def test_a_number_may_be_an_id_or_an_answer(tmp_path: Path) -> None:
    (question,) = load_questions(
        written(tmp_path, {"id": 7, "question": "When?", "answerable": True, "answers": [1911]})
    )
    assert (question.id, question.answers) == ("7", ("1911",))


def test_what_a_file_says_is_brought_into_one_form(tmp_path: Path) -> None:
    """Accents in one character as in the library, and nothing that a terminal would obey."""
    decomposed = unicodedata.normalize("NFD", "Orléans")
    written_so = {
        "id": "\x1b[31mred",
        "question": f"Where is\x1b[31m {decomposed}?",
        "answerable": True,
        "answers": [f"in {decomposed}\x07"],
        "quotes": [f"It is {decomposed}.\r\n"],
        "category": "\x1b[31mred\nline",
        "history": [[f"{decomposed}?", f"{decomposed}\x00."]],
    }
    (question,) = load_questions(written(tmp_path, written_so))
    assert question == GoldenQuestion(
        "[31mred",
        "Where is[31m Orléans?",
        True,
        ("in Orléans",),
        quotes=("It is Orléans.",),
        category="[31mred line",
        history=(Turn("Orléans?", "Orléans."),),
    )


def test_questions_are_written_as_they_are_read(tmp_path: Path) -> None:
    questions = [
        GoldenQuestion("7", "Why?", True, ("a\nb", "2"), ("x.md",), ("Q\n.",), "why", (Turn("Who?", "Ada."),)),
        GoldenQuestion("8", "Who?", False),
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text(question_lines(questions), encoding="utf-8")
    assert load_questions(path) == questions


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85"])
def test_only_a_line_feed_ends_a_line(tmp_path: Path, character: str) -> None:
    question = {"id": "1", "question": f"Who{character}built it?", "answerable": True}
    assert [q.question for q in load_questions(written(tmp_path, question))] == ["Who built it?"]


def test_a_byte_order_mark_is_no_part_of_the_first_question(tmp_path: Path) -> None:
    path = written(tmp_path, {"id": "1", "question": "Who?", "answerable": True})
    path.write_bytes(codecs.BOM_UTF8 + path.read_bytes())
    assert [question.id for question in load_questions(path)] == ["1"]


@pytest.mark.parametrize("content", [None, b"", b" \n\n", b"\xff\xfe"])
def test_a_file_without_questions_is_an_error_that_names_it(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "questions.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FootnoteError) as raised:
        load_questions(path)
    assert str(path) in str(raised.value)


# A run

FERRY = GoldenQuestion(
    "ferry",
    "When did the ferry between Arnholm and Belmont begin to sail?",
    True,
    ("1911",),
    ("ferry.md",),
    ("The ferry between Arnholm and Belmont began to sail in 1911.",),
    "fact",
)
LIGHT = GoldenQuestion(
    "light",
    "Who lit the lamp of the lighthouse of Arnholm?",
    True,
    ("Ingrid Bakke",),
    ("https://example.org/light",),
)
FRANCE = GoldenQuestion("france", "Who is the president of France?", False, category="other")


def test_a_small_evaluation(small_library: Library) -> None:
    steps: list[tuple[int, int]] = []
    result = evaluate(small_library, [FERRY, LIGHT, FRANCE], lambda done, of: steps.append((done, of)))
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert set(result.by_category) == {"fact", "other"}
    overall = result.overall
    assert (overall.n, overall.hit_at_1, overall.mrr_at_10, overall.sentence_hit_at_1) == (3, 1.0, 1.0, 1.0)
    assert (overall.refused_right, overall.refused_wrong, overall.abstention_auroc) == (1.0, 0.0, 1.0)
    assert overall.answer_recall == 1.0
    ferry, light, france = result.questions
    assert (ferry.article_rank, ferry.sentence_rank, ferry.answer_recalled, ferry.expected) == (
        1,
        1,
        True,
        ("1911",),
    )
    assert light.citation_hits[0] is True
    assert (france.abstained, france.article_rank, france.sentence_rank, france.citation_hits) == (
        True,
        None,
        None,
        (),
    )
    assert (ferry.sentence_recall, ferry.expected_articles, ferry.names_sentences) == (1.0, ("ferry.md",), True)
    assert (ferry.ndcg_at_10, france.ndcg_at_10, france.sentence_f1) == (1.0, None, None)
    assert ferry.best_sentence == FERRY.quotes[0]
    assert ferry.best_article == "The Arnholm ferry (ferry.md)"
    assert ferry.timings_ms["total"] == ferry.latency_ms
    assert [o.verdict for o in result.questions] == ["right"] * 3
    assert result.refuse_below == small_library.settings.refuse_below
    assert json.loads(json.dumps(result.as_json()))["questions"][0]["id"] == "ferry"


def test_articles_go_by_the_names_of_their_files(library: Library, tmp_path: Path) -> None:
    (tmp_path / "C# basics.md").write_text("# Sharp\n\nThe language was made by Ada Holt.")
    (tmp_path / "export.jsonl").write_text('{"id": "https://x.example/a/1", "text": "The ferry is run by Bo Berg."}\n')
    assert run([tmp_path], library).added == 2
    sharp = GoldenQuestion("1", "Who made the language?", True, articles=("C# basics.md",))
    ferry = GoldenQuestion("2", "Who runs the ferry?", True, articles=("export.jsonl",))
    outcomes = evaluate(library, [sharp, ferry]).questions
    assert [outcome.article_rank for outcome in outcomes] == [1, 1]
    assert [outcome.best_article.split("(")[1] for outcome in outcomes] == [
        "C# basics.md)",
        "export.jsonl#https://x.example/a/1)",
    ]


RECORDS = (
    '{"id": 1, "text": "The ferry is run by Bo Berg."}\n{"id": 2, "text": "The tower was built by Cy Lund in 1920."}\n'
)


def test_an_article_of_an_export_goes_by_its_own_name(library: Library, tmp_path: Path) -> None:
    (tmp_path / "export.jsonl").write_text(RECORDS)
    assert run([tmp_path], library).added == 2
    assert sorted(file_names(library).values()) == ["export.jsonl#1", "export.jsonl#2"]
    right, wrong, either = (
        GoldenQuestion(name, "Who runs the ferry?", True, articles=(name,))
        for name in ("export.jsonl#1", "export.jsonl#2", "export.jsonl")
    )
    assert [o.article_rank == 1 for o in evaluate(library, [right, wrong, either]).questions] == [True, False, True]


def test_articles_whose_files_have_one_name_go_by_their_sources(library: Library, tmp_path: Path) -> None:
    for year, text in (("2023", "The ferry is run by Bo Berg."), ("2024", "The tower was built by Cy Lund.")):
        (tmp_path / year).mkdir()
        (tmp_path / year / "index.md").write_text(text)
    assert run([tmp_path], library).added == 2
    assert run_bytes(b"Turtles dive deep and eat jellyfish.", "index.md", library).added == 1
    names = file_names(library)
    assert {source: source for source in names} == names
    first, second, upload = (
        GoldenQuestion(name, "Who runs the ferry?", True, articles=(name,))
        for name in (str(tmp_path / "2023" / "index.md"), str(tmp_path / "2024" / "index.md"), "index.md")
    )
    ranks = [outcome.article_rank == 1 for outcome in evaluate(library, [first, second, upload]).questions]
    assert ranks == [True, False, False]


def test_the_answers_sentences_are_measured_against_the_gold_quotes(small_library: Library) -> None:
    turtles = GoldenQuestion(
        "turtles",
        "What is the greatest danger to turtles?",
        True,
        articles=("turtles.md",),
        quotes=("Fishing nets are the greatest danger to turtles.", "This stands nowhere."),
    )
    (outcome,) = evaluate(small_library, [turtles]).questions
    assert not outcome.abstained
    assert outcome.sentence_recall == 0.5
    assert outcome.sentence_precision == round(1 / len(outcome.citation_hits), 4)
    assert outcome.missing_quotes == ("This stands nowhere.",)


def test_a_gold_quote_counts_wherever_it_stands(library: Library, tmp_path: Path) -> None:
    """The sentence that was answered may be the second of two alike."""
    told = "The ferry is run by Bo Berg."
    (tmp_path / "ferry.md").write_text(f"{told}\n\nIt is blue. {told}")
    assert run([tmp_path], library).added == 1
    golden = GoldenArticles(library)
    gold = golden.of(GoldenQuestion("1", "Who runs the ferry?", True, articles=("ferry.md",), quotes=(told,)))
    (article,) = gold.articles
    starts = [match.start() for match in re.finditer(told, library.ledger.article(article).text)]
    assert len(starts) == 2
    assert all(gold.hits(article, told, Span(start, start + len(told))) for start in starts)


def test_a_question_that_names_articles_only_measures_articles(small_library: Library) -> None:
    result = evaluate(small_library, [replace(FERRY, answers=(), quotes=())])
    assert (result.overall.hit_at_1, result.overall.ndcg_at_10) == (1.0, 1.0)
    assert (result.overall.sentence_hit_at_1, result.overall.ece) == (None, None)
    assert result.questions[0].names_sentences is False


def test_an_accepted_answer_in_another_article_is_no_hit(small_library: Library) -> None:
    wrong = replace(FERRY, articles=("turtles.md",), answers=("1911",), quotes=())
    (outcome,) = evaluate(small_library, [wrong]).questions
    assert outcome.sentence_rank is None
    assert not any(outcome.citation_hits)
    assert outcome.article_rank != 1


def test_the_history_of_a_question_is_used(small_library: Library) -> None:
    follow_up = replace(
        FERRY,
        question="How many passengers does it carry?",
        answers=("240",),
        quotes=(),
        history=(Turn(FERRY.question, "The ferry between Arnholm and Belmont began to sail in 1911."),),
    )
    (outcome,) = evaluate(small_library, [follow_up]).questions
    assert "Belmont" in outcome.standalone_question
    assert outcome.sentence_rank == 1


def test_a_gold_article_that_is_missing_is_an_error(small_library: Library) -> None:
    asked: list[int] = []
    with pytest.raises(FootnoteError, match=r"question ferry: .*'gone\.md' is not in the library"):
        evaluate(
            small_library, [LIGHT, replace(FERRY, articles=("ferry.md", "gone.md"))], lambda done, _: asked.append(done)
        )
    assert asked == []


def test_a_gold_article_that_was_stored_under_another_name_is_found(library: Library, tmp_path: Path) -> None:
    for name in ("one.md", "two.md"):
        (tmp_path / name).write_text("# The ferry\n\nThe ferry between Arnholm and Belmont began to sail in 1911.")
    report = run([tmp_path / "one.md", tmp_path / "two.md"], library)
    assert (report.added, len(report.duplicates)) == (1, 1)
    (outcome,) = evaluate(library, [replace(FERRY, articles=("two.md",), quotes=())]).questions
    assert outcome.article_rank == 1
