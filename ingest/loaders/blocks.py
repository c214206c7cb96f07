"""Text as blocks (paragraphs, headings, items of lists, rows of tables), and how blocks become an article's text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import lxml.html
from lxml import etree

from assistant.errors import FootnoteError
from assistant.text import canonical_text
from ingest.loaders.markup import one_line, plain_superscripts

Kind = Literal["text", "heading", "item", "row"]

_SOFT_HYPHEN = "\xad"  # where a word may be broken; it would hide the word from a search


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text that stands by itself."""

    text: str
    kind: Kind = "text"


def joined(blocks: Iterable[Block]) -> str:
    """Canonical text of blocks: a blank line between two; items of a list and rows of a table keep together."""
    pieces: list[str] = []
    before: Kind | None = None
    for block in blocks:
        if pieces:
            pieces.append("\n" if block.kind == before and before in ("item", "row") else "\n\n")
        pieces.append(block.text)
        before = block.kind
    return canonical_text("".join(pieces).replace(_SOFT_HYPHEN, ""))


def row(cells: Sequence[Sequence[Block]]) -> list[Block]:
    """A row of a table as one line. A single cell with several blocks is a frame around them, and they stay."""
    if len(cells) == 1 and len(cells[0]) > 1:
        return list(cells[0])
    texts = [" ".join(word for block in cell for word in block.text.split()) for cell in cells]
    return [Block(" | ".join(texts), "row")] if any(texts) else []


def without_title(blocks: Sequence[Block], *titles: str | None) -> Sequence[Block]:
    """Blocks without a first one that says the title, which is shown above the text: twice is once too often."""
    said = len(blocks) > 1 and one_line(blocks[0].text) in titles
    return blocks[1:] if said else blocks


# HTML

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_ITEMS = frozenset(("li", "dt", "dd"))
_CELLS = frozenset(("td", "th"))
_BLOCKS = (
    _HEADINGS
    | _ITEMS
    | _CELLS
    | frozenset(
        """address article aside blockquote body caption center details dl div fieldset figcaption figure footer
        form header hr html main nav ol p pre section summary table tbody tfoot thead tr ul""".split()
    )
)
_UNREAD = frozenset("audio canvas head iframe noscript object rp rt script select style svg template video".split())
# Page numbers of the printed book and the marks of notes would stand in the middle of sentences.
_UNREAD_TYPES = frozenset(("pagebreak", "noteref"))
_SPACE = re.compile(r"[ \t\r\n\f]+")
_SPACE_AT_BREAK = re.compile(r" *\n *")


def parse_html(source: str) -> Any:
    """The root element of a page or piece of HTML, however faulty; None where it has no element at all.

    Raises:
        FootnoteError: it is nested more than 2,000 deep, where the parser stops.
    """
    # Old pages leave hundreds of tags open, so the larger limit. HTML has no entities of its own to fear.
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(plain_superscripts(source).encode("utf-8", "replace"), parser)
    except etree.ParserError:  # it is empty
        return None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise FootnoteError("its HTML is nested too deeply to be read")
    return root


def html_blocks(root: Any) -> list[Block]:
    """The text blocks below an element of HTML; none where it is None."""
    if root is None:
        return []
    walk = etree.iterwalk(root, events=("start", "end"))  # no recursion: it may be deep
    reading = _Reading()
    for event, element in walk:
        if event == "start" and _is_unread(element):
            walk.skip_subtree()
        elif event == "start":
            reading.start(element.tag)
            reading.add(element.text)
        else:
            if not _is_unread(element):
                reading.end(element.tag)
            reading.add(element.tail if element is not root else None)
    return reading.blocks


def _is_unread(element: Any) -> bool:
    if element.tag in _UNREAD or element.get("hidden") is not None:
        return True
    kinds = f"{element.get('epub:type') or ''} {(element.get('role') or '').replace('doc-', '')}"
    return not _UNREAD_TYPES.isdisjoint(kinds.split())


class _Reading:
    """The state of a walk over HTML."""

    def __init__(self) -> None:
        self._outs: list[list[Block]] = [[]]  # the page's blocks, then those of each cell that is open
        self._rows: list[list[list[Block]]] = []
        self._kinds: list[Kind] = ["text"]
        self._pieces: list[str] = []
        self._preformatted = 0

    @property
    def blocks(self) -> list[Block]:
        self._flush()
        return self._outs[0]

    def start(self, tag: str) -> None:
        if tag == "br":
            self._pieces.append("\n")
        if tag not in _BLOCKS:
            return
        self._flush()
        self._preformatted += tag == "pre"
        if tag == "tr":
            self._rows.append([])
        elif tag in _CELLS:
            self._outs.append([])
        self._kinds.append(self._kind(tag))

    def _kind(self, tag: str) -> Kind:
        if tag in _HEADINGS:
            return "heading"
        if tag in _ITEMS:
            return "item"
        return "text" if tag in _CELLS else self._kinds[-1]

    def end(self, tag: str) -> None:
        if tag not in _BLOCKS:
            return
        self._flush()
        self._preformatted -= tag == "pre"
        self._kinds.pop()
        if tag in _CELLS:
            cell = self._outs.pop()
            if self._rows:
                self._rows[-1].append(cell)
            else:
                self._outs[-1] += cell  # a cell outside a table
        elif tag == "tr":
            self._outs[-1] += row(self._rows.pop())

    def add(self, text: str | None) -> None:
        if text:
            self._pieces.append(text if self._preformatted else _SPACE.sub(" ", text))

    def _flush(self) -> None:
        text = "".join(self._pieces)
        self._pieces.clear()
        if not self._preformatted:
            text = _SPACE_AT_BREAK.sub("\n", re.sub(" {2,}", " ", text)).strip()
        if text.strip():
            self._outs[-1].append(Block(text.strip("\n"), self._kinds[-1]))
