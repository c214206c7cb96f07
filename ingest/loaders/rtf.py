"""Rich Text Format (.rtf), by striprtf."""

from __future__ import annotations

import codecs
import re
from datetime import date

from striprtf.striprtf import font_table_group, rtf_to_text

from assistant.errors import FootnoteError
from assistant.types import Document, Metadata
from ingest.loaders.blocks import Block, joined, row
from ingest.loaders.markup import one_line

_BEGINNING = b"{\\rtf"
_CODE_PAGE = re.compile(rb"\\ansicpg(\d{1,5})")
_LOOKED_AT = 4096
_DEFAULT_CODE_PAGE = "1252"
# Pictures: striprtf would go through them sign by sign.
_HEXADECIMAL = re.compile(r"(?<![0-9a-fA-F\r\n])[0-9a-fA-F\r\n]{256,}")
_BRACE = re.compile(r"\\[\\{}]|([{}])")
_FONT = re.compile(r"\\(f|fcharset)(\d{1,6})")
_LINK = re.compile(r"\\fldinst(?=\{)", re.IGNORECASE)
_SUPER = re.compile(r"(\\[\\{}])|\\super(?![a-z\d]) ?")
_RAISED = "\x01"  # stands before what is raised; no text holds it
_RAISED_NUMBER = re.compile(rf"(?<=\d){_RAISED}([-+−–]?(?:{_RAISED}?\d)+)")
_DATE = re.compile(r"\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
# The mark before an item of a list, which RTF writes out: a bullet or a number, then a tab.
_ITEM = re.compile(r"^\s*(?P<mark>[·•▪◦‣§o\uf0b7\uf0a7–-]|\(?(?:\d{1,3}|[a-z]{1,4})[.)])\t", re.IGNORECASE)


def load(data: bytes, fallback_title: str) -> Document:
    """Read RTF; headers, footers, notes and pictures are left out.

    Raises:
        FootnoteError: it is no RTF, or damaged.
    """
    if not data.lstrip().startswith(_BEGINNING):
        raise FootnoteError("this is no RTF file")
    code_page = _code_page(data)
    source = _HEXADECIMAL.sub("", data.decode(f"cp{code_page}", "replace"))
    info = _group(source, "info")
    match = _DATE.search(_group(info, "creatim"))
    return Document(
        joined(block for line in _plain(source).split("\n") for block in _line_blocks(line)),
        Metadata(
            title=one_line(_field(info, "title", code_page)) or fallback_title,
            author=one_line(_field(info, "author", code_page)),
            published=_date(match) if match else None,
        ),
    )


def _code_page(data: bytes) -> str:
    """The number of the code page that its bytes are in."""
    match = _CODE_PAGE.search(data[:_LOOKED_AT])
    number = match[1].decode() if match else _DEFAULT_CODE_PAGE
    try:
        codecs.lookup(f"cp{number}")
    except LookupError:
        return _DEFAULT_CODE_PAGE
    return number


def _plain(source: str) -> str:
    try:
        text: str = rtf_to_text(_with_marks(_with_tame_fields(_with_plain_fonts(source))), errors="replace")
    except Exception as error:  # it checks nothing, and so fails in many ways
        raise FootnoteError(f"the RTF is damaged ({type(error).__name__}: {error})") from None
    text = _RAISED_NUMBER.sub(r"^\1", text).replace(_RAISED, "")
    # Signs beyond the first 65,536 are written as two halves.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _line_blocks(line: str) -> list[Block]:
    """striprtf gives a paragraph a line, and a row of a table as one with a bar behind every cell."""
    if line.endswith("|"):
        return row([[Block(cell)] for cell in line[:-1].split("|")])
    item = _ITEM.match(line)
    if item:
        mark = item["mark"] + " " if item["mark"][-1] in ".)" else ""
        return [Block(mark + line[item.end() :].strip(), "item")]
    return [Block(line.strip())] if line.strip() else []


def _group(source: str, name: str) -> str:
    """The first group `{\\name ...}` with its braces; empty where there is none."""
    start = re.search(r"\{(?:\\\*)?\\" + name + r"(?![a-z])", source)
    if not start:
        return ""
    depth = 0
    for brace in _BRACE.finditer(source, start.start()):
        depth += {"{": 1, "}": -1}.get(brace[1] or "", 0)
        if depth == 0:
            return source[start.start() : brace.end()]
    return source[start.start() :]


def _field(info: str, name: str, code_page: str) -> str:
    group = _group(info, name)
    if not group:
        return ""
    content = re.sub(r"^\{(?:\\\*)?\\" + name + r"\s?", "", group)
    return _plain(f"{{\\rtf1\\ansicpg{code_page} {content}")


def _date(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _with_plain_fonts(source: str) -> str:
    """The source with its font table written anew, in the form that striprtf's patterns find in one go.

    On a table without the signs they look for, they would go over the rest of the file once for every font.
    """
    table: str = font_table_group(source)
    fonts = ""
    font = "0"
    for match in _FONT.finditer(table):
        if match[1] == "f":
            font = match[2]
        else:
            fonts += f"{{\\f{font}\\fcharset{match[2]} font;}}\n"
    return source.replace(table, f"{{\\fonttbl{fonts}}}", 1) if table else source


def _with_tame_fields(source: str) -> str:
    """The source with links in a form that striprtf does not look at.

    It would write their addresses into the text, by a pattern that takes forever on a long line of them.
    """
    return _LINK.sub(r"\\fldinst0", source)


def _with_marks(source: str) -> str:
    """The source with a sign, which striprtf takes for text, before whatever is raised.

    To which number it belongs shows in the text: in the source, what it stands behind may be in another group.
    """
    return _SUPER.sub(lambda match: match[1] or rf"\super {_RAISED}", source)
