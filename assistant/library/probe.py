"""Try a Chroma folder in a process of its own: exit status 0 when it opens and finds its vectors.

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
    vectors = np.array(question["vectors"], dtype=np.float32)
    return 1 if len(vectors) and found_by_itself(index, question["ids"], vectors) else 0


if __name__ == "__main__":
    sys.exit(main())
