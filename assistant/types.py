"""What flows between the steps: frozen dataclasses, no behaviour beyond small derived facts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""One unit-length embedding, shape (dimensions,)."""

Matrix = NDArray[np.float32]
"""Unit-length embeddings, shape (rows, dimensions)."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters `[start, end)` in an article's canonical text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of `text` this span covers."""
        return text[self.start : self.end]

    def __contains__(self, place: int) -> bool:
        """Whether a place in the text lies in it."""
        return self.start <= place < self.end


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of an article besides its text."""

    title: str
    author: str | None = None
    publisher: str | None = None
    url: str | None = None
    published: date | None = None
    language: str = "en"

    def as_json(self) -> dict[str, str | None]:
        """As plain JSON values; the date as yyyy-mm-dd."""
        return asdict(self) | {"published": self.published.isoformat() if self.published else None}


@dataclass(frozen=True, slots=True)
class Document:
    """An article as a loader hands it over: canonical text and metadata."""

    text: str
    metadata: Metadata
    pages: tuple[int, ...] = ()
    """Where each page begins in `text`, for a document that has pages; ascending."""


@dataclass(frozen=True, slots=True)
class Article:
    """An article in the library. `text` is its canonical text; every offset refers to it."""

    id: int
    source: str
    metadata: Metadata
    text: str
    added: datetime
    pages: tuple[int, ...] = ()
    """Where each page begins in `text`; empty where it has none."""


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """An article without its text, for lists."""

    id: int
    source: str
    metadata: Metadata
    words: int
    chunks: int
    added: datetime


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences that is embedded as one piece.

    `embedded_text` is what the model reads (the title, then the text); `sentences` are spans in the article.
    """

    span: Span
    sentences: tuple[Span, ...]
    embedded_text: str
    text_offset: int
    """Where the chunk's own text begins inside `embedded_text`."""


@dataclass(frozen=True, slots=True)
class ChunkVectors:
    """What the embedding model made of a chunk: one vector for it, one for each sentence in its context."""

    chunk: Vector
    sentences: Matrix


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles a question is asked of. Dates are inclusive; an undated article fails a date filter."""

    since: date | None = None
    until: date | None = None
    publisher: str | tuple[str, ...] | None = None
    """A name or a part of one, or several exact names."""
    articles: tuple[int, ...] = ()
    """Only these, by id; any where empty."""


EVERYTHING = Filters()
"""No filter: every article counts."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk with the scores that brought it here."""

    chunk_id: int
    article_id: int
    source: str
    metadata: Metadata
    span: Span
    text: str
    sentences: tuple[Span, ...]
    sentence_vectors: Matrix = field(repr=False)
    cosine: float
    """Cosine of question and chunk, -1 to 1."""
    keyword: float
    """BM25 of the chunk divided by the best chunk's, 0 to 1."""
    score: float
    """The fusion of both, by which passages are ordered."""
    pages: tuple[int, ...] = field(default=(), repr=False)
    """Where the article's pages begin; empty where it has none."""

    def sentence(self, index: int) -> str:
        """The text of sentence number `index` of this passage."""
        span = self.sentences[index]
        return self.text[span.start - self.span.start : span.end - self.span.start]


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A candidate sentence with the score it is ranked by."""

    passage: Passage
    index: int
    text: str
    span: Span
    score: float
    vector: Vector = field(repr=False)
    probability: float = 0.0
    """That this is the sentence that answers best, 0 to 1; over all candidates and "none" they add up to 1."""
    belongs: float = 0.0
    """Probability that it is part of a full answer, if there is one, 0 to 1."""

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands: its article, and the character it begins at. No other sentence has the same."""
        return self.passage.article_id, self.span.start


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """A name, number, date or phrase inside the best sentence that answers by itself."""

    text: str
    span: Span
    """Where it stands in the article."""
    probability: float
    """That it is right, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Rival:
    """The sentence of one article that answers best, and the short answer in it."""

    sentence: RankedSentence
    claim: ShortAnswer


@dataclass(frozen=True, slots=True)
class Reading:
    """The reader's verdict on the retrieved passages."""

    sentences: tuple[RankedSentence, ...]
    """All candidates, best first."""
    confidence: float
    """Estimated probability that the best sentence answers the question, 0 to 1."""
    missing: tuple[str, ...] = ()
    """Words of the question that carry meaning and stand in none of the passages."""
    short: ShortAnswer | None = None
    """The likeliest short answer in the best sentence, however unlikely."""
    passages: tuple[Passage, ...] = ()
    """The passages, best first now that they were read."""
    rivals: tuple[Rival, ...] = ()
    """Of each article that likely answers its best sentence, best first; they may say different things."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A footnote: the exact place a sentence rests on. `article.text[start:end] == quote`, always."""

    number: int
    article_id: int
    title: str
    publisher: str | None
    published: date | None
    url: str | None
    source: str
    quote: str
    start: int
    end: int
    page: int | None = None
    """The page it begins on, counted from 1, where the article has pages."""

    @property
    def place(self) -> tuple[int, int]:
        """As `RankedSentence.place`."""
        return self.article_id, self.start


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer and the numbers of the citations it rests on."""

    text: str
    citations: tuple[int, ...]
    supported: bool
    support: float
    reason: str = ""
    """Why a language model's sentence is not supported; empty where it is."""


