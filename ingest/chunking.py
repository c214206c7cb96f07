"""Articles into chunks: whole sentences, as many as the model can read at once, with exact offsets."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from assistant.embedding import Encoder
from assistant.text import sentence_spans
from assistant.types import Chunk, Document, Span

CHUNKER = "sentences-1"
"""Fingerprint: change it when the same article would be cut otherwise."""

# Beginning and end marks ([CLS] and [SEP]) that the model puts around a text.
_SPECIAL_TOKENS = 2
# Where a long word was cut, its parts may have a few tokens more together than one by one.
_SEAM = 4
# A title is context, not content: it may take this share of what the model reads.
_TITLE_SHARE = 4


def chunk_article(document: Document, encoder: Encoder) -> list[Chunk]:
    """Cut an article into chunks that the model reads to the end, title included.

    A chunk never begins or ends inside a sentence, unless the sentence alone is longer than the model
    reads; such a one is cut between words.
    """
    text = document.text
    title = _short_title(document.metadata.title, encoder)
    room = encoder.max_tokens - _SPECIAL_TOKENS - encoder.count_tokens([title])[0]
    pieces = list(_short_enough(text, sentence_spans(text, document.metadata.language), room, encoder))
    if not pieces:
        return []
    sizes = encoder.count_tokens([piece.of(text) for piece in pieces])
    # What lies between two sentences is read too, and a line of dashes has many tokens.
    gaps = [text[one.end : next_one.start] for one, next_one in itertools.pairwise(pieces)]
    gap_sizes = [0, *(n if gap else _SEAM for gap, n in zip(gaps, encoder.count_tokens(gaps), strict=True))]
    return [_chunk(text, title, group) for group in _packed(text, pieces, sizes, gap_sizes, room)]


def _packed(
    text: str, pieces: Sequence[Span], sizes: Sequence[int], gap_sizes: Sequence[int], room: int
) -> Iterator[list[Span]]:
    """Group sentences greedily; a group that is more than half full ends at a paragraph's end."""
    group: list[Span] = []
    used = 0
    for piece, size, gap in zip(pieces, sizes, gap_sizes, strict=True):
        ends_paragraph = bool(group) and "\n\n" in text[group[-1].end : piece.start]
        if group and (used + gap + size > room or (ends_paragraph and used > room // 2)):
            yield group
            group, used = [], 0
        used += size + (gap if group else 0)
        group.append(piece)
    if group:
        yield group


def _chunk(text: str, title: str, sentences: Sequence[Span]) -> Chunk:
    span = Span(sentences[0].start, sentences[-1].end)
    return Chunk(span, tuple(sentences), f"{title}\n{span.of(text)}", len(title) + 1)


def _short_enough(text: str, spans: Sequence[Span], room: int, encoder: Encoder) -> Iterator[Span]:
    """The spans, those with more than `room` tokens cut in pieces that fit."""
    for span, count in zip(spans, encoder.count_tokens([s.of(text) for s in spans]) if spans else [], strict=True):
        if count <= room:
            yield span
        else:
            yield from _cut(text, span, room, encoder)


def _cut(text: str, span: Span, room: int, encoder: Encoder) -> Iterator[Span]:
    """Cut one span between words, or between characters where there are no spaces."""
    units = [Span(span.start + m.start(), span.start + m.end()) for m in re.finditer(r"\S+", span.of(text))]
    units = [part for unit in units for part in _halved(text, unit, room, encoder)]
    counts = encoder.count_tokens([unit.of(text) for unit in units])
    start = end = units[0].start
    used = 0
    for unit, count in zip(units, counts, strict=True):
        # The sum is a bound only between words; parts of one word may have more tokens together.
        if used + count > room or encoder.count_tokens([text[start : unit.end]])[0] > room:
            yield Span(start, end)
            start, used = unit.start, 0
        used += count
        end = unit.end
    yield Span(start, end)


def _halved(text: str, unit: Span, room: int, encoder: Encoder) -> Iterator[Span]:
    if encoder.count_tokens([unit.of(text)])[0] <= room:
        yield unit
    else:
        middle = (unit.start + unit.end) // 2
        yield from _halved(text, Span(unit.start, middle), room, encoder)
        yield from _halved(text, Span(middle, unit.end), room, encoder)


def _short_title(title: str, encoder: Encoder) -> str:
    limit = encoder.max_tokens // _TITLE_SHARE
    words = title.split()
    while words and encoder.count_tokens([" ".join(words)])[0] > limit:
        words = words[: len(words) // 2] if len(words) > 1 else [words[0][: len(words[0]) // 2]]
    return " ".join(words)
