"""Sentence splitters against marked sentences: python -m tests.benchmarks.segmenters

The sentences are those of our training articles, whose authors marked them while writing. Splitters that are not
installed are left out (pip install pysbd syntok blingfire).
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable

from assistant.text import sentence_spans
from tests.training.articles import numbered_sentences
from tests.training.readings import OWN

Splitter = Callable[[str], list[int]]
"""Where the sentences of a text end."""


def ours(text: str) -> list[int]:
    return [span.end for span in sentence_spans(text)]


def pysbd(text: str) -> list[int]:
    import pysbd

    spans = pysbd.Segmenter(language="en", clean=False, char_span=True).segment(text)
    return [span.start + len(span.sent.rstrip()) for span in spans]


def syntok(text: str) -> list[int]:
    from syntok import segmenter

    sentences = (s for paragraph in segmenter.analyze(text) for s in paragraph)
    return [tokens[-1].offset + len(tokens[-1].value) for tokens in sentences]


def blingfire(text: str) -> list[int]:
    from blingfire import text_to_sentences_and_offsets

    return [end for _, end in text_to_sentences_and_offsets(text)[1]]


def main() -> None:
    articles = [told for path in sorted(OWN.glob("*.txt")) for told in numbered_sentences(path).values()]
    print(f"{len(articles)} articles, {sum(len(spans) for _, spans in articles):,} sentences")
    splitters: dict[str, Splitter] = {"sentencex": ours, "pysbd": pysbd, "syntok": syntok, "blingfire": blingfire}
    for name, split in splitters.items():
        if not importlib.util.find_spec(name):
            print(f"{name}: not installed")
            continue
        right = wrong = missed = 0
        began = time.perf_counter()
        for document, spans in articles:
            found, marked = set(split(document.text)), {span.end for span in spans}
            right, wrong, missed = (
                right + len(found & marked),
                wrong + len(found - marked),
                missed + len(marked - found),
            )
        seconds = time.perf_counter() - began
        precision, recall = right / (right + wrong), right / (right + missed)
        f1 = 2 * precision * recall / (precision + recall)
        print(f"{name}: ends precision {precision:.4f} recall {recall:.4f} F1 {f1:.4f}, {seconds:.1f} s")


if __name__ == "__main__":
    main()
