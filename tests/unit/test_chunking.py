"""Articles into chunks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.embedding import Encoder, load_encoder
from assistant.text import canonical_text, sentence_spans
from assistant.types import Chunk, Document, Metadata
from ingest.chunking import chunk_article

TITLE = "A title"
WORDS = (
    "ship",
    "harbour",
    "1,250.5",
    "naïve",
    "終わり",
    "😀",
    "antidisestablishmentarianism",
    "co-op",
    "a/b/c",
    "…",
)


def chunked(text: str, title: str = TITLE) -> list[Chunk]:
    """The chunks of a text, after the checks that every chunking has to pass."""
    encoder = load_encoder()
    chunks = chunk_article(Document(text, Metadata(title)), encoder)
    for chunk in chunks:
        assert encoder.count_tokens([chunk.embedded_text])[0] + 2 <= encoder.max_tokens
        assert chunk.embedded_text[chunk.text_offset :] == chunk.span.of(text)
        assert (chunk.sentences[0].start, chunk.sentences[-1].end) == (chunk.span.start, chunk.span.end)
    parts = [part for chunk in chunks for part in chunk.sentences]
    assert all(one.end <= other.start for one, other in pairwise(parts))
    kept = [character for part in parts for character in part.of(text) if not character.isspace()]
    said = [c for span in sentence_spans(text) for c in span.of(text) if not c.isspace()]
    assert kept == said
    return chunks


@st.composite
def articles(draw: st.DrawFn) -> str:
    """Paragraphs of sentences of odd words, now and then a very long one."""
    length = st.integers(1, 20) | st.just(400)
    sentence = st.tuples(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), length, st.sampled_from([".", "", "。"])
    )
    made = [" ".join((chosen * count)[:count]) + end for chosen, count, end in draw(st.lists(sentence, max_size=25))]
    return canonical_text(draw(st.sampled_from([" ", "\n", "\n\n"])).join(made))


@settings(max_examples=40)
@given(articles(), st.sampled_from(["", TITLE, "word " * 200]))
def test_any_article_is_cut_into_what_the_model_reads(text: str, title: str) -> None:
    chunked(text, title)


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400).map(canonical_text))
@example("0" * 400)
def test_any_text_is_cut_into_what_the_model_reads(text: str) -> None:
    chunked(text)


def test_sentences_stay_whole() -> None:
    text = " ".join(f"Sentence number {n} says that ships sail on the sea." for n in range(100))
    chunks = chunked(text)
    assert len(chunks) > 3
    assert [part for chunk in chunks for part in chunk.sentences] == sentence_spans(text)


def test_a_chunk_that_is_more_than_half_full_ends_with_its_paragraph() -> None:
    paragraphs = [" ".join(f"Paragraph {p} sentence {n} is about ships." for n in range(18)) for p in range(3)]
    text = "\n\n".join(paragraphs)
    assert [chunk.span.of(text) for chunk in chunked(text)] == paragraphs


def test_short_paragraphs_share_a_chunk() -> None:
    assert len(chunked("One is short.\n\nTwo is short.\n\nThree is short.")) == 1


def test_an_article_of_one_sentence() -> None:
    (chunk,) = chunked("Ships sail.")
    assert (chunk.embedded_text, chunk.text_offset) == ("A title\nShips sail.", 8)


def test_text_without_a_sentence_has_no_chunk() -> None:
    assert chunked("***\n\n---") == []


def test_a_long_sentence_is_cut_between_words() -> None:
    text = " ".join(["harbour"] * 900)
    chunks = chunked(text)
    assert len(chunks) > 3
    assert all(set(chunk.span.of(text).split()) == {"harbour"} for chunk in chunks)


def test_a_word_of_ten_thousand_characters_is_kept() -> None:
    chunks = chunked("Before it. " + "x" * 10_000 + " After it.")
    assert sum(chunk.span.end - chunk.span.start for chunk in chunks) >= 10_000


def test_text_without_spaces_is_cut_between_characters() -> None:
    text = "海" * 1_000
    chunks = chunked(text)
    assert len(chunks) > 3
    assert "".join(chunk.span.of(text) for chunk in chunks) == text


@pytest.mark.parametrize("title", ["long words " * 500, "x" * 10_000, "題" * 2_000, "a-" * 1_000])
def test_a_title_of_any_length_leaves_room_for_the_text(title: str, encoder: Encoder) -> None:
    text = " ".join(f"Sentence number {n} says that ships sail." for n in range(60))
    chunks = chunked(text, title)
    assert encoder.count_tokens([chunks[0].embedded_text[: chunks[0].text_offset]])[0] <= encoder.max_tokens // 4


@pytest.mark.parametrize("rule", ["-" * 300, "* " * 300, "😀 " * 300])
def test_a_ruler_between_two_sentences_does_not_push_the_second_out(rule: str) -> None:
    chunked(canonical_text(f"One sentence stands here.\n{rule}\nAnother sentence stands there."))


def test_a_word_that_has_fewer_tokens_in_halves_still_fits() -> None:
    chunked("中" * 125 + "pieceverbs" + "中" * 125)
