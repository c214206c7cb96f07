"""The same article from two places: told by the shingles of its words, whatever its header, address or format."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from datasketch import MinHash, MinHashLSH

from assistant.text import fold

# Runs of so many words are compared; half of a shorter text may be a coincidence, so such texts must be equal.
_SHINGLE_WORDS = 4
_FEWEST_WORDS = 40
_PERMUTATIONS = 128
_SEED = 1
_SCHEME = "affine32"
# Articles that share so much of their shingles are the same one. Reports of two years on one subject share far
# less, a copy with another header, a new date or a corrected sentence far more (docs/ingest.md has figures).
_SAME_FROM = 0.8


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

    def same_as(self, held: bytes) -> str | None:
        """The name of the article that has nearly the same text; None where there is none."""
        wanted = _from_bytes(held)
        alike = {name: wanted.jaccard(self._known[name]) for name in self._hashes.query(wanted)}
        best = max(alike, key=lambda name: alike[name], default=None)
        return best if best is not None and alike[best] >= _SAME_FROM else None


def _minhash(text: str) -> MinHash:
    words = fold(text).split()
    if len(words) < _FEWEST_WORDS:
        shingles = [" ".join(words)]
    else:
        shingles = [" ".join(words[i : i + _SHINGLE_WORDS]) for i in range(len(words) - _SHINGLE_WORDS + 1)]
    made = MinHash(num_perm=_PERMUTATIONS, seed=_SEED, scheme=_SCHEME)
    made.update_batch([shingle.encode() for shingle in dict.fromkeys(shingles)])
    return made


def _from_bytes(held: bytes) -> MinHash:
    return MinHash(num_perm=_PERMUTATIONS, seed=_SEED, scheme=_SCHEME, hashvalues=np.frombuffer(held, np.uint32))
