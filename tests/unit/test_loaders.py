"""From bytes to documents."""

from __future__ import annotations

import codecs
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from assistant.errors import FootnoteError
from assistant.types import Document, Metadata
from ingest import loaders
from ingest.loaders import title_from_name
from ingest.loaders.detect import BY_SUFFIX
from ingest.loaders.plain_text import decode, unwrap


def load(data: bytes, path: Path) -> Document:
    """The one article of a file."""
    _, (part,) = loaders.load(data, str(path))
    return part.document


def text_of(markdown: str) -> str:
    return load(markdown.encode(), Path("name.md")).text


def metadata_of(front_matter: str, body: str = "Some text.") -> Metadata:
    return load(f"---\n{front_matter}\n---\n{body}".encode(), Path("from-name.md")).metadata


# Any file


@pytest.mark.parametrize(
    "data", [b"", b" \n\t\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b"...\n***\n", b"\xef\xbb\xbf \n"]
)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_file_without_text_is_an_error(data: bytes, name: str) -> None:
    with pytest.raises(FootnoteError, match=r"the file is empty|the file holds no text"):
        load(data, Path(name))


def test_an_unknown_type_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(FootnoteError) as raised:
        load(b"text", Path("a.xyz"))
    assert all(suffix in str(raised.value) for suffix in BY_SUFFIX)


@pytest.mark.parametrize("name", ["a", ".md", "J. Smith, vol. 2", "notes.2024"])
def test_text_without_a_telling_name_is_text(name: str) -> None:
    assert load(b"Some text.", Path(name)).text == "Some text."


def test_the_type_is_told_by_the_suffix_in_any_case() -> None:
    assert load(b"# Big\n\nText.", Path("A.MD")).metadata.title == "Big"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("net-zero_2050.md", "Net zero 2050"),
        ("a  b.c.txt", "A b.c"),
        ("éa.txt", "Éa"),
        ("__.txt", ""),
        ("J. Smith, vol. 2", "J. Smith, vol. 2"),
        ("notes.2024", "Notes.2024"),
    ],
)
def test_title_from_name(name: str, title: str) -> None:
    assert title_from_name(Path(name)) == title


@pytest.mark.parametrize(
    ("address", "kind", "title"),
    [
        ("https://ledger.example/notes.md?token=x", "markdown", "Notes"),
        ("https://ledger.example/a/net-zero%20plan.txt?v=1.2#part", "text", "Net zero plan"),
        ("https://ledger.example/?page=notes.md", "text", "ledger.example"),
        ("https://ledger.example", "text", "ledger.example"),
        ("HTTPS://ledger.example/show.php", "text", "Show"),
    ],
)
def test_an_address_is_told_by_its_path(address: str, kind: str, title: str) -> None:
    found, (part,) = loaders.load(b"Some text.", address)
    assert (found, part.document.metadata.title) == (kind, title)


# Plain text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding: str) -> None:
    assert load("Åse said: 終わり 😀".encode(encoding), Path("a.txt")).text == "Åse said: 終わり 😀"


def test_utf_16_of_either_byte_order() -> None:
    assert decode(codecs.BOM_UTF16_BE + "Åse".encode("utf-16-be")) == "Åse"
    assert decode(codecs.BOM_UTF16_LE + "Åse".encode("utf-16-le")) == "Åse"


def test_a_binary_file_is_an_error() -> None:
    with pytest.raises(FootnoteError, match="binary"):
        load(bytes(range(256)), Path("a.txt"))


