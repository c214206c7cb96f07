"""A question in its conversation, all the way to its answer. What front ends call is `ask` and `ask_stream`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from assistant.answering import (
    QUOTES,
    REFUSAL,
    asks_several,
    nearby,
    quote,
    reading_order,
    select_sentences,
    short_answer,
    with_lists,
)
from assistant.chat_model import ChatModel, ModelError, Reply, StoppedError, load_chat_model
from assistant.dates import ANY_TIME, TimeFrame, around_event, event_bound, time_frame
from assistant.disagreement import claims, rivals
from assistant.embedding import load_encoder
from assistant.errors import FootnoteError
from assistant.followups import in_context, leans_on_history, may_stand_alone, standalone_question
from assistant.library import Library
from assistant.reading import read
from assistant.retrieval import alternating, embed_question, preferred, retrieve
from assistant.text import canonical_text, counted, fold
from assistant.timeliness import age_in_words, event_day, may_tell, preference, sentence_preference, tells_of
from assistant.trace import Work, note
from assistant.types import (
    EVERYTHING,
    Answer,
    Citation,
    Claim,
    Considering,
    Event,
    Filters,
    Finished,
    Passage,
    RankedSentence,
    Reading,
    Rival,
    Settled,
    Turn,
    Vector,
)

if TYPE_CHECKING:
    from assistant.writing import Draft

_POINTS_BACK = re.compile(r"\b(?:that|this|those|these|so)\b", re.I)
_LONGEST_QUESTION = 2_000
_OLD_DAYS = 180
"""From when on an answer to a question for what is current says that its sources are old."""
_SAME_TIME = timedelta(days=45)
"""Reports no further apart than this are of the same time: where they differ, the newer does not replace the older."""
_LEAST_SUPPORTED = 0.5
"""The share of a model's sentences that must be supported; with less, the quotes answer."""
_SURE = 0.5
"""Confidence from which the quotes answer although a model found no answer."""


@dataclass(frozen=True, slots=True)
class Considered:
    """A question with everything that was found for it, before it is answered."""

    question: str
    standalone: str
    passages: tuple[Passage, ...]
    reading: Reading
    timings_ms: dict[str, float]
    frame: TimeFrame = ANY_TIME
    """The time it asks about."""
    today: date = field(default_factory=date.today)


def ask(
    library: Library,
    question: str,
    *,
    history: Sequence[Turn] = (),
    filters: Filters = EVERYTHING,
    model: str | None = None,
    today: date | None = None,
) -> Answer:
    """Answer a question from the articles.

    Args:
        library: the articles.
        question: as the person typed it.
        history: the conversation so far, oldest turn first.
        filters: which articles count.
        model: who answers, "quotes" or "provider:model"; `settings.model` where None. A model that fails is noted
            in the answer, which is then made of quotes.
        today: what "last month" is understood against; the computer's date where None.

    Raises:
        FootnoteError: the question or the library is empty, or the filters name an unknown publisher.
        FingerprintError: the library was made with another embedding model.
    """
    for event in ask_stream(library, question, history=history, filters=filters, model=model, today=today):
        if isinstance(event, Finished):
            return event.answer
    raise AssertionError("every stream ends with Finished")


