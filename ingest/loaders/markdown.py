"""Markdown with optional YAML front matter (title, author, publisher, published, url).

Markup becomes plain text: what a reader of the rendered page would read, a block a paragraph and a line
a row of a table.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.errors import FootnoteError
from assistant.types import Document, Metadata
from ingest.loaders.blocks import Block, html_blocks, joined, parse_html, row
from ingest.loaders.markup import language_code, one_line, plain_superscripts
from ingest.loaders.plain_text import decode
from ingest.loaders.records import date_in

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(r"(?:[^\S\n]*(?:#.*)?\n)*[\w-]+[ \t]*:(?:\s|$)")
_LINE_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)

# The preset's 20 is ten lists in one another, below which it leaves out the rest of the article without a word. What is
# far deeper ends in a RecursionError, which is told.
_markdown = MarkdownIt("commonmark", {"maxNesting": sys.maxsize}).enable("table")


def load(data: bytes, fallback_title: str) -> Document:
    """Read Markdown; the title is the front matter's, else that of the first heading, else the fallback.

    Raises:
        FootnoteError: it is not text, or the front matter is not YAML.
    """
    source = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    fields, body = split_front_matter(source)
    blocks, first_heading = plain_blocks(body)
    title = one_line(fields.pop("title", None)) or first_heading or fallback_title
    if blocks and first_heading == blocks[0].text and title == first_heading:
        blocks = blocks[1:]  # the title is shown above the text; twice is once too often
    return Document(joined(blocks), metadata(title, fields))


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without aliases, since nested ones turn a few bytes into gigabytes; all values are text as typed.

    YAML would take a title `No` for false, and `12:30` for 750.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias where a node is expected."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


_PlainLoader.yaml_implicit_resolvers = {
    character: [(tag, pattern) for tag, pattern in resolvers if tag.endswith(":null")]
    for character, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def split_front_matter(source: str) -> tuple[dict[str, Any], str]:
    """The fields of the front matter (names in lower case) and the text after it.

    Between two lines of dashes may also stand text, which is no `name: value`; it stays.

    Raises:
        FootnoteError: the front matter begins with a name, but is not YAML of the form `name: value`.
    """
    match = _FRONT_MATTER.match(source)
    if not match:
        return {}, source
    try:
        fields = yaml.load(match[1], _PlainLoader) or {}  # a safe loader, and stricter
    except (yaml.YAMLError, ValueError) as error:
        if not _NAMED.match(match[1]):
            return {}, source
        where = getattr(error, "problem_mark", None)
        place = f" in line {where.line + 2}" if where else ""
        raise FootnoteError(f"the front matter is not YAML{place}; quote values that hold ': '") from None
    if not isinstance(fields, dict):
        return {}, source
    return {str(name).lower(): value for name, value in fields.items()}, source[match.end() :]


def metadata(title: Any, fields: dict[str, Any]) -> Metadata:
    """Metadata from front matter fields; empty ones count as absent."""
    return Metadata(
        title=one_line(title) or "Untitled",
        author=one_line(fields.get("author") or fields.get("authors")),
        publisher=one_line(fields.get("publisher")),
        url=one_line(fields.get("url")),
        published=date_in(one_line(fields.get("published") or fields.get("date"))),
        language=language_code(fields.get("language") or fields.get("lang")),
    )


def plain_blocks(body: str) -> tuple[list[Block], str | None]:
    """The text blocks of Markdown without its markup, and the first level-one heading."""
    blocks: list[Block] = []
    cells: list[list[Block]] = []
    heading: str | None = None
    tokens = _markdown.parse(plain_superscripts(body))
    for position, token in enumerate(tokens):
        opener = tokens[position - 1]
        if token.type == "tr_close":
            blocks += row(cells)
            cells = []
        elif opener.type in ("th_open", "td_open"):
            cells.append(_token_blocks(token))
        else:
            blocks += _token_blocks(token)
        if opener.type == "heading_open" and opener.tag == "h1" and heading is None:
            heading = _inline_text(token.children or [])
    return blocks, heading


def _token_blocks(token: Token) -> list[Block]:
    if token.type == "html_block":
        return html_blocks(parse_html(token.content))
    text = _inline_text(token.children or []) if token.type == "inline" else ""
    if token.type in ("code_block", "fence"):
        text = token.content.strip("\n")
    return [Block(text)] if text.strip() else []


def _inline_text(tokens: Sequence[Token]) -> str:
    parts = []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type == "softbreak":
            parts.append(" ")
        elif token.type == "hardbreak" or (token.type == "html_inline" and _LINE_BREAK_TAG.match(token.content)):
            parts.append("\n")
        elif token.type == "image":
            parts.append(_inline_text(token.children or []))  # its description
    return "".join(parts)
