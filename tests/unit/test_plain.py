"""A model's text: cut into sentences, and freed of markup and marks of sources."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.plain import (
    cells,
    completed,
    is_label,
    is_source,
    plain_sentence,
    source_names,
    spans_of_sentences,
    without_elements,
)
from assistant.types import Metadata, Span

TRUE = "The dam passed its first winter without a leak."
SOURCES = source_names(
    [
        Metadata("Lowmere dam passes its first winter", "Ada Holt", "The Fenway Post", None, date(2025, 3, 14)),
        Metadata("Harrow Bay opens its second tram line", None, "Upland Review", None, date(2025, 6, 2)),
    ]
)


@pytest.mark.parametrize(
    "mark",
    [
        "[1]", "[1][2]", "[1, 3]", "[^1]", "[[1]]", "【4†source】", "(1)", "{1}", "<1>", "«1»", "[S2]", "[P1]",
        "[doc1]",
        "[Document 3]", "[ref 1]", "(Ref. 3)", "[passage_3]", "(passage #2)", "(p. 2)", "[p. 2]", "(source 3, p. 2)",
        "(Source: Fenway)", "<sup>1</sup>", "<cite>1</cite>", "^1", "^[2]", "¹", "(The Fenway Post)",
        "(The Fenway Post, 14 March 2025)",
        "[Source: The Fenway Post]", "[Lowmere dam passes its first winter]", "([The Fenway Post](https://evil.example/a))",
    ],
)  # fmt: skip
def test_marks_of_sources_go_wherever_they_stand(mark: str) -> None:
    before_the_end = f"{TRUE[:-1]}{'' if mark in ('^1', '^[2]', '¹') else ' '}{mark}."
    for written in (before_the_end, f"{TRUE} {mark}", f"{mark} {TRUE}"):
        assert plain_sentence(written, SOURCES) == TRUE


@pytest.mark.parametrize(
    "text",
    [
        "The wall has 5 m² and 10⁶ stones.",
        "The sum was $5 million (US$) and $6 million.",
        "The election (2025) was won by Finch.",
        "The wall (62 metres) is high.",
        "The constitution (Article 5) forbids it.",
        "The reporter (Ada Holt) asked why.",
        "The law holds where x<y and z>w.",
        "The wall is 3 < 5 metres.",
        "R&D cost 5%.",
        "The oldest member is Ada Holt (62).",
        "It has 10^12 stones and 10^-3 metres.",
        "Of iodine^131 much fell.",
        "می\u200cخواهم",
    ],
)
def test_what_is_no_mark_stays(text: str) -> None:
    assert plain_sentence(text, SOURCES) == text


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("A <b>probe</b> landed<br>on Titan.", "A probe landed on Titan."),
        ('It<a href="x">landed</a> <span hidden>there</span>.', "Itlanded there."),
        ("It landed<!-- see here --> there.", "It landed there."),
        ("It <script async>\nalert('x')\n</script>landed.", "It landed."),
        ("It <style>body{display:none}</style>landed.", "It landed."),
        ("It &lt;script&gt;alert(1)&lt;/script&gt;landed.", "It landed."),
        ("R&amp;D cost 5%.", "R&D cost 5%."),
        ("~~It landed.~~", "It landed."),
        ("- [x] It landed.", "It landed."),
        ("- [ ] It landed.", "It landed."),
        (r"The wall is $62$ metres, \(62\) metres, \$5 high.", "The wall is 62 metres, 62 metres, $5 high."),
        ("It has 5 m^2 and 3 km<sup>2</sup>.", "It has 5 m² and 3 km²."),
        ("The wall is ６３ metres high.", "The wall is 63 metres high."),
        ("\u202eThe wa\u200bll is 6\u200b3 metres\u202c high.", "The wall is 63 metres high."),
        ("It has 10<sup>12</sup> stones.", "It has 10^12 stones."),
        ("It has 10^{12} stones.", "It has 10^12 stones."),
        ("It has 1.5x10<sup>6</sup> stones.", "It has 1.5x10^6 stones."),
        ("In 2019^1 and 2020<sup>2</sup> it sank.", "In 2019¹ and 2020² it sank."),
        ("The `<script>` element came in 1995.", "The element came in 1995."),
        ("Wren said ``We lost three months''.", "Wren said “We lost three months”."),
        ("It ![pixel](https://evil.example/p.png?x=(1) 'a (b) c') landed.", "It landed."),
    ],
)
def test_markup_goes_with_what_it_hides(written: str, plain: str) -> None:
    assert plain_sentence(written) == plain


def test_what_is_not_closed_yet_waits() -> None:
    """An image lost its address when it came in pieces: "( The wall is"."""
    for open_ in ("It ![pixel]", "It ![pixel](https://x.y/z. And", "It [see", "It <script>a(). B()"):
        assert without_elements(open_) == open_
        assert completed(f"{TRUE} {open_}") == ([Span(0, len(TRUE))], len(TRUE) + 1)
    assert without_elements("It ![pixel](https://x.y/z. And)<script>a(). B()</script>[landed](x).") == "It  landed."


@pytest.mark.parametrize(
    ("written", "sentences"),
    [
        ("9. It sank.\n10. It rose.\n11. It fell.", ["9. It sank.", "10. It rose.", "11. It fell."]),
        ("26. It was lost.", ["26.", "It was lost."]),
        ("It sank.\n26. It was lost.", ["It sank.", "26.", "It was lost."]),
        ("2026. It was lost.", ["2026.", "It was lost."]),
        ("| Dam | It sank. It rose. |\nIt fell.", ["| Dam | It sank. It rose.", "It fell."]),
    ],
)
def test_a_list_of_more_than_nine(written: str, sentences: list[str]) -> None:
    assert [span.of(written) for span in spans_of_sentences(written)] == sentences
    assert [plain_sentence(text) for text in ("10. It rose.", "12) It rose.", "26.")] == ["It rose.", "It rose.", "26."]


def test_a_list_that_goes_on() -> None:
    text = "10. It rose. It fell."
    for listed, told in ((9, ["10. It rose."]), (0, ["10.", "It rose."])):
        spans, place = completed(text, listed)
        assert [span.of(text) for span in spans] == told
        assert text[place:] == "It fell."


@pytest.mark.parametrize(
    ("written", "labels"),
    [
        ("## Lowmere dam\nIt sank.", ["## Lowmere dam"]),
        ("Lowmere dam\n===========\nIt sank.", ["Lowmere dam"]),
        ("**Lowmere dam of the upper valley**\nIt sank.", ["**Lowmere dam of the upper valley**"]),
        ("Lowmere dam\n\nIt sank.", ["Lowmere dam"]),
        ("1. Size\n   - It sank.\n2. Cost\n   - It rose.", ["1. Size", "2. Cost"]),
        ("```text\nIt sank.\n```", ["```text"]),
        ("Emil Brandt\nPetra Hollis\nIt sank.", []),
        ("- Emil Brandt\n- Petra Hollis", []),
        ("62 metres\n\nIt sank.", []),
        ("Emil Brandt", []),
        ("It sank.\n\nIt rose.", []),
    ],
)
def test_headings_and_fences_are_labels(written: str, labels: list[str]) -> None:
    found = [span for span in spans_of_sentences(written) if is_label(written, span)]
    assert [span.of(written) for span in found] == labels


def test_the_cells_of_a_row() -> None:
    assert cells("| **Height** of the wall | 62 metres [1] |") == ["Height of the wall", "62 metres"]
    assert cells("It sank.") == []


@pytest.mark.parametrize(
    ("text", "names_one"),
    [
        ("The Fenway Post, 14 March 2025", True),
        ("Lowmere dam passes its first winter (The Fenway Post, 2025-03-14)", True),
        ('Upland Review, "Harrow Bay opens its second tram line"', True),
        ("according to the Fenway Post of 14 March 2025", True),
        ("Passage 1", True),
        ("14 March 2025", False),
        ("The Fenway Post, 15 March 2025", False),
        ("The Fenway Post was founded in 2025", False),
        ("The Times", False),
    ],
)
def test_what_names_a_source(text: str, names_one: bool) -> None:
    assert is_source(text, SOURCES) is names_one
