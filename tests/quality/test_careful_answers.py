"""Questions about time, sources that differ, and sentences a model might write: figures against floors.

The library is data/articles and data/reports together; today is 24 November 2026, as in the questions.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.conversation import ask
from assistant.embedding import load_encoder
from assistant.evaluation import auroc
from assistant.grounding import Checked, Grounds
from assistant.library import Library, open_library
from assistant.retrieval import embed_question, retrieve
from assistant.settings import Settings
from assistant.text import fold
from assistant.types import Answer, Passage
from ingest.run import run
from tests.conftest import ARTICLES, GOLDEN
from tests.quality.test_golden import check

DATA = GOLDEN.parent
TODAY = date(2026, 11, 24)
SPLITS = [pytest.param("dev", marks=pytest.mark.quality), "test"]
"""Of sentences with known truth; rules were made on "dev"."""


@pytest.fixture(scope="module")
def dated_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Articles, and reports that differ or replace one another."""
    library = open_library(tmp_path_factory.mktemp("dated") / "library", Settings())
    assert not run([ARTICLES, DATA / "reports"], library).failed
    yield library
    library.close()


def lines(name: str) -> list[dict[str, Any]]:
    """The lines of a question file, with the fields that only it has."""
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def names_first(answer: Answer, question: dict[str, Any]) -> bool:
    """Whether the first sentence of an answer holds what is wanted, from an article that may tell it."""
    if answer.abstained:
        return False
    first = answer.sentences[0]
    cited = [c for c in answer.citations if c.number in first.citations]
    known = any(Path(c.source).name in question["articles"] for c in cited)
    return known and any(fold(wanted) in fold(first.text) for wanted in question["answers"])


def share(values: Sequence[bool]) -> float:
    """How many are true."""
    return round(sum(values) / len(values), 4)


def test_questions_about_time(dated_library: Library) -> None:
    right: dict[str, list[bool]] = defaultdict(list)
    for question in lines("golden_dates.jsonl"):
        answer = ask(dated_library, question["question"], today=date.fromisoformat(question["today"]))
        if not question["answerable"]:
            right["refused"].append(answer.abstained)
        else:
            right[question["category"]].append(names_first(answer, question))
            right["answered"].append(right[question["category"]][-1])
    check("dates", {kind: share(values) for kind, values in right.items()})


def test_sources_that_differ(dated_library: Library) -> None:
    figures: dict[str, list[bool]] = defaultdict(list)
    for question in lines("golden_disagreement.jsonl"):
        answer = ask(dated_library, question["question"], today=TODAY)
        shown = len(answer.disagreement) > 1
        if not question["claims"]:
            figures["false_alarms"].append(shown)
            continue
        sources = {citation.number: Path(citation.source).name for citation in answer.citations}
        told = {sources[claim.citation] for claim in answer.disagreement}
        figures["shown"].append(shown and told <= set(question["articles"]))
        figures["all_told"].append(all(fold(value) in fold(answer.answer) for value, _ in question["claims"]))
    check("disagreement", {kind: share(values) for kind, values in figures.items()})


@pytest.mark.parametrize("split", SPLITS)
def test_grounding(dated_library: Library, split: str) -> None:
    """Sentences with known truth, each held against the passages found for it."""
    found = [
        (line["supported"], checked(dated_library, line["sentence"]))
        for line in lines("grounding.jsonl")
        if line["split"] == split
    ]
    check(f"grounding_{split}", marked(found))


@pytest.mark.parametrize("split", SPLITS)
def test_what_models_wrote(dated_library: Library, split: str) -> None:
    """Answers that a small and a large language model gave, each sentence held against the passages they were given."""
    found: list[tuple[bool, Checked]] = []
    grounds: dict[str, Grounds] = {}
    for line in lines("generated.jsonl"):
        question = line["question"]
        if line["split"] != split:
            continue
        if question not in grounds:
            grounds[question] = Grounds(given(dated_library, line), load_encoder(), question)
        found.append((line["supported"], grounds[question].check(line["sentence"])))
    check(f"generated_{split}", marked(found))


def marked(found: Sequence[tuple[bool, Checked]]) -> dict[str, float | None]:
    """How many of the false and of the true sentences are marked, and how well the two are told apart."""
    supports = {truth: [c.support for t, c in found if t is truth] for truth in (True, False)}
    return {
        "false_marked": share([not c.supported for truth, c in found if not truth]),
        "true_marked": share([not c.supported for truth, c in found if truth]),
        "auroc": auroc(supports[True], supports[False]),
    }


def given(library: Library, line: dict[str, Any]) -> list[Passage]:
    """The passages that a model was given with a question."""
    question, wanted = line["question"], [tuple(place) for place in line["passages"]]
    found = retrieve(library, question, embed_question(library, question), count=60)
    passages = {(Path(p.source).name, p.span.start): p for p in found}
    return [passages[place] for place in wanted]


def checked(library: Library, sentence: str) -> Checked:
    """A sentence held against the passages that are found for it."""
    return Grounds(retrieve(library, sentence, embed_question(library, sentence)), load_encoder()).check(sentence)
