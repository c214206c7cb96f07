"""Questions to ask, made from the articles; those to begin with are tried before they are shown."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from assistant.conversation import ask
from assistant.errors import FootnoteError
from assistant.evaluation import load_questions
from assistant.followups import phrases
from assistant.library import Library
from assistant.text import words
from assistant.types import ArticleSummary, Filters
from ingest.samples import golden_questions, sample_articles
from ui.jobs import Job

SHOWN = 4
_ARTICLES_LOOKED_AT = 40
_TRIED = 12
_LONGEST_NAME = 40
_SURE = 0.5
_NO_NAMES = frozenset("after before between early few last late many next several since until".split())


_MUCH = 0.2
"""The share of articles that have come or gone after which questions are found anew."""


@dataclass(slots=True)
class _Found:
    articles: int
    job: Job[list[str]]
    questions: list[str] | None = None


_found: dict[str | None, _Found] = {}
_lock = threading.Lock()


def suggested(library: Library) -> list[str] | None:
    """Questions to begin with; None while the first ones are still being tried.

    Trying takes as long as a dozen answers: it is done once at a time, and again only when much has changed.
    """
    name, count = library.ledger.fact("library"), library.ledger.article_count()
    with _lock:
        found = _found.get(name)
        if found is None:
            found = _found[name] = _Found(count, Job(lambda _: first_questions(library)))
        if found.job.ended:
            found.questions = found.job.result or found.questions or []
            if abs(count - found.articles) > _MUCH * found.articles:
                found.articles, found.job = count, Job(lambda _: first_questions(library))
        return found.questions


def first_questions(library: Library, count: int = SHOWN) -> list[str]:
    """Questions that the library answers with confidence; the same ones for the same articles."""
    samples = {path.name for path in sample_articles().iterdir()}
    articles = library.ledger.articles()
    own = [article for article in articles if Path(article.source).name not in samples]
    chosen = random.Random(len(own)).sample(own, min(len(own), _ARTICLES_LOOKED_AT))
    put = [*_of_samples(articles, count)]
    tries, wanted = (_TRIED // 2, count // 2) if put else (_TRIED, count)
    found = _answered(library, islice(_about_names(library, chosen), tries), wanted)
    return found + _answered(library, put[: _TRIED // 2], count - len(found))


def _answered(library: Library, candidates: Iterable[str], count: int) -> list[str]:
    """The first questions that are answered with confidence."""
    found: list[str] = []
    for question in candidates:
        if len(found) == count:
            break
        if _answers(library, question):
            found.append(question)
    return found


def instead(passages: Sequence[Mapping[str, Any]], count: int = 3) -> list[str]:
    """What could be asked instead of a question that was refused: about the name each of the nearest passages is about.

    These are not tried, a refusal should not take longer than an answer.
    """
    return list(dict.fromkeys(_about(name) for p in passages[:count] for name in _names([p["text"]])[:1]))


def _of_samples(articles: Iterable[ArticleSummary], count: int) -> Iterator[str]:
    """Golden questions of the sample articles that are there: they are better put than any we could make."""
    held = {Path(article.source).name for article in articles}
    every = [q for q in load_questions(golden_questions()) if q.answerable and q.articles and not q.history]
    single = [q for q in every if q.category == "single_fact" and q.articles[0] in held]
    for question in single[:: max(1, len(single) // (count + 2))]:
        yield question.question


def _about_names(library: Library, articles: Iterable[ArticleSummary]) -> Iterator[str]:
    for article in articles:
        text = library.ledger.article(article.id).text
        for name in _names([article.metadata.title, text[:4000]])[:1]:
            yield _about(name)


def _about(name: str) -> str:
    return f"What is known about {name}?"


def _names(texts: Sequence[str]) -> list[str]:
    """The names that come up most, longest first among equals; numbers alone are none."""
    found = Counter(name for text in texts for line in text.splitlines() for name in phrases(line))
    named = [n for n in found if len(n) <= _LONGEST_NAME and n[0].isupper() and _is_name(words(n))]
    return sorted(named, key=lambda name: (-found[name], -len(name), name))


def _is_name(said: Sequence[str]) -> bool:
    """Whether it is more than one word, and not a phrase that begins a sentence."""
    return len(said) > 1 and said[0] not in _NO_NAMES


def _answers(library: Library, question: str) -> bool:
    try:
        answer = ask(library, question, filters=Filters(), model="quotes")
    except FootnoteError:
        return False
    return not answer.abstained and answer.confidence >= _SURE
