"""What the pages delegate: words, answers as they are drawn, exports, filters, lists, feedback, jobs, who is asking."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.answering import REFUSAL
from assistant.conversation import ask
from assistant.errors import FootnoteError
from assistant.evaluation import file_names, load_questions, question_lines
from assistant.library import Conversations, Feedback, Library, StoredTurn, open_library
from assistant.library.conversations import ASKING, STOPPED, UNFINISHED
from assistant.settings import Settings
from assistant.text import counted
from assistant.types import (
    AnswerSentence,
    ArticleSummary,
    Considering,
    Event,
    Filters,
    Finished,
    Metadata,
    Settled,
    Withdrawn,
    Written,
)
from ingest.run import run, run_documents
from tests.conftest import GOLDEN
from tests.unit.conftest import DOCUMENTS
from ui import export, golden_runs, shelf, visit
from ui.adding import Removal, addresses_only, remove_article, summary_lines, take_places, take_uploads
from ui.answers import answer_view, how_answered, metadata_by_id, opened_place, plain_text, unfinished_words
from ui.asking import Asking, history_of, under_way
from ui.components import NOTHING
from ui.feedback import golden_questions
from ui.filters import (
    ARTICLES,
    PUBLISHERS,
    SINCE,
    UNTIL,
    filter_chips,
    filters_as_json,
    filters_from_json,
    filters_of,
    take_off,
)  # fmt: skip
from ui.jobs import Job, Step
from ui.people import owner_of
from ui.suggestions import first_questions, instead, suggested
from ui.words import confidence_in_words, described, shortened, size_in_words, unmarked

QUESTION = "When was the lighthouse of Arnholm built?"
ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=80)


@pytest.fixture(scope="module")
def answered(small_library: Library) -> StoredTurn:
    """A turn with an answer."""
    return StoredTurn(7, ask(small_library, QUESTION).as_json())


@pytest.fixture(scope="module")
def refused(small_library: Library) -> StoredTurn:
    """A turn with a refusal."""
    return StoredTurn(8, ask(small_library, "Who won the football world cup in 1954?").as_json())


def turn(question: str, text: str, quote: str, title: str = "Title") -> StoredTurn:
    """A turn with one sentence."""
    citation = {"number": 1, "article_id": 1, "title": title, "publisher": None, "published": None, "url": None}
    citation |= {"source": "/a.txt", "quote": quote, "start": 0, "end": len(quote)}
    answer = {"question": question, "standalone_question": question, "answer": text, "short_answer": None}
    answer |= {"abstained": False, "confidence": 0.9, "answerer": "quotes", "passages": [], "citations": [citation]}
    answer |= {"sentences": [{"text": text, "citations": [1], "supported": True, "support": 1.0}]}
    return StoredTurn(1, answer)


# Words


def test_figures_in_words() -> None:
    assert [counted(n, "article") for n in (0, 1, 2000)] == ["0 articles", "1 article", "2,000 articles"]
    assert [size_in_words(n) for n in (0, 999, 1500, 2_345_000, 7e12)] == [
        "0 bytes", "999 bytes", "1.5 KB", "2.3 MB", "7.0 TB",
    ]  # fmt: skip
    assert [confidence_in_words(c) for c in (0.9, 0.7, 0.1)] == ["Confident", "Fairly confident", "Not very sure"]
    assert shortened("abcdef", 4) == "abc…"
    assert shortened("abc", 4) == "abc"
    assert described({"title": "T", "page": 3, "publisher": None, "published": None}) == "T · p. 3 · undated"


@given(ANY)
def test_unmarked_text_is_no_markdown(text: str) -> None:
    html = MarkdownIt("commonmark").renderInline(unmarked(text))
    assert "<" not in html


# Answers


def test_an_answer_as_it_is_drawn(small_library: Library, answered: StoredTurn) -> None:
    view = answer_view(answered.answer, metadata_by_id(small_library))
    assert view["sentences"][0]["text"] == "The lighthouse of Arnholm was built in 1802."
    assert view["refusal"] is None
    assert view["confidence"].startswith(("Confident", "Fairly"))
    assert view["considered"]
    assert not view["nearest"]
    assert answer_view(answered.answer, {})["considered"] == [], "articles that are gone are left out"
    json.dumps(view)


def test_a_refusal_as_it_is_drawn(small_library: Library, refused: StoredTurn) -> None:
    view = answer_view(refused.answer, metadata_by_id(small_library))
    assert (view["refusal"], view["sentences"], view["confidence"]) == (REFUSAL, [], None)
    assert len(view["nearest"]) == 3


def test_what_a_model_leaves_behind_is_drawn(answered: StoredTurn) -> None:
    told = {"answerer": "ollama:x", "notes": ["The model is down."], "tokens": {"read": 1200, "written": 30}}
    told["disagreement"] = [{"text": "1802", "citation": 1}, {"text": "1803", "citation": 2}]
    view = answer_view(answered.answer | told, {})
    assert view["notes"] == ["The model is down."]
    assert "ollama:x" in view["confidence"]
    assert "1,200 tokens read" in view["confidence"]
    assert [line["text"] for line in view["disagreement"]] == ["The sources disagree:", "1802", "1803"]
    told["disagreement"] = [{"text": "9", "citation": 1, "time": "2024"}, {"text": "8", "citation": 2, "time": "2010"}]
    lines = answer_view(answered.answer | told, {})["disagreement"]
    assert [line["text"] for line in lines] == ["It changed over time:", "9 (2024)", "8 (2010)"]


def test_an_answer_to_paste_names_its_sources(answered: StoredTurn, refused: StoredTurn) -> None:
    text = plain_text(answered.answer)
    assert "1802. [1]" in text
    assert "[1] The lighthouse of Arnholm · Harbour News · 2015-03-01 · https://example.org/light" in text
    assert plain_text(refused.answer).endswith(REFUSAL)


def test_the_place_that_was_clicked(answered: StoredTurn) -> None:
    citation = opened_place(answered, "footnote", 1)
    assert citation
    assert citation["quote"] == "The lighthouse of Arnholm was built in 1802."
    assert opened_place(answered, "footnote", 99) is None
    assert opened_place(answered, "passage", 0) == answered.answer["passages"][0]
    assert opened_place(answered, "passage", 99) is None
    assert opened_place(StoredTurn(1, {"question": "x", UNFINISHED: STOPPED}), "footnote", 1) is None
    assert "stopped" in unfinished_words(STOPPED)
    assert unfinished_words("no key") == "This did not work: no key"


# Asking


def test_a_question_is_kept_before_and_after_its_answer(small_library: Library, tmp_path: Path) -> None:
    mine = open_library(tmp_path / "other", Settings()).ledger.conversations()
    identifier = mine.start()
    asking = Asking(small_library, mine, identifier, QUESTION, filters=Filters(since=date(2000, 1, 1)))
    (begun,) = mine.turns(identifier)
    assert begun.question == QUESTION
    assert asking.wait(60)
    (done,) = mine.turns(identifier)
    assert (done.unfinished, done.answer["filters"]) == (None, {"since": "2000-01-01"})
    assert under_way(small_library, identifier, done.id) is None
    assert asking.so_far()["sentences"][0]["text"] == done.answer["sentences"][0]["text"]
    assert history_of([done])[0].question == QUESTION
    again = Asking(
        small_library, mine, identifier, "How long is a ferry crossing?", filters=Filters(), replaces=done.id
    )
    assert again.wait(60)
    assert [t.question for t in mine.turns(identifier)] == ["How long is a ferry crossing?"]


def test_a_stopped_answer_keeps_what_was_checked(
    small_library: Library, library: Library, answered: StoredTurn, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def slow(*_: Any, cancelled: Any, **__: Any) -> Iterator[Event]:
        yield Considering("Since when does it stand?")
        yield Written("It was ")
        begun.set()
        while not cancelled():
            time.sleep(0.01)
        yield Finished(ask(small_library, QUESTION))

    monkeypatch.setattr("ui.asking.ask_stream", slow)
    mine = library.ledger.conversations()
    asking = Asking(library, mine, mine.start(), QUESTION, filters=Filters())
    assert begun.wait(10)
    assert under_way(library, asking.conversation_id, asking.turn_id) is asking
    assert mine.turns(asking.conversation_id)[0].unfinished == ASKING, "whoever looks meanwhile sees that it is asked"
    assert (asking.written, asking.so_far()["standalone_question"]) == ("It was ", "Since when does it stand?")
    asking.stop()
    assert asking.wait(10)
    assert mine.turns(asking.conversation_id)[0].answer["answer"] == answered.answer["answer"]


def test_a_thought_that_was_taken_for_the_answer_is_gone_from_the_page(
    small_library: Library, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, str]] = []
    begun = threading.Event()

    def thinking(*_: Any, **__: Any) -> Iterator[Event]:
        begun.wait(10)
        yield Written("It was built in 1802. Or was it?")
        yield Settled(AnswerSentence("It was built in 1802.", (), True, 1.0), (), "Or was it?")
        told.append((len(asking.so_far()["sentences"]), asking.written))
        yield Withdrawn()
        told.append((len(asking.so_far()["sentences"]), asking.written))
        yield Finished(ask(small_library, QUESTION))

    monkeypatch.setattr("ui.asking.ask_stream", thinking)
    mine = library.ledger.conversations()
    asking = Asking(library, mine, mine.start(), QUESTION, filters=Filters())
    begun.set()
    assert asking.wait(10)
    assert told == [(1, "Or was it?"), (0, "")]


def test_a_question_that_fails_says_why(library: Library) -> None:
    mine = library.ledger.conversations()
    asking = Asking(library, mine, mine.start(), QUESTION, filters=Filters())
    assert asking.wait(60)
    assert "is empty; add articles" in str(mine.turns(asking.conversation_id)[0].unfinished)
    with pytest.raises(FootnoteError, match="gone"):
        Asking(library, mine, "no such conversation", QUESTION, filters=Filters())


def test_filters_are_kept_beside_an_answer() -> None:
    filters = Filters(date(2020, 1, 2), date(2021, 3, 4), ("Ledger",), (3, 5))
    assert filters_from_json(json.loads(json.dumps(filters_as_json(filters)))) == filters
    assert filters_from_json({}) == Filters()


def test_an_earlier_question_goes_on_in_a_new_conversation(small_library: Library, library: Library) -> None:
    mine = library.ledger.conversations()
    identifier = mine.start()
    first, second = (mine.add_turn(identifier, {"question": q, "answer": "A."}) for q in ("Who?", "When?"))
    asking = visit.begin(small_library, mine, identifier, visit.Wish("Whose?", first), Filters(), None)
    assert asking.wait(60)
    assert asking.conversation_id != identifier
    assert [t.question for t in mine.turns(identifier)] == ["Who?", "When?"]
    asking = visit.begin(small_library, mine, identifier, visit.Wish("Where?", second), Filters(), None)
    assert asking.wait(60)
    assert [t.question for t in mine.turns(identifier)] == ["Who?", "Where?"]
    asking = visit.begin(small_library, mine, None, visit.Wish("Why?"), Filters(), None)
    assert asking.wait(60)
    assert asking.conversation_id not in (None, identifier)


# Filters and footnotes


def test_filters_are_chips_that_come_off() -> None:
    state: dict[str, Any] = {
        SINCE: date(2020, 1, 1), UNTIL: None, PUBLISHERS: ["A", "B"], ARTICLES: [3],
    }  # fmt: skip
    filters = filters_of(state)
    assert filters == Filters(since=date(2020, 1, 1), publisher=("A", "B"), articles=(3,))
    chips = filter_chips(filters, {3: "The lamp"})
    assert [chip["text"] for chip in chips] == ["since 2020-01-01 ✕", "A ✕", "B ✕", "The lamp ✕"]
    for chip in chips[:2] + chips[3:]:
        take_off(state, chip["id"])
    assert filters_of(state) == Filters(publisher=("B",))
    assert filters_of({}) == Filters()
    assert filters_as_json(filters)["filters"]["publisher"] == ("A", "B")


def test_the_next_footnote_after_the_last_is_the_first() -> None:
    held = StoredTurn(1, {"question": "", "citations": [{"number": 1}, {"number": 2}]})
    opened = visit.Opened(1, *visit.parsed_open("footnote 2"))
    assert visit.next_footnote(held, opened, 1).number == visit.next_footnote(held, opened, -1).number == 1


# Exports


def test_exports_number_footnotes_through(answered: StoredTurn, refused: StoredTurn) -> None:
    turns = [answered, refused, answered]
    used = len(answered.answer["citations"])
    text = export.markdown("A talk", turns)
    assert text.count(f"[^{used + 1}]") == 2
    assert REFUSAL.rstrip(".") in text
    page = export.web_page("A talk", turns)
    assert page.count(f'href="#n{2 * used}"') == page.count(f'id="n{2 * used}"') == 1
    words = [p.text for p in docx.Document(io.BytesIO(export.word_document("A talk", turns))).paragraphs]
    assert words[0] == "A talk"
    assert words[-1].startswith(f"{2 * used}. ")
    assert export.file_name("What? A/B: \0 <c>", ".md") == "What-A-B-c.md"
    assert export.file_name("???", ".md") == "conversation.md"


@given(ANY, ANY)
def test_exports_keep_hostile_text_as_text(text: str, title: str) -> None:
    turns = [turn("Q?", f"x{text}", f"x{text}", f"t{title}")]
    html = MarkdownIt("commonmark").render(export.markdown("T", turns))
    allowed = {"h1", "/h1", "h2", "/h2", "p", "/p", "br /", "br"}
    assert {tag.split(">")[0] for tag in html.split("<")[1:]} <= allowed
    assert "<script" not in export.web_page(f"<script>{title}", turns)
    export.word_document(title, turns)


def test_what_the_articles_do_not_support_is_marked_wherever_it_is_taken_to(answered: StoredTurn) -> None:
    invented = {"text": "It is made of cheese.", "citations": [], "supported": False, "support": 0.0}
    answer = answered.answer | {"sentences": [*answered.answer["sentences"], invented]}
    turns = [StoredTurn(1, answer)]
    word = docx.Document(io.BytesIO(export.word_document("T", turns)))
    for text in (
        plain_text(answer),
        export.markdown("T", turns).replace("\\", ""),
        export.web_page("T", turns),
        "\n".join(paragraph.text for paragraph in word.paragraphs),
    ):
        assert "It is made of cheese. (not supported by the articles)" in text
        assert text.count("not supported") == 1


def test_an_unfinished_turn_is_exported_as_such() -> None:
    assert "stopped this answer" in export.markdown("T", [StoredTurn(1, {"question": "Q?", UNFINISHED: STOPPED})])


# Feedback


def test_ratings_become_golden_questions(answered: StoredTurn, refused: StoredTurn, tmp_path: Path) -> None:
    ids = count(1)

    def rated(given: StoredTurn, feedback: Feedback) -> StoredTurn:
        return StoredTurn(next(ids), given.answer, feedback)

    source = answered.answer["citations"][0]["source"]
    questions = golden_questions(
        [
            (rated(answered, Feedback(good=True)), []),
            (rated(refused, Feedback(good=True)), [answered]),
            (rated(answered, Feedback(good=False, reason="The articles do not answer this: really")), []),
            (rated(refused, Feedback(good=False, reason="It should have answered")), []),
            (rated(StoredTurn(9, {"question": "x", UNFINISHED: ASKING}), Feedback(good=True)), []),
            (rated(StoredTurn(10, refused.answer | {"filters": {"articles": [3]}}), Feedback(good=True)), []),
        ],
        {source: "C# basics.md"},
    )
    assert [(q.answerable, q.category) for q in questions] == [
        (True, "rated good"), (False, "rated good"), (False, "should refuse"), (True, "should answer"),
    ]  # fmt: skip
    assert questions[0].articles == ("C# basics.md",)
    assert questions[0].quotes[0] == "The lighthouse of Arnholm was built in 1802."
    assert questions[1].history[0].question == QUESTION
    path = tmp_path / "feedback.jsonl"
    path.write_text(question_lines(questions), encoding="utf-8")
    assert load_questions(path) == questions


def test_a_rated_answer_from_an_export_names_the_record_only(library: Library, tmp_path: Path) -> None:
    records = [{"id": 17, "text": "The ferry is run by Bo Berg."}, {"id": 18, "text": "Turtles dive deep."}]
    (tmp_path / "export.json").write_text(json.dumps(records))
    assert run([tmp_path / "export.json"], library).added == 2
    answer = {
        "question": "Who runs the ferry?", "answer": "x", "short_answer": "Bo Berg", "abstained": False,
        "citations": [{"source": f"{tmp_path / 'export.json'}#17", "quote": "The ferry is run by Bo Berg."}],
    }  # fmt: skip
    [question] = golden_questions([(StoredTurn(1, answer, Feedback(good=True)), [])], file_names(library))
    assert question.articles == ("export.json#17",)


def test_a_good_answer_whose_article_is_gone_names_none(answered: StoredTurn) -> None:
    [question] = golden_questions([(StoredTurn(1, answered.answer, Feedback(good=True)), [])], {})
    assert (question.articles, question.quotes) == ((), ())


# The library page


def summary(number: int, title: str, publisher: str | None, published: date | None, words: int) -> ArticleSummary:
    added = datetime(2025, 1, number, tzinfo=UTC)
    return ArticleSummary(number, f"/{number}.txt", Metadata(title, None, publisher, None, published), words, 1, added)


def test_articles_are_searched_filtered_and_sorted() -> None:
    articles = [
        summary(1, "Zebra", "Zoo", date(2020, 5, 3), 30),
        summary(2, "ant", None, None, 10),
        summary(3, "Bee", "Hive", date(2021, 5, 9), 20),
    ]

    def ids(wanted: shelf.Wanted) -> list[int]:
        return [article.id for article in shelf.listed(articles, wanted)]

    wanted = shelf.Wanted()
    assert ids(wanted) == [2, 3, 1]
    assert ids(wanted.sorted_by("title")) == [1, 3, 2]
    assert ids(wanted.sorted_by("date")) == [3, 1, 2], "latest first, undated last"
    assert ids(wanted.sorted_by("date").sorted_by("date")) == [1, 3, 2]
    assert ids(wanted.sorted_by("publisher")) == [3, 1, 2]
    assert ids(wanted.sorted_by("words")) == [1, 3, 2]
    assert ids(wanted.sorted_by("added")) == [3, 2, 1]
    assert ids(shelf.Wanted(search="zoo 2020")) == [1]
    assert ids(shelf.Wanted(publishers=("Hive",))) == [3]
    assert shelf.by_month(articles)[0] == {"month": "2020-05-01T00:00:00", "articles": 1}
    assert shelf.rows(articles)[1]["date"] == ""
    assert shelf.found_words(1, 3) == "1 of 3 articles"


def test_facts_of_a_library(small_library: Library) -> None:
    facts = dict(shelf.facts(small_library, small_library.ledger.articles()))
    assert facts["Articles"] == "4, 1 of them undated"
    assert facts["Folder"] == str(small_library.folder)


def test_articles_come_and_go(library: Library, tmp_path: Path) -> None:
    steps: list[Step] = []
    report = take_uploads(library, [("a.txt", b"A lamp burns."), ("b.png", b"\x89PNG\r\n\x1a\n")], steps.append)
    assert (report.seen, report.added, len(report.failed)) == (2, 1, 1)
    lines = summary_lines(report)
    assert lines[0] == "2 seen, 1 added, 0 updated, 0 unchanged, 1 failed"
    assert lines[-1].startswith("failed b.png: ")
    (tmp_path / "c.txt").write_text("A boat sails.")
    assert take_places(library, f"\n {tmp_path / 'c.txt'} \n", steps.append).added == 1
    assert steps[-1].share == 1.0
    first = library.ledger.articles()[0]
    assert remove_article(library, first.id) == Removal(first.metadata.title, first.source)
    assert len(library.ledger.articles()) == 1
    for typed in ("", "  \n"):
        with pytest.raises(FootnoteError, match="first"):
            take_places(library, typed, steps.append)
    with pytest.raises(FootnoteError, match="no web address"):
        addresses_only("https://example.org\n/etc/passwd")


# Suggestions


def test_suggested_questions_have_answers(library: Library) -> None:
    assert not run([GOLDEN.parent / "reports"], library).failed
    questions = first_questions(library)
    assert questions
    assert all(not ask(library, question).abstained for question in questions)
    assert questions == first_questions(library)


def test_beside_samples_half_of_the_suggestions_are_about_ones_own_articles(library: Library, tmp_path: Path) -> None:
    told = "The lighthouse of Quill Haven was built in 1911. Quill Haven lies on the cold coast of Farland."
    (tmp_path / "own.txt").write_text(told)
    assert not run([tmp_path / "own.txt", GOLDEN.parent / "articles"], library).failed
    own, *others = first_questions(library)
    assert own == "What is known about Quill Haven?"
    assert len(others) == 3


def test_suggestions_are_found_again_only_when_much_has_changed(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = iter([["One?"], ["Two?"]])
    monkeypatch.setattr("ui.suggestions.first_questions", lambda _: next(found))

    def settled() -> list[str] | None:
        while suggested(library) is None:
            time.sleep(0.01)
        time.sleep(0.1)
        return suggested(library)

    run_documents(DOCUMENTS[:3], library)
    assert settled() == settled() == ["One?"]
    run_documents(DOCUMENTS, library)
    assert suggested(library) == ["One?"], "the old ones stay until there are new ones"
    assert settled() == ["Two?"]


def test_what_could_be_asked_instead_is_about_what_came_nearest() -> None:
    passages = [{"text": "The ferry of Arnholm Bay sails. Arnholm Bay is deep."}, {"text": "No names here."}]
    assert instead(passages) == ["What is known about Arnholm Bay?"]


# Golden runs


def test_golden_runs_are_kept_and_compared(library: Library) -> None:
    run_documents(DOCUMENTS, library)
    lines = [
        {"id": "1", "question": QUESTION, "answerable": True, "answers": ["1802"], "articles": ["lighthouse.md"],
         "category": "fact"},
        {"id": "2", "question": "Who won the football world cup in 1954?", "answerable": True, "answers": ["Germany"],
         "articles": ["bread.txt"], "category": "fact"},
    ]  # fmt: skip
    questions = golden_runs.uploaded_questions("\n".join(map(json.dumps, lines)).encode(), "mine.jsonl")
    told: list[Step] = []
    first, second = (golden_runs.run_questions(library, questions, "mine", told.append) for _ in range(2))
    assert told[-1] == Step(2, 2)
    report, earlier = library.ledger.evaluation(second), library.ledger.evaluation(first)
    assert report
    comparison = golden_runs.since(report, earlier)
    assert comparison
    assert comparison.common == 2
    rows = golden_runs.figure_rows(report, comparison)
    assert (rows["sentence_hit_at_1"].value, rows["sentence_hit_at_1"].change) == ("0.500", "same")
    assert golden_runs.figure_rows(report, None)["hit_at_5"].difference == "–"
    assert golden_runs.since(report, None) is None
    assert golden_runs.category_rows(report)[0]["category"] == "fact"
    (failed,) = golden_runs.outcome_rows(golden_runs.failed(report))
    assert failed["expected"] == "Germany"
    assert json.loads(golden_runs.report_file(report)) == report
    with pytest.raises(FootnoteError):
        golden_runs.uploaded_questions(b"nothing", "mine.jsonl")


# Jobs and people


def test_a_job_tells_where_it_stands_and_how_it_ended() -> None:
    told, go_on = threading.Event(), threading.Event()

    def work(tell: Any) -> str:
        tell(Step(1, 4, "half"))
        told.set()
        go_on.wait(10)
        return "made"

    job = Job(work)
    assert told.wait(10)
    assert (job.ended, job.step.share, job.step.note) == (False, 0.25, "half")
    go_on.set()
    assert job.wait(10)
    assert (job.result, job.error) == ("made", None)


@pytest.mark.parametrize(("error", "said"), [(FootnoteError("no disk"), "no disk"), (ValueError("x"), "ValueError: x")])
def test_a_job_that_fails_says_why(error: Exception, said: str) -> None:
    def work(_: Any) -> None:
        raise error

    job = Job(work)
    assert job.wait(10)
    assert said in str(job.error)


@pytest.mark.parametrize(
    ("user", "owner"),
    [
        ({}, ""),
        ({"email": "somebody@example.org"}, ""),
        ({"is_logged_in": False}, None),
        ({"is_logged_in": True}, None),
        ({"is_logged_in": True, "iss": "https://id", "sub": "42", "email": "a@b"}, "https://id|42"),
        ({"is_logged_in": True, "email": "a@b"}, "|a@b"),
    ],
)
def test_whose_conversations_they_are(user: dict[str, Any], owner: str | None) -> None:
    assert owner_of(user) == owner


def test_a_signed_in_person_is_never_the_one_without_login(library: Library) -> None:
    shared: Conversations = library.ledger.conversations(owner_of({}) or "")
    identifier = shared.start()
    shared.add_turn(identifier, {"question": "Who?"})
    assert library.ledger.conversations(owner_of({"is_logged_in": True, "sub": "1"}) or "").all() == []


def test_how_an_answer_was_made_is_told(answered: StoredTurn) -> None:
    lines = how_answered(answered.answer)
    assert lines[0] == f"Searched for: {QUESTION}"
    assert lines[-1] == "Answered by: quotes"
    by_model = answered.answer | {
        "answerer": "ollama:small",
        "sentences": [
            {"text": "It is old.", "supported": True, "citations": [1], "support": 0.8},
            {"text": "It is red.", "supported": False, "citations": [], "support": 0.1, "reason": "nobody says so"},
        ],
    }
    assert how_answered(by_model)[-2:] == [
        "Checked (0.80) “It is old.”: supported", "Checked (0.10) “It is red.”: nobody says so",
    ]  # fmt: skip
    instead = answered.answer | {"rejected": by_model["sentences"][1:]}
    assert how_answered(instead)[-2:] == ["Answered by: quotes", "Checked (0.10) “It is red.”: nobody says so"]


def test_what_an_answer_shows_is_nothing_where_there_is_none(answered: StoredTurn) -> None:
    """Questions that were not answered have a view too, and the page reads every field of it."""
    assert set(answer_view(answered.answer, {})) <= set(NOTHING)


def test_sources_are_shown_with_their_age() -> None:
    source = {"title": "Moons", "publisher": "Daily", "published": "2019-10-07"}
    assert described(source) == "Moons · Daily · 2019-10-07"
    assert described(source, date(2026, 11, 24)) == "Moons · Daily · 2019-10-07 (7 years ago)"
    assert described(source | {"published": None, "page": 3}, date(2026, 1, 1)) == "Moons · p. 3 · Daily · undated"


def test_names_end_with_their_line() -> None:
    told = [{"text": "A loaf by Felix Amundsen\n\nPublished yesterday. Felix Amundsen bakes."}]
    assert instead(told) == ["What is known about Felix Amundsen?"]
