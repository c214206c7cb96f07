"""What a language model writes besides its answer: refusals, courtesies, questions, lists and openings of sources."""

from __future__ import annotations

import re

from assistant.answering import REFUSAL
from assistant.plain import SourceNames, has_address, is_source, plain_sentence
from assistant.text import fold, words

_SOURCE_WORDS = r"(?:passages?|articles?|texts?|context|excerpts?|materials?|(?:sources?|documents?|information))"
_GIVEN = r"(?:provided|given|supplied|available|above|retrieved)"
# Of documents and sources an article may tell itself, of passages hardly.
_OURS = (
    r"(?:(?:the|these|this|your|any of the|all(?: of)? the)\s)?"
    rf"(?:{_GIVEN}\s{_SOURCE_WORDS}|{_SOURCE_WORDS}\s{_GIVEN}|passages?|articles?|texts?|context|excerpts?)"
)
# "According to sources" is news, and Article 50 one of a treaty.
_CITED = rf"(?!(?-i:Articles?) #?\d)(?:{_OURS}|the sources)"
_TELL = (
    r"(?:contain|mention|say|state|provide|answer|include|give|specify|describe|tell|address|discuss|cover|offer"
    r"|indicate|explain|name|reveal|have|list|detail|identify|clarify|hold|report|disclose|speak)"
)
_SORRY = re.compile(
    r"(?:(?:i\sam|i\sm|we\sare)?\s?(?:very\s)?sorry|i\sapologi[sz]e|unfortunately|however|note(?:\sthat)?)\s(?:but\s|that\s)?"
)
_REFUSES = re.compile(
    rf"(?:{_OURS}\s(?:do|does|did)(?:\snot|n\st|\sn\st)(?:\s\w+ly)?\s{_TELL}\b"
    rf"|(?:none|neither)\sof\s(?:the\s)?(?:{_GIVEN}\s)?{_SOURCE_WORDS}\s(?:\w+ly\s)?{_TELL}s?\b"
    rf"|{_OURS}\s(?:contains?|gives?|provides?|has|have|offers?)\sno\s(?:\w+\s)?(?:information|answer|mention|details?)\b"
    rf"|(?:there\sis\s)?no\s(?:\w+\s)?(?:information|mention|answer|details?)\b.*\b{_OURS}$"
    r"|(?:i|we)\s(?:cannot|can\snot|can\st|could\snot|couldn\st|(?:am|are|was|were)\s(?:not\sable|unable)\sto)\s"
    r"(?:find|answer|determine|tell|say|locate|provide)\b"
    r"|(?:i|we)\s(?:do\snot|don\st)\s(?:have|know|find|see)\b"
    rf"|(?:this|that|it|the\sanswer)(?:\sinformation)?\s(?:is|was)\s(?:not|n\st)\s(?:\w+ly\s)?"
    rf"(?:answered|mentioned|stated|said|given|provided|contained|available|specified|found|clear|known)\b.*\b{_OURS}$)"
)
_OTHERS_WORDS = re.compile(r"\W*[\"“„«]|.*,[^,]*\b(?:said|says|told|asked|admitted|recalled)\b", re.DOTALL)
"""What somebody in an article says: "“We do not know who set the fire,” the chief said."."""
_GOES_ON = re.compile(r"\b(?:but|however|although|though|while|whereas|except|only|yet|instead)\b")
_SPOKEN_OF = " question"

_SMALL_TALK = (
    r"(?:\W+(?:thing|there|i|can|help|to|happy|glad|you|me|let|with|that|so|much|for|asking|question|your|very|good"
    r"|great|here|is|the|answer))*"
)
_COURTESY = re.compile(
    rf"(?:sure|certainly|of course|absolutely|okay|ok|alright|great|hello|hi|thanks|thank you|happy to help"
    rf"|(?:that['’]s )?an? (?:good|great) question|good question|you['’]re welcome){_SMALL_TALK}"
    r"|i hope (?:this|that|it|these)\b.*"
    r"|(?:please )?let me know\b.*"
    r"|(?:please )?(?:feel free|do not hesitate|don['’]t hesitate) to "
    r"(?:ask(?! (?:a|an|the|your|his|her)\b)|reach out|contact me|let me know)\b.*"
    r"|(?:if|should) you (?:have|need|want|would like)\b.*"
    r"\b(?:let me know|ask me|feel free to ask|just ask|i can (?:help|also)|i['’]m happy|be happy|happy to help)\b.*"
    r"|(?:here(?:['’]s| is| are)|below (?:is|are))\b[^:;\d]*\b"
    r"(?:summary|overview|answer|what (?:i|we|the)|information|details|facts|points)\b[^:;\d]*"
    r"|(?:click|tap|read|see|learn) (?:here|more|below|this)(?: for more)?",
    re.IGNORECASE,
)
_POINTS_AWAY = re.compile(r"(?:please )?(?:see|visit|read|check|go to|find|click|follow|more|for more|learn)\b", re.I)
_YES_OR_NO = frozenset({"yes", "no"})
_ASKS_YES_OR_NO = re.compile(
    r"\W*(?:(?:and|but|so)\s+)?(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|shall|should|may"
    r"|might|must)\b",
    re.IGNORECASE,
)
_SOURCES_HEADING = re.compile(
    r"(?:sources|references|footnotes|citations|works cited|bibliography"
    r"|(?P<single>source|reference|footnote|citation))(?:\s*$|\s*:\s*)",
    re.IGNORECASE,
)
_NOTE = re.compile(r"\s*\[\^?\d{1,3}\]:")
_OF_SENTENCE = re.compile(r"[.!?]$")

