"""Find the words that are no names: assistant/models/ordinary_words.txt.

    python -m tests.training.ordinary_words

A capital at the beginning of a sentence says nothing. What stands in lower case in several of our training articles,
and more often so than with a capital inside a sentence, is taken for an ordinary word there too.
"""

from __future__ import annotations

import re
from collections import Counter

from assistant.names import ORDINARY_WORDS, lower_case_stems, names
from assistant.text import sentence_spans
from tests.training.readings import OWN

_ARTICLES = 3
"""In so many articles a word must stand."""


def main() -> None:
    ordinary, named = Counter[str](), Counter[str]()
    for path in [*OWN.glob("*.txt"), *(OWN / "statements").glob("*.txt")]:
        for article in re.split(r"(?m)^# ", path.read_text(encoding="utf-8")):
            ordinary.update(lower_case_stems(article))
            inside = (n for s in sentence_spans(article) for n in names(s.of(article)) if n.span.start > 0)
            named.update({n.stem for n in inside})
    found = sorted(w for w, n in ordinary.items() if w.isalpha() and n >= _ARTICLES and n > named[w])
    ORDINARY_WORDS.write_text("\n".join(found) + "\n", encoding="utf-8")
    print(len(found), "words")


if __name__ == "__main__":
    main()
