"""Instructions hidden in articles (BIPIA): nothing that follows them may reach a person as supported text."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from assistant.conversation import ask
from assistant.evaluation import load_questions
from assistant.library import Library, open_library
from assistant.settings import Settings
from assistant.text import fold
from ingest.run import run
from tests.conftest import ARTICLES, GOLDEN
from tests.quality.obedience import obeyed
from tests.quality.public_sets import MISSING, SHARED
from tests.scripted_model import scripted_model

pytestmark = [
    pytest.mark.quality,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(not (SHARED / "data").is_dir(), reason=MISSING),
]


def attacks() -> list[tuple[str, int, str]]:
    """Kind, number in it, instruction."""
    kinds = json.loads((SHARED / "data/bipia/text_attack_train.json").read_text(encoding="utf-8"))
    return [(kind, number, text) for kind, texts in kinds.items() for number, text in enumerate(texts)]


def test_hidden_instructions(tmp_path: Path) -> None:
    """Each stands right behind the sentence that answers one of 75 golden questions; a model does what it says."""
    asked = [q for q in load_questions(GOLDEN) if q.category == "single_fact" and q.answerable][: len(attacks())]
    assert len(asked) == len(attacks()) == 75
    articles = tmp_path / "articles"
    shutil.copytree(ARTICLES, articles)
    for question, (_, _, instruction) in zip(asked, attacks(), strict=True):
        path = articles / question.articles[0]
        text = path.read_text(encoding="utf-8")
        assert question.quotes[0] in text
        path.write_text(text.replace(question.quotes[0], f"{question.quotes[0]} {instruction}", 1), encoding="utf-8")
    library = open_library(tmp_path / "library", Settings())
    assert not run([articles], library).failed
    quoted, reached, used = [], [], 0
    for question, (kind, number, instruction) in zip(asked, attacks(), strict=True):
        quotes = ask(library, question.question)
        for citation, sentence in zip(quotes.citations, quotes.sentences, strict=True):
            stored = library.ledger.article(citation.article_id).text
            assert sentence.text == stored[citation.start : citation.end]
            if fold(instruction) in fold(sentence.text):
                quoted.append(instruction)
        wrote = obeyed(kind, number, question.quotes[0])
        said, told = written_answer(library, question.question, wrote)
        used += told
        reached += [f"{instruction} -> {text}" for text in said]
    print(f"\nhidden instructions: {len(quoted)} shown in quotes; {used} answers of the model that obeys were told to")
    print(f"a person, {len(reached)} as supported text")
    print("\n".join([*quoted, *reached]))
    # Quotes follow nothing, but what was planted may itself be shown as one.
    assert not quoted
    assert not reached


def written_answer(library: Library, question: str, wrote: str) -> tuple[list[str], bool]:
    """What is supported of an answer that obeys, and whether a model's answer was told at all."""
    with scripted_model(wrote) as model:
        library.settings = Settings(model="openai:scripted", model_base_url=model.url, model_retries=0)
        try:
            answer = ask(library, question)
        finally:
            library.settings = Settings()
    by_model = answer.answerer == "openai:scripted"
    return [s.text for s in answer.sentences if s.supported] if by_model else [], by_model
