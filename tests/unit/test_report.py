"""Reports, and comparisons with earlier ones."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from assistant.errors import FootnoteError
from assistant.evaluation import (
    FIGURES,
    About,
    Comparison,
    Evaluation,
    GoldenQuestion,
    Outcome,
    RiskPoint,
    about,
    common_questions,
    compare,
    curves,
    evaluate,
    load_report,
    measure,
    prepare_folder,
    write_report,
)
from assistant.evaluation.comparison import EarlierReport
from assistant.evaluation.outcomes import by_category
from assistant.evaluation.plots import thinned
from assistant.evaluation.report import report_html, report_json, risk_rows, worst_answers, wrongly_refused
from assistant.library import Library
from ui.terminal import print_evaluation

ABOUT = About("questions.jsonl", 3, 7, "a-model", "2026-01-02 03:04 UTC", "0.1.0", 0.33)
RIGHT = Outcome(
    id="right",
    category="fact",
    answerable=True,
    question="When did the ferry begin to sail?",
    standalone_question="When did the ferry begin to sail?",
    answer="The ferry began to sail in 1911.",
    expected=("1911",),
    abstained=False,
    confidence=0.9,
    article_rank=1,
    sentence_rank=1,
    answer_recalled=True,
    citation_hits=(True,),
    latency_ms=20.0,
    expected_articles=("ferry.md",),
    best_sentence="The ferry began to sail in 1911.",
    best_article="The ferry (ferry.md)",
    timings_ms={"retrieve": 10.0, "read": 9.0, "answer": 1.0, "total": 20.0},
)
WRONG = replace(RIGHT, id="wrong", sentence_rank=3, confidence=0.6, citation_hits=(False,), answer_recalled=False)
PARTLY = replace(WRONG, id="partly", confidence=0.8, citation_hits=(False, True))
REFUSED = replace(RIGHT, id="refused", abstained=True, confidence=0.2, citation_hits=(), answer="No answer.")
UNANSWERABLE = replace(
    REFUSED, id="none", category="other", answerable=False, expected=(), sentence_rank=None, article_rank=None
)


def run_of(*outcomes: Outcome) -> Evaluation:
    return Evaluation(measure(outcomes), by_category(outcomes), outcomes, 0.33)


def page_of(*outcomes: Outcome, comparison: Comparison | None = None) -> str:
    return report_html(run_of(*outcomes), ABOUT, curves(outcomes, 0.33), comparison)


def earlier_of(*outcomes: Outcome) -> EarlierReport:
    return EarlierReport("earlier.json", outcomes, frozenset(asdict(RIGHT)), "2026-01-01")


class Outline(HTMLParser):
    """The tags of a page, and the text of headings and captions; fails on tags closed wrongly."""

    VOID = frozenset(("meta", "wbr", "br", "rect", "line", "path"))

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("h1", "h2", "h3", "caption", "th"):
            self.texts.setdefault(self._open[-1], []).append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


# The page


def test_the_page_has_headings_tables_with_captions_and_plots_with_text() -> None:
    outline = Outline(page_of(RIGHT, WRONG, REFUSED, UNANSWERABLE))
    assert outline.texts["h1"] == ["How good are the answers?"]
    assert len(outline.texts["h2"]) == 7
    assert outline.count("table") == len(outline.texts["caption"]) == 5
    assert {figure.title for figure in FIGURES} <= {text.strip() for text in outline.texts["th"]}
    images = [attributes for tag, attributes in outline.tags if attributes.get("role") == "img"]
    assert len(images) == outline.count("svg") == 4
    assert all(len(image["aria-label"] or "") > 50 for image in images)
    identifiers = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    assert ("html", {"lang": "en"}) in outline.tags


def test_nothing_in_the_page_asks_for_anything() -> None:
    page = page_of(RIGHT, WRONG, comparison=compare(earlier_of(RIGHT), [RIGHT]))
    names = {name for _, attributes in Outline(page).tags for name in attributes}
    assert not names & {"src", "srcset", "xlink:href", "data", "action"}
    addresses = {attributes.get("href") or "#" for _, attributes in Outline(page).tags}
    assert all(address.startswith("#") for address in addresses)
    assert set(re.findall(r"https?://[^\"' ]+", page)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.search(r"url\(|@import|<script|<link", page)
    assert "default-src 'none'" in page


def test_text_of_articles_and_questions_is_escaped_everywhere() -> None:
    bad = "<script>alert('x')</script>\"'&"
    outcome = replace(
        WRONG,
        id=bad,
        category=bad,
        question=bad,
        standalone_question=f"{bad}?",
        answer=bad,
        expected=(bad, f"{bad}{bad}"),
        expected_articles=(bad,),
        best_sentence=f"{bad}.",
        best_article=bad,
        short_answer=bad,
        missing_quotes=(bad,),
    )
    refused = replace(outcome, abstained=True)
    compared = compare(replace(earlier_of(replace(outcome, citation_hits=(True,))), path=bad, made=bad), [outcome])
    told = replace(ABOUT, questions=bad, embedding_model=bad)
    page = report_html(run_of(outcome, refused), told, curves([outcome], 0.33), compared)
    assert page.count("alert(") > 20
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&#34;&#39;&amp;") == page.count("alert(")
    Outline(page)


def test_worst_questions_come_first() -> None:
    less, more = replace(WRONG, id="less", confidence=0.4), replace(WRONG, id="more", confidence=0.7)
    found = replace(REFUSED, id="found", confidence=0.1)
    missed = replace(REFUSED, id="missed", sentence_rank=2, confidence=0.3)
    everything = [RIGHT, PARTLY, less, UNANSWERABLE, missed, more, REFUSED, found]
    assert [o.id for o in worst_answers(everything)] == ["more", "less", "partly"]
    assert [o.id for o in wrongly_refused(everything)] == ["refused", "found", "missed"]


def test_the_page_shows_twenty_questions_and_tells_of_the_others() -> None:
    page = page_of(*(replace(WRONG, id=f"number-{n}", confidence=1 - n / 100) for n in range(25)))
    assert "number-19 ·" in page
    assert "number-20" not in page
    assert "5 more are in report.json." in page


def test_what_was_expected_stands_beside_what_was_answered() -> None:
    page = page_of(replace(WRONG, answer="It crosses.", best_sentence="The ferry is blue.", short_answer="blue"))
    for text in ("1911", "in ferry.md", "It crosses.", "The ferry is blue.", "The ferry (ferry.md)", "60.0%", "rank 3"):
        assert text in page
    assert "<strong>blue</strong>" in page
    assert "No article answers this: a refusal." in page_of(replace(UNANSWERABLE, abstained=False))


UNJUDGED = replace(
    RIGHT,
    id="unjudged",
    expected=(),
    expected_articles=(),
    names_articles=False,
    names_sentences=False,
    article_rank=None,
    sentence_rank=None,
    answer_recalled=None,
    citation_hits=(False,),
)
"""Of a question that says only that it has an answer."""


def test_what_nothing_is_known_of_is_not_called_wrong() -> None:
    assert worst_answers([UNJUDGED]) == []
    page = page_of(UNJUDGED, RIGHT)
    assert "0 questions of 2 answered wrongly." in page
    assert "1 question answered that says neither in which article nor what: not judged." in page
    assert "not judged" not in page_of(RIGHT)
    refused = page_of(replace(UNJUDGED, abstained=True))
    assert "An answer; the question does not say which." in refused
    assert "no right article was found" not in refused
    assert "no right article was found" in page_of(replace(WRONG, article_rank=None))


@pytest.mark.parametrize("other", [RIGHT, WRONG, REFUSED])
def test_what_nothing_is_known_of_got_neither_better_nor_worse(other: Outcome) -> None:
    other = replace(other, id=UNJUDGED.id)
    for before, after in ((UNJUDGED, other), (other, UNJUDGED)):
        comparison = compare(earlier_of(before), [after])
        assert (comparison.better, comparison.worse) == ((), ())


def test_quotes_that_nothing_can_hit_are_told() -> None:
    page = page_of(RIGHT, replace(WRONG, missing_quotes=("Stands nowhere.",)))
    assert "1 question with gold quotes that stand in none" in page
    assert "wrong: Stands nowhere." in page
    assert "gold quotes that stand" not in page_of(RIGHT)


def test_a_run_without_anything_to_draw_still_has_a_page() -> None:
    nothing = replace(
        RIGHT, names_articles=False, names_sentences=False, sentence_rank=None, article_rank=None, timings_ms={}
    )
    page = page_of(nothing)
    assert page.count("Nothing to draw") == 4
    assert Outline(page).count("svg") == 0


def test_rows_and_points_are_thinned_to_what_can_be_read() -> None:
    points = [RiskPoint(1 - n / 100, n / 100, 0.5) for n in range(1, 101)]
    assert [p.coverage for p in risk_rows(points)] == [tenth / 10 for tenth in range(1, 11)]
    assert [p.coverage for p in risk_rows([RiskPoint(0.5, 0.75, 0.1), RiskPoint(0.1, 1.0, 0.2)])] == [0.75, 1.0]
    assert risk_rows([]) == []
    assert len(thinned(points, 30)) == 25
    assert thinned(points, 30)[-1] == points[-1]
    assert thinned(points, 100) == points
    assert thinned([], 30) == []


# Files


def test_a_report_is_written_and_read_again(tmp_path: Path, small_library: Library) -> None:
    questions = [
        GoldenQuestion("1", "When did the ferry begin to sail?", True, ("1911",), ("ferry.md",), (), "fact"),
        GoldenQuestion("2", "Who is the president of France?", False, category="none"),
    ]
    result = evaluate(small_library, questions)
    told = about(small_library, Path("golden.jsonl"))
    assert (told.articles, told.questions) == (4, "golden.jsonl")
    write_report(tmp_path / "new" / "report", result, told)
    earlier = load_report(tmp_path / "new" / "report" / "report.json")
    assert earlier.outcomes == result.questions
    assert (earlier.made, earlier.about) == (told.made, asdict(told))
    assert told.refuse_below == small_library.settings.refuse_below
    assert "How good are the answers?" in (tmp_path / "new" / "report" / "report.html").read_text(encoding="utf-8")
    content = json.loads((tmp_path / "new" / "report" / "report.json").read_text(encoding="utf-8"))
    assert content["overall"]["n"] == 2
    assert set(content) == {"about", "overall", "by_category", "questions", "curves"}
    assert not list((tmp_path / "new" / "report").glob(".*"))


def test_half_a_character_does_not_stop_the_report(tmp_path: Path) -> None:
    write_report(tmp_path, run_of(replace(WRONG, answer="half \ud83d")), ABOUT)
    assert load_report(tmp_path / "report.json").outcomes[0].answer == "half \ud83d"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/report")):
        with pytest.raises(FootnoteError, match="cannot be written") as raised:
            prepare_folder(folder)
        assert str(folder) in str(raised.value)
    with pytest.raises(FootnoteError, match="cannot be written"):
        write_report(tmp_path / "file", run_of(RIGHT), ABOUT)


# Comparisons


def test_a_comparison_by_hand() -> None:
    now = [replace(RIGHT, sentence_rank=2, latency_ms=40.0), replace(WRONG, sentence_rank=1), REFUSED]
    comparison = compare(earlier_of(RIGHT, WRONG, REFUSED), now)
    assert (comparison.common, comparison.same_questions) == (3, True)
    assert [change.id for change in comparison.better] == ["wrong"]
    assert [change.id for change in comparison.worse] == ["right"]
    figures = {change.key: change for change in comparison.figures}
    assert set(figures) == {figure.key for figure in FIGURES}
    hit = figures["sentence_hit_at_1"]
    assert (hit.earlier, hit.now, hit.difference, hit.change) == (0.6667, 0.6667, 0.0, "same")
    area = figures["risk_coverage_area"]  # 1/3 x (0 + 1/2 + 1/3), then 1/3 x (1 + 1/2 + 1/3)
    assert (area.earlier, area.now, area.difference, area.change) == (0.2778, 0.6111, 0.3333, "worse")
    assert figures["refused_right"].change == "unknown"
    assert figures["latency_p95_ms"].change == "worse"
    assert json.loads(json.dumps(comparison.as_json()))["better"][0]["now"]["verdict"] == "right"


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [(WRONG, REFUSED, 1), (REFUSED, PARTLY, 1), (PARTLY, RIGHT, 1), (RIGHT, WRONG, -3), (REFUSED, WRONG, -1)],
)
def test_verdicts_have_an_order(before: Outcome, after: Outcome, steps: int) -> None:
    comparison = compare(earlier_of(replace(before, id="1")), [replace(after, id="1")])
    (change,) = comparison.better + comparison.worse
    assert change.steps == steps
    assert bool(comparison.better) is (steps > 0)


def test_other_questions_are_left_out_of_a_comparison() -> None:
    reworded = replace(WRONG, question="When did the ferry start?")
    comparison = compare(earlier_of(RIGHT, WRONG, PARTLY), [RIGHT, reworded])
    assert (comparison.common, comparison.only_earlier, comparison.only_now) == (1, 2, 1)
    assert not comparison.same_questions
    assert next(f for f in comparison.figures if f.key == "sentence_hit_at_1").earlier == 1.0
    page = page_of(RIGHT, reworded, comparison=comparison)
    assert "over the 1 question that both have" in page
    with pytest.raises(FootnoteError, match=r"earlier\.json has none of these questions, it has 1 others"):
        compare(earlier_of(RIGHT), [WRONG])


@pytest.mark.parametrize(
    "changed",
    [
        {"expected": ("1912",)},
        {"expected": ("1911", "in 1911")},
        {"expected_quotes": ("The ferry began to sail.",)},
        {"expected_articles": ("ferry.md", "other.md")},
        {"answerable": False},
    ],
)
def test_a_question_of_which_something_else_is_expected_is_left_out_of_a_comparison(changed: dict[str, Any]) -> None:
    now = replace(RIGHT, sentence_rank=2, **changed)
    comparison = compare(earlier_of(RIGHT, WRONG), [now, WRONG])
    assert (comparison.common, comparison.expect_otherwise) == (1, ("right",))
    assert (comparison.only_earlier, comparison.only_now, comparison.same_questions) == (0, 0, False)
    assert comparison.worse == ()
    assert comparison.as_json()["expect_otherwise"] == ["right"]
    page = page_of(now, WRONG, comparison=comparison)
    assert "over the 1 question that both have" in page
    assert "Something else is expected now of 1 question, which is left out: right." in page


def test_the_same_expected_in_another_order_is_the_same() -> None:
    before, now = (replace(RIGHT, expected=expected) for expected in (("1911", "in 1911"), ("in 1911", "1911")))
    assert compare(earlier_of(before), [now]).common == 1


def test_a_report_that_does_not_say_all_that_was_expected_can_be_compared_with() -> None:
    earlier = earlier_of(replace(RIGHT, expected_articles=(), expected_quotes=()))
    earlier = replace(earlier, known=earlier.known - {"expected_articles", "expected_quotes"})
    assert compare(earlier, [replace(RIGHT, expected_quotes=("The ferry began to sail in 1911.",))]).common == 1


def test_runs_of_which_all_is_expected_otherwise_can_still_be_shown() -> None:
    comparison = compare(earlier_of(RIGHT), [replace(RIGHT, expected=("1912",))])
    assert comparison.common == 0
    assert {figure.change for figure in comparison.figures} == {"unknown"}
    assert "over the 0 questions that both have" in page_of(RIGHT, comparison=comparison)


def test_what_else_differs_between_two_runs_is_told() -> None:
    before = asdict(ABOUT) | {"made": "2026-01-01", "refuse_below": 0.5, "articles": 2, "version": "<b>"}
    comparison = compare(replace(earlier_of(RIGHT), about=before), [RIGHT], asdict(ABOUT))
    assert [(d.name, d.earlier, d.now) for d in comparison.differences] == [
        ("refused below a confidence of", "0.5", "0.33"),
        ("articles", "2", "3"),
        ("Footnote", "<b>", "0.1.0"),
    ]
    assert comparison.as_json()["differences"][1] == {"name": "articles", "earlier": "2", "now": "3"}
    page = page_of(RIGHT, comparison=comparison)
    assert "Not only the answers may have changed: " in page
    assert "refused below a confidence of 0.5 then, 0.33 now; articles 2 then, 3 now; Footnote &lt;b&gt; then" in page
    for now in (before, {}, None):
        same = compare(replace(earlier_of(RIGHT), about=before), [RIGHT], now)
        assert same.differences == ()
        assert "Not only the answers" not in page_of(RIGHT, comparison=same)


def test_what_both_runs_ask_is_known_before_asking() -> None:
    asked = [GoldenQuestion(o.id, o.question, True) for o in (REFUSED, RIGHT, RIGHT)]
    assert common_questions(earlier_of(RIGHT, WRONG, REFUSED), asked) == (
        (REFUSED.id, REFUSED.question),
        (RIGHT.id, RIGHT.question),
    )
    with pytest.raises(FootnoteError, match=r"earlier\.json has none of these questions, it has 1 others"):
        common_questions(earlier_of(RIGHT), [GoldenQuestion(RIGHT.id, "In other words?", True)])


def test_the_page_shows_a_comparison() -> None:
    comparison = compare(earlier_of(RIGHT, WRONG), [replace(RIGHT, sentence_rank=2), replace(WRONG, sentence_rank=1)])
    page = page_of(RIGHT, comparison=comparison)
    assert "Against the earlier report" in page
    assert "asked the same 2 questions" in page
    assert "Got worse: 1" in page
    assert page_of(RIGHT).count("Got worse") == 0
    assert report_json(run_of(RIGHT), ABOUT, curves([RIGHT], 0.33), comparison)["comparison"]["common"] == 2


def saved(folder: Path, content: Any) -> Path:
    path = folder / "report.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_report_of_the_first_version_can_be_compared_with(tmp_path: Path) -> None:
    first = list(asdict(RIGHT))[:14]
    old = {name: value for name, value in asdict(RIGHT).items() if name in first}
    earlier = load_report(saved(tmp_path, {"overall": {}, "by_category": {}, "questions": [old]}))
    figures = {change.key: change for change in compare(earlier, [RIGHT]).figures}
    assert figures["sentence_hit_at_1"].difference == 0.0
    assert (figures["short_answer_given"].earlier, figures["ndcg_at_10"].earlier) == (None, None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[" * 200_000, "is not JSON (maximum recursion depth exceeded"),
        ("[]", "it has no list of questions"),
        ({"questions": []}, "it has no list of questions"),
        ({"questions": [5]}, "question 1: Input should be"),
        ({"questions": [asdict(RIGHT), asdict(RIGHT) | {"confidence": "high"}]}, "question 2, 'confidence': Input"),
        ({"questions": [{"id": "1"}]}, "question 1, 'category': Field required"),
        ('{"questions": [{"confidence": NaN}]}', "NaN is no number of JSON"),
    ],
)
def test_a_file_that_is_no_report_is_named_with_what_is_wrong(tmp_path: Path, content: Any, said: str) -> None:
    path = saved(tmp_path, content)
    with pytest.raises(FootnoteError) as raised:
        load_report(path)
    message = str(raised.value)
    assert message.startswith(str(path))
    assert said in message
    assert "footnote eval --report" in message
    assert "\n" not in message


def test_a_missing_report_is_named(tmp_path: Path) -> None:
    with pytest.raises(FootnoteError, match=r"gone\.json cannot be read"):
        load_report(tmp_path / "gone.json")
    with pytest.raises(FootnoteError, match="cannot be read"):
        load_report(tmp_path)


def test_the_terminal_tells_what_else_changed_between_two_runs(capsys: pytest.CaptureFixture[str]) -> None:
    earlier = replace(earlier_of(RIGHT, replace(WRONG, expected=("another",))), about={"refuse_below": 0.25})
    metrics = measure([RIGHT, WRONG])
    result = Evaluation(metrics, {}, (RIGHT, WRONG), 0.6)
    print_evaluation(Console(width=200), result, compare(earlier, [RIGHT, WRONG], {"refuse_below": 0.6}))
    said = capsys.readouterr().out
    assert "refused below a confidence of: 0.25 then, 0.6 now" in said
    assert f"1 question left out, of which something else is expected now: {WRONG.id}" in said
