"""Public question sets (SQuAD, CLAPNQ, BEIR) as articles and golden questions, in memory or as files.

The articles are Markdown with front matter; taken in again, their texts are the same character by character,
so that the gold answers and quotes are found in them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from assistant.conversation import checked_question
from assistant.errors import FootnoteError
from assistant.evaluation.questions import GoldenQuestion, question_lines, shortened
from assistant.text import canonical_text, words
from assistant.types import Document, Metadata

ARTICLES, QUESTIONS = "articles", "questions.jsonl"
"""What `write_converted` writes into its folder."""

_LONGEST_NAME = 60  # characters; at four bytes each still a file name everywhere
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")
_MARKUP = re.compile(r"[\\`*_\[\]<>&~|]")
_BLOCK_START = re.compile(r"(?m)^(?:([#+=:-])|(\d{1,9})([.)]))")
_LEADING_SPACE = re.compile(r"(?m)^[^\S\n]+")

Documents = tuple[tuple[str, Document], ...]
"""Articles with the file names they are known by."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A question set in our form."""

    documents: Documents
    questions: tuple[GoldenQuestion, ...]
    left_out: tuple[str, ...] = ()
    """What did not fit, a line each: where it stands, and why."""


def convert_squad(path: Path) -> Converted:
    """SQuAD 1.1 or 2.0: each paragraph an article of its own, the accepted spans as answers.

    Raises:
        FootnoteError: the file cannot be read or is not laid out like SQuAD; the message says where.
    """
    try:
        content = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise FootnoteError(f"{path} is not JSON ({error}); give a SQuAD file such as dev-v2.0.json") from error
    return squad_articles(_list(content, "data", str(path)), f"{path}: data")


def squad_articles(articles: Sequence[Any], place: str = "data") -> Converted:
    """The articles of a SQuAD file, `data` in its JSON; raises as `convert_squad`.

    Args:
        articles: some or all of them.
        place: what messages call the list.
    """
    build = _Builder()
    for number, article in enumerate(articles):
        title = _string(article, "title", f"{place}[{number}]")
        paragraphs = _list(article, "paragraphs", f"{place}[{number}]")
        for part, paragraph in enumerate(paragraphs):
            where = f"{place}[{number}].paragraphs[{part}]"
            context = _string(paragraph, "context", where)
            name = build.add_document(f"{title}-{part:03}", title.replace("_", " "), context, where)
            for at, asked in enumerate(_list(paragraph, "qas", where)):
                _add_squad_question(build, asked, name, f"{where}.qas[{at}]")
    return build.converted()


def convert_clapnq(path: Path) -> Converted:
    """CLAPNQ: every passage of all files one library; the sentences the annotators selected are the gold quotes.

    Args:
        path: a JSONL file, or a folder with `...answerable.jsonl` and `...unanswerable.jsonl`.

    Raises:
        FootnoteError: it cannot be read or is not laid out like CLAPNQ; the message names file and line.
    """
    files = sorted(path.glob("*answerable.jsonl")) if path.is_dir() else [path]
    if not files:
        raise FootnoteError(f"{path} holds no ...answerable.jsonl; give the folder of CLAPNQ's annotated data")
    build = _Builder()
    names: dict[tuple[str, str], str | None] = {}
    for file in files:
        for place, row in _json_lines(file):
            _add_clapnq_question(build, names, row, place)
    return build.converted()


def convert_beir(folder: Path, split: str | None = None) -> Converted:
    """BEIR: documents as articles, queries with a relevant document as questions that name articles only.

    Grades of relevance are not kept: every document judged above 0 is a gold article.

    Args:
        folder: with corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv.
        split: which judgements; "test", or the only ones there are, where None.

    Raises:
        FootnoteError: a file cannot be read or is not laid out like BEIR; the message names file and line.
    """
    qrels = _qrels_file(folder, split)
    build = _Builder()
    names = {
        _string(row, "_id", place): build.add_document(
            _string(row, "_id", place), str(row.get("title") or ""), _string(row, "text", place), place
        )
        for place, row in _json_lines(folder / "corpus.jsonl")
    }
    relevant: dict[str, dict[str, None]] = {}
    for place, query, document in _judgements(qrels):
        if name := names.get(document):
            relevant.setdefault(query, {})[name] = None
        elif document not in names:
            build.leave_out(f"{place}: the document {document!r} is not in corpus.jsonl")
    queries = {
        _string(row, "_id", place): _string(row, "text", place) for place, row in _json_lines(folder / "queries.jsonl")
    }
    for query, articles in relevant.items():
        if query in queries:
            asked = GoldenQuestion(query, queries[query], True, articles=tuple(articles))
            build.add_question(asked, f"{qrels}: the query {query!r}")
        else:
            build.leave_out(f"{qrels}: the query {query!r} is not in queries.jsonl")
    return build.converted()


