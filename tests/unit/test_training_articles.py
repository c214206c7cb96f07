"""Our own training articles, and the format they are written in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assistant.text import sentence_spans
from assistant.types import Span
from tests.training.articles import read_articles
from tests.training.readings import OWN
from tests.training.statements import denied, turned

TEXT = """# The lamp of Arnholm
date: 2016-04-09
[1] The lamp is old. [2] It was lit by Ada Holt in 1802.

[3] Nobody knows why.

Q: Who lit the lamp? => 2 | Ada Holt
M: What is known of the lamp? => 1, 2
N: Who broke the lamp?
"""


def test_an_article_and_its_questions(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(TEXT)
    ((source, document, (one, several, missing)),) = read_articles(tmp_path / "x.txt")
    assert source == "x-0"
    assert document.text == "The lamp is old. It was lit by Ada Holt in 1802.\n\nNobody knows why."
    assert (document.metadata.title, document.metadata.published) == ("The lamp of Arnholm", date(2016, 4, 9))
    assert (one.question, one.gold, one.together) == ("Who lit the lamp?", (Span(17, 48),), False)
    assert one.short is not None
    assert one.short.of(document.text) == "Ada Holt"
    assert (several.gold, several.together, several.short) == ((Span(0, 16), Span(17, 48)), True, None)
    assert (missing.question, missing.gold) == ("Who broke the lamp?", ())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [("2 | Ada Holt", "short answer is not in its sentence"), ("1, 2\nN", "no sentence is named")],
)
def test_a_line_that_does_not_fit_is_told(tmp_path: Path, wrong: str, message: str) -> None:
    broken = TEXT.replace("2 | Ada Holt", "1 | Ada Holt") if "Ada" in wrong else TEXT.replace(" => 1, 2\nN", "\nN")
    (tmp_path / "x.txt").write_text(broken)
    with pytest.raises(ValueError, match=message):
        list(read_articles(tmp_path / "x.txt"))


def test_all_of_them_fit_and_their_sentences_are_found_again() -> None:
    articles = [article for path in sorted(OWN.glob("*.txt")) for article in read_articles(path)]
    assert len(articles) > 500
    asked = [question for _, _, questions in articles for question in questions]
    assert sum(not question.gold for question in asked) > len(asked) / 4
    golds = found = 0
    for _, document, questions in articles:
        sentences = sentence_spans(document.text)
        for gold in (span for question in questions for span in question.gold):
            golds += 1
            # Each overlaps a sentence of ours by half: otherwise the reader would be taught that it does not answer.
            half = (gold.end - gold.start) / 2
            found += any(min(gold.end, s.end) - max(gold.start, s.start) >= half for s in sentences)
    assert found > 0.995 * golds


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("The comet was seen in 1975.", "The comet was not seen in 1975."),
        ("He did not report it.", "He did report it."),
        ("Nobody saw it.", ""),
    ],
)
def test_what_is_true_is_false_once_it_is_denied(said: str, wrong: str) -> None:
    assert denied(said) == wrong


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("The price rose after the war.", "The price fell after the war."),
        ("The tower is the highest in town.", "The tower is the lowest in town."),
        ("Nobody saw it.", ""),
    ],
)
def test_a_word_is_turned_into_its_opposite(said: str, wrong: str) -> None:
    assert turned(said) == wrong
