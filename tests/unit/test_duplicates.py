"""The same article from two places."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from ingest.duplicates import KnownArticles, signature

RNG = random.Random(4)
VOCABULARY = ["".join(RNG.choices("abcdefghijklmnop", k=7)) for _ in range(2_000)]


def prose(words: int) -> list[str]:
    return [RNG.choice(VOCABULARY) for _ in range(words)]


STORY = prose(600)


def same(one: list[str], other: list[str]) -> bool:
    return found({"one": one}, other) == "one"


def found(known: dict[str, list[str]], other: list[str]) -> str | None:
    texts = {name: " ".join(words) for name, words in known.items()}
    articles = KnownArticles({name: signature(text) for name, text in texts.items()})
    text = " ".join(other)
    return articles.same_as(text, signature(text), texts.__getitem__)


def test_case_punctuation_and_line_breaks_do_not_matter() -> None:
    assert same(STORY, [word.upper() + ",\n" for word in STORY])


@pytest.mark.parametrize("header", [5, 20, 60])
def test_another_header_and_footer_do_not_matter(header: int) -> None:
    assert same(STORY, prose(header // 2) + STORY + prose(header // 2))


def test_a_corrected_sentence_does_not_matter() -> None:
    assert same(STORY, STORY[:300] + prose(12) + STORY[312:])


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.6])
def test_articles_that_share_a_part_are_two(kept: float) -> None:
    assert not same(STORY, STORY[: int(600 * kept)] + prose(int(600 * (1 - kept))))


def test_a_report_with_new_figures_is_another_article() -> None:
    """Each year the same words, but for a number or a name."""
    for old, new in (("2018", "2019"), ("Holt", "Marsh")):
        assert not same([*STORY[:300], old, *STORY[300:]], [*STORY[:300], new, *STORY[300:]])
        assert same([*STORY[:300], old, *STORY[300:]], [new, *STORY[:300], old, *STORY[300:]])  # in the header


def test_a_short_report_with_another_figure_is_another_article() -> None:
    report = STORY[:59]
    assert same(report, report)
    assert not same([*report[:28], "41200", *report[29:]], [*report[:28], "87650", *report[29:]])


ARABIC = ["".join(RNG.choices("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", k=6)) for _ in range(200)]
ALSO = "not seven nine Holt Marsh".split()  # what is right stands elsewhere in the wrong text too


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("the keeper did resign", "the keeper did not resign"),
        ("the keeper did resign", "the keeper didn't resign"),
        ("the keeper can swim", "the keeper cannot swim"),
        ("it cost seven pounds", "it cost nine pounds"),
        ("it cost 7 pounds", "it cost 9 pounds"),
        ("it was Holt who left", "it was Marsh who left"),
        ("das war nicht wahr", "das war wahr"),
        ("в порту", "не в порту"),
    ],
)
@pytest.mark.parametrize("elsewhere", [[], ALSO])
def test_a_correction_is_another_article(wrong: str, right: str, elsewhere: list[str]) -> None:
    before, after = STORY[:100], [*STORY[100:150], *elsewhere, *STORY[150:200]]
    old, new = ([*before, *told.split(), *after] for told in (wrong, right))
    assert not same(old, new)
    assert not same(new, old)
    assert same(old, ["By", "Ada", "Holt", *(word + "\n" for word in old), "do", "not", "copy"])


def test_in_a_script_without_capitals_every_word_may_be_a_name() -> None:
    cairo, baghdad = ([*ARABIC[:100], name, *ARABIC[100:]] for name in ("القاهرة", "بغداد"))
    assert not same(cairo, baghdad)
    assert same(cairo, [*ARABIC[5:20], *(word + "،\n" for word in cairo)])
    georgian = "".join(map(chr, range(0x10D0, 0x10D8)))  # has capitals, but begins no name with one
    assert not same([*STORY[:100], georgian, *STORY[100:200]], [*STORY[:100], georgian[::-1], *STORY[100:200]])


def test_the_word_that_begins_a_sentence_is_no_name() -> None:
    old, new = ([*STORY[:100], begun, "boat", "sank", *STORY[100:200]] for begun in ("The", "A"))
    assert same(old, new)


def test_short_texts_must_be_equal() -> None:
    short = prose(20)
    assert same(short, short)
    assert not same(short, [*short[:-1], "other"])


def test_an_article_that_is_gone_is_not_found() -> None:
    known = KnownArticles({"one": signature(" ".join(STORY))})
    known.discard("one")
    known.discard("never there")
    text = " ".join(STORY)
    assert known.same_as(text, signature(text), lambda _: text) is None


def test_the_likest_is_named() -> None:
    assert found({"near": STORY + prose(60), "equal": STORY}, STORY) == "equal"


def test_a_book_is_signed_in_little_memory() -> None:
    book = " ".join(f"Ship {number} left harbour {number % 97} at dawn." for number in range(20_000))
    signature("the first one loads what it needs")
    tracemalloc.start()
    signed = signature(book)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(signed) == 4 * 128
    assert most < 50_000_000  # half of it the words and shingles; all of them hashed at once took 110 MB
