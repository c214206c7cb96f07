"""What the page shows of an answer, as plain values for the component that draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from assistant.answering import QUOTES, REFUSAL
from assistant.library import Library, StoredTurn
from assistant.library.conversations import ASKING, STOPPED
from assistant.types import Metadata
from ui.words import confidence_in_words, described, shortened

NEARBY_SHOWN = 3
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
        "refusal": REFUSAL if refused else None,
        "nearest": passages[:NEARBY_SHOWN] if refused else [],
        "considered": passages[NEARBY_SHOWN:] if refused else passages,
        "confidence": _confidence(answer),
        "notes": list(answer.get("notes", ())),
        "disagreement": [{"text": c["text"], "citation": c["citation"]} for c in answer.get("disagreement", ())],
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
    if answer["answerer"] != QUOTES:
        checked = (f"“{shortened(s['text'], 80)}”: {s.get('reason') or 'supported'}" for s in answer["sentences"])
        lines += [f"Checked ({s['support']:.2f}) {line}" for s, line in zip(answer["sentences"], checked, strict=True)]
    return lines


def unfinished_words(why: str) -> str:
    """Why there is no answer, in words."""
    if why == STOPPED:
        return "You stopped this answer."
    if why == ASKING:
        return "This question was not answered: Footnote was stopped before it was done."
    return f"This did not work: {why}"


def plain_text(answer: Mapping[str, Any]) -> str:
    """An answer with its footnotes, to be pasted anywhere."""
    if answer.get("abstained"):
        return f"{answer['question']}\n\n{REFUSAL}"
    lines = [answer["question"], ""]
    if answer["short_answer"]:
        lines += [answer["short_answer"], ""]
    lines += [marked_text(s) + "".join(f" [{number}]" for number in s["citations"]) for s in answer["sentences"]]
    lines.append("")
    for citation in answer["citations"]:
        where = citation["url"] or citation["source"]
        lines.append(f"[{citation['number']}] {described(citation)} · {where}\n    “{citation['quote']}”")
    return "\n".join(lines)


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