GERMAN = "Die Straße führt über die Brücke, und das Schloß gehört der Gräfin. Später öffnete es für Gäste. "
RUSSIAN = "Мост был построен в прошлом веке, и город гордится им. Каждый год сюда приезжают гости. "
UKRAINIAN = "Міст збудували в минулому столітті, і місто пишається ним. Щороку сюди приїжджають гості. "
GREEK = "Η γέφυρα χτίστηκε τον περασμένο αιώνα και η πόλη είναι περήφανη για αυτήν. "
HEBREW = "הגשר נבנה במאה הקודמת והעיר גאה בו. מדי שנה באים לכאן אורחים רבים. "
CHINESE = "这座桥建于上个世纪，城里的人为它感到骄傲。每年都有许多客人来到这里参观。"
JAPANESE = "この橋は前の世紀に建てられた。町の人々はそれを誇りに思っている。毎年多くの客が来る。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "latin-1"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "iso8859-5"),
        (RUSSIAN, "cp866"),
        (UKRAINIAN, "koi8-u"),
        (UKRAINIAN, "windows-1251"),
        (GREEK, "iso8859-7"),
        (HEBREW, "windows-1255"),
        (CHINESE, "gb18030"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc-jp"),
    ],
)
def test_other_encodings_are_found_out(text: str, encoding: str) -> None:
    assert decode((text * 4).encode(encoding)) == text * 4


def test_a_bad_byte_does_not_change_what_utf_8_is_read_as() -> None:
    assert decode(GERMAN.encode() + b"\x93Ja\x94") == f"{GERMAN}\ufffdJa\ufffd"


def test_the_part_an_encoding_is_guessed_from_does_not_end_in_half_a_letter() -> None:
    text = "a" + f"{JAPANESE}\n" * 3_000
    assert decode(text.encode("shift_jis")) == text


def test_a_declared_encoding_is_believed_where_it_is_not_utf_8() -> None:
    assert decode("Caf\u00e9 \u20ac".encode("cp1252"), "windows-1252") == "Caf\u00e9 \u20ac"
    assert decode("Caf\u00e9".encode(), "windows-1252") == "Caf\u00e9"


POLISH = "Rząd ogłosił, że sądy będą działać dłużej. "
ITEM = f"<item><title>Rząd</title><guid>1</guid><description>{POLISH}</description></item>"
META, XML = '<meta charset="iso-8859-2">', '<?xml version="1.0" encoding="iso-8859-2"?>'
PAGES = {
    "text": POLISH,
    "markdown": f"# Rząd\n\n{POLISH}",
    "html": f"<html><head><title>Rząd</title></head><body><p>{POLISH * 40}</p></body></html>",
    "json": f'[{{"title": "Rząd", "text": "{POLISH}"}}]',
    "csv": f'title,text\nRząd,"{POLISH}"',
    "feed": f'<rss version="2.0"><channel><title>T</title>{ITEM}</channel></rss>',
}
SUFFIXES = {"markdown": "md", "text": "txt", "feed": "rss"}


def polish(kind: str, data: bytes, charset: str | None) -> str:
    found, (part,) = loaders.load(data, f"https://x.org/a.{SUFFIXES.get(kind, kind)}", charset)
    assert found == kind
    return part.document.text


@pytest.mark.parametrize("kind", PAGES)
def test_the_charset_a_server_names_is_used(kind: str) -> None:
    assert POLISH.strip() in polish(kind, PAGES[kind].encode("iso-8859-2"), "ISO-8859-2")
    assert POLISH.strip() in polish(kind, PAGES[kind].encode(), "ISO-8859-2")  # it is wrong: this is UTF-8


@pytest.mark.parametrize("charset", ["iso-8859-5", "x-unknown", "zip", "utf-8", None])
@pytest.mark.parametrize(
    ("kind", "page"), [("html", PAGES["html"].replace("<head>", f"<head>{META}")), ("feed", XML + PAGES["feed"])]
)
def test_what_a_file_says_of_itself_counts_more_than_a_charset(kind: str, page: str, charset: str | None) -> None:
    assert POLISH.strip() in polish(kind, page.encode("iso-8859-2"), charset)


def test_a_server_s_charset_is_used_where_a_page_names_one_that_is_none() -> None:
    page = PAGES["html"].replace("<head>", '<head><meta charset="x-none">')
    assert POLISH.strip() in polish("html", page.encode("iso-8859-2"), "ISO-8859-2")


