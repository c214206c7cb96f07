"""The same article from two places: told by the shingles of its words, whatever its header, address or format.

Nearly the same words are not enough: this year's report may differ from last year's in its figures alone. So the
names and numbers between an article's first and last words, where headers and footers are, must be the other's too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from assistant.text import fold

if TYPE_CHECKING:
    # At run time where it is used: it brings scipy along, and `footnote ask` should not wait for that.
    from datasketch import MinHash

# Runs of so many words are compared; half of a shorter text may be a coincidence, so such texts must be equal.
_SHINGLE_WORDS = 4
_FEWEST_WORDS = 40
_PERMUTATIONS = 128
_AT_ONCE = 2_000  # shingles; each takes 2 kB while it is looked at, and a book has 50,000
_SEED = 1
_SCHEME = "affine32"
# Articles that share so much of their shingles are the same one. Reports of two years on one subject share far
# less, a copy with another header, a new date or a corrected sentence far more (docs/ingest.md has figures).
_SAME_FROM = 0.8
_HEADER_WORDS, _HEADER_PART = 30, 6
"""Header and footer: so many words, and at most one in so many of the text's."""
_WORD = re.compile(r"\w+")


def signature(text: str) -> bytes:
    """MinHash of the text's word shingles: uint32, 128 values."""
    made: bytes = _minhash(text).hashvalues.astype(np.uint32).tobytes()
    return made


class KnownArticles:
    """The articles there are, to be asked for one that a text repeats.

    Args:
        signatures: by what names the article.
    """

    def __init__(self, signatures: Mapping[str, bytes]) -> None:
        from datasketch import MinHashLSH

        self._hashes = MinHashLSH(threshold=_SAME_FROM, num_perm=_PERMUTATIONS)
        self._known: dict[str, MinHash] = {}
        for name, held in signatures.items():
            self.add(name, held)

    def add(self, name: str, held: bytes) -> None:
        """Add an article, or replace the one of this name."""
        self.discard(name)
        self._known[name] = _from_bytes(held)
        self._hashes.insert(name, self._known[name])

    def discard(self, name: str) -> None:
        """Forget an article."""
        if self._known.pop(name, None) is not None:
            self._hashes.remove(name)

    def same_as(self, text: str, held: bytes, text_of: Callable[[str], str]) -> str | None:
        """The name of the article that has nearly the same text; None where there is none.

        Args:
            text: an article's text.
            held: its signature.
            text_of: gives the text of a known article by name.
        """
        wanted = _from_bytes(held)
        alike = {name: wanted.jaccard(self._known[name]) for name in self._hashes.query(wanted)}
        likest: list[str] = sorted(alike, key=lambda name: -alike[name])
        for name in likest:
            if alike[name] >= _SAME_FROM and _same_facts(text, text_of(name)):
                return name
        return None


def _same_facts(one: str, other: str) -> bool:
    return _facts(one) <= _words(other) and _facts(other) <= _words(one)


def _facts(text: str) -> set[str]:
    """The names and numbers of a text, but for those in its header and footer."""
    words = _WORD.findall(text)
    header = min(_HEADER_WORDS, len(words) // _HEADER_PART)
    core = words[header : len(words) - header]
    return {word.casefold() for word in core if word[0].isupper() or any(map(str.isdigit, word))}


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def _minhash(text: str) -> MinHash:
    from datasketch import MinHash

    words = fold(text).split()
    if len(words) < _FEWEST_WORDS:
        shingles = [" ".join(words)]
    else:
        shingles = [" ".join(words[i : i + _SHINGLE_WORDS]) for i in range(len(words) - _SHINGLE_WORDS + 1)]
    made = MinHash(num_perm=_PERMUTATIONS, seed=_SEED, scheme=_SCHEME)
    unlike = [shingle.encode() for shingle in dict.fromkeys(shingles)]
    for first in range(0, len(unlike), _AT_ONCE):
        made.update_batch(unlike[first : first + _AT_ONCE])
    return made


def _from_bytes(held: bytes) -> MinHash:
    from datasketch import MinHash

    return MinHash(num_perm=_PERMUTATIONS, seed=_SEED, scheme=_SCHEME, hashvalues=np.frombuffer(held, np.uint32))
