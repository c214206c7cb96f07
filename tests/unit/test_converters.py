"""SQuAD, CLAPNQ and BEIR as articles and questions of ours."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import FootnoteError
from assistant.evaluation import GoldenQuestion, evaluate, load_questions
from assistant.evaluation.converters import (
    CONVERTERS,
    Converted,
    as_markdown,
    convert_beir,
    convert_clapnq,
    convert_squad,
    write_converted,
)
from assistant.library import Library
from assistant.text import canonical_text
from assistant.types import Document, Metadata
from ingest.loaders import load
from ingest.run import run

# As Markdown and back


def read_back(document: Document) -> Document:
    _, (part,) = load(as_markdown(document).encode(), "any.md")
    return part.document


@pytest.mark.parametrize(
    "text",
    [
        "# 5 *stars* _and_ [a](b) `code` <b>bold</b> &amp; \\*",
        "- no list\n+ none\n1. nor this\n2) nor that\n1998. A year.",
        "a\n===\nb\n---\nc\n***\n> quote\n~~~\n```",
        "a | b\n--|--\nc | d\n:--\n| :- |",
        "    four spaces\n\tand a tab\n\n\u00a0a hard space",
        "[x]: http://example.org/a_b_c 'title'\n\n![image](x.png) http://a.b/?c&d",
        "one\ntwo\n\nthree\\\n\nfour\\",
        "<script>alert(1)</script>\n<!-- hidden --> &#60; &lt;",
        "`` s '' -- the season '' ​ ⁄ ``",
        "2*3*4 and snake_case_name ~~struck~~ #no 5% $x$ {y}",
    ],
)
def test_an_article_written_as_markdown_is_read_back_as_it_is(text: str) -> None:
    document = Document(canonical_text(text), Metadata("A: 'title' # [of] \"sorts\""))
    assert read_back(document) == document


@given(
    st.text("ab1 \t\n\\`*_[]<>&~|#+-=:.)(!{}$'\"/;\u00a0\u2003é", max_size=60), st.text("ab:#'\"\\- {[,", max_size=20)
)
def test_any_article_is_read_back_as_it_is(text: str, title: str) -> None:
    document = Document(canonical_text(f"x{text}"), Metadata(" ".join(f"t {title}".split())))
    assert read_back(document) == document


def test_all_metadata_is_read_back() -> None:
    known = Metadata("Null", "Ada: Holt", "N", "https://example.org/#a", date(2020, 1, 2), "de")
    assert read_back(Document("Text.", known)).metadata == known


# SQuAD


def squad_file(folder: Path, *paragraphs: dict[str, Any]) -> Path:
    path = folder / "dev.json"
    path.write_text(json.dumps({"data": [{"title": "Sea_birds", "paragraphs": list(paragraphs)}]}), encoding="utf-8")
    return path


PARAGRAPH = {
    "context": "The <b>gannet</b> dives at 100 km/h. It eats herring.",
    "qas": [
        {"id": "1", "question": "How fast?", "answers": [{"text": "100 km/h"}, {"text": "100 km/h"}, {"text": "100"}]},
        {"id": "2", "question": "How deep?", "answers": [], "is_impossible": True},
    ],
}


def test_squad(tmp_path: Path) -> None:
    converted = convert_squad(squad_file(tmp_path, PARAGRAPH))
    assert converted == Converted(
        (("Sea_birds-000.md", Document(str(PARAGRAPH["context"]), Metadata("Sea birds"))),),
        (
            GoldenQuestion("1", "How fast?", True, ("100 km/h", "100"), ("Sea_birds-000.md",), category="answerable"),
            GoldenQuestion("2", "How deep?", False, category="unanswerable"),
        ),
    )


def asked(identity: str, *answers: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "question": "How fast?", "answers": [{"text": answer} for answer in answers]} | more


def test_an_answer_that_is_not_in_its_paragraph_is_left_out_aloud(tmp_path: Path) -> None:
    converted = convert_squad(squad_file(tmp_path, PARAGRAPH | {"qas": [asked("1", "Nobody", "100", "/", " ")]}))
    assert converted.questions[0].answers == ("100",)
    place = f"{tmp_path / 'dev.json'}: data[0].paragraphs[0].qas[0]"
    assert converted.left_out == (
        f"{place}: 'Nobody' does not stand in its article",
        f"{place}: '/' has no letter or digit",
        f"{place}: '' has no letter or digit",
    )


@pytest.mark.parametrize("answers", [(), ("Nobody",)])
def test_a_question_whose_answers_are_all_left_out_is_too(tmp_path: Path, answers: tuple[str, ...]) -> None:
    converted = convert_squad(squad_file(tmp_path, PARAGRAPH | {"qas": [asked("1", *answers), asked("2", "100")]}))
    assert [question.id for question in converted.questions] == ["2"]
    assert "qas[0]: the question has no accepted answer that stands in its article" in converted.left_out[-1]
    rows = clapnq_row("1", ["Not there ."]), clapnq_row("2", ["It is fast ."])
    converted = convert_clapnq(jsonl(tmp_path / "answerable.jsonl", *rows))
    assert [question.id for question in converted.questions] == ["2"]
    assert "line 1: the question has no selected sentence that stands in its article" in converted.left_out[-1]


@pytest.mark.parametrize("value", ["false", 0, None])
def test_only_true_and_false_say_whether_a_question_is_impossible(tmp_path: Path, value: Any) -> None:
    path = squad_file(tmp_path, PARAGRAPH | {"qas": [asked("1", "100", is_impossible=value)]})
    with pytest.raises(FootnoteError, match=r"qas\[0\]: 'is_impossible' must be true or false, it is "):
        convert_squad(path)


def test_every_question_has_an_id_of_its_own(tmp_path: Path) -> None:
    """As `load_questions` wants it."""
    ids = ["a", "a", "a-2", " a\x1b", "", ""]
    converted = convert_squad(squad_file(tmp_path, PARAGRAPH | {"qas": [asked(identity, "100") for identity in ids]}))
    assert [question.id for question in converted.questions] == ["a", "a-2", "a-2-2", "a-3", "question", "question-2"]
    write_converted(converted, tmp_path / "set")
    assert load_questions(tmp_path / "set" / "questions.jsonl") == list(converted.questions)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[" * 200_000, "is not JSON (maximum recursion depth exceeded"),
        ("{", "is not JSON (Expecting property name enclosed in double quotes: line 1 column 2"),
        ("[]", "'data' must be a list, it is missing"),
        ('{"data": [5]}', "data[0]: 'title' must be a string"),
        ('{"data": [{"title": "T"}]}', "data[0]: 'paragraphs' must be a list"),
        ('{"data": [{"title": "T", "paragraphs": [{"context": null}]}]}', "data[0].paragraphs[0]: 'context' must be"),
        (
            '{"data": [{"title": "T", "paragraphs": [{"context": "C", "qas": [{"question": "Q"}]}]}]}',
            "data[0].paragraphs[0].qas[0]: 'id' must be a string, it is missing",
        ),
    ],
)
def test_a_file_that_is_not_squad_is_named_with_the_place(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "dev.json"
    path.write_text(content)
    with pytest.raises(FootnoteError) as raised:
        convert_squad(path)
    assert str(path) in str(raised.value)
    assert said in str(raised.value)


# CLAPNQ


def clapnq_row(identity: str, selected: list[str], title: str = "Gannet") -> dict[str, Any]:
    text = "The gannet dives . It is fast . It eats herring . "
    output = [{"answer": "A long answer.", "selected_sentences": selected}]
    return {"id": identity, "input": "what?", "passages": [{"title": title, "text": text}], "output": output}


def jsonl(path: Path, *rows: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_clapnq(tmp_path: Path) -> None:
    two = clapnq_row("2", ["It is fast ."])
    two["output"].append({"selected_sentences": ["The gannet dives .", "It is fast ."]})
    jsonl(tmp_path / "dev_answerable.jsonl", clapnq_row("1", ["It eats herring ."]), two)
    jsonl(tmp_path / "dev_unanswerable.jsonl", clapnq_row("3", [], "gannet"))
    converted = convert_clapnq(tmp_path)
    assert [name for name, _ in converted.documents] == ["Gannet.md", "gannet-2.md"]
    assert converted.documents[0][1] == Document(
        "The gannet dives . It is fast . It eats herring .", Metadata("Gannet")
    )
    one, second, three = converted.questions
    assert one == GoldenQuestion(
        "1", "what?", True, articles=("Gannet.md",), quotes=("It eats herring .",), category="answerable"
    )
    assert second.quotes == ("It is fast .", "The gannet dives .")
    assert three == GoldenQuestion("3", "what?", False, category="unanswerable")
    assert convert_clapnq(tmp_path / "dev_answerable.jsonl").questions == (one, second)


def test_clapnq_errors_name_file_and_line(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "answerable.jsonl", clapnq_row("1", []), {"id": "2", "input": "what?"})
    with pytest.raises(FootnoteError, match=r"answerable\.jsonl, line 2: 'passages' must be a list"):
        convert_clapnq(path)
    with pytest.raises(FootnoteError, match=r"holds no \.\.\.answerable\.jsonl"):
        convert_clapnq(jsonl(tmp_path / "empty" / "other.jsonl").parent)
    with pytest.raises(FootnoteError, match="cannot be read"):
        convert_clapnq(tmp_path / "missing.jsonl")
    (tmp_path / "deep.jsonl").write_text("[" * 200_000)
    with pytest.raises(FootnoteError, match=r"line 1: this is not JSON \(maximum recursion depth exceeded"):
        convert_clapnq(tmp_path / "deep.jsonl")
    with pytest.raises(FootnoteError, match=r"line 1: 5 is not a JSON object"):
        convert_clapnq(jsonl(tmp_path / "five.jsonl", 5))


def test_a_sentence_that_is_not_in_its_passage_is_left_out_aloud(tmp_path: Path) -> None:
    converted = convert_clapnq(jsonl(tmp_path / "answerable.jsonl", clapnq_row("1", ["Not there .", "It is fast ."])))
    assert converted.questions[0].quotes == ("It is fast .",)
    assert "line 1: 'Not there .' does not stand in its article" in converted.left_out[0]


# BEIR


def beir(folder: Path, qrels: str, split: str = "test") -> Path:
    jsonl(
        folder / "corpus.jsonl",
        {"_id": "a/1", "title": "One", "text": "First text."},
        {"_id": "a 1", "title": "", "text": "Second text."},
        {"_id": "b", "title": "Only a title", "text": " "},
        {"_id": "empty", "title": "", "text": "..."},
    )
    jsonl(folder / "queries.jsonl", {"_id": "q1", "text": "one?"}, {"_id": 2, "text": "two?"})
    (folder / "qrels").mkdir(exist_ok=True)
    (folder / "qrels" / f"{split}.tsv").write_text(qrels)
    return folder


HEAD = "query-id\tcorpus-id\tscore\n"


def test_beir(tmp_path: Path) -> None:
    converted = convert_beir(beir(tmp_path, f"{HEAD}q1\ta/1\t1\nq1\tb\t2\r\n2\ta 1\t1\n2\tb\t0\n"))
    assert converted.documents == (
        ("a-1.md", Document("First text.", Metadata("One"))),
        ("a-1-2.md", Document("Second text.", Metadata("a-1-2"))),
        ("b.md", Document("Only a title", Metadata("Only a title"))),
    )
    assert converted.questions == (
        GoldenQuestion("q1", "one?", True, articles=("a-1.md", "b.md")),
        GoldenQuestion("2", "two?", True, articles=("a-1-2.md",)),
    )
    assert len(converted.left_out) == 1
    assert "corpus.jsonl, line 4: the article 'empty' holds no text" in converted.left_out[0]


def test_beir_judgements_of_what_is_not_there_are_left_out_aloud(tmp_path: Path) -> None:
    converted = convert_beir(beir(tmp_path, "q1\tgone\t1\nq9\tb\t1\nq1\tb\t1\n"))
    assert [q.articles for q in converted.questions] == [("b.md",)]
    assert any("test.tsv, line 1: the document 'gone' is not in corpus.jsonl" in line for line in converted.left_out)
    assert any("the query 'q9' is not in queries.jsonl" in line for line in converted.left_out)


@pytest.mark.parametrize("line", ["q1\tb", "q1 b 1", "q1\tb\tmuch", "q1\t0\tb\t1"])
def test_a_judgement_that_does_not_fit_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(FootnoteError, match=r"test\.tsv, line 2: .* is not a query id"):
        convert_beir(beir(tmp_path, f"{HEAD}{line}\n"))


def test_the_split_is_test_or_the_only_one_or_asked_for(tmp_path: Path) -> None:
    beir(tmp_path, f"{HEAD}q1\tb\t1\n", "dev")
    assert len(convert_beir(tmp_path).questions) == 1
    beir(tmp_path, f"{HEAD}q1\tb\t1\n2\tb\t1\n", "train")
    assert len(convert_beir(tmp_path, "train").questions) == 2
    with pytest.raises(FootnoteError, match=r"qrels/test\.tsv is missing; .* there are dev, train"):
        convert_beir(tmp_path)
    with pytest.raises(FootnoteError, match="there are none"):
        convert_beir(tmp_path / "nowhere")


# Written, ingested, asked


def test_a_converted_set_can_be_ingested_and_measured(tmp_path: Path, library: Library) -> None:
    write_converted(convert_squad(squad_file(tmp_path, PARAGRAPH)), tmp_path / "set")
    report = run([tmp_path / "set" / "articles"], library)
    assert (report.added, report.failed) == (1, ())
    (summary,) = library.ledger.articles()
    assert library.ledger.article(summary.id).text == PARAGRAPH["context"]
    questions = load_questions(tmp_path / "set" / "questions.jsonl")
    result = evaluate(library, questions)
    assert (result.overall.n, result.overall.sentence_hit_at_1) == (2, 1.0)


def test_sets_do_not_mix_and_a_file_is_no_folder(tmp_path: Path) -> None:
    converted = convert_squad(squad_file(tmp_path, PARAGRAPH))
    write_converted(converted, tmp_path / "set")
    with pytest.raises(FootnoteError, match="is not empty"):
        write_converted(converted, tmp_path / "set")
    with pytest.raises(FootnoteError, match="cannot be written"):
        write_converted(converted, tmp_path / "dev.json")
    with pytest.raises(FootnoteError, match="nothing to write: 1 articles and 0 questions"):
        write_converted(Converted(converted.documents, ()), tmp_path / "other")


def test_questions_that_are_there_are_not_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / "questions.jsonl"
    mine.write_text("mine")
    with pytest.raises(FootnoteError, match=r"questions\.jsonl is there already; name a new folder"):
        write_converted(convert_squad(squad_file(tmp_path, PARAGRAPH)), tmp_path)
    assert mine.read_text() == "mine"
    assert not (tmp_path / "articles").exists()


def test_questions_that_cannot_be_asked_are_left_out_aloud(tmp_path: Path) -> None:
    asked = [
        {"id": "1", "question": " ", "answers": [{"text": "100 km/h"}]},
        {"id": "2", "question": "y" * 2_001, "answers": [], "is_impossible": True},
        {"id": "3", "question": "How fast?", "answers": [{"text": "100 km/h"}]},
    ]
    converted = convert_squad(squad_file(tmp_path, PARAGRAPH | {"qas": asked}))
    assert [question.id for question in converted.questions] == ["3"]
    assert "paragraphs[0].qas[0]: the question is empty" in converted.left_out[0]
    assert "paragraphs[0].qas[1]: the question has 2,001 characters" in converted.left_out[1]
    folder = beir(tmp_path / "beir", "q1\tb\t1\n2\tb\t1\n")
    jsonl(folder / "queries.jsonl", {"_id": "q1", "text": "?"}, {"_id": 2, "text": "two?"})
    converted = convert_beir(folder)
    assert [question.id for question in converted.questions] == ["2"]
    assert "the query 'q1': the question is empty" in converted.left_out[-1]


def test_half_a_character_does_not_stop_the_writing(tmp_path: Path) -> None:
    asked = {"id": "1", "question": "Who \ud83d?", "answers": [{"text": "gan\ud83dnet"}]}
    converted = convert_squad(squad_file(tmp_path, {"context": "The gan\ud83dnet.", "qas": [asked]}))
    write_converted(converted, tmp_path / "set")
    (question,) = load_questions(tmp_path / "set" / "questions.jsonl")
    assert (question.question, question.answers) == ("Who ?", ("gannet",))


def test_names_of_articles_are_names_of_files(tmp_path: Path) -> None:
    rows = [clapnq_row(str(n), [], title) for n, title in enumerate(["../../etc", ".hidden", "?", "é" * 300, "a:b\n"])]
    names = [name for name, _ in convert_clapnq(jsonl(tmp_path / "unanswerable.jsonl", *rows)).documents]
    assert names == ["etc.md", "hidden.md", "article.md", "é" * 60 + ".md", "a-b.md"]


def test_every_layout_has_its_name() -> None:
    assert set(CONVERTERS) == {"squad", "clapnq", "beir"}
