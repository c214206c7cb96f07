"""Canonical text, sentences, words and stems."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.text import canonical_text, content_words, fold, sentence_spans, stem, words
from tests.conftest import ARTICLES

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)  # surrogates included
ROUGH_TEXT = st.text(st.sampled_from("aB. \t\n\r\0\x0b\x0c\x85\u2028\ufeff\ud800é\u0301😀終。"), max_size=60)


# canonical_text


@given(ANY_TEXT | ROUGH_TEXT)
@example("e\0\u0301")
@example("a \n\0\n\n b")
@example("\r\0\n\n")
def test_canonical_text_is_a_fixed_point(raw: str) -> None:
    once = canonical_text(raw)
    assert canonical_text(once) == once


@given(ANY_TEXT | ROUGH_TEXT)
def test_canonical_text_can_be_stored_and_counted(raw: str) -> None:
    text = canonical_text(raw)
    assert unicodedata.is_normalized("NFC", text)
    assert text.encode("utf-8").decode("utf-8") == text  # no surrogate
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t\x80\x81" for c in text if ord(c) < 0x80)
    assert "\n\n\n" not in text
    assert not text.startswith("\n")
    assert all(line == line.rstrip() for line in text.split("\n"))


@given(ANY_TEXT)
def test_canonical_text_loses_no_letter(raw: str) -> None:
    def letters(text: str) -> list[str]:
        return [c for c in unicodedata.normalize("NFC", text) if c.isalnum()]

    assert letters(canonical_text(raw)) == letters(
        "".join(c for c in raw if (c not in "\ufeff" and c.isprintable()) or c.isspace())
    )


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("e\u0301", "é"),
        ("a\0b\ud800c\x07d\x7f", "abcd"),
        ("\ufeffTitle", "Title"),
        ("one\r\ntwo\rthree\u2028four\u2029five\x85six\x0cseven", "one\ntwo\nthree\nfour\nfive\nsix\nseven"),
        ("one  \t\n two\u00a0\n\n\n\n three \n", "one\n two\n\n three"),
        ("", ""),
        (" \n\t\n ", ""),
    ],
)
def test_canonical_text_of_known_input(raw: str, wanted: str) -> None:
    assert canonical_text(raw) == wanted


@pytest.mark.parametrize("break_", ["\x0b", "\x1c", "\x1d", "\x1e"])
def test_a_control_character_that_breaks_lines_does_not_join_words(break_: str) -> None:
    assert canonical_text(f"first{break_}second").split() == ["first", "second"]


# sentence_spans


def sentences(text: str) -> list[str]:
    return [span.of(text) for span in sentence_spans(text)]


@given((ANY_TEXT | ROUGH_TEXT).map(canonical_text), st.sampled_from(["en", "de", "ja", "xx", ""]))
def test_spans_are_in_order_trimmed_and_hold_every_letter(text: str, language: str) -> None:
    spans = sentence_spans(text, language)
    at = 0
    for span in spans:
        assert not any(c.isalnum() for c in text[at : span.start])
        assert at <= span.start < span.end
        assert span.of(text) == span.of(text).strip()
        assert "\n" not in span.of(text)
        at = span.end
    assert not any(c.isalnum() for c in text[at:])


@pytest.mark.parametrize(
    "wanted",
    [
        ["Dr. Smith met Mr. Jones of the U.S. Senate.", "They left at 5 p.m. on Monday."],
        ["Prices rose by 3.5 percent, to $1,200.75.", "Nobody minded."],
        ["“It is over,” she said.", "“We go home.”", "He nodded."],
        ["😀 It rained.", "𝔘nder the Öresund 😀 it did not.", "Åse laughed!"],
        ["終わりだ。", "雨が降る。"],
        ["Did it work?", "Yes!", "It did, it did.", "And then it stopped."],
        ["No full stop at the end"],
    ],
    ids=["abbreviations", "decimals", "quotes", "emoji", "japanese", "marks", "open end"],
)
def test_sentences_of_a_line(wanted: list[str]) -> None:
    assert sentences(" ".join(wanted)) == wanted


def test_a_line_break_ends_a_sentence() -> None:
    assert sentences("A heading\nIts text goes on. And on.\n\n***\n\nLast") == [
        "A heading",
        "Its text goes on.",
        "And on.",
        "Last",
    ]


# Words and stems


def fts5_terms(documents: Sequence[str]) -> list[list[str]]:
    """What SQLite's full-text index, set up as the ledger's, makes of each document."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(body, tokenize='porter unicode61 remove_diacritics 2')")
    connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, 'instance')")
    connection.executemany("INSERT INTO t (rowid, body) VALUES (?, ?)", enumerate(documents))
    terms: list[list[str]] = [[] for _ in documents]
    for term, document in connection.execute("SELECT term, doc FROM v ORDER BY doc, offset"):
        terms[document].append(term)
    connection.close()
    return terms


def disagreements(listed: Sequence[str]) -> list[tuple[str, str, list[str]]]:
    """Words whose stem differs from the one term that full-text search makes of them."""
    pairs = zip(listed, fts5_terms(listed), strict=True)
    return [(word, stem(word), terms) for word, terms in pairs if terms != [stem(word)]]


def test_stems_are_those_of_full_text_search() -> None:
    listed = [
        "running",
        "relational",
        "conditional",
        "hopping",
        "hopefulness",
        "electricity",
        "adjustable",
        "controlled",
        "flies",
        "dying",
        "national",
        "generalizations",
        "oscillators",
        "agreed",
        "plastered",
        "motoring",
        "conflated",
        "sized",
        "falling",
        "happy",
        "sky",
        "élan",
        "naïve",
        "coöperation",
        "são",
        "1969",
        "covid19",
    ]
    assert disagreements([word.casefold() for word in listed]) == []


def test_stems_of_all_words_of_the_sample_articles_are_those_of_full_text_search() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ARTICLES.glob("*.md")))
    found = {word for word in words(text) if word.isalpha() and word.isascii()}
    assert len(found) > 2_000
    assert disagreements(sorted(found)) == []


@pytest.mark.parametrize("word", ["co₂", "한국", "ミニ".casefold() + "が"])
def test_stems_of_other_scripts_are_those_of_full_text_search(word: str) -> None:
    assert disagreements([word]) == []


@pytest.mark.parametrize("word", ["Straße", "İstanbul"])
def test_words_find_their_own_text_by_full_text_search(word: str) -> None:
    assert fts5_terms([" ".join(words(word))]) == fts5_terms([word])


def test_words_keep_numbers_whole() -> None:
    assert words("In 2,024 it's 3.5%, U.S. and café-bar") == [
        "in",
        "2,024",
        "it",
        "s",
        "3.5",
        "u",
        "s",
        "and",
        "café",
        "bar",
    ]


def test_content_words_leave_out_common_ones_unless_there_are_no_others() -> None:
    assert content_words("What did the ferry cost the ferry company?") == ["ferry", "cost", "company"]
    assert content_words("Who was it?") == ["who", "was", "it"]


def test_fold_takes_case_and_punctuation_away() -> None:
    assert fold("  “The U.S.”—3.5%, Straße! ") == "the u s 3 5 strasse"
    assert fold("?!") == ""


def test_stems_are_the_same_whoever_else_asks() -> None:
    stem.cache_clear()
    asked = [f"{word}{number}ational" for word in ("inter", "oper", "sens") for number in range(2_000)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(stem, asked * 4))
    stem.cache_clear()
    assert together == [stem(word) for word in asked] * 4
