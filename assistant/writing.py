"""A language model writes, and every sentence is checked as it is completed."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field

from langchain_core.messages import BaseMessage

from assistant.amounts import numbers
from assistant.answering import REFUSAL, cite
from assistant.chat_model import ChatModel, stream
from assistant.grounding import Grounds
from assistant.names import names
from assistant.text import canonical_text, fold, sentence_spans, words
from assistant.types import AnswerSentence, Citation, RankedSentence, Settled, Span, TokenUse, Turn, Written

_LONGEST_TEXT = 12_000
"""Characters after which a model is not listened to any longer."""
_LONGEST_THOUGHTS = 60_000
"""The same, thoughts included, and for a rewritten question."""
_LONGEST_QUESTION = 400
_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?")
_LINK = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_BLANKS = r"(?<!\s)\s*"
_NUMBERED = r"(?:passage|source)s? \d{1,3}"
_SOURCES = rf"\[(?:\^?\d{{1,3}}(?:\s*[,–-]\s*\d{{1,3}})*|(?:see )?{_NUMBERED}[^\]]*)\]"
_LINKED_MARK = re.compile(rf"{_BLANKS}{_SOURCES}(?:\([^)]*\)|\[[^\]]*\])", re.IGNORECASE)
_OPEN_LINK = re.compile(r"!?\[[^\]\n]*(?:\](?:\([^)\n]*)?)?$|!$")
_MARK = re.compile(rf"{_BLANKS}(?:{_SOURCES}|【[^】]*】|\((?:see |from |in )?{_NUMBERED}[^)]*\))", re.IGNORECASE)
_ACCORDING = re.compile(
    rf"^\s*(?:(?:according to|based on|as (?:stated|noted) in|in) )?{_NUMBERED}(?:(?:,| and|, and) \d{{1,3}})*"
    r"\s*[,:]\s*(?=(\w?))",
    re.IGNORECASE,
)
"""Our prompt numbers the passages, and some models say which they read."""
# Behind a word it needs the look of one: "x<y and z>w" has none.
_TAG = re.compile(r"<![^<>]*>|</?[a-zA-Z](?:[^<>\s]*|[^<>=/]*[=/][^<>]*)>|(?<![\w)])</?[a-zA-Z][^<>]*>")
_BREAK = re.compile(r"</?(?:br|p|li|ul|ol|div|h[1-6]|t[dhr])\b[^<>]*>", re.IGNORECASE)
_ADDRESS = re.compile(r"\b(?:https?|ftp|data|javascript|file):\S+|\bwww\.\S+", re.IGNORECASE)
_START = re.compile(r"^\s*(?:#{1,6}\s+|>+\s*|[-*+•]\s+|\d{1,2}[.)]\s+)+")
_HEADING = re.compile(r"\s*#{1,6}\s")
_LIST_MARK = re.compile(r"[(]?(\d{1,2})[.)]")
_ITEM = re.compile(rf"{_LIST_MARK.pattern}\s")
_CLOSED_BY = {"“": "”", "„": "“”", "«": "»", '"': '"'}
_QUOTATION_MARK = re.compile('[“”„«»"]')
_DIGITS = tuple("0123456789")  # 6" is a length
_LONGEST_QUOTATION = 600
"""Characters after which a quotation mark that nothing closes is taken for a slip."""
_THINKS = re.compile(r"\s*<think(?:ing)?>")
_THOUGHT = re.compile(r".*</think(?:ing)?>\s*", re.DOTALL)
_THOUGHT_ENDS = re.compile(r"</think(?:ing)?>")
_LONGEST_MARK = len("</thinking>")
"""What reasoning models write before they answer; the first mark may be part of their prompt."""
_EMPHASIS = re.compile(r"\*{1,3}|`+|(?<!\w)_{1,2}(?=\S)|(?<=\S)_{1,2}(?!\w)")


@dataclass
class Draft:
    """What a model wrote, as far as it is checked."""

    sentences: list[AnswerSentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    tokens: TokenUse | None = None
    refused: bool = False

    @property
    def supported(self) -> int:
        """How many of the sentences are supported."""
        return sum(sentence.supported for sentence in self.sentences)


def write(
    chat: ChatModel,
    prompt: Sequence[BaseMessage],
    grounds: Grounds,
    draft: Draft,
    *,
    show_unsupported: bool,
    cancelled: Callable[[], bool],
) -> Iterator[Written | Settled]:
    """Let a model write, and check each sentence once the next begins.

    Args:
        chat: the model.
        prompt: from `prompts.answer_prompt`.
        grounds: what it may rest on.
        draft: filled as sentences settle, so that what was checked is there when the model breaks off.
        show_unsupported: whether sentences without support are kept, marked.
        cancelled: see `chat_model.stream`.

    Raises:
        ModelError: the model failed.
        StoppedError: the person stopped it.
    """
    open_ = ""
    written = heard = listed = 0
    pieces = _returning(stream(chat, prompt, cancelled), draft)
    for piece in pieces:
        heard += len(piece)
        if heard > _LONGEST_THOUGHTS:
            pieces.close()
            break
        # Looked for in what is new only: thoughts are long.
        ends = _THOUGHT_ENDS.search(open_ + piece, max(0, len(open_) - _LONGEST_MARK))
        open_ += piece
        if ends and (thought := _THOUGHT.match(open_)):
            open_ = open_[thought.end() :]
            draft.sentences.clear()
            draft.citations.clear()
            draft.refused = False
            written = listed = 0
        if _THINKS.match(open_):
            continue
        yield Written(piece)
        open_ = _unlinked(open_)
        written += len(piece)
        complete, open_ = completed(open_, listed)
        listed = max([listed, *(int(item[1]) for sentence in complete if (item := _ITEM.match(sentence)))])
        for place, sentence in enumerate(complete):
            unsettled = " ".join([*complete[place + 1 :], open_])
            yield from _settle(sentence, grounds, draft, show_unsupported, unsettled)
        if written > _LONGEST_TEXT:
            pieces.close()
            break
    for span in [] if _THINKS.match(open_) else spans_of_sentences(open_, listed):
        yield from _settle(span.of(open_), grounds, draft, show_unsupported)


def _returning(pieces: Generator[str, None, TokenUse | None], draft: Draft) -> Generator[str, None, None]:
    draft.tokens = yield from pieces


def completed(text: str, listed: int = 0) -> tuple[list[str], str]:
    """The sentences of a text that is still being written, and what is not one yet.

    Args:
        text: what was written since the last of them.
        listed: as in `spans_of_sentences`.
    """
    # An address or image that is not closed yet may hold what looks like the end of a sentence.
    begun = _OPEN_LINK.search(text)
    spans = spans_of_sentences(text[: begun.start()] if begun else text, listed)
    if len(spans) < 2:
        return [], text
    return [span.of(text) for span in spans[:-1]], text[spans[-1].start :]


def spans_of_sentences(text: str, listed: int = 0) -> list[Span]:
    """The sentences of a model's text: what is quoted stays together, and a number of a list with what it numbers.

    Args:
        text: what it wrote.
        listed: the number of the last item of a list before it.
    """
    spans: list[Span] = []
    for span in sentence_spans(text):
        before = spans[-1].of(text) if spans else ""
        mark = _LIST_MARK.fullmatch(before)
        # "26." answers how many, but "10." behind item 9 does not.
        numbered = mark and (len(mark[1]) == 1 or int(mark[1]) == listed + 1)
        if mark and numbered and "\n" not in text[spans[-1].end : span.start]:
            spans[-1], listed = Span(spans[-1].start, span.end), int(mark[1])
        elif spans and _is_quoting(before):
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


def _settle(raw: str, grounds: Grounds, draft: Draft, show_unsupported: bool, unsettled: str = "") -> Iterator[Settled]:
    text = plain_sentence(raw)
    # A heading, and "Here is what they say:", say nothing.
    if not words(text) or text.endswith(":") or _HEADING.match(raw):
        return
    if is_refusal(text):
        draft.refused = True
        return
    checked = grounds.check(text)
    if not checked.supported:
        sentence = AnswerSentence(text, (), False, checked.support, checked.reason)
        if show_unsupported:
            yield Settled(sentence, (), unsettled)
        draft.sentences.append(sentence)
        return
    cited = tuple(_cited(draft, ranked) for ranked in checked.rests_on)
    sentence = AnswerSentence(text, tuple(c.number for c in cited), True, checked.support)
    draft.sentences.append(sentence)
    yield Settled(sentence, cited, unsettled)


def _cited(draft: Draft, ranked: RankedSentence) -> Citation:
    """Its citation; one that is there already keeps its number."""
    known = next((citation for citation in draft.citations if citation.place == ranked.place), None)
    if known is None:
        known = cite(len(draft.citations) + 1, ranked)
        draft.citations.append(known)
    return known


def plain_sentence(raw: str) -> str:
    """A sentence without Markdown, HTML, links, images, marks of sources, and addresses."""
    text = _TAG.sub("", _BREAK.sub(" ", _unlinked(canonical_text(raw))))
    text = _ADDRESS.sub("", _MARK.sub("", text))
    text = _EMPHASIS.sub("", _START.sub("", text))
    if according := _ACCORDING.match(text):
        text = according[1].upper() + text[according.end() + len(according[1]) :]
    return " ".join(text.split())


def _unlinked(text: str) -> str:
    """Without images and linked numbers of sources ("[1][2]"); of other links only the words."""
    return _LINK.sub(r"\1", _LINKED_MARK.sub("", _IMAGE.sub("", text)))


def is_refusal(text: str) -> bool:
    """Whether a model says that the articles do not answer, and nothing else."""
    return fold(text).removesuffix(" question") == fold(REFUSAL)


def rewritten_question(
    chat: ChatModel,
    prompt: Sequence[BaseMessage],
    question: str,
    history: Sequence[Turn],
    cancelled: Callable[[], bool],
) -> tuple[str | None, TokenUse | None]:
    """The question as a model makes it stand alone, and what that took, where the model says so.

    The question is None where that brings in what nobody said, or is no question.

    Raises:
        ModelError: the model failed.
        StoppedError: the person stopped it.
    """
    draft, text = Draft(), ""
    pieces = _returning(stream(chat, prompt, cancelled), draft)
    for piece in pieces:
        text += piece
        if len(text) > _LONGEST_THOUGHTS:
            pieces.close()
            return None, None
    return _stand_alone(text, question, history), draft.tokens


def _stand_alone(text: str, question: str, history: Sequence[Turn]) -> str | None:
    text = _THOUGHT.sub("", text)
    lines = [plain_sentence(line) for line in text.splitlines() if line.strip()]
    if len(lines) != 1 or not words(lines[0]) or len(lines[0]) > _LONGEST_QUESTION:
        return None
    said = " ".join([question, *(f"{turn.question} {turn.answer}" for turn in history)])
    known = set(words(said))
    new = lines[0]
    mentioned = [n.span for n in names(new[0].lower() + new[1:])] + [n.span for n in numbers(new)]
    return new if all(set(words(span.of(new))) <= known for span in mentioned) else None
