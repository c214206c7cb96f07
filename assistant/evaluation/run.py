"""One run: every golden question asked of a library, and the answers measured."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any, TypeVar
from urllib.parse import urlsplit

from assistant.conversation import answer, consider
from assistant.errors import FootnoteError
from assistant.evaluation.metrics import ndcg_at, overlaps_half, sentence_hits, set_scores, short_answer_matches
from assistant.evaluation.outcomes import Metrics, Outcome, by_category, measure
from assistant.evaluation.questions import GoldenQuestion
from assistant.library import Library, SourceState
from assistant.text import canonical_text, is_url
from assistant.types import Answer, Citation, RankedSentence, Span

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A whole run."""

    overall: Metrics
    by_category: dict[str, Metrics]
    questions: tuple[Outcome, ...] = field(repr=False)
    refuse_below: float
    """The confidence under which the run refused."""

    def as_json(self) -> dict[str, Any]:
        """As `footnote eval --json` prints it."""
        values = asdict(self)
        del values["refuse_below"]
        return values


def evaluate(
    library: Library,
    questions: Sequence[GoldenQuestion],
    on_progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Ask every question and measure the answers.

    Args:
        library: the articles.
        questions: from `load_questions`.
        on_progress: told how many of how many are done.

    Raises:
        FootnoteError: the library does not hold an article that a question names, or it is empty.
    """
    names = file_names(library)
    golden_articles = _GoldenArticles(library)
    golds = [golden_articles.of(question) for question in questions]  # before asking takes its minutes
    outcomes = []
    for done, gold in enumerate(golds, start=1):
        outcomes.append(_outcome(library, gold, names))
        if on_progress:
            on_progress(done, len(questions))
    return Evaluation(measure(outcomes), by_category(outcomes), tuple(outcomes), library.settings.refuse_below)


@dataclass(frozen=True, slots=True)
class _Gold:
    """A question's gold articles by id, and where its gold quotes stand in them."""

    question: GoldenQuestion
    articles: frozenset[int]
    quotes: tuple[tuple[tuple[int, Span], ...], ...]
    """For each gold quote, its places: article and span. No place: no gold article holds it."""

    @property
    def missing_quotes(self) -> tuple[str, ...]:
        """The gold quotes that no gold article holds."""
        quotes = [quote for quote in self.question.quotes if quote.strip()]
        return tuple(quote for quote, places in zip(quotes, self.quotes, strict=True) if not places)

    def in_article(self, article_id: int) -> list[Span]:
        """The gold quotes of one article."""
        return [span for places in self.quotes for held, span in places if held == article_id]

    def hits(self, article_id: int, text: str, span: Span) -> bool:
        """Whether a sentence is right: it lies in a gold article and holds an answer or a quote."""
        return article_id in self.articles and sentence_hits(
            text, span, self.question.answers, self.in_article(article_id)
        )


def file_names(library: Library) -> dict[str, str]:
    """For each article's source a name that is its alone: that of its file, and with it the part ("export.json#17").

    An address has the last part of its path. What would go by the name of another article goes by its source.
    """
    states = library.ledger.source_states()
    named = _sources_by_name(library, states)
    names = {source: _part_name(source, state.origin) for source, state in states.items()}
    return {source: name if named.get(name) == {source} else source for source, name in names.items()}


def _sources_by_name(library: Library, states: Mapping[str, SourceState]) -> dict[str, set[str]]:
    """The sources of the articles that a name stands for: a file's for all that came from it, a source for its own."""
    named: dict[str, set[str]] = defaultdict(set)
    for source, state in states.items():
        for name in (_file_name(state.origin), _part_name(source, state.origin)):
            named[name].add(source)
    # The same article from another place stands for the one that is stored.
    for source, origins in library.ledger.copied().items():
        for name in (name for origin in origins for name in (origin, _file_name(origin))):
            named[name].add(source)
    named.pop("", None)  # of an address without a path
    return named | {source: {source} for source in states}


def _part_name(source: str, origin: str) -> str:
    """The name of an article's file and, of a file with several, its part."""
    name = _file_name(origin)
    return name + source.removeprefix(origin) if name and source.startswith(f"{origin}#") else name


def _file_name(origin: str) -> str:
    return PurePath(urlsplit(origin).path if is_url(origin) else origin).name


class _GoldenArticles:
    """Finds gold articles by file name, by file name and part, by source or URL, and gold quotes in their texts."""

    def __init__(self, library: Library) -> None:
        self._library = library
        states = library.ledger.source_states()
        named = _sources_by_name(library, states)
        self._ids = {name: {states[source].article_id for source in sources} for name, sources in named.items()}
        for article in library.ledger.articles():
            if article.metadata.url:
                self._ids.setdefault(article.metadata.url, set()).add(article.id)
        self._texts: dict[int, str] = {}

    def of(self, question: GoldenQuestion) -> _Gold:
        """What is right for a question.

        Raises:
            FootnoteError: the library does not hold one of its articles.
        """
        articles: set[int] = set()
        for name in question.articles:
            if name not in self._ids:
                raise FootnoteError(
                    f"question {question.id}: its article {name!r} is not in the library; ingest it first"
                )
            articles |= self._ids[name]
        quotes = [canonical_text(quote) for quote in question.quotes if quote.strip()]
        return _Gold(question, frozenset(articles), tuple(self._places(quote, sorted(articles)) for quote in quotes))

    def _places(self, quote: str, articles: Iterable[int]) -> tuple[tuple[int, Span], ...]:
        return tuple(
            (article_id, Span(match.start(), match.end()))
            for article_id in articles
            for match in re.finditer(re.escape(quote), self._text(article_id))
        )

    def _text(self, article_id: int) -> str:
        if article_id not in self._texts:
            self._texts[article_id] = self._library.ledger.article(article_id).text
        return self._texts[article_id]


def _outcome(library: Library, gold: _Gold, file_names: Mapping[str, str]) -> Outcome:
    question = gold.question
    considered = consider(library, question.question, question.history)
    given = answer(considered, library)

    def sentence_hit(sentence: RankedSentence) -> bool:
        return gold.hits(sentence.passage.article_id, sentence.text, sentence.span)

    articles = list(dict.fromkeys(passage.article_id for passage in considered.passages))
    best = considered.reading.sentences[0] if considered.reading.sentences else None
    told = "" if given.abstained else given.answer
    recalled = sentence_hits(told, Span(0, 0), question.answers, ()) if question.answers else None
    return Outcome(
        id=question.id,
        category=question.category,
        answerable=question.answerable,
        question=question.question,
        standalone_question=considered.standalone,
        answer=given.answer,
        expected=question.answers or question.quotes,
        abstained=given.abstained,
        confidence=given.confidence,
        article_rank=_first_rank(articles, lambda i: i in gold.articles),
        sentence_rank=_first_rank(considered.reading.sentences, sentence_hit),
        answer_recalled=recalled,
        citation_hits=tuple(gold.hits(c.article_id, c.quote, Span(c.start, c.end)) for c in given.citations),
        latency_ms=given.timings_ms["total"],
        names_articles=bool(question.articles),
        names_sentences=question.names_sentences,
        ndcg_at_10=_ndcg(articles, gold.articles),
        **_sentence_scores(given.citations, gold),
        short_answer=given.short_answer,
        short_answer_right=_short_answer_right(given, question),
        expected_articles=question.articles,
        best_sentence=best.text if best else "",
        best_article=_described(best, file_names),
        timings_ms=dict(given.timings_ms),
        expected_quotes=question.quotes,
        missing_quotes=gold.missing_quotes,
    )


def _ndcg(ranking: Sequence[int], gold: frozenset[int]) -> float | None:
    if not gold:
        return None
    return round(ndcg_at([float(article_id in gold) for article_id in ranking], [1.0] * len(gold), 10), 4)


def _sentence_scores(citations: Sequence[Citation], gold: _Gold) -> dict[str, float | None]:
    cited = [(citation.article_id, Span(citation.start, citation.end)) for citation in citations]

    def says(one: tuple[int, Span], places: Sequence[tuple[int, Span]]) -> bool:
        return any(one[0] == article_id and overlaps_half(one[1], quote) for article_id, quote in places)

    scores = set_scores(
        given_right=[any(says(one, places) for places in gold.quotes) for one in cited],
        gold_found=[any(says(one, places) for one in cited) for places in gold.quotes],
    )
    return {
        "sentence_precision": scores.precision,
        "sentence_recall": scores.recall,
        "sentence_f1": scores.f1,
    }


def _short_answer_right(given: Answer, question: GoldenQuestion) -> bool | None:
    if given.short_answer is None or not question.answers:
        return None
    return short_answer_matches(given.short_answer, question.answers)


def _described(best: RankedSentence | None, file_names: Mapping[str, str]) -> str:
    if not best:
        return ""
    name = file_names.get(best.passage.source) or best.passage.source
    return f"{best.passage.metadata.title} ({name})"


def _first_rank(items: Iterable[T], hit: Callable[[T], bool]) -> int | None:
    return next((rank for rank, item in enumerate(items, start=1) if hit(item)), None)
