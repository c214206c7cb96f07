"""PDF, by PDFium: the text in reading order, with the place where each page begins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from statistics import median

import pypdfium2

from assistant.errors import FootnoteError
from assistant.text import canonical_text
from assistant.types import Document, Metadata
from ingest.loaders.markup import meant

_MAX_PAGES = 5_000
_DATE = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_BEGINS_ITEM = re.compile(r"^\s*(?:[•▪‣◦●■–-]\s|\(?\d{1,3}[.)]\s|\(?[a-z][.)]\s)")
_FIRST_YEAR = 1900
"""From here on a number is no page's: results of three years may stand on three pages."""
_DIGITS = re.compile(r"\d+")
# PDFium marks a hyphen at a line's end, put there to break a word, with U+FFFE or U+0002.
_BREAK_HYPHEN = re.compile("[\ufffe\x02]\r?\n?|(?<=[a-zà-ÿ])-\r?\n(?=[a-zà-ÿ])")
# A line that fills less than this share of the usual width ends its paragraph.
_FULL_LINE = 0.8
# A line at the top or bottom of this share of the pages is a running title or page number.
_RUNNING_SHARE = 0.5
_FEWEST_FOR_RUNNING = 3


def load(data: bytes, fallback_title: str) -> Document:
    """Read a PDF.

    Raises:
        FootnoteError: it is locked, damaged, or holds pictures of text only.
    """
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise FootnoteError(_reason(str(error))) from None
    with pdf:
        pages = _page_texts(pdf)
        fields = pdf.get_metadata_dict()
    texts = [canonical_text(_paragraphs(lines)) for lines in without_running_lines(pages)]
    if not any(character.isalnum() for text in texts for character in text):
        what = "pictures of pages" if pages else "no pages"
        raise FootnoteError(f"the PDF holds {what}, no text; run it through text recognition (OCR) first")
    text, starts = joined(texts)
    return Document(
        text,
        Metadata(
            title=meant(fields.get("Title")) or fallback_title,
            author=meant(fields.get("Author")),
            published=_date(fields.get("CreationDate")),
        ),
        starts,
    )


def _reason(error: str) -> str:
    if "password" in error.lower() or "security" in error.lower():
        return "the PDF is locked by a password; save it without one"
    return f"the PDF is damaged ({error})"


def _page_texts(pdf: pypdfium2.PdfDocument) -> list[list[str]]:
    """The lines of each page."""
    if len(pdf) > _MAX_PAGES:
        raise FootnoteError(f"the PDF has {len(pdf):,} pages, the limit is {_MAX_PAGES:,}; split it")
    pages = []
    for number in range(len(pdf)):
        try:
            page = pdf[number]
            text = page.get_textpage().get_text_range()
            page.close()
        except pypdfium2.PdfiumError as error:
            raise FootnoteError(f"page {number + 1} of the PDF is damaged ({error})") from None
        pages.append([line.strip() for line in _BREAK_HYPHEN.sub("", text).splitlines()])
    return pages


def without_running_lines(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """The lines of each page without titles and numbers that run along the top and bottom of many."""
    if len(pages) < _FEWEST_FOR_RUNNING:
        return [list(lines) for lines in pages]
    seen = Counter(
        key
        for page, lines in enumerate(pages)
        for key in set[str]().union(*(_running_keys(lines[i], page) for i in (0, -1) if lines))
    )
    running = {key for key, count in seen.items() if count >= max(_FEWEST_FOR_RUNNING, _RUNNING_SHARE * len(pages))}
    kept = []
    for page, lines in enumerate(pages):
        left = list(lines)
        while left and _running_keys(left[0], page) & running:
            left.pop(0)
        while left and _running_keys(left[-1], page) & running:
            left.pop()
        kept.append(left)
    return kept


def _running_keys(line: str, page: int) -> set[str]:
    """What a line has in common with running ones: itself, or itself but for a number that goes up with the pages."""
    plain = " ".join(line.split())
    keys = {plain}
    for match in _DIGITS.finditer(plain):
        if int(match[0]) < _FIRST_YEAR:
            keys.add(f"{plain[: match.start()]}#{int(match[0]) - page}{plain[match.end() :]}")
    return keys


def _paragraphs(lines: Sequence[str]) -> str:
    """Lines joined to paragraphs: a short line or an item's mark ends one."""
    widths = [len(line) for line in lines if line]
    full = _FULL_LINE * (median(sorted(widths)[len(widths) // 2 :]) if widths else 0)
    text = ""
    before = ""
    for line in lines:
        if not before or not line:
            text += "" if not line else f"\n\n{line}"
        elif _BEGINS_ITEM.match(line):
            text += f"\n{line}"
        elif len(before) >= full or not (_SENTENCE_END.search(before) or line[:1].isupper()):
            text += f" {line}"
        else:
            text += f"\n\n{line}"
        before = line
    return text


def joined(texts: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """Pages as one text, and where each begins; a sentence that runs over a page's end stays whole."""
    text = ""
    starts = []
    for page in texts:
        if text and page:
            text += "\n\n" if _SENTENCE_END.search(text) or not page[0].islower() else " "
        starts.append(len(text))
        text += page
    return text, tuple(starts)


def _date(value: str | None) -> date | None:
    match = _DATE.match(value or "")
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1)) if match else None
    except ValueError:
        return None