_OPENING = re.compile(
    r"(?:(?:(?:final |short )?answer|question|[qa])\s*:|note(?: that\b|\s*:)"
    r"|as far as (?:i|we) (?:can|could) (?:tell|see|say),|to (?:my|our) knowledge,"
    r"|from what (?:i|we) can (?:tell|see),"
    rf"|(?:according to|based on|as (?:stated|noted|mentioned|described|reported) in|per|in|from) {_CITED}"
    r"(?: #?\d{1,3}(?:(?:,| and|, and) #?\d{1,3})*)?\s*[,:]"
    rf"|(?!(?-i:Articles|Texts)\b){_CITED} (?:also )?"
    r"(?:(?:says?|states?)(?: that)?|(?:notes?|reports?|mentions?|indicates?|explains?|adds?) that)\b"
    r"|(?:passage|source|document)s? \d{1,3}(?:(?:,| and|, and) \d{1,3})*\s*[,:])\s*(?=\w)",
    re.IGNORECASE,
)
"""Our prompt numbers the passages, and some models say which they read; that they read any goes without saying."""
_ATTRIBUTION = re.compile(r"(?:according to|as reported (?:by|in)|as stated (?:by|in)|in)\s+", re.IGNORECASE)
_MOST_COMMAS = 4


def is_refusal(text: str) -> bool:
    """Whether a model says that the articles do not answer, and nothing else."""
    said = fold(text)
    if said.removesuffix(_SPOKEN_OF) == fold(REFUSAL):
        return True
    while sorry := _SORRY.match(said):
        said = said[sorry.end() :]
    if _OTHERS_WORDS.match(text) or ";" in text:
        return False
    return bool(_REFUSES.match(said)) and not _GOES_ON.search(said)


def says_nothing(text: str, raw: str, question: str, sources: SourceNames, *, first: bool = False) -> bool:
    """Whether a plain sentence states nothing: a courtesy, a question, a name of sources, words that lead to more.

    Args:
        text: from `plain.plain_sentence`.
        raw: as it was written.
        question: what is answered.
        sources: how the articles may be named.
        first: whether nothing was told before; then a bare name may be the answer ("Albert Einstein").
    """
    if not words(text) or text.endswith((":", "?")):
        return True
    if fold(text) in _YES_OR_NO:
        return not _ASKS_YES_OR_NO.match(question)
    away = has_address(raw) and _POINTS_AWAY.match(text)
    names_sources = _names_sources(text, sources) and not (first and not any(map(str.isdigit, text)))
    return bool(away or _COURTESY.fullmatch(text.strip(" .!")) or _repeats(text, question) or names_sources)


def _repeats(text: str, question: str) -> bool:
    """Whether it says the question again: "Question: Tell me about the dam."."""
    return fold(text).removeprefix("question ") == fold(question)


def _names_sources(text: str, sources: SourceNames) -> bool:
    return not _OF_SENTENCE.search(text) and is_source(text, sources)


def begins_sources(text: str, sources: SourceNames) -> bool:
    """Whether a plain sentence begins a list of sources: "Sources: ...", "References"; not "Source: Lake Orm"."""
    heading = _SOURCES_HEADING.match(text)
    if not heading:
        return False
    named = text[heading.end() :]
    if not words(named) or is_source(named, sources):
        return True
    return not heading["single"] and not named.strip(" .").isdigit()


def is_note(raw: str) -> bool:
    """Whether it is a footnote of its own, as Markdown has them: "[1]: The Fenway Post"."""
    return bool(_NOTE.match(raw))


def without_opening(text: str) -> str:
    """A plain sentence without words that say no more than that the articles say it."""
    while opening := _OPENING.match(text):
        text = capitalised(text[opening.end() :])
    return text


def attribution(text: str, sources: SourceNames) -> int:
    """Where an opening ends that says which of the sources a sentence is from; 0 where there is none."""
    begun = _ATTRIBUTION.match(text)
    commas = [match.end() for match in re.finditer(r",\s+", text)][:_MOST_COMMAS] if begun else []
    return max((end for end in commas if is_source(text[:end], sources)), default=0)


def capitalised(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


_REWRITING_OPENS = re.compile(
    r"(?:(?:sure|certainly|of course|okay|ok|yes)\b[\s,.!:]*|here(?:['’]s| is)\b[^:?]*:\s*"
    r"|(?:[\w-]+ ){0,3}question(?: is)?\s*:\s*)",
    re.IGNORECASE,
)
_QUESTION_WORDS = re.compile(
    r"(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would"
    r"|should|in|on|at|for|to|from|tell|list|name|explain|describe|compare|summari[sz]e|give|show)\b",
    re.IGNORECASE,
)


def rewriting(text: str) -> str:
    """The one question in what a model wrote when it was asked for one; "" where there is none, or several."""
    lines = [_bare(line) for line in text.splitlines() if line.strip()]
    asking = [line for line in lines if line.endswith("?")]
    if len(asking) == 1:
        return asking[0]
    return lines[0] if len(lines) == 1 and _QUESTION_WORDS.match(lines[0]) else ""


def _bare(line: str) -> str:
    line = plain_sentence(line).strip("\"“”„«»' ")
    while (opens := _REWRITING_OPENS.match(line)) and opens.end() < len(line):
        line = line[opens.end() :].strip("\"“”„«»' ")
    return capitalised(line)