@pytest.mark.parametrize("charset", ["x-unknown", "zip", "utf-8", "ascii"])
def test_a_charset_that_is_none_is_ignored(charset: str) -> None:
    assert polish("text", (GERMAN * 4).encode("latin-1"), charset) == (GERMAN * 4).strip()


def test_other_marks_of_an_encoding_count_more_than_a_charset() -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32", "utf-16-le"):
        assert polish("text", (GERMAN * 4).encode(encoding), "koi8-r") == (GERMAN * 4).strip()


def test_latin_1_is_read_as_browsers_read_it() -> None:
    assert polish("text", "“Café” – 5 €".encode("cp1252"), "iso-8859-1") == "“Café” – 5 €"


def test_the_byte_is_named_rightly_after_a_byte_order_mark() -> None:
    with pytest.raises(FootnoteError, match="byte 0xe9 at 6"):
        decode(codecs.BOM_UTF8 + b"abc\xe9 def")


def test_the_error_names_utf_16() -> None:
    with pytest.raises(FootnoteError, match="not UTF-16 text"):
        decode(codecs.BOM_UTF16_LE + b"A")


def test_hard_wrapped_lines_are_joined() -> None:
    wrapped = (
        "The lighthouse of Arnholm was built in the year\n"
        "1802 by men who had come from the other side of\nthe bay.\n\n"
        "A second paragraph."
    )
    assert unwrap(wrapped.replace("\n", "\r\n")) == (
        "The lighthouse of Arnholm was built in the year 1802 by men "
        "who had come from the other side of the bay.\n\n"
        "A second paragraph."
    )


@pytest.mark.parametrize(
    "text",
    [
        "Roses are red\nViolets are blue",
        "A heading\nIt has a line below that is long enough to have been wrapped.",
        "word " * 30 + "\n" + "word " * 30,
        "One.\n\nTwo.",
    ],
    ids=["verse", "heading", "one line a paragraph", "paragraphs"],
)
def test_other_line_breaks_stay(text: str) -> None:
    assert unwrap(text) == text


LIST = (
    "{0}The lamp of the lighthouse was lit for the first time",
    "{1}The ferry to the other side of the bay began to sail and",
    "   has sailed on every day of the year since that time",
    "{2}The tower was built",
)


@pytest.mark.parametrize(
    "marks",
    ["-   -   -   ", "*   *   *   ", "•   •   •   ", "1.  2.  3.  ", "8)  9)  10) ", "(1) (2) (3) "],
    ids=str.strip,
)
def test_the_items_of_a_list_stay_apart_and_whole(marks: str) -> None:
    lines = [line.format(marks[:4], marks[4:8], marks[8:]) for line in LIST]
    assert unwrap("\n".join(lines)) == "\n".join([lines[0], f"{lines[1]} {lines[2].strip()}", lines[3]])


def test_prose_that_is_wrapped_before_a_dash_is_no_list() -> None:
    text = (
        "The council of Arnholm has decided after a long debate about the old town hall\n"
        "- a building that nobody had cared for since the great fire of the last century -\nthat it will be sold."
    )
    assert "\n" not in unwrap(text)


def test_a_list_of_one_after_its_introduction() -> None:
    text = "What was bought for the lighthouse in the first year:\n- a lamp that was made in the town of Belmont"
    assert unwrap(text) == text


@pytest.mark.parametrize(
    "time",
    ["2024-03-05 12:30:01", "[2024-03-05T12:30:01Z]", "12:30", "[12:30:01]", "05.03.2024", "3/5/24", "Mar  5 12:30:01"],
)
def test_the_lines_of_a_log_stay_apart(time: str) -> None:
    text = "\n".join([f"{time} the lamp was lit by the keeper of the lighthouse of Arnholm"] * 3)
    assert unwrap(text) == text


