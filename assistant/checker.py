"""The checker: a small network that reads a statement beside sentences and says whether they support it.

It is built and read like `reader`, of which it is a copy trained further on statements (docs/reader.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.embedding import load_tokenizer
from assistant.once import once
from assistant.reader import ReaderInput, encode, network_inputs, open_network
from assistant.text import words
from assistant.types import Span

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NETWORK = Path(__file__).parent / "models" / "checker.onnx"

LONGEST_STATEMENT = 160
"""Tokens of a statement that are read; with title and sentences they fill what the network can read at once."""

_LONG = 28
"""Words from which on the network, which learned from shorter ones, overlooks what a single clause says."""
_BETWEEN_CLAUSES = re.compile(
    r",?\s+(?=(?:although|though|while|whereas|because|since|where|after which|which|who|whose|but|so that|until"
    r"|when)\b)|;\s+|,\s+(?=(?:and|or)\b)|\s+[–—]\s+"
)
_SHORTEST_CLAUSE = 5


def check_input(tokenizer: Tokenizer, statement: str, title: str, sentences: Sequence[str]) -> ReaderInput:
    """What the network reads: the statement as the question, all sentences together as one.

    Args:
        tokenizer: from `embedding.load_tokenizer`.
        statement: one sentence.
        title: from `reader.heading`.
        sentences: of the articles, in reading order.
    """
    told = " ".join(sentences)
    return encode(tokenizer, statement, title, told, [Span(0, len(told))], longest_question=LONGEST_STATEMENT)


class Checker:
    """The trained network on onnxruntime. Made once a process by `load_checker`."""

    def __init__(self, path: Path = NETWORK) -> None:
        self._session = open_network(path)
        self._tokenizer = load_tokenizer()

    def support(self, statement: str, title: str, sentences: Sequence[str]) -> float:
        """Log-odds that the sentences support the statement; arguments as `check_input`.

        Of a long statement these are the mean of those of the whole and, twice, of its weakest clause.
        """
        whole = self._read(statement, title, sentences)
        if len(words(statement)) < _LONG:
            return whole
        clauses = [part for part in _BETWEEN_CLAUSES.split(statement) if len(words(part)) >= _SHORTEST_CLAUSE]
        if not clauses:
            return whole
        return (whole + 2 * min(self._read(clause, title, sentences) for clause in clauses)) / 3

    def _read(self, statement: str, title: str, sentences: Sequence[str]) -> float:
        made = check_input(self._tokenizer, statement, title, sentences)
        scores, _ends = self._session.run(None, network_inputs([made]))
        return float(scores[0, 0, 0])


@once
def load_checker() -> Checker:
    """The checker, loaded once a process.

    Raises:
        FootnoteError: its file is missing or damaged.
    """
    return Checker()
