"""A conversation as Markdown, as a web page and as a Word document, its footnotes numbered through.

Whatever comes from articles, questions or titles is escaped: it reads there as it reads here.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assistant.library import StoredTurn
from assistant.text import canonical_text, is_url
from ui.answers import marked_text, refusal_words, remarks, unfinished_words
from ui.words import described

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.run import Run

_INLINE = re.compile(r"([\\`*_\[\]<>$~|&#]|:(?=//)|(?<=www)\.)")
"""The colon and full stop: GitHub's Markdown makes links of bare addresses, with the escapes in them."""
_NOT_IN_LINKS = re.compile(r"[\s<>\x00-\x1f\x7f]")
_LINE_START = re.compile(r"(?m)^(\s*)([+\-=]|\d+[.)])")
_NOT_IN_NAMES = re.compile(r"[^\w-]+")
_STYLE = """:root{color-scheme:light dark}
body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif;
overflow-wrap:anywhere}h2{margin-top:2.5rem;font-size:1.15rem}.short{font-size:1.2em;font-weight:600}
li{margin:.6em 0}blockquote{margin:.3em 0;padding-left:.8em;border-left:3px solid currentColor}"""

Line = tuple[str, tuple[int, ...]]
"""A text with the numbers of its footnotes."""


@dataclass(frozen=True, slots=True)
class Footnote:
    """One footnote of the whole conversation."""

    number: int
    label: str
    where: str
    quote: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer as they are exported."""

    question: str
    short: str | None
    sentences: tuple[Line, ...]
    remarks: tuple[Line, ...]
    """What is said besides: a refusal, where sources disagree, notes, why there is no answer."""
    footnotes: tuple[Footnote, ...]


def exchanges(turns: Sequence[StoredTurn]) -> list[Exchange]:
    """The turns of a conversation, footnotes numbered from its first to its last."""
    made: list[Exchange] = []
    used = 0
    for turn in turns:
        made.append(_exchange(turn, used))
        used += len(made[-1].footnotes)
    return made


def file_name(title: str, suffix: str) -> str:
    """A file name that every system takes."""
    return (_NOT_IN_NAMES.sub("-", title).strip("-")[:60] or "conversation") + suffix


def markdown(title: str, turns: Sequence[StoredTurn]) -> str:
    """The conversation as Markdown with footnotes."""
    parts = [f"# {_marked(title)}"]
    made = exchanges(turns)
    for exchange in made:
        parts.append(f"## {_marked(exchange.question)}")
        if exchange.short:
            parts.append(f"**{_marked(exchange.short)}**")
        parts += [_marked(text) + _markdown_marks(numbers) for text, numbers in exchange.sentences]
        parts += [f"*{_marked(text)}*{_markdown_marks(numbers)}" for text, numbers in exchange.remarks]
    parts += [f"[^{n.number}]: {_marked(n.label)}. “{_marked(n.quote)}” {_linked(n.where)}" for n in _footnotes(made)]
    return "\n\n".join(parts) + "\n"


def web_page(title: str, turns: Sequence[StoredTurn]) -> str:
    """The conversation as one page that needs, and may load, nothing else."""
    name = html.escape(title)
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>{_STYLE}</style>\n<h1 dir=auto>{name}</h1>\n"
        + "\n".join(_page_parts(exchanges(turns)))
        + "\n</html>\n"
    )


def word_document(title: str, turns: Sequence[StoredTurn]) -> bytes:
    """The conversation as a Word document, its footnotes in a list at the end."""
    from docx import Document  # takes a moment, and is needed for this only

    document = Document()
    document.core_properties.title = _plain(title)[:255]
    document.core_properties.author = "Footnote"
    document.add_heading(_plain(title), level=1)
    made = exchanges(turns)
    for exchange in made:
        _write_exchange(document, exchange)
    footnotes = _footnotes(made)
    if footnotes:
        document.add_heading("Footnotes", level=2)
    for footnote in footnotes:
        document.add_paragraph(_plain(f"{footnote.number}. {footnote.label}. “{footnote.quote}” {footnote.where}"))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _exchange(turn: StoredTurn, used: int) -> Exchange:
    if turn.unfinished:
        # It may be under way this moment.
        why = "Not answered yet when this was saved." if turn.asking else unfinished_words(turn.unfinished)
        return Exchange(turn.question, None, (), ((why, ()),), ())
    answer = turn.answer
    numbers = {c["number"]: used + place for place, c in enumerate(answer["citations"], start=1)}

    def line(text: str, cited: Sequence[int]) -> Line:
        return text, tuple(numbers[number] for number in cited)

    refusal = [line(refusal_words(answer), ())] if answer["abstained"] else []
    sentences = tuple(line(marked_text(s), s["citations"]) for s in answer["sentences"])
    besides = (*refusal, *(line(remark.text, remark.citations) for remark in remarks(answer)))
    footnotes = tuple(_footnote(numbers[c["number"]], c) for c in answer["citations"])
    return Exchange(turn.question, answer["short_answer"], sentences, besides, footnotes)


def _footnote(number: int, citation: Mapping[str, Any]) -> Footnote:
    return Footnote(number, described(citation), citation["url"] or citation["source"], citation["quote"])


def _footnotes(made: Sequence[Exchange]) -> list[Footnote]:
    return [footnote for exchange in made for footnote in exchange.footnotes]


def _marked(text: str) -> str:
    """Text in which Markdown sees no markup."""
    escaped = _INLINE.sub(r"\\\1", " ".join(text.split()))
    return _LINE_START.sub(lambda m: f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", escaped)


def _linked(where: str) -> str:
    """A web address as a link, in which Markdown knows no escapes; a path as text."""
    if not is_url(where):
        return _marked(where)
    return f"<{_NOT_IN_LINKS.sub(lambda found: quote(found[0]), where)}>"


def _markdown_marks(numbers: Sequence[int]) -> str:
    return "".join(f"[^{number}]" for number in numbers)


def _page_marks(numbers: Sequence[int]) -> str:
    return "".join(f'<sup><a href="#n{number}">[{number}]</a></sup>' for number in numbers)


def _page_parts(made: Sequence[Exchange]) -> Iterator[str]:
    for exchange in made:
        yield f"<h2 dir=auto>{html.escape(exchange.question)}</h2>"
        if exchange.short:
            yield f'<p class="short" dir=auto>{html.escape(exchange.short)}</p>'
        for text, numbers in exchange.sentences:
            yield f"<p dir=auto>{html.escape(text)}{_page_marks(numbers)}</p>"
        for text, numbers in exchange.remarks:
            yield f"<p dir=auto><em>{html.escape(text)}</em>{_page_marks(numbers)}</p>"
    footnotes = _footnotes(made)
    if footnotes:
        yield "<h2>Footnotes</h2>\n<ol>"
        for n in footnotes:
            label, quote, where = map(html.escape, (n.label, n.quote, n.where))
            yield f'<li id="n{n.number}" value="{n.number}" dir=auto>{label}'
            yield f"<blockquote>{quote}</blockquote>{where}</li>"
        yield "</ol>"


def _write_exchange(document: WordDocument, exchange: Exchange) -> None:
    document.add_heading(_plain(exchange.question), level=2)
    if exchange.short:
        document.add_paragraph().add_run(_plain(exchange.short)).bold = True
    for line in exchange.sentences:
        _write_line(document, line)
    for line in exchange.remarks:
        _write_line(document, line).italic = True


def _write_line(document: WordDocument, line: Line) -> Run:
    """Add a paragraph with its footnotes' numbers; returns its text."""
    text, numbers = line
    paragraph = document.add_paragraph()
    written = paragraph.add_run(_plain(text))
    for number in numbers:
        paragraph.add_run(f"[{number}]").font.superscript = True
    return written


def _plain(text: str) -> str:
    """Text that XML can hold."""
    return canonical_text(text)