def test_a_headline_right_above_its_paragraph_is_a_line_of_its_own() -> None:
    paragraph = (
        "The lighthouse of Arnholm was built in the year\n1802 by men who had come from the other side of\nthe bay."
    )
    assert unwrap(f"The lamp of Arnholm\n{paragraph}") == "The lamp of Arnholm\n" + paragraph.replace("\n", " ")


def test_headlines_stay_apart() -> None:
    text = (
        "Lighthouse of Arnholm closes after two hundred years\n"
        "Ferry to Belmont is cancelled for the whole of the winter\n"
        "Council votes for a new bridge over the bay"
    )
    assert unwrap(text) == text


@pytest.mark.parametrize("number", ["65. Then", "12:30 she", "1802) by"])
def test_prose_that_is_wrapped_before_a_number_is_joined(number: str) -> None:
    text = f"The keeper of the lighthouse of Arnholm, as it is told, at\n{number} left the bay for good."
    assert unwrap(text) == text.replace("\n", " ")


# Markdown: front matter


def test_front_matter_with_every_field() -> None:
    data = (
        '---\nTitle: "Lights: a history"\nauthor: Ada Holt\npublisher: Harbour News\npublished: 2015-03-01\n'
        "url: https://example.org/a?b=c\nlanguage: EN-gb\nmood: dark\n---\n\nThe light.\n"
    )
    wanted = Metadata(
        "Lights: a history", "Ada Holt", "Harbour News", "https://example.org/a?b=c", date(2015, 3, 1), "en"
    )
    for raw in (data.encode(), data.replace("\n", "\r\n").encode("utf-8-sig")):
        assert load(raw, Path("a.md")) == Document("The light.", wanted)


def test_authors_as_a_list() -> None:
    assert metadata_of("authors: [Ada Holt, Bo Berg]").author == "Ada Holt, Bo Berg"


@pytest.mark.parametrize(
    "given",
    [
        *("2015-03-01", '"2015-03-01"', "2015-03-01 23:59:00", "2015-03-01T10:00:00Z", '"2015-03-01T10:00"'),
        *(
            "March 1, 2015",
            "1 March 2015",
            "1st of March 2015",
            "Sunday, Mar. 1st, 2015",
            "Sun 1 Mar 2015",
            "march 2015",
        ),
        *("[2015-03-01]", "2015/3/1", "Sun, 01 Mar 2015 10:00:00 GMT"),
    ],
)
def test_dates_that_are_understood(given: str) -> None:
    assert metadata_of(f"published: {given}").published == date(2015, 3, 1)
    assert metadata_of(f"date: {given}").published == date(2015, 3, 1)


@pytest.mark.parametrize(
    "given", ['"soon"', "20155", "2015-02-30", '"2015-02-30"', "2015-13", "03/01/2015", "February 30, 2015", "March 1"]
)
def test_an_article_whose_date_cannot_be_read_has_none(given: str) -> None:
    assert metadata_of(f"published: {given}").published is None


def test_empty_fields_count_as_absent() -> None:
    assert metadata_of("title:\nauthor: ''\npublisher: ' '\npublished:\nurl: []") == Metadata("From name")


def test_metadata_is_one_clean_line() -> None:
    metadata = metadata_of('title: "two\\n  lines\\0"\nauthor: |\n  Ada\n  Holt\npublisher: 1984')
    assert metadata == Metadata("two lines", "Ada Holt", "1984")


@pytest.mark.parametrize(
    "front_matter",
    ["title: [unclosed", "title: a: b", "# Remark\n\ntitle: a: b", "a: \x01", "author: *them"],
)
def test_bad_front_matter_is_an_error(front_matter: str) -> None:
    with pytest.raises(FootnoteError, match="the front matter is not"):
        metadata_of(front_matter)