def ask_stream(
    library: Library,
    question: str,
    *,
    history: Sequence[Turn] = (),
    filters: Filters = EVERYTHING,
    model: str | None = None,
    today: date | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:
    """Answer a question, telling what happens on the way; arguments and errors as `ask`.

    Args:
        cancelled: asked again and again while a model writes; once it says True the request ends, and what was
            checked until then is the answer.
    """
    question = checked_question(question)
    notes: list[str] = []
    chat, standalone = None, None
    work = Work(model or library.settings.model)
    try:
        chat = _chat_model(library, work.model)
        if chat and leans_on_history(question, history):
            standalone = _rewritten(chat, question, history, work, cancelled)
    except StoppedError:
        chat = None
        notes.append("Stopped; the quotes answer.")
    except ModelError as error:
        chat = None
        notes.append(f"{_as_sentence(str(error))} The quotes answer instead.")
    considered = consider(library, question, history, filters, standalone=standalone, today=today)
    yield Considering(considered.standalone)
    for event in _answered(considered, library, chat, notes, work, cancelled):
        if isinstance(event, Finished):
            event = Finished(_traced(replace(event.answer, tokens=work.tokens), considered, work, library))
        yield event


def _traced(told: Answer, considered: Considered, work: Work, library: Library) -> Answer:
    """An answer that is noted in the trace where there is one; it says so where that cannot be written."""
    if library.settings.trace:
        try:
            note(library.settings.trace, considered, told, work)
        except FootnoteError as error:
            return replace(told, notes=(*told.notes, _as_sentence(str(error))))
    return told


def _as_sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _answered(
    considered: Considered,
    library: Library,
    chat: ChatModel | None,
    notes: list[str],
    work: Work,
    cancelled: Callable[[], bool],
) -> Iterator[Event]:
    """By the model where there is one and the articles hold an answer, else in quotes."""
    if chat and not _abstains(considered, library):
        yield from _written_answer(considered, library, chat, work, cancelled)
        return
    answered = answer(considered, library)
    answered = replace(answered, notes=(*notes, *answered.notes))
    cited = {citation.number: citation for citation in answered.citations}
    for sentence in answered.sentences:
        yield Settled(sentence, tuple(cited[number] for number in sentence.citations))
    yield Finished(answered)


def _chat_model(library: Library, name: str) -> ChatModel | None:
    return None if name == QUOTES else load_chat_model(name, library.settings)


def _rewritten(
    chat: ChatModel, question: str, history: Sequence[Turn], work: Work, cancelled: Callable[[], bool]
) -> str | None:
    # Here and below: LangChain's messages cost half a second to import, which quotes should not pay.
    from assistant.prompts import rewrite_prompt
    from assistant.writing import rewritten_question

    work.rewriting = Reply(chat, rewrite_prompt(question, history), cancelled)
    return rewritten_question(work.rewriting, question, history)


def consider(
    library: Library,
    question: str,
    history: Sequence[Turn] = (),
    filters: Filters = EVERYTHING,
    *,
    standalone: str | None = None,
    today: date | None = None,
) -> Considered:
    """Find and rank what may answer a question; raises as `ask`.

    Args:
        standalone: the question as a model made it stand alone; made here where None.
    """
    question = checked_question(question)
    today = today or date.today()
    if not library.ledger.chunk_count():
        raise FootnoteError(
            f"the library in {library.folder} is empty; add articles with `footnote ingest PATH`, or name another one "
            "with --library or FOOTNOTE_LIBRARY"
        )
    timings: dict[str, float] = {}
    with _timed(timings, "retrieve"):
        amid = in_context(question, history) if history and not standalone else None
        frame = _time_frame(library, standalone or question, filters, today)
        standalone = standalone or standalone_question(question, history)
        if frame.said and frame.bounded:
            standalone = f"{standalone} [{frame.in_words()}]"
        vector = embed_question(library, standalone)
        alone = not amid or not leans_on_history(question, history) or may_stand_alone(question)
        searched = [vector] if alone else []
        searched += [embed_question(library, amid)] if amid else []
        found = [_retrieved(library, standalone, by, filters, frame) for by in searched]
        passages = found[0] if len(found) == 1 else alternating(*found)
    with _timed(timings, "read"):
        # "When did he say that?" asks about the sentence just told, and who asks the same again wants the same again;
        # other follow-ups want to go on from it.
        again = bool(history) and fold(history[-1].question) == fold(question)
        told = history[-1].answer if history and not again and not _POINTS_BACK.search(question) else ""
        every = [p.metadata for p in passages]
        # Of what was before an election its own reports tell: such a bound makes nothing fit better.
        fits = sentence_preference(frame, every) if frame.newest or frame.said else None
        of_time = partial(tells_of, frame) if frame.since and frame.until else None
        reading = read(library, standalone, vector, passages, typed=question, told=told, fits=fits, of_time=of_time)
    return Considered(question, standalone, reading.passages, reading, timings, frame, today)


def _time_frame(library: Library, question: str, filters: Filters, today: date) -> TimeFrame:
    frame = time_frame(question, today)
    if frame is ANY_TIME and (bound := event_bound(question)):
        passages = retrieve(library, question, embed_question(library, question), filters)
        if day := event_day(bound[1], passages):
            return around_event(bound[0], day)
    return frame


def _retrieved(library: Library, standalone: str, vector: Vector, filters: Filters, frame: TimeFrame) -> list[Passage]:
    # A year or month that is named may be what the text speaks of; matching weighs it as any other word.
    if not (frame.newest or frame.said):
        return retrieve(library, standalone, vector, filters)
    count = library.settings.passages
    passages = retrieve(library, standalone, vector, filters, 2 * count)
    return preferred(passages, preference(frame, [p.metadata for p in passages]), count)


def _abstains(considered: Considered, library: Library) -> bool:
    reading = considered.reading
    return not reading.sentences or reading.confidence < library.settings.refuse_below


def answer(considered: Considered, library: Library) -> Answer:
    """Answer with the best sentences, or refuse where confidence is too low."""
    reading, settings = considered.reading, library.settings
    timings = dict(considered.timings_ms)
    with _timed(timings, "answer"):
        abstained = _abstains(considered, library)
        # Where one sentence is wanted it comes first, what else comes near after it.
        several = asks_several(considered.standalone)
        chosen = [] if abstained else select_sentences(reading, settings.max_sentences)
        differing = () if abstained else rivals(reading, considered.standalone, considered.frame)
        timely = _timely(differing, considered.frame)
        chosen = _led_by(timely, chosen, [rival for rival in differing if rival not in timely])
        chosen = with_lists(chosen[: max(settings.max_sentences, len(timely))], reading, several)
        sentences, citations = quote(reading_order(chosen) if several else chosen)
    timings["total"] = round(sum(timings.values()), 2)
    # The short answer stands in the best sentence; where others are told first, or beside it, it is not the answer.
    sure = bool(chosen) and len(timely) < 2 and chosen[0].place == reading.sentences[0].place
    return Answer(
        question=considered.question,
        standalone_question=considered.standalone,
        answer=REFUSAL if abstained else " ".join(s.text for s in sentences),
        short_answer=short_answer(considered.standalone, reading) if sure else None,
        abstained=abstained,
        confidence=round(reading.confidence, 4),
        answerer=QUOTES,
        sentences=sentences,
        citations=citations,
        passages=nearby(considered.passages),
        timings_ms=timings,
        notes=time_notes(citations, considered.frame, considered.today),
        disagreement=claims(timely, _numbered(citations)),
    )


def _timely(differing: Sequence[Rival], frame: TimeFrame) -> Sequence[Rival]:
    """Where sources differ and the question says which time it is about, those of that time or undated; else all."""
    every = [rival.sentence.passage.metadata for rival in differing]
    newest = max((metadata.published for metadata in every if metadata.published), default=None)
    if not newest or not (frame.newest or frame.bounded):
        return differing
    fits = sentence_preference(frame, every)

    def timely(rival: Rival) -> bool:
        published = rival.sentence.passage.metadata.published
        if published is None or frame.newest:
            return published is None or published >= newest - _SAME_TIME
        return fits(rival.sentence.text, rival.sentence.passage.metadata) > 0

    return [rival for rival in differing if timely(rival)] or differing


def _led_by(first: Sequence[Rival], chosen: Sequence[RankedSentence], without: Sequence[Rival]) -> list[RankedSentence]:
    """The sentences of some rivals, then what else was chosen, but for those of other rivals."""
    told = [rival.sentence for rival in first]
    left_out = {sentence.place for sentence in (*told, *(rival.sentence for rival in without))}
    return told + [sentence for sentence in chosen if sentence.place not in left_out]


def _numbered(citations: Sequence[Citation]) -> dict[tuple[int, int], int]:
    return {citation.place: citation.number for citation in citations}


def _written_answer(
    considered: Considered, library: Library, chat: ChatModel, work: Work, cancelled: Callable[[], bool]
) -> Iterator[Event]:
    """What a model writes, checked; quotes where it fails or too little of it is supported."""
    from assistant.grounding import Grounds
    from assistant.prompts import answer_prompt
    from assistant.writing import Draft, write

    grounds = Grounds(considered.passages, load_encoder(library.settings.embedding_model), considered.standalone)
    prompt = answer_prompt(considered.standalone, considered.passages, considered.today)
    show = library.settings.unsupported == "show"
    draft, failure, stopped = Draft(), "", False
    work.answering, work.checked = Reply(chat, prompt, cancelled), draft.sentences
    began = time.perf_counter()
    try:
        yield from write(work.answering, grounds, draft, show_unsupported=show)
    except StoppedError:
        stopped = True
    except ModelError as error:
        failure = str(error)
    quotes = answer(considered, library)
    timings = quotes.timings_ms | {"answer": round((time.perf_counter() - began) * 1000, 2)}
    timings["total"] = round(sum(ms for name, ms in timings.items() if name != "total"), 2)
    quotes = replace(quotes, timings_ms=timings)
    if not (failure or stopped) and draft.refused and not draft.supported and considered.reading.confidence < _SURE:
        yield Finished(_refused(quotes, chat))
    elif failure or not _is_enough(draft):
        why = "Stopped here." if stopped else _as_sentence(failure or _shortfall(draft, chat))
        notes = (f"{why} The quotes answer instead.", *quotes.notes)
        yield Finished(replace(quotes, notes=notes, rejected=tuple(draft.sentences)))
    else:
        yield Finished(_told_by(draft, quotes, considered, chat, show_unsupported=show, stopped=stopped))


def _is_enough(draft: Draft) -> bool:
    return draft.supported > 0 and draft.supported >= _LEAST_SUPPORTED * len(draft.sentences)


def _shortfall(draft: Draft, chat: ChatModel) -> str:
    """Why what a model wrote is not the answer."""
    if draft.refused and not draft.supported:
        return f"{chat.name} found no answer in the passages"
    if draft.cut and not draft.sentences:
        return f"{chat.name} {draft.cut} before it answered"
    unsupported = len(draft.sentences) - draft.supported
    wrote = f"{counted(unsupported, 'sentence')} that the articles do not support" if unsupported else "nothing"
    return f"{chat.name} wrote {wrote}"


def _refused(quotes: Answer, chat: ChatModel) -> Answer:
    """The refusal of a model that is believed."""
    refused = replace(quotes, answer=REFUSAL, short_answer=None, abstained=True, answerer=chat.name)
    return replace(refused, sentences=(), citations=(), disagreement=(), notes=())


def _told_by(
    draft: Draft, quotes: Answer, considered: Considered, chat: ChatModel, *, show_unsupported: bool, stopped: bool
) -> Answer:
    """What a model wrote in place of the quotes."""
    sentences = tuple(s for s in draft.sentences if show_unsupported or s.supported)
    citations, disagreement = _with_claims(quotes, draft.citations)
    best = considered.reading.sentences[0].place
    cited = any(citation.place == best for citation in draft.citations)
    return replace(
        quotes,
        answer=" ".join(s.text for s in sentences if s.supported),
        short_answer=quotes.short_answer if cited else None,
        answerer=chat.name,
        sentences=sentences,
        citations=citations,
        notes=(
            *_notes_on(draft, chat, stopped=stopped),
            *time_notes(citations, considered.frame, considered.today),
        ),
        disagreement=disagreement,
    )


def _notes_on(draft: Draft, chat: ChatModel, *, stopped: bool) -> list[str]:
    """What the person should know of how a model came to its end."""
    notes = ["Stopped here."] if stopped else []
    if draft.cut:
        notes.append(f"{chat.name} {draft.cut}; the end of its answer may be missing.")
    if draft.refused:
        notes.append(f"{chat.name} found no answer to a part of this in the passages.")
    return notes


def _with_claims(quotes: Answer, citations: Sequence[Citation]) -> tuple[tuple[Citation, ...], tuple[Claim, ...]]:
    """The claims that disagree, and these citations with those that the claims need besides, numbered on.

    What a model writes may be one of the claims alone, told as if nobody said another thing.
    """
    told, claims = list(citations), []
    by_number = {citation.number: citation for citation in quotes.citations}
    for claim in quotes.disagreement:
        number = _numbered(told).get(by_number[claim.citation].place)
        if number is None:
            number = len(told) + 1
            told.append(replace(by_number[claim.citation], number=number))
        claims.append(replace(claim, citation=number))
    return tuple(told), tuple(claims)


def time_notes(citations: Sequence[Citation], frame: TimeFrame, today: date) -> tuple[str, ...]:
    """What is to be said of the sources' age: that all are old, or of another time than asked for."""
    days = [c.published for c in citations if c.published]
    if not days or len(days) < len(citations):
        return ()
    newest = max(days)
    if frame.bounded and not any(may_tell(frame, c.quote, c.published) for c in citations):
        # A period that the text itself speaks of is no matter: "in 1911", told in 2019.
        named = frame.said or (frame.since and frame.since >= date(today.year - 1, 1, 1))
        return (f"No article from then answers; this is from {newest:%B %Y}.",) if named else ()
    # Only where the question asks for what is current: that the moon landing is told in an old article is no news.
    if frame.newest and (today - newest).days > _OLD_DAYS:
        return (f"The newest source of this answer is from {newest:%B %Y}, {age_in_words(newest, today)}.",)
    return ()


def checked_question(question: str) -> str:
    """The question on one line.

    Raises:
        FootnoteError: it is empty or too long.
    """
    question = " ".join(canonical_text(question).split())
    if not any(character.isalnum() for character in question):
        raise FootnoteError("the question is empty; type what you want to know")
    if len(question) > _LONGEST_QUESTION:
        raise FootnoteError(
            f"the question has {len(question):,} characters, the limit is {_LONGEST_QUESTION:,}; ask in a few words"
        )
    return question


@contextmanager
def _timed(timings: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        timings[name] = round((time.perf_counter() - started) * 1000, 2)
