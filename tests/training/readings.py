"""Questions beside the passages that retrieval finds for them: what the reader trains on.

    python -m tests.training.readings OUT [--sets own squad canard]

All articles go into one library, so that the passages beside the right one are as hard as in use.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import pickle
import sys
import tempfile
import zlib
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from assistant.evaluation.metrics import overlaps_half
from assistant.followups import standalone_question
from assistant.library import Library, open_library
from assistant.matching import match
from assistant.reader import heading
from assistant.retrieval import Candidate, as_passage, embed_question, retrieve
from assistant.text import sentence_spans
from assistant.types import Document, Metadata, Passage, Span, Turn
from ingest.run import run_documents
from tests.quality.public_sets import SHARED
from tests.training.articles import TrainingQuestion, read_articles
from tests.training.examples import Example, Row

OWN = Path(__file__).resolve().parents[2] / "data" / "training"
SQUAD_TRAIN = [
    "Computational_complexity_theory",
    "Huguenot",
    "1973_oil_crisis",
    "European_Union_law",
    "Packet_switching",
    "Yuan_dynasty",
]
SQUAD_DEV = ["Normans"]
SQUAD_TEST = ["Immune_system", "Scottish_Parliament", "Imperialism", "Warsaw", "French_and_Indian_War"]
_DEV_SHARE = 8
"""One in so many of our own articles is for development."""


Item = tuple[str, str, str, Document, list[TrainingQuestion]]
"""Group, part (train or dev), source, document, questions."""


def own(folder: Path = OWN) -> Iterable[Item]:
    """Our own articles. Whole ones are kept for development: one in eight, and the files named so."""
    for path in sorted(folder.glob("*.txt")):
        for source, document, questions in read_articles(path):
            part = "dev" if path.stem.startswith("dev-") or zlib.crc32(source.encode()) % _DEV_SHARE == 0 else "train"
            yield "own", part, source, document, questions


def squad(titles: list[str], part: str) -> Iterable[Item]:
    """Paragraphs of SQuAD articles, each a document."""
    data = json.loads((SHARED / "data/squad2/dev.json").read_text())["data"]
    for article in data:
        if article["title"] not in titles:
            continue
        for number, paragraph in enumerate(article["paragraphs"]):
            source = f"{article['title']}-{number:03}"
            text = paragraph["context"]  # as it is: the answers' places refer to it
            questions = [_squad_question(source, text, qa) for qa in paragraph["qas"]]
            yield "squad", part, source, Document(text, Metadata(article["title"].replace("_", " "))), questions


def _squad_question(source: str, text: str, qa: dict) -> TrainingQuestion:
    if qa["is_impossible"]:
        return TrainingQuestion(qa["question"], source)
    spans = {Span(a["answer_start"], a["answer_start"] + len(a["text"])): None for a in qa["answers"]}
    sentences = sentence_spans(text)
    gold = dict.fromkeys(s for span in spans for s in sentences if s.start <= span.start < s.end)
    unsure = [s for s in sentences if s not in gold and any(a["text"] in s.of(text) for a in qa["answers"])]
    short = min(spans, key=lambda span: span.end - span.start)
    return TrainingQuestion(qa["question"], source, tuple(gold), short=short, unsure=tuple(unsure))


def canard() -> Iterable[Item]:
    """CANARD dialogues: the answers, which are verbatim pieces of Wikipedia, as an article; questions as rewritten."""
    dialogues: dict[str, list[dict]] = {}
    for line in (SHARED / "data/canard/dev.jsonl").read_text().splitlines():
        row = json.loads(line)
        dialogues.setdefault(row["QuAC_dialog_id"], []).append(row)
    for name, rows in dialogues.items():
        rows.sort(key=lambda row: row["Question_no"])
        history = rows[-1]["History"]
        pairs = dict(zip(history[2::2], history[3::2], strict=False))
        told, text = {}, ""
        for answer in dict.fromkeys(pairs.values()):
            if answer != "I don't know." and len(answer.split()) > 3:
                told[answer] = Span(len(text), len(text) + len(answer))
                text += answer + ("" if answer.rstrip()[-1] in ".!?" else ".") + "\n"
        questions = []
        for row in rows:
            answer = pairs.get(row["Question"])
            if answer in told:
                sentences = [s for s in sentence_spans(text) if told[answer].start <= s.start < told[answer].end]
                if len(sentences) <= 4 and sentences:
                    questions.append(TrainingQuestion(_rewritten(row, history[0]), name, tuple(sentences)))
            elif answer == "I don't know.":
                questions.append(TrainingQuestion(_rewritten(row, history[0]), name))
        if len(told) > 2:
            yield (
                "canard",
                "train",
                name,
                Document(text.rstrip("\n"), Metadata(f"{history[0]}: {history[1]}")),
                questions,
            )


def _rewritten(row: dict, topic: str) -> str:
    """The question made to stand alone: by people, or for one in three as the product does it."""
    if zlib.crc32(row["Question"].encode()) % 3:
        return row["Rewrite"]
    history = row["History"][2:]
    turns = [Turn(f"What about {topic}?", "")] + [Turn(q, a) for q, a in zip(history[::2], history[1::2], strict=False)]
    return standalone_question(row["Question"], turns)


def examples(items: list[Item]) -> list[Example]:
    """Ask every question of a library of all the documents, in as many processes as there are cores."""
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(Path(folder))
        run_documents([(source, document) for _, _, source, document, _ in items], library)
        library.close()
        asked = [(group, part, source, questions) for group, part, source, _, questions in items if questions]
        # Started afresh rather than forked: Chroma and onnxruntime have threads of their own by now.
        context = multiprocessing.get_context("spawn")
        found: list[Example] = []
        with ProcessPoolExecutor(initializer=_open, initargs=(Path(folder),), mp_context=context) as pool:
            for number, some in enumerate(pool.map(_ask, asked, chunksize=4), start=1):
                found += some
                print(f"\r{number} of {len(asked)} articles asked about", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        return found


_opened: tuple[Library, dict[str, list[int]]] | None = None
"""In a process that asks: the library and the chunks of each source."""


def _open(folder: Path) -> None:
    global _opened
    library = open_library(folder)
    _opened = library, _chunks_by_source(library)


def _ask(item: tuple[str, str, str, list[TrainingQuestion]]) -> list[Example]:
    assert _opened
    library, chunks = _opened
    group, part, source, questions = item
    return [_example(library, chunks.get(source, []), group, part, source, question) for question in questions]


def _example(
    library: Library, own_chunks: list[int], group: str, part: str, source: str, question: TrainingQuestion
) -> Example:
    vector = embed_question(library, question.question)
    passages = retrieve(library, question.question, vector, count=16)
    matching = match(library, question.question, vector, passages)
    best: dict[int, float] = {}
    for sentence in matching.sentences:
        best.setdefault(sentence.passage.chunk_id, sentence.score)
    rows = [_row(p, question, source, best.get(p.chunk_id, -9.0)) for p in passages]
    # The passages of its own article that retrieval missed are kept too.
    held = {p.chunk_id for p in passages}
    missed = [c for c in own_chunks if c not in held]
    if missed and question.gold:
        stored = library.ledger.stored_chunks(missed)
        for chunk in stored.values():
            p = as_passage(chunk, Candidate(chunk.chunk_id, chunk.article_id, 0.0, 0.0, 0.0))
            row = _row(p, question, source, -9.0)
            if row.gold:
                rows.append(row)
    rows.sort(key=lambda row: -row.score)
    return Example(group, part, question.question, source, bool(question.gold), question.together, tuple(rows))


def _chunks_by_source(library: Library) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    ids = library.ledger.chunk_ids()
    for first in range(0, len(ids), 500):
        for chunk in library.ledger.stored_chunks(ids[first : first + 500]).values():
            found.setdefault(chunk.source, []).append(chunk.chunk_id)
    return found


def _row(passage: Passage, question: TrainingQuestion, source: str, score: float) -> Row:
    start = passage.span.start
    sentences = tuple(Span(s.start - start, s.end - start) for s in passage.sentences)
    own = passage.source == source

    def matching(wanted: tuple[Span, ...]) -> tuple[int, ...]:
        return tuple(
            index
            for index, s in enumerate(passage.sentences)
            if own and any(overlaps_half(s, w) or overlaps_half(w, s) for w in wanted)
        )

    short = None
    if (
        own
        and question.short
        and any(s.start <= question.short.start and question.short.end <= s.end for s in passage.sentences)
    ):
        short = Span(question.short.start - start, question.short.end - start)
    gold = matching(question.gold)
    unsure = tuple(i for i in matching(question.unsure) if i not in gold)
    return Row(passage.source, heading(passage.metadata), passage.text, sentences, gold, unsure, short, score)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sets", nargs="+", default=["own", "squad", "canard"])
    parser.add_argument("--only", nargs="*", help="ask only the questions of our own files whose names begin so")
    parser.add_argument("--own", type=Path, default=OWN, help="where our own files are")
    parser.add_argument("--add", type=Path, help="readings made before, to be written with the new ones")
    given = parser.parse_args()
    items: list[Item] = []
    if "own" in given.sets:
        items += [
            item if not given.only or item[2].startswith(tuple(given.only)) else (*item[:4], [])
            for item in own(given.own)
        ]
    if "squad" in given.sets:
        items += list(squad(SQUAD_TRAIN, "train"))
    if "canard" in given.sets:
        items += list(canard())
    found = examples(items)
    if "squad" in given.sets:
        found += examples(list(squad(SQUAD_DEV, "dev")))
    if given.add:
        found = pickle.loads(given.add.read_bytes()) + found
    given.out.write_bytes(pickle.dumps(found))
    for group in sorted({(e.group, e.part) for e in found}):
        these = [e for e in found if (e.group, e.part) == group]
        answerable = [e for e in these if e.answerable]
        lost = sum(not any(row.gold for row in e.rows) for e in answerable)
        deep = sum(not any(row.gold for row in e.rows[:6]) for e in answerable)
        print(
            group,
            len(these),
            "questions",
            len(answerable),
            "answerable",
            lost,
            "without gold",
            deep,
            "gold not in the best 6",
        )


if __name__ == "__main__":
    main()