@pytest.mark.parametrize(
    "text",
    ["just words", "Dear Ada: this is: what I saw", "- a list\n- of two", "*Slanted* words", "{{", "One.\n\nTwo: 2"],
)
def test_what_stands_between_two_lines_of_dashes_may_be_text(text: str) -> None:
    document = load(f"---\n{text}\n---\nThe rest.".encode(), Path("from-name.md"))
    assert document.metadata == Metadata("From name")
    assert document.text.endswith("The rest.")
    assert [word for word in re.findall(r"\w+", text) if word not in document.text] == []


def test_the_error_names_the_line_of_the_file() -> None:
    with pytest.raises(FootnoteError, match=r"not YAML in line 3;"):
        metadata_of("author: Ada\ntitle: a: b")


def test_a_line_of_dashes_further_down_is_no_front_matter() -> None:
    document = load(b"Some text.\n\n---\ntitle: no\n---\n", Path("from-name.md"))
    assert document.metadata.title == "From name"
    assert "title: no" in document.text


def test_empty_front_matter() -> None:
    assert load(b"---\n---\nText.", Path("a.md")) == Document("Text.", Metadata("A"))


def test_a_title_of_spaces_counts_as_absent() -> None:
    assert metadata_of("title: ' '", "# The heading\n\nText.").title == "The heading"


# Markdown: title and text


def test_the_title_is_that_of_the_first_heading_and_is_not_said_twice() -> None:
    document = load(b"# The *light*\n\n## Its lamp\n\nText.\n\n# Another", Path("a.md"))
    assert document == Document("Its lamp\n\nText.\n\nAnother", Metadata("The light"))


def test_a_heading_that_differs_from_the_title_stays() -> None:
    assert load(b"---\ntitle: A\n---\n# B\n\nText.", Path("a.md")) == Document("B\n\nText.", Metadata("A"))


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("A [link](https://x.org 'tip') and <https://y.org>.", "A link and https://y.org."),
        ("**Bold**, *slanted*, `code *stays*`.", "Bold, slanted, code *stays*."),
        ("![A *red* ship](ship.png) sails", "A red ship sails"),
        ("one\ntwo  \nthree", "one two\nthree"),
        ("Heading\n=======\n\nText", "Text"),
        ("- one\n- two\n  - three\n\n1. four", "one\n\ntwo\n\nthree\n\nfour"),
        ("> quoted\n> text", "quoted text"),
        ("```python\nx = 1\n\ny = *x*\n```", "x = 1\n\ny = *x*"),
        ("AT&amp;T \\* 5 &lt; 6 &copy;", "AT&T * 5 < 6 ©"),
        ("H<sub>2</sub>O and <b>bold</b> 1 < 2", "H2O and bold 1 < 2"),
        (
            "10<sup>6</sup> in 2015<sup>3</sup> and 2016<sup>[4](#n4)</sup>, 1<sup>st</sup>",
            "10^6 in 2015^3 and 2016, 1st",
        ),
        ("A line\n\n***\n\nAnother", "A line\n\nAnother"),
        ("$x_1$ is **not** math: $$y$$", "$x_1$ is not math: $$y$$"),
    ],
    ids=[
        "links",
        "emphasis",
        "image",
        "breaks",
        "heading",
        "lists",
        "quote",
        "code",
        "entities",
        "tags",
        "superscripts",
        "rule",
        "math",
    ],
)
def test_markup_becomes_plain_text(markdown: str, text: str) -> None:
    assert text_of(markdown) == text


def test_what_is_deeply_nested_hides_nothing() -> None:
    levels = [f"level {number}" for number in range(60)]
    markdown = "".join(f"{'  ' * number}- {level}\n" for number, level in enumerate(levels))
    assert text_of(f"{markdown}\nThe end.").split("\n\n") == [*levels, "The end."]
    with pytest.raises(RecursionError):  # of which the worker tells
        text_of("> " * 5_000 + "lost")


