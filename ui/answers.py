"""What the page shows of an answer, as plain values for the component that draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from assistant.answering import QUOTES, REFUSAL
from assistant.library import Library, StoredTurn
from assistant.library.conversations import ASKING, STOPPED, TRIED, UNFINISHED
from assistant.text import counted
from assistant.types import Metadata, Span
from ui.words import confidence_in_words, described, shortened

NEARBY_SHOWN = 3
REFUSAL_OF_CHOSEN = "The articles chosen do not answer this."
_TITLES_NAMED = 3
BAD_REASONS = (
    "The answer is wrong",
    "It misses something",
    "The articles do not answer this",
    "It should have answered",
)
"""Why an answer was not good; what follows from each is in `ui.feedback`."""


_known: dict[str | None, tuple[int, dict[int, Metadata]]] = {}


def metadata_by_id(library: Library) -> dict[int, Metadata]:
    """What is known of each article; read again only when articles came or went, as every page needs it."""
    name, generation = library.ledger.fact("library"), library.ledger.generation
    held = _known.get(name)
    if held is None or held[0] != generation:
        held = _known[name] = generation, {article.id: article.metadata for article in library.ledger.articles()}
    return held[1]


def answer_view(answer: Mapping[str, Any], known: Mapping[int, Metadata]) -> dict[str, Any]:
    """What is drawn of an answer.

    Args:
        answer: as `ask --json` prints it.
        known: from `metadata_by_id`; passages of articles that are gone are left out.
    """
    understood = answer["standalone_question"]
    citations = [{"number": c["number"], "label": described(c, date.today())} for c in answer["citations"]]
    refused = bool(answer.get("abstained"))
    passages = [
        {
            "index": index,
            "label": described(asdict(known[p["article_id"]]), date.today()),
            "text": p["text"],
            "score": f"{p['score']:.2f}",
        }
        for index, p in enumerate(answer.get("passages", ()))
        if p["article_id"] in known
    ]
    return {
        "understood": understood if understood != answer["question"] else None,
        "short": answer["short_answer"],
        "sentences": [_sentence(s) for s in answer["sentences"]] if not refused else [],
        "citations": citations if not refused else [],
        "refusal": refusal_words(answer) if refused else None,
        "nearest": passages[:NEARBY_SHOWN] if refused else [],
        "considered": passages[NEARBY_SHOWN:] if refused else passages,
        "confidence": _confidence(answer),
        "notes": [note for note in (asked_of(answer, known), *answer.get("notes", ()), tried_words(answer)) if note],
        "disagreement": [{"text": r.text, "citations": r.citations} for r in differing(answer)],
        "instead": list(answer.get("instead", ())),
        "how": how_answered(answer),
        "copied": plain_text(answer),
    }


_STEPS = {"retrieve": "searching", "read": "reading", "answer": "answering"}


def how_answered(answer: Mapping[str, Any]) -> list[str]:
    """What an answer was made from, step by step, for whoever wants to know why it says what it says."""
    if "timings_ms" not in answer:
        return []  # it is still being made
    took = [f"{_STEPS.get(name, name)} {ms:,.0f} ms" for name, ms in answer["timings_ms"].items() if name != "total"]
    lines = [
        f"Searched for: {answer['standalone_question']}",
        f"Confidence that the best sentence answers: {answer['confidence']:.0%}",
        f"Time: {', '.join(took)}",
        f"Answered by: {answer['answerer']}",
    ]
    written = answer["sentences"] if answer["answerer"] != QUOTES else answer.get("rejected", ())
    return lines + [
        f"Checked ({s['support']:.2f}) “{shortened(s['text'], 80)}”: {s.get('reason') or 'supported'}" for s in written
    ]


def unfinished_words(why: str) -> str:
    """Why there is no answer, in words."""
    if why == STOPPED:
        return "You stopped this answer."
    if why == ASKING:
        return "This question was not answered: Footnote was stopped before it was done."
    return f"This did not work: {why}"


@dataclass(frozen=True, slots=True)
class Remark:
    """A line that goes with an answer wherever it is taken to, with the numbers of its footnotes."""

    text: str
    citations: tuple[int, ...] = ()


def remarks(answer: Mapping[str, Any]) -> list[Remark]:
    """What an answer says besides its sentences: how it was understood, where its sources disagree, its notes."""
    understood = answer["standalone_question"]
    made = [Remark(f"Understood as: {understood}")] if understood != answer["question"] else []
    made += [Remark(asked)] if (asked := asked_of(answer)) else []
    told = differing(answer)
    made += told[:1] + [Remark(f"– {claim.text}", claim.citations) for claim in told[1:]]
    return made + [Remark(note) for note in answer.get("notes", ())]


def differing(answer: Mapping[str, Any]) -> list[Remark]:
    """What sources say that differ, a line each, below a line that says how they do; empty where they do not."""
    claims = answer.get("disagreement", ())
    if not claims:
        return []
    head = "It changed over time:" if all(c.get("time") for c in claims) else "The sources disagree:"
    times = [f" ({c['time']})" if c.get("time") else "" for c in claims]
    return [Remark(head), *(Remark(c["text"] + time, (c["citation"],)) for c, time in zip(claims, times, strict=True))]


def asked_of(answer: Mapping[str, Any], known: Mapping[int, Metadata] | None = None) -> str | None:
    """The filters a question was asked with, in a line; None where it was asked of all articles.

    Args:
        answer: as kept.
        known: the articles there are, to name the chosen ones by; counted where None.
    """
    filters: Mapping[str, Any] = answer.get("filters", {})
    chosen = filters.get("articles", ())
    said = [f"{name} {filters[name]}" for name in ("since", "until") if name in filters]
    said += filters.get("publisher", ())
    if known is not None and len(chosen) <= _TITLES_NAMED:
        said += [known[i].title if i in known else "an article that is gone" for i in chosen]
    elif chosen:
        said.append(counted(len(chosen), "article"))
    return f"Asked of: {', '.join(said)}" if said else None


def tried_words(answer: Mapping[str, Any]) -> str | None:
    """What became of asking again, where the answer from before still stands."""
    tried = answer.get(TRIED)
    if not tried:
        return None
    return f"This is the answer from before. Asked again: “{tried['question']}” {unfinished_words(tried[UNFINISHED])}"


def refusal_words(answer: Mapping[str, Any]) -> str:
    """The refusal as people read it: where only some articles were asked it says nothing of the others."""
    return REFUSAL_OF_CHOSEN if answer.get("filters") else REFUSAL


def plain_text(answer: Mapping[str, Any]) -> str:
    """An answer with its footnotes, to be pasted anywhere."""
    sentences = [_noted(marked_text(s), s["citations"]) for s in answer["sentences"]]
    blocks = (
        [answer["question"]],
        [answer["short_answer"]] if answer["short_answer"] else [],
        [refusal_words(answer)] if answer.get("abstained") else sentences,
        [_noted(remark.text, remark.citations) for remark in remarks(answer)],
        [
            f"[{c['number']}] {described(c)} · {c['url'] or c['source']}\n    “{c['quote']}”"
            for c in answer["citations"]
        ],
    )
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _noted(text: str, numbers: Sequence[int]) -> str:
    return text + "".join(f" [{number}]" for number in numbers)


def marked_text(sentence: Mapping[str, Any]) -> str:
    """A sentence of an answer where it cannot be struck out: what the articles do not support says so."""
    return str(sentence["text"]) + ("" if sentence["supported"] else " (not supported by the articles)")


def opened_place(turn: StoredTurn, kind: str, number: int) -> Mapping[str, Any] | None:
    """The citation or passage of a turn that was clicked: where it stands in which article."""
    if turn.unfinished:
        return None
    if kind == "footnote":
        return next((c for c in turn.answer["citations"] if c["number"] == number), None)
    passages: Sequence[Mapping[str, Any]] = turn.answer["passages"]
    return passages[number] if 0 <= number < len(passages) else None


def place_now(place: Mapping[str, Any], text: str) -> Span | None:
    """Where a citation or passage stands in its article as it is now; None where it is no longer in it.

    An article that was updated keeps its id, so that what was cited of it before may stand elsewhere.
    """
    cited: str = place["quote"] if "quote" in place else place["text"]
    start = place["start"] if text.startswith(cited, place["start"]) else text.find(cited)
    return Span(start, start + len(cited)) if start >= 0 else None


def _sentence(sentence: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "text": sentence["text"],
        "supported": sentence["supported"],
        "citations": list(sentence["citations"]),
        "reason": sentence.get("reason", ""),
    }


def _confidence(answer: Mapping[str, Any]) -> str | None:
    if answer.get("abstained") or "confidence" not in answer:
        return None
    by = "" if answer["answerer"] == QUOTES else f" · written by {answer['answerer']}, every sentence checked"
    tokens = answer.get("tokens")
    used = f" · {tokens['read']:,} tokens read, {tokens['written']:,} written" if tokens else ""
    return f"{confidence_in_words(answer['confidence'])} ({answer['confidence']:.0%}){by}{used}"
