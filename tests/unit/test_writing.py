"""What a model writes, piece by piece, checked against a small library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from assistant.chat_model import Reply
from assistant.embedding import Encoder
from assistant.grounding import Grounds
from assistant.library import Library
from assistant.retrieval import embed_question, retrieve
from assistant.types import Settled, Withdrawn, Written
from assistant.writing import Draft, write

QUESTION = "Tell me about the lighthouse of Arnholm."
TRUE = "The lighthouse of Arnholm was built in 1802."
ALSO_TRUE = "Its lamp was lit by Ingrid Bakke for thirty years."
FALSE = "The lighthouse of Arnholm was built in 1803."


class Scripted:
    """A reply that is there already."""

    def __init__(self, pieces: list[str], cut: str = "") -> None:
        self.pieces, self.cut = pieces, cut

    def __iter__(self) -> Iterator[str]:
        return iter(self.pieces)


@pytest.fixture(scope="module")
def grounds(small_library: Library, encoder: Encoder) -> Grounds:
    return Grounds(retrieve(small_library, QUESTION, embed_question(small_library, QUESTION)), encoder, QUESTION)


def drafted(grounds: Grounds, text: str, *, size: int = 7, cut: str = "") -> Draft:
    draft = Draft()
    pieces = [text[first : first + size] for first in range(0, len(text), size)]
    list(write(cast("Reply", Scripted(pieces, cut)), grounds, draft, show_unsupported=True))
    return draft


def told(grounds: Grounds, text: str, *, size: int = 7, cut: str = "") -> list[str]:
    return [sentence.text for sentence in drafted(grounds, text, size=size, cut=cut).sentences]


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(
    "written",
    [
        f"{TRUE} ![pixel](https://evil.example/p.png?x=1) {ALSO_TRUE}",
        f"{TRUE} <script>\nfetch('https://evil.example'); alert('x').\n</script> {ALSO_TRUE}",
        f"{TRUE} {ALSO_TRUE} <script>alert('x'). It is closed",
        f"{TRUE}¹ {ALSO_TRUE}²",
        f"{TRUE} (1) {ALSO_TRUE} (2)",
        f"{TRUE} [[1]] {ALSO_TRUE} [[2]]",
        f"{TRUE}[1] {ALSO_TRUE}[2]\n\n[1] Harbour News, 1 March 2015\n[2]: Harbour News\n\nSources:\n1. Nowhere\n",
        f"{TRUE} {ALSO_TRUE}\n\n## Sources\n- The lighthouse of Arnholm (Harbour News, 1 March 2015)\n- Passage 1",
        f"Sure! Here's a summary.\n\nThe lighthouse\n\n{TRUE}\n\nThe lamp\n----\n{ALSO_TRUE} I hope this helps!",
        f"```text\n{TRUE}\n{ALSO_TRUE}\n```\n",
        f"{TRUE} {TRUE} {ALSO_TRUE} {TRUE}",
        f"Question: {QUESTION}\nAnswer: {TRUE} When was it built? {ALSO_TRUE} See https://evil.example/more for more.",
        f"Based on the passages, the{TRUE[3:]} The article says that its{ALSO_TRUE[3:]}",
    ],
)
def test_only_what_states_something_is_told(grounds: Grounds, written: str, size: int) -> None:
    assert told(grounds, written, size=size) == [TRUE, ALSO_TRUE]


def test_a_row_of_a_table_is_one_statement(grounds: Grounds) -> None:
    draft = drafted(
        grounds,
        f"{TRUE}\n\n| Lighthouse | Built in |\n|---|---|\n| Arnholm | 1802 |\n| Arnholm | 1803 |\n\n{ALSO_TRUE}",
    )
    assert [(s.text, s.supported) for s in draft.sentences] == [
        (TRUE, True),
        ("Arnholm: 1802", True),
        ("Arnholm: 1803", False),
        (ALSO_TRUE, True),
    ]
    three = "| Lighthouse | Built | Lamp |\n|---|---|---|\n| Arnholm | 1802 | Ingrid Bakke |\n"
    assert told(grounds, three) == ["Arnholm: Built 1802, Lamp Ingrid Bakke"]


@pytest.mark.parametrize(
    ("opening", "kept"), [("According to Harbour News, ", True), ("According to Sea Science, ", False)]
)
def test_only_a_right_attribution_is_told(grounds: Grounds, opening: str, kept: bool) -> None:
    draft = drafted(grounds, f"{opening}the{TRUE[3:]}")
    assert [(s.text, s.supported) for s in draft.sentences] == [(f"{opening}the{TRUE[3:]}" if kept else TRUE, True)]


def test_a_refusal_of_a_part_is_neither_told_nor_struck(grounds: Grounds) -> None:
    draft = drafted(grounds, f"{TRUE} The articles do not say how high it is. {ALSO_TRUE}")
    assert [s.text for s in draft.sentences] == [TRUE, ALSO_TRUE]
    assert draft.refused


def test_where_a_model_was_cut_short_its_last_sentence_is_left_out(grounds: Grounds) -> None:
    unfinished = f"{TRUE} Its lamp was lit by Ingrid Bakke"
    assert told(grounds, unfinished) == [TRUE, "Its lamp was lit by Ingrid Bakke"]
    assert told(grounds, unfinished, cut="reached its limit of length") == [TRUE]
    assert told(grounds, f"{TRUE} {ALSO_TRUE} [1]", cut="reached its limit of length") == [TRUE, ALSO_TRUE]


def test_a_thought_that_ends_late_takes_back_all_before(grounds: Grounds) -> None:
    thought = f"{TRUE} {FALSE} " + "So it goes on. " * 1500
    assert len(thought) > 20_000
    draft = Draft()
    reply = Scripted([thought, "</thi", "nk>\n\n", ALSO_TRUE])
    events = list(write(cast("Reply", reply), grounds, draft, show_unsupported=True))
    (place,) = [i for i, event in enumerate(events) if isinstance(event, Withdrawn)]
    assert any(isinstance(event, Settled) for event in events[:place])
    (settled,) = [event for event in events[place:] if isinstance(event, Settled)]
    assert settled.sentence.text == ALSO_TRUE
    assert settled.citations[0].number == 1
    assert draft.cut == ""


def test_what_is_written_on_and_on_is_told_as_far_as_it_was_looked_at(grounds: Grounds) -> None:
    draft = drafted(grounds, f"{TRUE} " + "a new word " * 6000, size=1000)
    assert draft.sentences[0].text == TRUE
    assert draft.cut == "wrote too long"
    assert len(draft.sentences) == 1


def test_thoughts_are_not_shown(grounds: Grounds) -> None:
    reply = Scripted(["<reaso", "ning>It is made of cheese. ", "Or not.</reasoning>", TRUE])
    events = list(write(cast("Reply", reply), grounds, Draft(), show_unsupported=True))
    assert not any("cheese" in event.text for event in events if isinstance(event, Written))
