"""Documents of office programs, books and exports of records."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml import parse_xml as word_xml
from docx.oxml.ns import nsdecls

from assistant.errors import FootnoteError
from assistant.types import Document, Metadata
from ingest.loaders import archive as archives
from ingest.loaders import docx as docx_loader
from ingest.loaders import epub, odt, records, rtf
from ingest.loaders.archive import date_of, parse_xml, read_archive
from ingest.loaders.base import Part, content_name
from ingest.loaders.blocks import Block, html_blocks, joined, parse_html
from ingest.loaders.markup import plain_superscripts
from ingest.loaders.records import date_in

MANY_WORDS = "The lamp of the lighthouse was lit by whale oil, then by gas, and at last by electricity. " * 3


def zip_of(entries: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return out.getvalue()


def unzipped(data: bytes) -> dict[str, str | bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


# Archives


def test_an_archive_gives_its_files_and_their_bytes() -> None:
    archive = read_archive(zip_of({"a/": "", "a/b.txt": "text", "c": b"\0"}))
    assert archive.names() == ("a/b.txt", "c")
    assert archive.read("a/b.txt") == b"text"
    assert "c" in archive
    assert "a/" not in archive


def test_a_missing_entry_is_named() -> None:
    with pytest.raises(FootnoteError, match=r"word/document\.xml is missing"):
        read_archive(zip_of({"a": "x"})).read("word/document.xml")


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/passwd", "C:/a", "..\\a", "a\\..\\b"])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(FootnoteError, match="leads out of it"):
        read_archive(zip_of({name: "x"}))


def test_a_name_with_dots_in_it_is_fine() -> None:
    assert read_archive(zip_of({"a..b/c...xml": "x"})).names() == ("a..b/c...xml",)


def test_too_many_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRIES", 2)
    read_archive(zip_of({"a": "", "b": ""}))
    with pytest.raises(FootnoteError, match="3 entries, the limit is 2"):
        read_archive(zip_of({"a": "", "b": "", "c": ""}))


def test_an_entry_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRY_BYTES", 1000)
    archive = read_archive(zip_of({"fits": "x" * 1000, "does not": "x" * 1001}))
    assert len(archive.read("fits")) == 1000
    with pytest.raises(FootnoteError, match="does not in the archive unpacks to more than"):
        archive.read("does not")


def test_entries_that_are_too_large_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_TOTAL_BYTES", 1500)
    archive = read_archive(zip_of({"a": "x" * 1000}))
    archive.read("a")
    with pytest.raises(FootnoteError, match="with the others"):
        archive.read("a")


def test_a_bomb_is_refused_by_its_ratio() -> None:
    archive = read_archive(zip_of({"page.xml": b" " * 2_000_000, "small.xml": b" " * 900_000}))
    assert len(archive.read("small.xml")) == 900_000
    with pytest.raises(FootnoteError, match=r"page\.xml in the archive unpacks to more than 200 times"):
        archive.read("page.xml")


def test_a_size_that_is_a_lie_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRY_BYTES", 1000)
    honest = zip_of({"a": "x" * 5000})
    lying = honest.replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(FootnoteError, match="a in the archive is damaged"):
        read_archive(lying).read("a")


def test_a_locked_archive() -> None:
    data = bytearray(zip_of({"a": "x"}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FootnoteError, match="locked by a password"):
        read_archive(bytes(data))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_reserve_memory_are_refused(compression: int) -> None:
    with pytest.raises(FootnoteError, match="a method that is not read"):
        read_archive(zip_of({"a": "x"}, compression))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no archive", zip_of({"a": "x"})[:-30]])
def test_a_damaged_archive(data: bytes) -> None:
    with pytest.raises(FootnoteError, match="the archive is damaged"):
        read_archive(data)


def test_a_damaged_entry() -> None:
    data = zip_of({"a": "stored text"}, zipfile.ZIP_STORED).replace(b"stored text", b"stored tEXt", 1)
    with pytest.raises(FootnoteError, match="a in the archive is damaged"):
        read_archive(data).read("a")


# XML


@pytest.mark.parametrize(
    "document_type",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://example.org/x.dtd"> %x;]>',
        '<!DOCTYPE a [<!ATTLIST a b CDATA "c">]>',
        '<!DOCTYPE a PUBLIC "x" "y.dtd" [<!ELEMENT a ANY>]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_with_declarations_is_refused(document_type: str, encoding: str) -> None:
    source = f'<?xml version="1.0" encoding="{encoding}"?>{document_type}<a/>'
    with pytest.raises(FootnoteError, match=r"content\.xml declares"):
        parse_xml(source.encode(encoding), "content.xml")


def test_a_document_type_without_declarations_is_fine() -> None:
    data = b'<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://x.org/ncx.dtd"><ncx>a<!-- b -->c<?d?>e</ncx>'
    assert parse_xml(data).text == "ace"


def test_entities_that_grow_are_refused_at_once() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    start = time.perf_counter()
    with pytest.raises(FootnoteError, match="declares"):
        parse_xml(f'<!DOCTYPE a [<!ENTITY l0 "lol">{levels}]><a b="&l11;">&l11;</a>'.encode())
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"<a>", b"<a></b>", b"<a>&nbsp;</a>", b"<a>" * 300 + b"</a>" * 300, b"PK\x03\x04", b"\xff\xfe<"],
)
def test_damaged_xml(data: bytes) -> None:
    with pytest.raises(FootnoteError, match="the XML is damaged"):
        parse_xml(data)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("2015", date(2015, 1, 1)),
        ("2015-03", date(2015, 3, 1)),
        (" 2015-03-01T10:00:00Z", date(2015, 3, 1)),
        ("0101-01-01T00:00:00+00:00", None),
        ("2015-13-01", None),
        ("March 2015", None),
        ("2015-99999999999", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_of_packages(value: str | None, wanted: date | None) -> None:
    assert date_of(value) == wanted


# Blocks


def test_blocks_are_joined_as_they_belong_together() -> None:
    blocks = [
        Block("Head", "heading"),
        Block("one", "item"),
        Block("two", "item"),
        Block("a | b", "row"),
        Block("co\xadop"),
    ]
    assert joined(blocks) == "Head\n\none\ntwo\n\na | b\n\ncoop"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One\n  two <b>three</b><br/>four</p>five<p>six</p>", "One two three\nfour\n\nfive\n\nsix"),
        ("<h1>A</h1><ul><li>b <p>c</p></li><li>d<ol><li>e</li></ol></li></ul>f", "A\n\nb\nc\nd\ne\n\nf"),
        ("<table><tr><th>A<th>B C</tr><tr><td>1</td><td>2<p>3</p></td></tr><tr><td/></tr></table>", "A | B C\n1 | 2 3"),
        ("<table><tr><td><p>A box.</p><p>In two.</p></td></tr></table>", "A box.\n\nIn two."),
        ("<table><tr><td>a</td><td><table><tr><td>b</td><td>c</td></tr></table></td></tr></table>", "a | b | c"),
        ("<pre>x = 1\n\n  y = 2\n</pre>", "x = 1\n\n  y = 2"),
        ("<title/><script src='a'/><p>a</p><style>b</style><a id='x'/><p>c</p>", "a\n\nc"),
        ("a<!-- hidden -->b<svg><text>no</text></svg>c &eacute;&nbsp;&amp;", "abc é\xa0&"),
        ("<p hidden>no</p><p>in<span epub:type='pagebreak'>12</span>side<a role='doc-noteref'>3</a>.</p>", "inside."),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字", "漢字"),
        ("<p>10<sup>6</sup>, 10<sup>−3</sup>, 1<sup>st</sup></p>", "10^6, 10^−3, 1st"),
        (
            "<p>2015<a href='#a'><sup>1</sup></a>, 2016<sup><a id='x' href='n.html#b'>2</a></sup>, 7<sup>8,9</sup></p>",
            "2015, 2016, 7^8,9",
        ),
        ("<dl><dt>Term</dt><dd>Meaning</dd></dl>", "Term\nMeaning"),
        ("<td>cell</td> without <th>a table", "cell\n\nwithout\n\na table"),
        ("", ""),
        ("<!-- -->", ""),
    ],
)
def test_blocks_of_html(html: str, text: str) -> None:
    assert joined(html_blocks(parse_html(html))) == text


def test_superscripts_made_to_take_long_do_not() -> None:
    started = time.perf_counter()
    for piece in ("<sup ", "5<sup>1", "<sup>[", "<a href=", '<a href="#"><sup>', '<sup><a href="#">'):
        plain_superscripts(piece * 50_000)
    assert time.perf_counter() - started < 10


def test_tags_left_open_hide_nothing() -> None:
    html = "<p>before" + "<div><font>" * 900 + "deep\0er" + "</div>" * 10 + "<p>after"
    assert joined(html_blocks(parse_html(html))) == "before\n\ndeep\ufffder\n\nafter"


def test_html_that_the_parser_stops_in_is_refused() -> None:
    with pytest.raises(FootnoteError, match="nested too deeply"):
        parse_html("<p>before" + "<div>" * 3_000 + "lost")


# Word


def word(build: Callable[[WordDocument], Any], **properties: Any) -> bytes:
    document = docx.Document()
    for name, value in properties.items():
        setattr(document.core_properties, name, value)
    build(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def word_body(xml: str) -> bytes:
    """A document with this XML for its body."""

    def build(document: WordDocument) -> None:
        body = word_xml(f"<w:body {nsdecls('w', 'wp', 'r')} {OTHERS}>{xml}</w:body>")
        document.element.replace(document.element.body, body)

    return word(build)


OTHERS = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def word_text(data: bytes) -> str:
    return docx_loader.load(data, "Name").text


def simple_word() -> bytes:
    def build(document: WordDocument) -> None:
        document.add_heading("The light", 0)
        document.add_paragraph("It was lit in 1802.")
        document.add_heading("Its lamp", 1)
        document.add_paragraph("oil", "List Bullet")
        document.add_paragraph("gas", "List Number")
        table = document.add_table(2, 2)
        for cell, text in zip(table._cells, ["Year", "Share", "2019", "26%"], strict=True):
            cell.text = text
        document.add_paragraph("The end.")

    return word(
        build,
        title=" Lights:\na history ",
        author="Ada Holt",
        created=datetime(2015, 3, 1, 9, tzinfo=UTC),
        language="de-AT",
    )


def test_a_word_document() -> None:
    text = "The light\n\nIt was lit in 1802.\n\nIts lamp\n\noil\ngas\n\nYear | Share\n2019 | 26%\n\nThe end."
    metadata = Metadata("Lights: a history", "Ada Holt", published=date(2015, 3, 1), language="de")
    assert docx_loader.load(simple_word(), "Name") == Document(text, metadata)


@pytest.mark.parametrize(
    ("styles", "title"),
    [(["Heading 1", "Title"], "p1"), (["Heading 2", "Heading 1"], "p0"), (["Normal", "Normal"], "Name")],
)
def test_without_properties_the_title_is_said_in_the_text(styles: list[str], title: str) -> None:
    def build(document: WordDocument) -> None:
        for number, style in enumerate(styles):
            document.add_paragraph(f"p{number}", style)

    document = docx_loader.load(word(build), "Name")
    # What python-docx fills in by itself is none of the document's.
    assert document.metadata == Metadata(title)
    assert document.text == ("p1" if title == "p0" else "p0\n\np1")


RAISED = '<w:vertAlign w:val="superscript"/>'
VISIBLE = '<w:vanish w:val="0"/>'


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (f'<w:p>{run("A ")}<w:hyperlink r:id="rId1">{run("link")}</w:hyperlink>{run(".")}</w:p>', "A link."),
        (f"<w:p>{run('a')}<w:r><w:tab/><w:t>b</w:t><w:br/><w:noBreakHyphen/></w:r></w:p>", "a\tb\n-"),
        (f"<w:p><w:ins>{run('new')}</w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>", "new"),
        (f"<w:p><w:moveFrom>{run('here')}</w:moveFrom><w:moveTo>{run('there')}</w:moveTo></w:p>", "there"),
        (f"<w:p>{run('seen')}{run('hidden', '<w:vanish/>')}{run(' too', VISIBLE)}</w:p>", "seen too"),
        (
            f"<w:p>{run('10')}{run('1', RAISED)}{run('2', RAISED)}{run(' on the 1')}{run('st', RAISED)}</w:p>",
            "10^12 on the 1st",
        ),
        (f"<w:sdt><w:sdtPr/><w:sdtContent><w:p>{run('in a control')}</w:p></w:sdtContent></w:sdt>", "in a control"),
        (f"<w:p><w:sdt><w:sdtContent>{run('so')}</w:sdtContent></w:sdt>{run(' is this')}</w:p>", "so is this"),
        (
            f'<w:p><w:fldSimple w:instr="DATE">{run("today")}</w:fldSimple><w:smartTag>{run("!")}</w:smartTag></w:p>',
            "today!",
        ),
        (f'<w:p><w:pPr><w:outlineLvl w:val="{"9" * 5_000}"/></w:pPr>{run("text")}</w:p>', "text"),
        (f"<w:p><w:r><w:instrText>PAGEREF x</w:instrText></w:r>{run('12')}</w:p>", "12"),
        (f'<w:p><w:pPr><w:pStyle w:val="TOC1"/></w:pPr>{run("Chapter 1 5")}</w:p><w:p>{run("text")}</w:p>', "text"),
        ("<w:p/><w:p><w:r><w:t> </w:t></w:r></w:p>", ""),
        (
            f"<w:p>{run('before')}<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent>"
            f"<w:p>{run('boxed')}</w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict>"
            f"<w:txbxContent><w:p>{run('boxed')}</w:p></w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent>"
            f"</w:r>{run(' after')}</w:p>",
            "before after\n\nboxed",
        ),
        (
            "<w:p><m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2+x</m:t></m:r></m:den></m:f>"
            "<m:sSup><m:e><m:d><m:e><m:r><m:t>10</m:t></m:r></m:e></m:d></m:e><m:sup><m:r><m:t>6</m:t></m:r></m:sup>"
            "</m:sSup></m:oMath></w:p>",
            "1/(2+x)(10)^6",
        ),
        (
            f"<w:tbl><w:tr><w:tc><w:p>{run('a')}</w:p><w:p>{run('b')}</w:p></w:tc><w:tc><w:p/></w:tc></w:tr>"
            f"<w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p>{run('gone')}</w:p></w:tc></w:tr></w:tbl>",
            "a b |",
        ),
        (
            f"<w:tbl><w:tr><w:tc><w:p>{run('A box.')}</w:p><w:p>{run('Two.')}</w:p></w:tc></w:tr></w:tbl>",
            "A box.\n\nTwo.",
        ),
    ],
)
def test_what_is_read_of_a_word_document(xml: str, text: str) -> None:
    assert word_text(word_body(xml)) == text


def test_lists_by_numbering_and_paragraphs_taken_out_of_one() -> None:
    def paragraph(text: str, number: int) -> str:
        return f'<w:p><w:pPr><w:numPr><w:numId w:val="{number}"/></w:numPr></w:pPr>{run(text)}</w:p>'

    assert word_text(word_body(paragraph("one", 3) + paragraph("two", 3) + paragraph("no", 0))) == "one\ntwo\n\nno"


def test_notes_come_last() -> None:
    entries = unzipped(word(lambda document: document.add_paragraph("Text.")))
    relations = entries["word/_rels/document.xml.rels"]
    assert isinstance(relations, bytes)
    added = b'<Relationship Id="rId99" Type="http://x/footnotes" Target="/word/footnotes.xml"/></Relationships>'
    entries["word/_rels/document.xml.rels"] = relations.replace(b"</Relationships>", added)
    entries["word/footnotes.xml"] = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:type="separator"><w:p>{run("-")}</w:p></w:footnote>'
        f'<w:footnote w:id="2"><w:p>{run("A note.")}</w:p></w:footnote></w:footnotes>'
    )
    assert word_text(zip_of(entries)) == "Text.\n\nA note."


def test_a_strict_document_without_styles_or_properties() -> None:
    body = f'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr>{run("Head")}</w:p><w:p>{run("Text")}</w:p>'
    xml = f'<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body>{body}</w:body></w:document>'
    assert docx_loader.load(zip_of({"word/document.xml": xml}), "Name") == Document("Text", Metadata("Head"))


def test_deep_nesting_is_read() -> None:
    inner = run("deep")
    assert word_text(word_body("<w:p>" + "<w:smartTag>" * 240 + inner + "</w:smartTag>" * 240 + "</w:p>")) == "deep"
    table = "<w:tbl><w:tr><w:tc>" * 70 + f"<w:p>{inner}</w:p>" + "</w:tc></w:tr></w:tbl>" * 70
    assert word_text(word_body(table)) == "deep"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("word/document.xml", b"<a/>", "holds no document"),
        ("word/document.xml", b"<w:document>", "word/document.xml is damaged"),
        ("word/document.xml", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "word/document.xml declares"),
        ("word/styles.xml", b"", "word/styles.xml is damaged"),
        ("docProps/core.xml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "core.xml declares"),
        ("word/_rels/document.xml.rels", b"\0", "document.xml.rels is damaged"),
    ],
)
def test_a_bad_part_of_a_word_document_is_named(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(FootnoteError, match=reason):
        word_text(zip_of(unzipped(simple_word()) | {name: content}))


# OpenDocument


def odt_of(body: str, meta: str = "", styles: str = "", **more: str) -> bytes:
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in "office text table meta style".split()
    )
    names += ' xmlns:draw="urn:x" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    text = f"<office:text>{body}</office:text>"
    own = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    content = f"<office:document-content {names}>{own}<office:body>{text}</office:body></office:document-content>"
    return zip_of(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": content,
            "meta.xml": f"<office:document-meta {names}><office:meta>{meta}</office:meta></office:document-meta>",
            **more,
        }
    )


SIMPLE_ODT = odt_of(
    "<text:h>The light</text:h><text:p>It was\n   lit.</text:p>"
    "<text:list><text:list-item><text:p>oil</text:p></text:list-item><text:list-item><text:p>gas</text:p></text:list-item></text:list>"
    "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Year</text:p></table:table-cell>"
    "<table:table-cell><text:p>Share</text:p></table:table-cell><table:table-cell/></table:table-row></table:table-header-rows>"
    "<table:table-row><table:table-cell><text:p>2019</text:p></table:table-cell><table:table-cell><text:p>26%</text:p>"
    "</table:table-cell></table:table-row></table:table>",
    "<dc:title>Lights</dc:title><meta:initial-creator>Ada Holt</meta:initial-creator><dc:creator>Bo</dc:creator>"
    "<meta:creation-date>2015-03-01T10:00:00.5</meta:creation-date><dc:language>de-DE</dc:language>",
)


def test_an_opendocument_text() -> None:
    metadata = Metadata("Lights", "Ada Holt", published=date(2015, 3, 1), language="de")
    assert odt.load(SIMPLE_ODT, "Name") == Document(
        "The light\n\nIt was lit.\n\noil\ngas\n\nYear | Share\n2019 | 26%", metadata
    )


def test_the_title_of_an_opendocument_text_may_be_its_heading() -> None:
    assert odt.load(odt_of("<text:h>Head</text:h><text:p>Text</text:p>"), "Name") == Document("Text", Metadata("Head"))
    assert odt.load(odt_of("<text:p>Text</text:p>"), "Name") == Document("Text", Metadata("Name"))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('<text:p>a<text:s text:c="2"/>b<text:s/>c<text:tab/>d<text:line-break/>e</text:p>', "a  b c\td\ne"),
        ('<text:p>a<text:s text:c="999999999"/>b</text:p>', "a" + " " * 100 + "b"),
        (f'<text:p>a<text:s text:c="{"9" * 5_000}"/>b</text:p>', "a" + " " * 100 + "b"),
        ("<text:p>A <text:a><text:span>link</text:span></text:a>.</text:p>", "A link."),
        ("<text:tracked-changes><text:p>gone</text:p></text:tracked-changes><text:p>a<text:change/>b</text:p>", "ab"),
        ("<text:p>a<office:annotation><text:p>note to self</text:p></office:annotation>b</text:p>", "ab"),
        (
            "<text:p>a<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Note.</text:p>"
            "</text:note-body></text:note>b</text:p><text:p>c</text:p>",
            "ab\n\nc\n\nNote.",
        ),
        (
            "<text:p>a<draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame>b</text:p>",
            "ab\n\nboxed",
        ),
        ("<draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame>", "boxed"),
        ("<draw:frame><draw:image><office:binary-data>AAAA</office:binary-data></draw:image></draw:frame>", ""),
        (
            "<text:table-of-content><text:index-body><text:p>Head 5</text:p></text:index-body></text:table-of-content>",
            "",
        ),
        ("<text:section><text:section><text:p>deep</text:p></text:section></text:section>", "deep"),
        (
            "<text:list><text:list-item><text:p>a</text:p><text:list><text:list-item><text:p>b</text:p></text:list-item>"
            "</text:list></text:list-item></text:list><text:p>c</text:p>",
            "a\nb\n\nc",
        ),
        ("<text:section>" * 230 + "<text:p>deep</text:p>" + "</text:section>" * 230, "deep"),
        ("<text:p>" + "<text:span>" * 230 + "deep" + "</text:span>" * 230 + "</text:p>", "deep"),
    ],
)
def test_what_is_read_of_an_opendocument_text(body: str, text: str) -> None:
    assert odt.load(odt_of(body), "Name").text == text


def odt_style(name: str, position: str) -> str:
    properties = f'<style:text-properties style:text-position="{position}"/>'
    return f'<style:style style:name="{name}" style:family="text">{properties}</style:style>'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("10<UP>6</UP> people", "10^6 people"),
        ("<PLAIN>10</PLAIN><LIFTED>−12</LIFTED>, 1<NAMED>2</NAMED>, 1<UP>st</UP>", "10^−12, 1^2, 1st"),
        ("10<UP>1</UP><UP>2</UP>, 10<UP>-<PLAIN>3</PLAIN></UP>", "10^12, 10^-3"),
        (
            "10<SUB>6</SUB>, 10<PLAIN>6</PLAIN>, 10<LEVEL>6</LEVEL>, a word<UP>1</UP>, an end.<UP>2</UP>",
            "106, 106, 106, a word1, an end.2",
        ),
        (
            "In 2015<UP><text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>10<UP>6</UP>"
            "</text:p></text:note-body></text:note></UP>.",
            "In 2015.\n\n10^6",
        ),
    ],
)
def test_what_is_raised_in_an_opendocument_text_is_no_digit_of_the_number_before(body: str, text: str) -> None:
    given = {"UP": "super 58%", "LIFTED": "33% 80%", "SUB": "sub 58%", "LEVEL": "0% 100%", "PLAIN": "-5% 58%"}
    styles = "".join(odt_style(name, position) for name, position in given.items())
    names = 'xmlns:office="o" xmlns:style="s"'
    named = f"<office:styles>{odt_style('NAMED', 'super 58%')}</office:styles>"
    other = f"<office:automatic-styles>{odt_style('PLAIN', 'super 58%')}</office:automatic-styles>"  # of page headers
    more = {"styles.xml": f"<office:document-styles {names}>{named}{other}</office:document-styles>"}
    body = re.sub(r"<([A-Z]+)>", r'<text:span text:style-name="\1">', re.sub(r"</[A-Z]+>", "</text:span>", body))
    assert odt.load(odt_of(f"<text:p>{body}</text:p>", styles=styles, **more), "Name").text == text


def test_a_locked_opendocument_text() -> None:
    manifest = "<manifest:manifest xmlns:manifest='m'><manifest:encryption-data/></manifest:manifest>"
    with pytest.raises(FootnoteError, match="locked by a password"):
        odt.load(odt_of("", **{"META-INF/manifest.xml": manifest}), "Name")


def test_an_opendocument_sheet_is_no_text() -> None:
    with pytest.raises(FootnoteError, match="holds no text document"):
        odt.load(zip_of({"content.xml": "<a/>"}), "Name")


# EPUB

CONTAINER = '<container xmlns="c"><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
METADATA = (
    "<dc:title>Lights</dc:title><dc:creator>Ada Holt</dc:creator><dc:publisher>Harbour</dc:publisher>"
    "<dc:date>2015-03-01</dc:date><dc:language>en-GB</dc:language>"
)


def book(
    pages: Mapping[str, str],
    *,
    metadata: str = METADATA,
    contents: str = "",
    ncx: str = "",
    not_linear: Iterable[str] = (),
    more: Mapping[str, str] | None = None,
) -> bytes:
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(pages)
    )
    spine = "".join(
        f'<itemref idref="i{n}"{" linear=" + chr(34) + "no" + chr(34) if name in not_linear else ""}/>'
        for n, name in enumerate(pages)
    )
    entries = {f"OEBPS/{name.replace('%20', ' ')}": page for name, page in pages.items()}
    if contents:
        items += '<item id="nav" href="toc/nav.xhtml" media-type="application/xhtml+xml" properties="scripted nav"/>'
        spine = '<itemref idref="nav"/>' + spine
        entries["OEBPS/toc/nav.xhtml"] = (
            f"<html><body><nav epub:type='landmarks'><a href='x'>no</a></nav>{contents}</body></html>"
        )
    if ncx:
        items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
        entries["OEBPS/toc.ncx"] = ncx
    package = (
        f'<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="o">'
        f"<metadata>{metadata}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    return zip_of(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": package,
            **entries,
            **(more or {}),
        }
    )


def page(text: str = MANY_WORDS, heading: str = "") -> str:
    head = f"<h2>{heading}</h2>" if heading else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
        f"<body>{head}<p>{text}</p></body></html>"
    )


def chapters(data: bytes) -> list[tuple[str, str]]:
    return [(part.name, part.document.metadata.title) for part in epub.load(data, "Name")]


SIMPLE_BOOK = book(
    {
        "cover.xhtml": page("Lights"),
        "one.xhtml": page(heading="The lamp"),
        "two%20b.xhtml": page(heading="no"),
        "three.xhtml": page(),
        "notes.xhtml": page(),
    },
    contents='<nav epub:type="toc"><ol><li><a href="../two%20b.xhtml#start">The\n oil</a></li></ol></nav>',
    not_linear=["notes.xhtml"],
)


def test_a_book_is_an_article_a_chapter() -> None:
    parts = list(epub.load(SIMPLE_BOOK, "Name"))
    assert [(part.name, part.document.metadata.title) for part in parts] == [
        ("OEBPS/one.xhtml", "Lights: The lamp"),
        ("OEBPS/two b.xhtml", "Lights: The oil"),
        ("OEBPS/three.xhtml", "Lights: chapter 5"),
    ]
    assert parts[0].document == Document(
        MANY_WORDS.strip(), Metadata("Lights: The lamp", "Ada Holt", "Harbour", None, date(2015, 3, 1), "en")
    )
    assert parts[1].document.text == "no\n\n" + MANY_WORDS.strip()


def test_titles_from_the_contents_of_epub_2() -> None:
    def point(title: str, target: str, inner: str = "") -> str:
        return f'<navPoint><navLabel><text>{title}</text></navLabel><content src="{target}"/>{inner}</navPoint>'

    inner = point("Oil", "a.xhtml#oil") + point("Gas", "a.xhtml#gas")
    points = point("The lamp", "a.xhtml", inner) + point("B1", "b.xhtml#1") + point("B2", "b.xhtml#2")
    ncx = (
        '<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://www.daisy.org/z3986/2005/ncx-2005-1.dtd">'
        f'<ncx xmlns="n"><navMap>{points}</navMap></ncx>'
    )
    assert chapters(book({"a.xhtml": page(), "b.xhtml": page()}, ncx=ncx)) == [
        ("OEBPS/a.xhtml", "Lights: The lamp"),
        ("OEBPS/b.xhtml", "Lights: B1 – B2"),
    ]
    assert chapters(book({"b.xhtml": page()}, ncx=ncx)) == [("OEBPS/b.xhtml", "Lights")]


def test_a_short_book_is_read_whole() -> None:
    assert chapters(book({"a.xhtml": page("Short.", "One"), "b.xhtml": page("Short."), "c.xhtml": page("")})) == [
        ("OEBPS/a.xhtml", "Lights: One"),
        ("OEBPS/b.xhtml", "Lights: chapter 2"),
    ]


def test_words_are_counted_in_scripts_without_spaces() -> None:
    chinese = "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少" * 2
    assert len(chapters(book({"a.xhtml": page(), "b.xhtml": page(chinese), "c.xhtml": page(chinese[:10])}))) == 2


def test_a_file_that_comes_twice_is_read_once() -> None:
    data = unzipped(book({"a.xhtml": page()}))
    package = data["OEBPS/book.opf"]
    assert isinstance(package, bytes)
    data["OEBPS/book.opf"] = package.replace(b"<spine>", b'<spine><itemref idref="i0"/>')
    assert len(chapters(zip_of(data))) == 1


@pytest.mark.parametrize(
    ("metadata", "wanted"),
    [
        ("", Metadata("Name")),
        (
            '<dc:title> A\n B </dc:title><dc:title>C</dc:title><dc:creator opf:role="trl">Bo</dc:creator>'
            '<dc:creator opf:role="aut">Ada</dc:creator><dc:creator id="c">Cy</dc:creator>'
            '<dc:creator id="d">Di</dc:creator>'
            '<meta refines="#d" property="role">ill</meta><dc:date opf:event="modification">2020</dc:date>'
            '<dc:date opf:event="publication">1922</dc:date>',
            Metadata("A B", "Ada, Cy", published=date(1922, 1, 1)),
        ),
        ("<dc:title>T</dc:title><dc:date>0101-01-01T00:00:00+00:00</dc:date>", Metadata("T")),
    ],
)
def test_what_a_book_says_of_itself(metadata: str, wanted: Metadata) -> None:
    (part,) = epub.load(book({"a.xhtml": page(heading=wanted.title)}, metadata=metadata), "Name")
    assert part.document == Document(MANY_WORDS.strip(), wanted)


def test_a_page_of_a_book_may_name_its_encoding() -> None:
    told = page(MANY_WORDS + "“Lit!”").replace('"utf-8"', '"iso-8859-1"').encode("cp1252")
    (part,) = epub.load(zip_of(unzipped(book({"a.xhtml": ""})) | {"OEBPS/a.xhtml": told}), "Name")
    assert part.document.text.endswith("“Lit!”")  # as browsers read what calls itself so


def encryption(algorithm: str, target: str) -> dict[str, str]:
    return {
        "META-INF/encryption.xml": f'<encryption xmlns="e"><EncryptedData><EncryptionMethod Algorithm="{algorithm}"/>'
        f'<CipherData><CipherReference URI="{target}"/></CipherData></EncryptedData></encryption>'
    }


def test_a_book_locked_against_copying() -> None:
    aes = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
    with pytest.raises(FootnoteError, match=r"locked against copying \(DRM\)"):
        epub.load(book({"a.xhtml": "scrambled"}, more=encryption(aes, "OEBPS/a.xhtml")), "Name")
    for harmless in (
        encryption(aes, "OEBPS/film.mp4"),
        encryption("http://www.idpf.org/2008/embedding", "OEBPS/a.xhtml"),
    ):
        assert len(chapters(book({"a.xhtml": page()}, more=harmless))) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"META-INF/container.xml": "<a/>"}, "names no package"),
        ({"META-INF/container.xml": CONTAINER.replace("book.opf", "x.opf")}, "OEBPS/x.opf is missing"),
        ({"OEBPS/book.opf": '<package><spine><itemref idref="z"/></spine></package>'}, "has 'z', which is none of"),
        ({"OEBPS/book.opf": "<package/>"}, "the book holds no text"),
        ({"OEBPS/one.xhtml": b"\xff\xfe\x00"}, "not UTF-16 text"),
    ],
)
def test_a_damaged_book(change: dict[str, str | bytes], reason: str) -> None:
    with pytest.raises(FootnoteError, match=reason):
        epub.load(zip_of(unzipped(SIMPLE_BOOK) | change), "Name")


def test_a_missing_chapter_is_named() -> None:
    entries = unzipped(SIMPLE_BOOK)
    del entries["OEBPS/three.xhtml"]
    with pytest.raises(FootnoteError, match=r"OEBPS/three\.xhtml is missing"):
        epub.load(zip_of(entries), "Name")


# RTF

SIMPLE_RTF = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\froman\fcharset0 Times New Roman;}{\f1\fcharset204 Arial;}}"
    r"{\info{\title Caf\'e9 lights}{\author Ada Holt}{\creatim\yr2015\mo3\dy1\hr9}}"
    r"\pard Ol\'e9 \{a\} \u-10179?\u-8704? \f1\'c4\f0\par {\b Bold}\~text\emdash here.\par"
    r"{\listtext\'b7\tab}oil\par{\listtext 2.\tab}gas\par"
    r'{\field{\*\fldinst{HYPERLINK "http://x.org"}}{\fldrslt link}}\par'
    r"\trowd a\cell b\cell\row c\cell d\cell\row\pard End.\par}"
)


def test_rich_text() -> None:
    assert rtf.load(SIMPLE_RTF.encode("ascii"), "Name") == Document(
        "Olé {a} 😀 Д\n\nBold\xa0text—here.\n\noil\n2. gas\n\nlink\n\na | b\nc | d\n\nEnd.",
        Metadata("Café lights", "Ada Holt", published=date(2015, 3, 1)),
    )


def test_rich_text_without_properties_and_with_raw_bytes() -> None:
    assert rtf.load(b"{\\rtf1\\ansi\\ansicpg1251 \xc4\xe0.}", "Name") == Document("Да.", Metadata("Name"))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"10{\super 6} people", "10^6 people"),
        (r"10\super 6\nosupersub  people", "10^6 people"),  # WordPad, TextEdit
        (r"{\b About 10}{\i\super\insrsid5 6}{\b  people}", "About 10^6 people"),  # Word
        (r"10{\super\u8722 ?}{\super 1}{\super 2} m", "10^\N{MINUS SIGN}12 m"),
        (r"the 1{\super st}, the 20{\super th}", "the 1st, the 20th"),
        (
            r"a word{\super 1} and an end.{\super 2} In 2015{\super\chftn{\footnote 5 ships}}.",
            "a word1 and an end.2 In 2015.",
        ),
        (r"x\\super 6, 5\\super 6", r"x\super 6, 5\super 6"),
        (r"{\stylesheet{\s1\super 6;}}10{\sub 6}, 10\super0 6", "106, 106"),
    ],
)
def test_what_is_raised_in_rich_text_is_no_digit_of_the_number_before(source: str, text: str) -> None:
    assert rtf.load(rf"{{\rtf1 {source}}}".encode(), "Name").text == text


def test_pictures_in_rich_text_are_left_out() -> None:
    picture = "{\\pict\\pngblip\n" + "89504e470d0a1a0a" * 60_000 + "}"
    start = time.perf_counter()
    assert rtf.load(("{\\rtf1 before " + picture + "after}").encode(), "Name").text == "before after"
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    "source",
    [
        "{\\rtf1{\\fonttbl" + "\\f1" * 100_000 + "}text}",
        "{\\rtf1{\\fonttbl" + "\\fcharset1" * 50_000 + "}text}",
        "{\\rtf1 text" + '{\\field{\\*\\fldinst{HYPERLINK "x' * 20_000 + "}",
        "{\\rtf1 text" + "{" * 200_000,
        "{\\rtf1 text{\\b \\fonttbl" + "\\f1" * 100_000 + "}}",
        "{\\rtf1 text" + '{\\field{\\*\\FLDINST{HYPERLINK "x' * 20_000 + "}",
        "{\\rtf1 text" + ("0" * 250 + " ") * 2_000 + "}",
        "{\\rtf1 text{\\info{\\title\\fonttbl" + "\\f1" * 100_000 + "}}}",
    ],
)
def test_rich_text_made_to_take_long_does_not(source: str) -> None:
    start = time.perf_counter()
    assert rtf.load(source.encode(), "Name").text.startswith("text")
    assert time.perf_counter() - start < 5


def test_damaged_rich_text() -> None:
    with pytest.raises(FootnoteError, match="no RTF"):
        rtf.load(b"text", "Name")
    with pytest.raises(FootnoteError, match="the RTF is damaged"):
        rtf.load(b"{\\rtf1 \\u9999999999 x}", "Name")


# Records


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def of_json(value: Any) -> list[Part]:
    return list(records.load_json(as_json(value), "Name"))


RECORD = {
    "Title": "Lights",
    "authors": [{"name": "Ada Holt"}, "Bo Berg"],
    "source": {"id": None, "name": "Harbour News"},
    "publishedAt": "2015-03-01T10:00:00Z",
    "link": "https://example.org/a",
    "lang": "de-AT",
    "GUID": 17,
    "Body": "One.\n\nTwo.",
}
ARTICLE = Document(
    "One.\n\nTwo.",
    Metadata("Lights", "Ada Holt, Bo Berg", "Harbour News", "https://example.org/a", date(2015, 3, 1), "de"),
)


@pytest.mark.parametrize(
    "value",
    [
        RECORD,
        [RECORD],
        {"articles": [RECORD]},
        {"a": 1, "response": {"tags": [{"id": 1}], "results": [RECORD]}, "b": []},
    ],
)
def test_records_wherever_they_are(value: Any) -> None:
    assert of_json(value) == [Part(ARTICLE, "17")]


@pytest.mark.parametrize("summary", ["description", "abstract"])
@pytest.mark.parametrize("place", [{"items": [RECORD]}, {"data": {"posts": [RECORD]}}, {"authors": [], "a": [RECORD]}])
def test_what_describes_a_list_of_records_is_no_article(summary: str, place: dict[str, Any]) -> None:
    assert of_json({"title": "A feed", summary: "News of the harbour."} | place) == [Part(ARTICLE, "17")]


@pytest.mark.parametrize(
    "value",
    [
        {"text": "Own."},
        {"body": "Own.", "description": "Short.", "items": [{"text": "Not this."}]},
        {"content": [{"text": "Own."}], "abstract": "Short.", "sections": [{"text": "Not this."}]},
        {"description": "Own.", "items": [], "links": [{"href": "x"}]},
        {"description": "Own.", "authors": [{"name": "Ada", "description": "A writer."}]},
        {"abstract": [{"text": "Own."}], "meta": {"References": [{"abstract": "Another."}]}},
    ],
)
@pytest.mark.parametrize(
    "beside", [{}, {"comments": [{"text": "First!"}], "tags": [{"name": "a", "description": "b"}]}]
)
def test_an_article_with_lists_in_it_stays_one(value: dict[str, Any], beside: dict[str, Any]) -> None:
    assert [part.document.text for part in of_json(beside | value)] == ["Own."]


def test_json_lines() -> None:
    data = as_json(RECORD) + b"\r\n\n" + '{"text": "a\u2028b"}'.encode() + b"\n"
    for load in (records.load_jsonl, records.load_json):  # the latter by a wrong name
        name = content_name(None, None, "a\nb")
        assert list(load(data, "Name")) == [Part(ARTICLE, "17"), Part(Document("a\nb", Metadata("Name 2")), name)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table(delimiter: str, encoding: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["ID", "Head Line", "Date", "Text, with care", "TEXT", ""])
    writer.writerow(["x", "Lights", "Sun, 01 Mar 2015 10:00:00 +0100", "", 'He said: "a, b; c|d\te".\n\nTwo.', ""])
    writer.writerow([])
    writer.writerow(["", "", "never", "", "Three.", ""])
    assert list(records.load_csv(out.getvalue().encode(encoding), "Name")) == [
        Part(Document('He said: "a, b; c|d\te".\n\nTwo.', Metadata("Lights", published=date(2015, 3, 1))), "x"),
        Part(Document("Three.", Metadata("Name 2")), content_name(None, None, "Three.")),
    ]


def test_long_cells_and_short_rows() -> None:
    (part,) = records.load_csv(b"text,title\n" + b"long " * 100_000 + b"\n", "Name")
    assert len(part.document.text) > 400_000
    (part,) = records.load_csv(b"title,text,author\nA,B,,,\n", "Name")
    assert part.document == Document("B", Metadata("A"))


def test_of_columns_of_one_name_the_first_that_holds_something_counts() -> None:
    parts = records.load_csv(b"text,title,text\nA,x,\n,y,B\nC,z,D\n", "Name")
    assert [part.document.text for part in parts] == ["A", "B", "C"]


def test_names_of_records_are_unique_and_stay() -> None:
    value = [{"text": "t", "id": name} for name in ["a", "a", "a-2", "a", None, "", "5"]]
    said = content_name(None, None, "t")
    assert [part.name for part in of_json(value)] == ["a", "a-2", "a-2-2", "a-3", said, f"{said}-2", "5"]


@pytest.mark.parametrize("shared", [{}, {"url": "https://example.org"}])
def test_records_without_an_id_keep_their_names_wherever_they_stand(shared: dict[str, str]) -> None:
    old = [
        shared | {"title": title, "date": day, "text": "Lit."} for title, day in [("A", 2015), ("A", 2016), ("B", 2015)]
    ]
    before = {part.name: part.document for part in of_json(old)}
    after = {part.name: part.document for part in of_json([shared | {"text": "New."}, *old])}
    assert len(before) == 3
    assert {name: after[name] for name in before} == before


def test_an_article_that_is_the_whole_file_keeps_its_name_when_it_changes() -> None:
    assert [part.name for text in ("One.", "Two.") for part in of_json({"text": text})] == ["1", "1"]


def test_names_that_are_all_the_same_take_no_time() -> None:
    assert len(of_json([{"text": "t", "id": "x"}] * 20_000)) == 20_000


def test_records_without_text_are_left_out_where_others_have_some() -> None:
    parts = of_json([{"text": " "}, {"title": "T"}, {"text": None, "abstract": "An abstract."}])
    name = content_name(None, None, "An abstract.")
    assert parts == [Part(Document("An abstract.", Metadata("Name 3")), name)]


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ({"text": "", "body": "Body."}, "Body."),
        ({"html": "One\ntwo.<br>Three &amp; four."}, "One two.\nThree & four."),
        ({"content": {"rendered": "<p>One\ntwo.</p>\n<ul><li>a</li><li>b</li></ul>"}}, "One two.\n\na\nb"),
        ({"content": "<p>One</p><script>no()</script>"}, "One"),
        ({"text": "1 < 2 and 3 > 2 <unknown>"}, "1 < 2 and 3 > 2 <unknown>"),
        ({"body": ["One.", "Two.", 3, None]}, "One.\n\nTwo."),
        ({"content_text": "Feed."}, "Feed."),
        ({"description": "A teaser.", "abstract": "Another.", "content_html": "<p>The whole.</p>"}, "The whole."),
    ],
)
def test_the_text_of_a_record(record: dict[str, Any], text: str) -> None:
    assert of_json(record)[0].document.text == text


def test_odd_values_count_as_absent() -> None:
    record = {"text": "T.", "title": " ", "headline": ["A <b>b</b>"], "author": {"x": 1}, "url": "javascript:x()"}
    assert of_json(record | {"language": 5, "source": True, "date": {}}) == [
        Part(Document("T.", Metadata("A b")), "javascript:x()")
    ]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        *[
            (value, date(2015, 3, 1))
            for value in ("2015-03-01", "2015/3/1 10:00", "20150301", "2015-03", " 2015-03-01T00Z")
        ],
        *[(value, date(2015, 3, 1)) for value in (20150301235900, "20150301235900")],
        *[(value, date(2015, 3, 1)) for value in (1425168000, 1425168000.5, 1425168000000, "1425168000")],
        *[(value, date(2015, 3, 1)) for value in ("Sun, 01 Mar 2015 10:00:00 GMT", "1 Mar 2015 10:00:00 -0500")],
        *[(value, date(2015, 1, 1)) for value in (2015, "2015")],
        *[
            (value, None)
            for value in ("", "soon", 0, -1, 5, True, "03/01/2015", "2015-02-30", 10**30, float("nan"), [1])
        ],
        *[(value, None) for value in ("9999-12-31", "99991231", 2999, 253402214400000, "0001-01-01T00:00:00")],
    ],
)
def test_dates_of_records(value: Any, wanted: date | None) -> None:
    assert date_in(value) == wanted


def test_a_record_that_never_expires_has_the_date_of_its_next_field() -> None:
    record = {"text": "Lit.", "published": "9999-12-31", "created": "20240305123000"}
    assert of_json(record)[0].document.metadata.published == date(2024, 3, 5)


@pytest.mark.parametrize(
    ("load", "data", "reason"),
    [
        (records.load_json, b'{"a": 1,}', r"is not JSON \(.*line 1, column 9\)"),
        (records.load_json, b"[]", "the list is empty"),
        (records.load_json, b'[{"text": "a"}, "b"]', "item 2 of the list is no record"),
        (records.load_json, b'"text"', "neither a record"),
        (records.load_json, b"[" * 100_000, "nested too deeply"),
        (records.load_json, b'{"text": ' * 100_000, "nested too deeply"),
        (records.load_json, b'{"text": ' + b"9" * 5_000 + b"}", "a number that is too long"),
        (records.load_json, b'{"key_1": 1, "B": "x"}', "found: key_1, B; looked for: text, body, content"),
        (records.load_json, b'[{"text": ""}, {"body": 5}]', "none of its 2 records holds text"),
        (records.load_json, b'{"a": [{"text": "x"}], "b": [{"text": "x"}]}', "2 lists of records with text"),
        (records.load_json, b'{"abstract": "y", "a": [{"text": "x"}], "b": [{"text": "x"}]}', "2 lists of records"),
        (records.load_jsonl, b'{"text": "a"}\n{"text": "b"\n', "line 2 is not JSON"),
        (records.load_jsonl, b'{"text": "a"}\n\n[1]\n', "line 3 is no JSON object"),
        (records.load_csv, b"name,age\nA,3\n", "found: name, age; looked for: text"),
        (records.load_csv, b"text,title\n", "no rows below the first"),
        (records.load_csv, b"text,title\na,b\nc,d,e\n", "ends in line 3 has 3 cells, the first row 2"),
        (records.load_csv, b'text,title\n"a,b\nc,d\n', "the table cannot be read"),
        (records.load_csv, b'text,title\n"a" b,c\n', "line 2 of the table cannot be read"),
        (records.load_csv, b'"text,title\n', "cannot be read|no column"),
    ],
)
def test_bad_exports(load: Callable[[bytes, str], Iterable[Part]], data: bytes, reason: str) -> None:
    with pytest.raises(FootnoteError, match=reason):
        list(load(data, "Name"))


# Damage

SAMPLES: dict[str, tuple[Callable[[bytes, str], Document | Iterable[Part]], bytes]] = {
    "docx": (docx_loader.load, simple_word()),
    "odt": (odt.load, SIMPLE_ODT),
    "epub": (epub.load, SIMPLE_BOOK),
    "rtf": (rtf.load, SIMPLE_RTF.encode("ascii")),
    "json": (records.load_json, as_json([RECORD, RECORD])),
    "jsonl": (records.load_jsonl, as_json(RECORD) + b"\n" + as_json(RECORD)),
    "csv": (records.load_csv, b'text,title,date\n"One, ""two"".",A,2015\n\n"Three\nfour.",B,1425168000\n'),
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_damaged_files_are_read_or_refused_with_a_reason(kind: str) -> None:
    load, data = SAMPLES[kind]
    refused = 0
    if kind in ("docx", "odt", "epub"):
        # Stored, so that damage reaches the XML and does not end at the packing.
        plain = zip_of(unzipped(data), zipfile.ZIP_STORED)
        mutants = [*_mutants(data, 20), *_mutants(plain, 20), *_damaged_entries(data, 20)]
    else:
        mutants = _mutants(data, 60)
    for mutant in mutants:
        try:
            result = load(mutant, "Name")
            documents = [result] if isinstance(result, Document) else [part.document for part in result]
        except FootnoteError:
            refused += 1
        else:
            assert all(document.metadata.title for document in documents)
    assert 0 < refused < 60


def _mutants(data: bytes, count: int) -> list[bytes]:
    chance = random.Random(7)
    mutants = []
    for number in range(count):
        mutant = bytearray(data)
        for _ in range(chance.choice([1, 3, 20])):
            mutant[chance.randrange(len(mutant))] ^= 1 << chance.randrange(8)
        mutants.append(bytes(mutant if number % 3 else mutant[: chance.randrange(len(mutant))]))
    return mutants


def _damaged_entries(data: bytes, count: int) -> list[bytes]:
    """Archives that are whole around files that are not."""
    entries = {name: content for name, content in unzipped(data).items() if isinstance(content, bytes)}
    mutants = []
    for number in range(count):
        name = sorted(entries)[number % len(entries)]
        mutants.append(zip_of({**entries, name: _mutants(entries[name] or b" ", number + 1)[-1]}))
    return mutants


def test_entities_of_an_export_are_read() -> None:
    record = {
        "title": {"rendered": "Tom &amp; Ann&#8217;s bridge &#8211; opened"},
        "content": {"rendered": "It&#8217;s open &amp; free, for everyone who likes bridges."},
        "author": 3,
    }
    (part,) = records.load_json(json.dumps([record]).encode(), "x")
    assert part.document.metadata.title == "Tom & Ann’s bridge – opened"
    assert part.document.metadata.author is None
    assert part.document.text == "It’s open & free, for everyone who likes bridges."
