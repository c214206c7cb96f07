"""Kinds of files told from their bytes; web pages, feeds and PDF."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date

import pytest

from assistant.errors import FootnoteError
from assistant.types import Document
from ingest import loaders
from ingest.loaders import feed, html, language, pdf
from ingest.loaders.detect import BY_SUFFIX, kind_of
from tests.unit.pdfs import pdf_of

STORY = "<p>The lighthouse was built in 1911 by Ada Holt, who had studied in Hull and knew the coast well.</p>" * 4
HTML = f"""<!doctype html><html lang="de-AT"><head><title>The lamp | The Ledger</title>
<meta property="og:title" content="The lamp | The Ledger"><meta property="og:site_name" content="The Ledger">
<meta name="author" content="Ada Writer"><meta property="article:published_time" content="2019-03-01T10:00:00Z">
<link rel="canonical" href="https://ledger.example/lamp"></head>
<body><nav><a href="/">Home</a> <a href="/all">All articles</a></nav>
<article><h1>The lamp</h1>{STORY}<script>alert(1)</script></article><footer>Imprint</footer></body></html>"""
FEED = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>The Ledger</title><language>en-gb</language>
<item><title>The &lt;b&gt;lamp&lt;/b&gt;</title><link>https://ledger.example/lamp</link><guid>lamp-1</guid>
<pubDate>Fri, 01 Mar 2019 10:00:00 GMT</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>Ada Holt
lit the lamp.</p><p>It burned.</p>]]></content:encoded></item>
<item><title>Empty</title><guid>lamp-2</guid></item>
<item><title>Twin</title><guid>lamp-1</guid><description>Another lamp.</description></item>
</channel></rss>"""