CONVERTERS: dict[str, Callable[[Path], Converted]] = {
    "squad": convert_squad,
    "clapnq": convert_clapnq,
    "beir": convert_beir,
}
"""The layouts by name."""


def write_converted(converted: Converted, folder: Path) -> None:
    """Write `folder/articles/` for `footnote ingest` and `folder/questions.jsonl` for `footnote eval`.

    Raises:
        FootnoteError: the folder cannot be written, or holds articles or questions already.
    """
    if not converted.documents or not converted.questions:
        raise FootnoteError(
            f"nothing to write: {len(converted.documents)} articles and {len(converted.questions)} questions were found"
        )
    articles, questions = folder / ARTICLES, folder / QUESTIONS
    try:
        if articles.exists() and any(articles.iterdir()):
            raise FootnoteError(f"{articles} is not empty; name a new folder, so that sets do not mix")
        if questions.exists():
            raise FootnoteError(f"{questions} is there already; name a new folder, so that sets do not mix")
        articles.mkdir(parents=True, exist_ok=True)
        for name, document in converted.documents:
            (articles / name).write_text(as_markdown(document), encoding="utf-8", newline="\n")
        questions.write_text(question_lines(converted.questions), encoding="utf-8", newline="\n")
    except OSError as error:
        raise FootnoteError(f"{folder} cannot be written ({error.strerror or error}); name another folder") from error


def as_markdown(document: Document) -> str:
    """An article as Markdown that is read back as it is: front matter, then the text with all markup escaped."""
    m = document.metadata
    fields = {
        "title": m.title,
        "author": m.author,
        "publisher": m.publisher,
        "published": m.published,
        "url": m.url,
        "language": m.language,
    }
    known = {name: value for name, value in fields.items() if value}
    front = yaml.safe_dump(known, allow_unicode=True, sort_keys=False, width=float("inf"))
    return f"---\n{front}---\n\n{_escaped(document.text)}\n"


def _escaped(text: str) -> str:
    text = _MARKUP.sub(r"\\\g<0>", text)
    text = _BLOCK_START.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", text)
    text = _LEADING_SPACE.sub(lambda m: "".join(f"&#{ord(space)};" for space in m[0]), text)
    return re.sub(r"(?<!\n)\n(?!\n)", "\\\\\n", text)  # a single line break is a hard one


# What the layouts have in common


class _Builder:
    """Collects articles and questions, each under a file name or an id of its own."""

    def __init__(self) -> None:
        self._questions: list[GoldenQuestion] = []
        self._documents: dict[str, Document] = {}
        self._ids: set[str] = set()
        self._taken: set[str] = set()
        self._left_out: list[str] = []

    def add_document(self, wanted: str, title: str, text: str, place: str) -> str | None:
        """Add an article; returns its file name, or None where it holds no text at all.

        Args:
            wanted: what its file is to be called, made fit for a file name here.
            title: its title; where empty its name.
            text: its text; where empty its title.
            place: where it stands.
        """
        title = " ".join(canonical_text(_whole(title)).split())
        text = canonical_text(text if text.strip() else title)
        if not any(character.isalnum() for character in text):
            self.leave_out(f"{place}: the article {wanted!r} holds no text")
            return None
        name = self._free_name(wanted)
        self._documents[name] = Document(text, Metadata(title or Path(name).stem))
        return name

    def add_question(self, question: GoldenQuestion, place: str) -> None:
        """Add a question; one that cannot be asked, and would keep `load_questions` from reading, is left out."""
        try:
            checked_question(question.question)
        except FootnoteError as error:
            self.leave_out(f"{place}: {error}")
        else:
            self._questions.append(replace(question, id=self._free_id(question.id)))

    def standing_in(self, name: str, wanted: Iterable[str], place: str) -> tuple[str, ...]:
        """Those strings that stand in an article, each once; the others are left out."""
        text = self._documents[name].text
        found = []
        for string in dict.fromkeys(map(canonical_text, wanted)):
            if not words(string):
                self.leave_out(f"{place}: {shortened(string)} has no letter or digit")
            elif string not in text:
                self.leave_out(f"{place}: {shortened(string)} does not stand in its article")
            else:
                found.append(string)
        return tuple(found)

    def leave_out(self, why: str) -> None:
        """Note what did not fit."""
        self._left_out.append(why)

    def converted(self) -> Converted:
        """Everything together."""
        return Converted(tuple(self._documents.items()), tuple(self._questions), tuple(self._left_out))

    def _free_id(self, wanted: str) -> str:
        stem = " ".join(canonical_text(wanted).split()) or "question"
        number, identity = 1, stem
        while identity in self._ids:
            number += 1
            identity = f"{stem}-{number}"
        self._ids.add(identity)
        return identity

    def _free_name(self, wanted: str) -> str:
        stem = _NOT_IN_NAMES.sub("-", canonical_text(wanted))[:_LONGEST_NAME].strip(".-") or "article"
        number, name = 1, stem
        while name.casefold() in self._taken:  # some file systems do not tell "A" from "a"
            number += 1
            name = f"{stem}-{number}"
        self._taken.add(name.casefold())
        return f"{name}.md"