@dataclass(frozen=True, slots=True)
class NearbyPassage:
    """A passage that was considered, as shown beside an answer."""

    article_id: int
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says where sources disagree."""

    text: str
    """The figure, date or name it gives; a verbatim piece of the cited sentence."""
    citation: int
    time: str = ""
    """The time its sentence names for it ("2010"), where all claims are of different times; the month of its article,
    where a publisher's later article says that its claim is new; else ""."""


@dataclass(frozen=True, slots=True)
class TokenUse:
    """How many tokens a language model read and wrote for an answer."""

    read: int
    written: int

    def __add__(self, other: TokenUse) -> TokenUse:
        return TokenUse(self.read + other.read, self.written + other.written)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer, ready to show; fields as `footnote ask --json` prints them."""

    question: str
    standalone_question: str
    answer: str
    short_answer: str | None
    abstained: bool
    confidence: float
    answerer: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    passages: tuple[NearbyPassage, ...]
    timings_ms: dict[str, float]
    notes: tuple[str, ...] = ()
    """What the person should know besides: why a model did not answer, that all sources are old."""
    disagreement: tuple[Claim, ...] = ()
    """What the sources say that disagree on the thing asked for; empty where they do not, else two or more."""
    tokens: TokenUse | None = None
    """What a language model used; None where none was asked."""
    rejected: tuple[AnswerSentence, ...] = ()
    """All that a language model wrote, as it was checked, where the quotes answer in its place."""

    def as_json(self) -> dict[str, Any]:
        """The answer as plain JSON values; dates as yyyy-mm-dd.

        `page`, `reason`, `time`, `notes`, `disagreement`, `tokens` and `rejected` are there only where there is
        something to say.
        """
        values = {name: value for name, value in asdict(self).items() if value or name not in _ONLY_WHERE_ANY}
        for sentence in (*values["sentences"], *values.get("rejected", ())):
            if not sentence["reason"]:
                del sentence["reason"]
        for claim in values.get("disagreement", ()):
            if not claim["time"]:
                del claim["time"]
        for citation in values["citations"]:
            if citation["published"]:
                citation["published"] = citation["published"].isoformat()
            if citation["page"] is None:
                del citation["page"]
        return values


_ONLY_WHERE_ANY = frozenset({"notes", "disagreement", "tokens", "rejected"})


@dataclass(frozen=True, slots=True)
class Considering:
    """The question is understood; the articles are being read."""

    standalone_question: str


@dataclass(frozen=True, slots=True)
class Written:
    """A language model wrote more; not checked yet."""

    text: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A sentence of the answer is checked. Its citations are numbered as they will be in the answer."""

    sentence: AnswerSentence
    citations: tuple[Citation, ...]
    """Those it rests on."""
    unsettled: str = ""
    """What was written after it and is not checked yet; it stands in place of all `Written` so far."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """All that was `Written` and `Settled` so far was a language model's thought, and no part of the answer."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The whole answer. It stands in place of all that came before: a model that failed is replaced by quotes."""

    answer: Answer


Event = Considering | Written | Settled | Withdrawn | Finished
"""What happens while a question is answered, in this order."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation with the answer it got (plain text)."""

    question: str
    answer: str
    titles: tuple[str, ...] = ()
    """Of the articles that the answer cites."""


IngestStatus = Literal["added", "updated", "unchanged", "failed", "removed"]
