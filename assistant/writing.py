"""A language model writes, and every sentence is checked as it is completed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.amounts import numbers
from assistant.answering import cite
from assistant.asides import (
    attribution,
    begins_sources,
    capitalised,
    is_note,
    is_refusal,
    rewriting,
    says_nothing,
    without_opening,
)
from assistant.chat_model import Reply
from assistant.grounding import Grounds
from assistant.names import names
from assistant.plain import (
    NO_NAMES,
    SourceNames,
    cells,
    completed,
    has_ended,
    is_label,
    item_number,
    plain_sentence,
    source_names,
    spans_of_sentences,
    without_elements,
    without_open_script,
)
from assistant.text import content_stems, words
from assistant.types import AnswerSentence, Citation, RankedSentence, Settled, Span, Turn, Withdrawn, Written

_LONGEST_TEXT = 12_000
"""Characters after which what a model writes is not looked at any longer."""
_LONGEST_THOUGHTS = 60_000
"""Characters after which it is not listened to any longer: what it wrote until then may be a thought that ends late."""
_LONGEST_QUESTION = 400
_THINKS = re.compile(r"\s*<(?:think(?:ing)?|reasoning|thoughts?)>")
_THOUGHT_ENDS = re.compile(r"</(?:think(?:ing)?|reasoning|thoughts?)>\s*")
"""What reasoning models write before they answer; the first mark may be part of their prompt."""
_LONGEST_MARK = len("</reasoning>")


@dataclass
class Draft:
    """What a model wrote, as far as it is checked."""

    sentences: list[AnswerSentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    refused: bool = False
    cut: str = ""
    """Why it may lack its end, for people ("reached its limit of length"); else empty."""

    @property
    def supported(self) -> int:
        """How many of the sentences are supported."""
        return sum(sentence.supported for sentence in self.sentences)

    def forget(self) -> None:
        """Begin anew: what was written so far was no answer."""
        self.sentences.clear()
        self.citations.clear()
        self.refused = False


class _Listener:
    """Cuts what a model writes, piece by piece, into sentences; what it thinks first is none of them."""

    def __init__(self, sources: SourceNames = NO_NAMES) -> None:
        self.heard = 0
        self._sources = sources
        self.began_anew = False
        """Whether the last piece showed that all before was a thought."""
        self._before = ""
        """The end of what was heard, where a mark may have begun."""
        self._begin("")

    def _begin(self, text: str) -> None:
        self.open = text
        """What is no whole sentence yet."""
        self._length = len(text)
        self._listed = 0
        self._columns: list[str] = []
        self._told = self._over = False

    @property
    def thinks(self) -> bool:
        """Whether all that was heard is a thought that has not ended."""
        return bool(_THINKS.match(self.open))

    @property
    def is_full(self) -> bool:
        """Whether so much was written that the rest is only waited for, since it may end a thought."""
        return self._length > _LONGEST_TEXT and not self.thinks

    @property
    def has_enough(self) -> bool:
        """Whether so much was heard that nothing is waited for any more, not even the end of a thought."""
        return self.heard > _LONGEST_THOUGHTS

    def feed(self, piece: str) -> list[str]:
        """Hear more; returns the sentences that are complete now, as they were written."""
        self.heard += len(piece)
        heard = self._before + piece
        ends = [match.end() for match in _THOUGHT_ENDS.finditer(heard)]
        self.began_anew = bool(ends)
        if ends:
            heard = heard[ends[-1] :]
            self._begin(heard)
        elif not self.is_full:
            self.open += piece
            self._length += len(piece)
        self._before = heard[-_LONGEST_MARK:]
        if self.thinks:
            return []
        self.open = without_elements(self.open)
        spans, place = completed(self.open, self._listed)
        sentences = self._statements(self.open, spans)
        self.open = self.open[place:]
        return sentences

    def rest(self, *, cut: bool) -> list[str]:
        """What is left at the end; without a last sentence that was cut off, where the model was."""
        if self.thinks:
            return []
        text = without_open_script(self.open)
        spans = spans_of_sentences(text, self._listed)
        if cut and spans and not has_ended(spans[-1].of(text)):
            spans.pop()
        return self._statements(text, spans)

    def _statements(self, text: str, spans: Sequence[Span]) -> list[str]:
        """What may state something: no headings or lists of sources; rows of tables with the names of their columns."""
        found: list[str] = []
        for span in spans:
            raw = span.of(text)
            self._listed = max(self._listed, item_number(raw))
            self._told = self._told or bool(found)
            self._over = self._over or (self._told and begins_sources(plain_sentence(raw), self._sources))
            if self._over or is_note(raw) or is_label(text, span):
                continue
            row, header = cells(raw), self._columns
            self._columns = header or row if row else []
            if row and header:
                found.append(_told_by_row(header, row))
            elif not row:
                found.append(raw)
        self._told = self._told or bool(found)
        return found


def _told_by_row(columns: Sequence[str], row: Sequence[str]) -> str:
    """A row of a table as a sentence; of two columns the name of the second goes without saying."""
    first, *others = row
    if len(others) == 1:
        return f"{first}: {others[0]}"
    return f"{first}: " + ", ".join(f"{name} {cell}" for name, cell in zip(columns[1:], others, strict=False))


def write(
    reply: Reply, grounds: Grounds, draft: Draft, *, show_unsupported: bool
) -> Iterator[Written | Settled | Withdrawn]:
    """Let a model write, and check each sentence once the next begins.

    Args:
        reply: the model's, to `prompts.answer_prompt`.
        grounds: what it may rest on.
        draft: filled as sentences settle, so that what was checked is there when the model breaks off.
        show_unsupported: whether sentences without support are kept, marked.

    Raises:
        ModelError: the model failed.
        StoppedError: the person stopped it.
    """
    sources = source_names(p.metadata for p in grounds.passages)
    listener = _Listener(sources)
    settler = _Settler(grounds, draft, show_unsupported, sources)
    for piece in reply:
        sentences = listener.feed(piece)
        if listener.began_anew:
            draft.forget()
            yield Withdrawn()
        if not listener.thinks:
            yield Written(piece)
        for place, sentence in enumerate(sentences):
            yield from settler.settle(sentence, " ".join([*sentences[place + 1 :], listener.open]))
        if listener.has_enough:
            break
    draft.cut = reply.cut or ("wrote too long" if listener.is_full or listener.has_enough else "")
    for sentence in listener.rest(cut=bool(draft.cut)):
        yield from settler.settle(sentence)


@dataclass(frozen=True, slots=True)
class _Settler:
    """Checks sentences and puts them into a draft."""

    grounds: Grounds
    draft: Draft
    show_unsupported: bool
    sources: SourceNames

    def settle(self, raw: str, unsettled: str = "") -> Iterator[Settled]:
        """Check one sentence, as it was written, where it states something that was not told yet."""
        draft = self.draft
        text = without_opening(plain_sentence(raw, self.sources))
        if is_refusal(text):
            draft.refused = True
            return
        told = any(text == sentence.text for sentence in draft.sentences)
        if told or says_nothing(text, raw, self.grounds.question, self.sources, first=not draft.sentences):
            return
        opening = attribution(text, self.sources)
        statement = capitalised(text[opening:])
        checked = self.grounds.check(statement)
        if not checked.supported:
            sentence = AnswerSentence(text, (), False, checked.support, checked.reason)
            if self.show_unsupported:
                yield Settled(sentence, (), unsettled)
            draft.sentences.append(sentence)
            return
        if opening and not attribution(text, source_names(r.passage.metadata for r in checked.rests_on)):
            text = statement
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


def rewritten_question(reply: Reply, question: str, history: Sequence[Turn]) -> str | None:
    """The question as a model makes it stand alone; None where that brings in what nobody said, or is no question.

    Args:
        reply: the model's, to `prompts.rewrite_prompt`.
        question: as it was asked.
        history: what was said before.

    Raises:
        ModelError: the model failed.
        StoppedError: the person stopped it.
    """
    for _ in reply:
        if len(reply.written) > _LONGEST_THOUGHTS:
            return None
    thoughts = list(_THOUGHT_ENDS.finditer(reply.written))
    text = reply.written[thoughts[-1].end() :] if thoughts else reply.written
    new = "" if reply.cut else rewriting(text)
    return new if new and len(new) <= _LONGEST_QUESTION and _is_of(new, question, history) else None


def _is_of(new: str, question: str, history: Sequence[Turn]) -> bool:
    """Whether a question is of a conversation: of its topics, without names or numbers that nobody said."""
    said = " ".join([question, *(f"{turn.question} {turn.answer}" for turn in history)])
    if not content_stems(new) & content_stems(said):
        return False
    known = set(words(said))
    mentioned = [n.span for n in names(new[0].lower() + new[1:])] + [n.span for n in numbers(new)]
    return all(set(words(span.of(new))) <= known for span in mentioned)