def _add_squad_question(build: _Builder, asked: Any, name: str | None, place: str) -> None:
    question, identity = _string(asked, "question", place), _string(asked, "id", place)
    impossible = asked.get("is_impossible", False)
    if not isinstance(impossible, bool):
        raise FootnoteError(f"{place}: 'is_impossible' must be true or false, it is {shortened(impossible)}")
    texts = [_string(a, "text", f"{place}.answers[{n}]") for n, a in enumerate(_list(asked, "answers", place))]
    if impossible:
        build.add_question(GoldenQuestion(identity, question, False, category="unanswerable"), place)
    elif name is None:
        build.leave_out(f"{place}: its paragraph holds no text")
    elif not (answers := build.standing_in(name, texts, place)):
        build.leave_out(f"{place}: the question has no accepted answer that stands in its article")
    else:
        build.add_question(GoldenQuestion(identity, question, True, answers, (name,), category="answerable"), place)


def _add_clapnq_question(
    build: _Builder, names: dict[tuple[str, str], str | None], row: dict[str, Any], place: str
) -> None:
    identity, question = _string(row, "id", place), _string(row, "input", place)
    articles: dict[str, None] = {}
    for passage in _list(row, "passages", place):
        title, text = _string(passage, "title", place), _string(passage, "text", place)
        if (title, text) not in names:  # some questions share a passage
            names[title, text] = build.add_document(title, title, text, place)
        if name := names[title, text]:
            articles[name] = None
    selected = _selected_sentences(row, place)
    if not selected:
        build.add_question(GoldenQuestion(identity, question, False, category="unanswerable"), place)
    elif len(articles) != 1:
        build.leave_out(f"{place}: {len(articles)} passages for one question; this layout has one")
    elif not (quotes := build.standing_in(next(iter(articles)), selected, place)):
        build.leave_out(f"{place}: the question has no selected sentence that stands in its article")
    else:
        asked = GoldenQuestion(identity, question, True, articles=tuple(articles), quotes=quotes, category="answerable")
        build.add_question(asked, place)


def _selected_sentences(row: dict[str, Any], place: str) -> list[str]:
    """The sentences any annotator selected, each once."""
    selected: dict[str, None] = {}
    for output in _list(row, "output", place):
        sentences = _list(output, "selected_sentences", place)
        selected.update((_whole(str(sentence)), None) for sentence in sentences if str(sentence).strip())
    return list(selected)


def _qrels_file(folder: Path, split: str | None) -> Path:
    found = {path.stem: path for path in sorted((folder / "qrels").glob("*.tsv"))}
    if split is None:
        split = "test" if "test" in found or len(found) != 1 else next(iter(found))
    if split not in found:
        there = f"there are {', '.join(found)}" if found else "there are none"
        raise FootnoteError(f"{folder}/qrels/{split}.tsv is missing; of the judgements (qrels/*.tsv) {there}")
    return found[split]


def _judgements(path: Path) -> Iterator[tuple[str, str, str]]:
    """Place, query id and document id of every judgement above 0; a heading line may come first."""
    for number, line in enumerate(_read(path).split("\n"), start=1):
        place = f"{path}, line {number}"
        columns = line.rstrip("\r").split("\t")
        if not line.strip() or (number == 1 and columns[-1] == "score"):
            continue
        try:
            query, document, score = columns
            relevant = float(score) > 0
        except ValueError:
            raise FootnoteError(
                f"{place}: {shortened(line)} is not a query id, a document id and a score with tabs between"
            ) from None
        if relevant:
            yield place, query, document


def _json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Place and content of each line of a JSONL file."""
    for number, line in enumerate(_read(path).split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{path}, line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise FootnoteError(f"{place}: this is not JSON ({error})") from None
        if not isinstance(row, dict):
            raise FootnoteError(f"{place}: {shortened(row)} is not a JSON object")
        yield place, row


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FootnoteError(f"{path} cannot be read ({error}); check the path") from error


def _string(fields: Any, name: str, place: str) -> str:
    value = fields.get(name) if isinstance(fields, dict) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # ids
    if not isinstance(value, str):
        raise FootnoteError(f"{place}: {name!r} must be a string, it is {_shown(value)}")
    return _whole(value)


def _whole(text: str) -> str:
    """The text without half characters ("\\ud83d" in JSON), which no file can hold."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def _shown(value: Any) -> str:
    return "missing" if value is None else shortened(value)


def _list(fields: Any, name: str, place: str) -> list[Any]:
    value = fields.get(name) if isinstance(fields, dict) else None
    if not isinstance(value, list):
        raise FootnoteError(f"{place}: {name!r} must be a list, it is {_shown(value)}")
    return value
