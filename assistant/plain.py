"""What a language model writes, cut into sentences and freed of everything that is not text.

Markdown, HTML, links, images, formulas and what hides text go, and so do marks of sources in all their forms: nothing
a model says of its sources is believed, and what is left of such a mark would stand in the sentence as if it were said.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from assistant.text import canonical_text, fold, sentence_spans, words
from assistant.types import Metadata, Span

_BLANKS = r"(?<!\s)\s*"
_TARGET = r"\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\]"
_IMAGE = re.compile(rf"!\[[^\]]*\](?:{_TARGET})?")
_LINK = re.compile(rf"\[([^\]]*)\](?:{_TARGET})")
# "The `<script>` element" tells of one.
_SCRIPT = re.compile(r"(?<!`)<(script|style)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_OPEN_SCRIPT = re.compile(r"(?<!`)<(?:script|style)\b", re.IGNORECASE)
_OPEN_LINK = re.compile(r"!?\[[^\]\n]*(?:\](?:\([^)\n]*)?)?$|!$")

_KIND = r"(?:passage|source|document|doc|ref|reference|excerpt|footnote)s?"
_NUMBERED = rf"{_KIND}\.?[ _]?#?\d{{1,3}}"
_PAGE = r"(?:pp?\. ?|pages? )\d{1,4}"
_NUMBERS = r"\^?\d{1,3}(?:\s*[,–-]\s*\^?\d{1,3})*"
_CITED = rf"(?:see |from |in )?(?:{_NUMBERED}|{_PAGE}|sources?:)"
_SOURCES = rf"\[(?:\[?{_NUMBERS}\]?|[PSRD]\d{{1,2}}|{_CITED}[^\]]*)\]"
_LINKED_MARK = re.compile(rf"{_BLANKS}{_SOURCES}(?:{_TARGET})", re.IGNORECASE)
_MARK = re.compile(
    rf"{_BLANKS}(?:{_SOURCES}|【[^】]*】|\({_CITED}[^)]*\)|\{{\d{{1,2}}\}}|<\d{{1,2}}>|«\d{{1,2}}»|\((?:1?\d|20)\)(?=[.!?]?\s*$))",
    re.IGNORECASE,
)
"""No prompt has more than 20 passages, and "Ada Holt (62)" tells an age."""
_MARKED_UP = re.compile(r"<(cite|ref|citation)\b[^>]*>[^<]*</\1>", re.IGNORECASE)
_RAISED = re.compile(
    r"(?:(?<![\w.,])|(?<=\dx))(?P<base>10|2)(?:<sup>(?P<raised>-?\d{1,3})</sup>|\^\{?(?P<power>-?\d{1,3})\}?)"
    r"|<sup>\[?(\d{1,2})\]?</sup>|(?<!\[)\^(?:(\d{1,2})(?!\d)|\[(\d{1,2})\])",
    re.IGNORECASE,
)
"""A power of ten or two, or else a mark or a unit: "2019^1", "m^2"."""
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_UNIT = 3
"""A raised number behind a longer word is a mark: "m²" and "km³" are units."""
_RAISED_MARK = re.compile(rf"(?:(?<![^\s.!?,;:\"”’)\]])|(?<=[^\W\d_]{{{_UNIT + 1}}}))[⁰¹²³⁴⁵⁶⁷⁸⁹]+")

# Behind a word it needs the look of one: "x<y and z>w" has none.
_TAG = re.compile(r"<![^<>]*>|</?[a-zA-Z](?:[^<>\s]*|[^<>=/]*[=/][^<>]*)>|(?<![\w)])</?[a-zA-Z][^<>]*>")
_BREAK = re.compile(r"</?(?:br|p|li|ul|ol|div|h[1-6]|t[dhr])\b[^<>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|\w{2,31});", re.IGNORECASE)
_ADDRESS = re.compile(r"\b(?:https?|ftp|data|javascript|file):\S+|\bwww\.\S+", re.IGNORECASE)
_START = re.compile(r"^\s*(?:#{1,6}\s+|>+\s*|[-*+•]\s+(?:\[[ xX]\]\s+)?|\(?\d{1,2}[.)]\s+)+")
_EMPHASIS = re.compile(r"\*{1,3}|`+|~~|(?<!\w)_{1,2}(?=\S)|(?<=\S)_{1,2}(?!\w)")
_FORMULA = re.compile(r"\$([^\s$A-Za-z]+)\$(?!\d)")
_FORMULA_MARK = re.compile(r"\\[()\[\]]")
_ESCAPED = re.compile(r"\\([$%&#_{}*~^])")
_TYPED_QUOTATION = re.compile(r"``([^`'\n]+)''")
_HIDDEN = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
    "|(?<=[\x00-\u024f])[\u200c\u200d]+(?=[\x00-\u024f])"  # elsewhere they shape letters and join pictures
)
_STYLED = ("<wide>", "<font>")
"""Forms of letters and digits that look like others: what "６３" says is found only as 63."""

_LIST_MARK = re.compile(r"[(]?(\d{1,2})[.)]")
_ITEM = re.compile(rf"{_LIST_MARK.pattern}\s")
_CLOSED_BY = {"“": "”", "„": "“”", "«": "»", '"': '"'}
_QUOTATION_MARK = re.compile('[“”„«»"]')
_DIGITS = tuple("0123456789")  # 6" is a length
_LONGEST_QUOTATION = 600
"""Characters after which a quotation mark that nothing closes is taken for a slip."""
_ROW = "|"
_END = re.compile(r"[.!?…。！？][\"'”’»)\]*_]*$")
_FENCE = re.compile(r"(?:```|~~~)\w*")
_LINE_ENDS = re.compile(r"[^\S\n]*\n")
_LONGEST_LABEL = 4
"""Words of a line without an end that is a heading, where the next line begins a paragraph or list."""
_BOLD = re.compile(r"\*\*[^*]+\*\*:?")
_BEGINS_BLOCK = re.compile(r"[^\S\n]*\n\s*?(?:\n|[=-]{3,}[^\S\n]*\n|(?:[-*+•]|\d{1,2}[.)])\s)")
_BEGINS_DEEPER = re.compile(r"[^\S\n]*\n[^\S\n]{2,}\S")


@dataclass(frozen=True, slots=True)
class SourceNames:
    """How a text may name the articles it has something from."""

    names: tuple[str, ...] = ()
    """Titles, publishers and authors, folded; the longest first."""
    dates: tuple[str, ...] = ()
    """Days, months and years of publication in words, folded; the longest first."""


NO_NAMES = SourceNames()


def source_names(articles: Iterable[Metadata]) -> SourceNames:
    """How a text may name these articles."""
    articles = list(articles)
    named = {fold(name) for m in articles for name in (m.title, m.publisher, m.author) if name}
    named |= {name.removeprefix("the ") for name in named}
    dated = {fold(said) for m in articles if m.published for said in _dates(m.published)}
    return SourceNames(tuple(sorted(named - {""}, key=len, reverse=True)), tuple(sorted(dated, key=len, reverse=True)))


def _dates(day: date) -> list[str]:
    return [f"{day:{form}}" for form in ("%-d %B %Y", "%B %-d %Y", "%-d %b %Y", "%Y-%m-%d", "%B %Y", "%-d %B", "%Y")]


_NUMBERED_SOURCE = re.compile(rf"\b(?:{_KIND}|article|pages?|pp?) \d{{1,4}}\b(?: \d{{1,3}}\b)*")
_BESIDE_SOURCES = frozenset(
    """according as reported by in to from see of on the a an and its article report reports story paper newspaper
    source sources published dated titled entitled page passage""".split()
)


def is_source(text: str, sources: SourceNames) -> bool:
    """Whether a text names sources and says nothing else: "The Fenway Post, 14 March 2025", "Passage 2"."""
    left = f" {fold(text)} "
    unnamed = _NUMBERED_SOURCE.sub(" ", left)
    for name in sources.names:
        unnamed = unnamed.replace(f" {name} ", "  ")
    if unnamed == left:
        return False
    for day in sources.dates:
        unnamed = unnamed.replace(f" {day} ", "  ")
    return set(unnamed.split()) <= _BESIDE_SOURCES


def completed(text: str, listed: int = 0) -> tuple[list[Span], int]:
    """The sentences of a text that is still being written, and where what is not one yet begins.

    Args:
        text: what was written since the last of them.
        listed: as in `spans_of_sentences`.
    """
    # An address or image that is not closed yet may hold what looks like the end of a sentence.
    spans = spans_of_sentences(text[: _open_from(text)], listed)
    return (spans[:-1], spans[-1].start) if len(spans) > 1 else ([], 0)


def spans_of_sentences(text: str, listed: int = 0) -> list[Span]:
    """The sentences of a model's text: what is quoted stays together, and a number of a list with what it numbers.

    Args:
        text: what it wrote.
        listed: the number of the last item of a list before it.
    """
    spans: list[Span] = []
    for span in sentence_spans(text):
        before = spans[-1].of(text) if spans else ""
        same_line = bool(spans) and "\n" not in text[spans[-1].end : span.start]
        mark = _LIST_MARK.fullmatch(before)
        # "26." answers how many, but "10." behind item 9 does not.
        numbered = mark and (len(mark[1]) == 1 or int(mark[1]) == listed + 1)
        if mark and numbered and same_line:
            spans[-1], listed = Span(spans[-1].start, span.end), int(mark[1])
        elif spans and ((same_line and before.startswith(_ROW)) or _is_quoting(before)):
            spans[-1] = Span(spans[-1].start, span.end)
        else:
            spans.append(span)
    return spans


def _is_quoting(text: str) -> bool:
    """Whether a quotation that begins in a text has not ended."""
    opened, closing = 0, ""
    for match in _QUOTATION_MARK.finditer(text):
        if closing:
            closing = "" if match[0] in closing else closing
        elif match[0] in _CLOSED_BY and not (match[0] == '"' and text[: match.start()].endswith(_DIGITS)):
            opened, closing = match.start(), _CLOSED_BY[match[0]]
    return bool(closing) and len(text) - opened < _LONGEST_QUOTATION


def has_ended(sentence: str) -> bool:
    """Whether a sentence, as it was written, has the mark of its end."""
    return bool(_END.search(_MARK.sub("", sentence).rstrip()))


def is_label(text: str, span: Span) -> bool:
    """Whether a piece of a text is a heading or the like: the line of a fence, or a few words above others."""
    raw, behind = span.of(text), text[span.end :]
    if raw.startswith("#") and re.match(r"#{1,6}\s", raw):
        return True
    alone = not text[: span.start].strip(" \t") or text[: span.start].rstrip(" \t").endswith("\n")
    if not alone or not _LINE_ENDS.match(behind):
        return False
    if _FENCE.fullmatch(raw) or _BOLD.fullmatch(raw):
        return True
    begun = _START.match(raw)
    short = len(words(raw[begun.end() :] if begun else raw)) <= _LONGEST_LABEL
    if (
        not short
        or has_ended(raw)
        or raw.startswith(_ROW)
        or any(c.isdigit() for c in raw[begun.end() if begun else 0 :])
    ):
        return False
    return bool((_BEGINS_DEEPER if begun else _BEGINS_BLOCK).match(behind))


def item_number(raw: str) -> int:
    """The number of an item of a list; 0 where it is none."""
    item = _ITEM.match(raw)
    return int(item[1]) if item else 0


def cells(row: str) -> list[str]:
    """The cells of a row of a Markdown table, as plain text; none where it is no row."""
    if not row.startswith(_ROW):
        return []
    return [plain_sentence(cell) for cell in row.strip().strip(_ROW).split(_ROW)]


def plain_sentence(raw: str, sources: SourceNames = NO_NAMES) -> str:
    """A sentence without Markdown, HTML, links, images, formulas, marks and names of sources, and addresses."""
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), _without_hidden(canonical_text(raw)))
    text = _MARKED_UP.sub("", _without_elements(text))
    text = _FORMULA.sub(r"\1", _FORMULA_MARK.sub("", text))
    text = _RAISED.sub(_raised, text)
    text = _ADDRESS.sub("", _MARK.sub("", _TAG.sub("", _BREAK.sub(" ", text))))
    text = _ESCAPED.sub(r"\1", _EMPHASIS.sub("", _START.sub("", _TYPED_QUOTATION.sub(r"“\1”", text))))
    text = _RAISED_MARK.sub("", text)
    if sources.names:
        text = _without_sources(text, sources)
    return " ".join(text.split())


def _raised(match: re.Match[str]) -> str:
    """A power as articles have it ("10^6"), so that its numbers are checked; else what stands above the line."""
    if base := match["base"]:
        return f"{base}^{match['raised'] or match['power']}"
    return (match[4] or match[5] or match[6]).translate(_SUPERSCRIPTS)


_BRACKETED = re.compile(r"(^\s*)?(?:\(([^()]*)\)|\[([^\[\]]*)\])([.!?]*\s*$)?")


def _without_sources(text: str, sources: SourceNames) -> str:
    """Without what names a source in brackets at either end of a sentence."""

    def kept(match: re.Match[str]) -> str:
        at_an_end = match[1] is not None or match[4] is not None
        named = at_an_end and is_source(match[2] or match[3] or "", sources)
        return (match[4] or "").strip() if named else match[0]

    return re.sub(r"(?<!\s)\s+([.!?]+)$", r"\1", _BRACKETED.sub(kept, text))


def _without_hidden(text: str) -> str:
    """Without characters that nobody sees, and with letters and digits in their everyday form."""
    return "".join(
        unicodedata.normalize("NFKC", c) if c > "\u2000" and unicodedata.decomposition(c).startswith(_STYLED) else c
        for c in _HIDDEN.sub("", text)
    )


def without_elements(text: str) -> str:
    """Without images, scripts and linked numbers of sources ("[1][2]"); of other links only the words.

    What is not closed yet at the end stays as it is.
    """
    place = _open_from(text)
    return _without_elements(text[:place]) + text[place:]


def without_open_script(text: str) -> str:
    """Without a script that nothing closes, and all behind it."""
    opened = _OPEN_SCRIPT.search(text)
    return text[: opened.start()] if opened else text


def _open_from(text: str) -> int:
    """Where something begins that is not closed yet: a link, an image, a script; else the end."""
    opened = _OPEN_SCRIPT.search(_SCRIPT.sub(lambda closed: "x" * len(closed[0]), text)) or _OPEN_LINK.search(text)
    return opened.start() if opened else len(text)


def _without_elements(text: str) -> str:
    return _LINK.sub(r"\1", _LINKED_MARK.sub("", _IMAGE.sub("", _SCRIPT.sub(" ", text))))


def has_address(raw: str) -> bool:
    """Whether an address stands in a sentence as it was written."""
    return bool(_ADDRESS.search(raw))