def archive(**entries: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as held:
        for name, text in entries.items():
            held.writestr(name, text)
    return made.getvalue()


# Kinds


@pytest.mark.parametrize(
    ("data", "suffix", "kind"),
    [
        (b"Some text.", ".txt", "text"),
        (b"Some text.", ".md", "markdown"),
        (b"Some text.", "", "text"),
        (pdf_of([["Text."]]), ".txt", "pdf"),
        (b"junk before\n" + pdf_of([["Text."]]), ".pdf", "pdf"),
        (HTML.encode(), ".txt", "html"),
        (HTML.encode("utf-16"), "", "html"),
        (b"<!-- saved --><HTML><body>x", ".xml", "html"),
        (b'<?xml version="1.0"?><!DOCTYPE html><html xmlns="x">', ".xml", "html"),
        (FEED.encode(), ".txt", "feed"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', "", "feed"),
        (b"<!DOCTYPE html><html><!-- <rdf:RDF xmlns='x'> --><body>x", ".html", "html"),
        (b"<html><body><pre><rss version='2.0'></pre>", "", "html"),
        (b'<?xml version="1.0"?><!-- made by hand --><!DOCTYPE rdf [<!ENTITY a "b">]><rdf:RDF xmlns="x">', "", "feed"),
        (b"A PDF file begins with %PDF-1.7 and ends with %%EOF.", ".md", "markdown"),
        (rb"{\rtf1 text}", ".doc", "rtf"),
        (archive(**{"word/document.xml": "<x/>"}), ".zip", "docx"),
        (archive(mimetype="application/epub+zip"), ".txt", "epub"),
        (archive(mimetype="application/vnd.oasis.opendocument.text"), ".odt", "odt"),
        (b'[{"text": "a"}]', "", "json"),
        (b"[see below] there", "", "text"),
        (b"a,b\n1,2", ".CSV", "csv"),
    ],
)
def test_the_kind_is_told_from_the_bytes_first(data: bytes, suffix: str, kind: str) -> None:
    assert kind_of(data, suffix) == kind


@pytest.mark.parametrize("suffix", [".xml", ".RSS"])
def test_xml_that_is_no_feed_is_told_what_to_become(suffix: str) -> None:
    with pytest.raises(FootnoteError, match=r"no RSS or Atom feed, .*; save it as HTML or text"):
        kind_of(b"<note>Turtles dive deep.</note>", suffix)


@pytest.mark.parametrize(
    ("data", "suffix", "reason"),
    [
        (b"\x89PNG\r\n", ".txt", "a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".doc", "old Office file"),
        (archive(**{"xl/workbook.xml": ""}), ".xlsx", "save the sheet as CSV"),
        (archive(**{"a.txt": ""}), ".zip", "unpack it first"),
        (b"PK\x03\x04 cut off", ".docx", "archive is damaged"),
        (b"Not a PDF at all.", ".pdf", "is no PDF file"),
        (b"Some text.", ".exe", "are not read; types: .atom"),
    ],
)
def test_kinds_that_are_not_read_are_told_with_what_to_do(data: bytes, suffix: str, reason: str) -> None:
    with pytest.raises(FootnoteError, match=reason):
        kind_of(data, suffix)


@pytest.mark.timeout(20)  # tried in every way of joining them, a few dozen comments would take years
def test_a_file_of_comments_is_told_at_once() -> None:
    assert kind_of(b"<!---->" * 500 + b"x", "") == "text"


def test_every_kind_of_a_name_has_a_loader() -> None:
    assert set(BY_SUFFIX.values()) == set(loaders.LOADERS)
    assert all(callable(loaders.loader(kind)) for kind in loaders.LOADERS)


def test_the_language_is_found_out() -> None:
    german = "Die Straße führt über die alte Brücke, und das Schloss gehört seit langem der Stadt am Fluss. " * 3
    _, (part,) = loaders.load(german.encode(), "a.txt")
    assert part.document.metadata.language == "de"
    assert language.with_language(Document("Kurz.", part.document.metadata)).metadata.language == "de"
    _, (part,) = loaders.load(b"Kurz und gut.", "a.txt")
    assert part.document.metadata.language == "en"  # too short to tell


# Web pages


def test_a_page_is_its_article_with_its_metadata() -> None:
    document = html.load(HTML.encode(), "from name")
    m = document.metadata
    assert (m.title, m.author, m.publisher, m.published) == ("The lamp", "Ada Writer", "The Ledger", date(2019, 3, 1))
    assert (m.url, m.language) == ("https://ledger.example/lamp", "de")
    assert "studied in Hull" in document.text
    assert document.text.startswith("The lighthouse was built")  # the heading is the title: twice is once too often
    assert not any(word in document.text for word in ("alert", "Imprint", "Home"))


def test_a_page_in_another_encoding() -> None:
    page = HTML.replace("Ada Holt", "Åse Höglund").replace("<head>", '<head><meta charset="windows-1252">')
    assert "Åse Höglund" in html.load(page.encode("windows-1252"), "x").text


def test_a_small_page_is_read_whole() -> None:
    document = html.load(b"<html><title>T</title><body><p>One line.<p>Two.</html>", "from name")
    assert (document.text, document.metadata.title) == ("One line.\n\nTwo.", "T")


def test_a_row_of_a_page_s_table_is_a_line() -> None:
    rows = "<tr><th>Year</th><th>Lamps</th></tr><tr><td>1911</td><td>two<br>of oil</td></tr><tr><td>1999<td></td></tr>"
    page = HTML.replace(STORY, f"{STORY}<table>{rows}<tr><td></td><td></td></tr></table><p>They burned all night.</p>")
    assert html.load(page.encode(), "x").text.endswith(
        "well.\n\nYear | Lamps\n1911 | two of oil\n1999 |\n\nThey burned all night."
    )


def test_what_is_raised_is_no_digit_of_the_number_before() -> None:
    note = '<sup class="reference"><a href="#cite-1"><span>[</span>1<span>]</span></a></sup>'
    raised = f"It had 10<sup>6</sup> visitors in 2015<sup>3</sup> and few in 2016{note}, on the 1<sup>st</sup> of May."
    page = HTML.replace(STORY, f"{STORY}<p>{raised}</p>")
    assert "It had 10^6 visitors in 2015^3 and few in 2016, on the 1st of May." in html.load(page.encode(), "x").text


@pytest.mark.parametrize("body", ["", "<script>var a = 1</script>"])
def test_a_page_without_text_says_so(body: str) -> None:
    with pytest.raises(FootnoteError, match="holds no text"):
        html.load(f"<html><body>{body}</body></html>".encode(), "x")


def test_an_address_that_is_none_of_the_web_is_left_out() -> None:
    page = HTML.replace("https://ledger.example/lamp", "javascript:alert(1)")
    assert html.load(page.encode(), "x").metadata.url is None


# Feeds


def test_entries_without_a_title_have_their_first_words() -> None:
    said = "The lamp of Farholm burns again after " + "many " * 20 + "years."
    texts = (f"<p>{said}</p><p>Come and see.</p>", "<p>A short one.</p>", "灯台は" * 60)
    items = "".join(
        f"<item><guid>{n}</guid><description><![CDATA[{t}]]></description></item>" for n, t in enumerate(texts)
    )
    parts = list(feed.load(f'<rss version="2.0"><channel><title>Ada</title>{items}</channel></rss>'.encode(), "x"))
    assert [part.document.metadata.title for part in parts] == [
        "The lamp of Farholm burns again after many many many many many many many many…",
        "A short one.",
        "灯台は" * 26 + "灯…",
    ]
    assert parts[0].document.text == f"{said}\n\nCome and see."


def test_a_feed_is_an_article_an_entry() -> None:
    first, twin = feed.load(FEED.encode(), "from name")
    m = first.document.metadata
    assert (first.name, m.title, m.publisher) == ("lamp-1", "The lamp", "The Ledger")
    assert (m.url, m.published, m.language) == ("https://ledger.example/lamp", date(2019, 3, 1), "en")
    assert first.document.text == "Ada Holt lit the lamp.\n\nIt burned."
    assert (twin.name, twin.document.text) == ("lamp-1-2", "Another lamp.")


@pytest.mark.parametrize("element", ["content", "summary"])
@pytest.mark.parametrize(("kind", "text"), [("text", "The <em> tag & <b>more</b>."), ("html", "The tag & more.")])
def test_plain_text_of_atom_is_no_html(element: str, kind: str, text: str) -> None:
    said = "The &lt;em> tag &amp; &lt;b>more&lt;/b>."
    entry = f'<id>1</id><title type="{kind}">{said}</title><{element} type="{kind}">{said}</{element}>'
    (part,) = feed.load(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{entry}</entry></feed>'.encode(), "x")
    assert (part.document.metadata.title, part.document.text) == (text, text)


def test_an_entry_is_of_the_day_it_says_not_of_that_in_greenwich() -> None:
    (part,) = feed.load(FEED_OF_AN_EVENING.encode(), "x")
    assert part.document.metadata.published == date(2018, 7, 30)


FEED_OF_AN_EVENING = (
    '<rss version="2.0"><channel><title>T</title><item><title>Four</title>'
    "<pubDate>Mon, 30 Jul 2018 21:15:00 -0400</pubDate><description>Four more.</description></item></channel></rss>"
)


def names_of_entries(*items: str) -> dict[str, str]:
    """Their texts by their names."""
    channel = "<title>Ada</title><link>https://ada.example</link>" + "".join(f"<item>{item}</item>" for item in items)
    parts = list(feed.load(f'<rss version="2.0"><channel>{channel}</channel></rss>'.encode(), "x"))
    assert len({part.name for part in parts}) == len(parts) == len(items)
    return {part.name: part.document.text for part in parts}


@pytest.mark.parametrize(
    "link",
    ["", "<link>https://ada.example</link>", "<link>https://ada.example/log</link>"],
    ids=["none", "site", "page"],
)
def test_entries_without_an_address_of_their_own_keep_their_names(link: str) -> None:
    old = [
        f"<title>Day {n}</title>{link}<pubDate>0{n} Mar 2019 10:00:00 GMT</pubDate><description>Lit.</description>"
        for n in (2, 1)
    ]
    before = names_of_entries(*old)
    after = names_of_entries(f"{link}<description>The newest.</description>", *old)
    assert {name: after[name] for name in before} == before
    assert [text for name, text in after.items() if name not in before] == ["The newest."]


def test_a_lone_entry_is_not_named_by_the_site_s_address() -> None:
    link = "<link>https://ada.example</link>"
    (before,) = names_of_entries(f"{link}<description>Lit.</description>")
    (after,) = names_of_entries(f"{link}<description>Out.</description>")
    assert before != after


def test_entries_that_are_all_the_same_have_names() -> None:
    entry = "<title>Lamp</title><description>Lit.</description>"
    first, second = names_of_entries(entry, entry)
    assert (first, second) == ("3032a8d50cd5", f"{first}-2")  # a library holds it: it must never change


@pytest.mark.parametrize(
    "data", [b"<rss><channel></channel></rss>", b"<rss><channel><item/></channel></rss>", b"http://127.0.0.1:9/"]
)
def test_a_feed_without_entries_says_so(data: bytes) -> None:
    with pytest.raises(FootnoteError, match=r"no RSS or Atom feed|holds text"):
        list(feed.load(data, "x"))


# PDF

PAGES: Sequence[Sequence[str]] = [
    [
        "The Ledger 1",
        "The lighthouse was built by Ada Holt in the summer",
        "of 1911. It burned for ninety years and was",
        "seen",
    ],
    ["The Ledger 2", "from far away. Ships owed it a great deal.", "A new one stands there since 2004."],
    ["The Ledger 3", "Nobody knows where the old lamp went."],
]


def test_a_pdf_with_its_pages_and_metadata() -> None:
    data = pdf_of(PAGES, Title="The lamp", Author="A. Writer", CreationDate="D:20190301120000Z")
    document = pdf.load(data, "from name")
    assert "was seen from far away. Ships owed" in document.text  # over the page's end, without the running title
    assert "The Ledger" not in document.text
    starts = [document.text[start : start + 9] for start in document.pages]
    assert starts == ["The light", "from far ", "Nobody kn"]
    m = document.metadata
    assert (m.title, m.author, m.published) == ("The lamp", "A. Writer", date(2019, 3, 1))


def test_what_programs_fill_in_is_no_title() -> None:
    document = pdf.load(pdf_of([["Text."]], Title="Microsoft Word - draft.doc", Author="(anonymous)"), "from name")
    assert (document.metadata.title, document.metadata.author) == ("from name", None)


def test_a_pdf_of_pictures_says_so() -> None:
    with pytest.raises(FootnoteError, match=r"pictures of pages, no text; .*OCR"):
        pdf.load(pdf_of([[]]), "x")


def test_a_damaged_pdf_says_so() -> None:
    with pytest.raises(FootnoteError, match="the PDF is damaged"):
        pdf.load(b"%PDF-1.7\nnothing", "x")


def test_a_result_of_each_year_on_a_page_of_its_own_is_no_running_line() -> None:
    results = [(2019, 120), (2020, 135), (2021, 150)]
    pages = [[f"Annual results {year}", "Sales grew.", f"{sold}"] for year, sold in results]
    assert pdf.without_running_lines([[*lines, str(n)] for n, lines in enumerate(pages, 1)]) == pages


def test_numbers_of_pages_go_wherever_they_stand() -> None:
    names = ["Holm", "Torva", "Arn"]
    pages = [[f"The Ledger, page {n} of 12", f"{name} is a town."] for n, name in enumerate(names, 7)]
    assert pdf.without_running_lines(pages) == [[f"{name} is a town."] for name in names]