TABLE = "| Year | **Share** |\n|------|-------|\n| 2019 | 26%<br>of [all](x) |\n| 2024 | |\n| | |\n"
HTML_TABLE = (
    "<table>\n<tr><th>Year</th><th><b>Share</b></th></tr>\n<tr><td>2019</td><td>26%<br>of all</td></tr>\n"
    "<tr><td>2024</td><td></td></tr>\n</table>\n"
)


@pytest.mark.parametrize("table", [TABLE, HTML_TABLE], ids=["markdown", "html"])
def test_a_row_of_a_table_is_a_line(table: str) -> None:
    rows = "Year | Share\n2019 | 26% of all\n2024 |"
    assert text_of(f"Before.\n\n{table}\nAfter.") == f"Before.\n\n{rows}\n\nAfter."


def test_a_table_in_a_list_and_a_heading_in_front_of_one() -> None:
    assert text_of("# T\n\n| a | b |\n|--|--|\n| 1 | 2 |\n") == "a | b\n1 | 2"
    assert text_of("- | a | b |\n  |--|--|\n  | 1 | 2 |\n- c") == "a | b\n1 | 2\n\nc"


@pytest.mark.parametrize(
    "html", ["<div>Inside it.</div>", "<table><tr><td>Inside it.</td></tr></table>", "<p>Inside it."]
)
def test_the_text_in_a_block_of_html_is_read(html: str) -> None:
    assert "Inside it." in text_of(f"Before.\n\n{html}\n\nAfter.")


def test_comments_and_scripts_are_not_read() -> None:
    text = text_of("Before.\n\n<!-- hidden -->\n\n<script>\nhidden()\n</script>\n\nAfter <!-- hidden --> it.")
    assert "hidden" not in text
    assert text.startswith("Before.")


@pytest.mark.parametrize("tag", ["<br>", "<br/>", "<BR />"])
def test_a_line_break_in_html_parts_words(tag: str) -> None:
    assert text_of(f"first{tag}second").split() == ["first", "second"]


def test_aliases_in_front_matter_do_not_multiply() -> None:
    levels = [f"{name}: &{name} [{', '.join([f'*{below}'] * 9)}]" for below, name in pairwise("abcdef")]
    try:
        metadata = metadata_of("\n".join(["a: &a [x]", *levels, "author: *f"]))
    except FootnoteError:
        return
    assert len(metadata.author or "") < 10_000


def test_a_page_that_calls_itself_latin_1_is_read_as_browsers_do() -> None:
    told = "The bridge cost €5–6 million and the mayor didn’t say “yes”. " * 10
    page = f"<html><head><meta charset='iso-8859-1'><title>Bridge</title></head><body><p>{told}</p></body></html>"
    _, (part,) = loaders.load(page.encode("cp1252"), "a.html")
    assert told.strip() in part.document.text


@pytest.mark.parametrize(("typed", "title"), [("No", "No"), ("12:30", "12:30"), ("2019", "2019"), ("1.10", "1.10")])
def test_a_title_is_as_typed(typed: str, title: str) -> None:
    assert metadata_of(f"title: {typed}").title == title


@pytest.mark.parametrize(("typed", "day"), [("2018", date(2018, 1, 1)), ("2018-07", date(2018, 7, 1))])
def test_of_a_year_or_month_an_article_has_the_first_day(typed: str, day: date) -> None:
    assert metadata_of(f"published: {typed}").published == day


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a.html", '<meta property="article:published_time" content="{}-12-31"><p>Some text.</p>'),
        ("a.rtf", r"{{\rtf1{{\info{{\creatim\yr{}\mo12\dy31}}}} Some text.}}"),
        ("a.md", "---\npublished: {}-12-31\n---\nSome text."),
    ],
    ids=["html", "rtf", "markdown"],
)
def test_no_article_is_of_the_far_future_or_of_the_first_years(name: str, file: str) -> None:
    dates = [load(file.format(year).encode(), Path(name)).metadata.published for year in ("2015", "9999", "0101")]
    assert dates == [date(2015, 12, 31), None, None]
