"""Try a Chroma folder in a process of its own: exit status 0 when it opens and finds the vectors it holds.

Started by `assistant.library.index.survives_probe`; reads one JSON document from standard input.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from assistant.library.index import found_by_itself, open_embedded


def main() -> int:
    """Answer the question on standard input by the exit status."""
    question = json.load(sys.stdin)
    index = open_embedded(Path(question["folder"]), question["name"])
    held = index.ids()
    # What it does not hold at all is added when it is brought up to the ledger.
    asked = [(i, vector) for i, vector in zip(question["ids"], question["vectors"], strict=True) if i in held]
    if not asked:
        return 0
    ids, vectors = zip(*asked, strict=True)
    return 1 if found_by_itself(index, ids, np.array(vectors, dtype=np.float32)) else 0


if __name__ == "__main__":
    sys.exit(main())
