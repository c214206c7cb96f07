"""The `footnote` command. Its arguments, output and exit status are a contract (docs/architecture.md)."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from calendar import monthrange
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from assistant.answering import QUOTES
from assistant.chat_model import is_model_name
from assistant.conversation import ask as ask_library
from assistant.errors import FootnoteError
from assistant.evaluation import (
    CONVERTERS,
    REPORT_HTML,
    about,
    common_questions,
    convert_beir,
    load_questions,
    load_report,
    prepare_folder,
    write_converted,
    write_report,
)
from assistant.evaluation import compare as compare_runs
from assistant.evaluation import evaluate as evaluate_library
from assistant.library import Library, open_library
from assistant.settings import load_settings
from assistant.types import ArticleSummary, Filters
from ingest.command import Options, ingest_command, print_anything, print_verbatim, progress_display, watch_command
from ingest.run import reembed
from ui.adding import remove_article
from ui.serve import serve
from ui.terminal import print_answer, print_converted, print_evaluation


class _Commands(TyperGroup):
    """All commands; Ctrl-C, which Typer would make exit status 130, is an error like any other."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was given."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise FootnoteError("stopped before it was done; the same command begins again") from None


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Ask your own articles; every sentence of an answer carries a footnote to the exact passage.",
)
_out = Console(highlight=False, emoji=False)

_LARGEST_ID = 2**63 - 1  # SQLite's

LibraryOption = Annotated[
    Path | None,
    typer.Option("--library", metavar="DIR", help="The library's folder (default: $FOOTNOTE_LIBRARY)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


class Layout(StrEnum):
    """The question sets that can be converted."""

    SQUAD = "squad"
    CLAPNQ = "clapnq"
    BEIR = "beir"


def main() -> NoReturn:
    """Run the command line; errors become one line and exit status 1."""
    print_anything()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s", stream=sys.stderr)
    try:
        app()
    except FootnoteError as error:
        if "--json" in sys.argv:
            print(json.dumps({"error": str(error)}, ensure_ascii=False))
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    sys.exit(0)


@app.command()
def ingest(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH|URL...", help="Files, folders, web addresses; - for standard input."),
    ] = None,
    library: LibraryOption = None,
    prune: Annotated[bool, typer.Option("--prune", help="Remove articles whose files are gone.")] = False,
    urls: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also read the addresses in it, one a line.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen; change nothing.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on and take in what changes, until Ctrl-C.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take articles in: text, Markdown, web pages, PDF, Word, e-books, feeds, exports. Unchanged ones are skipped."""
    if not paths and not urls:
        raise typer.BadParameter("give a PATH or a URL, or a list of addresses with --urls", param_hint="PATH|URL")
    if watch and (as_json or dry_run or urls or not paths):
        raise typer.BadParameter(
            "watches files and folders only, without --json, --dry-run and --urls", param_hint="--watch"
        )
    options = Options(prune=prune, dry_run=dry_run, as_json=as_json, urls_from=urls)
    raise typer.Exit((watch_command if watch else ingest_command)(paths or [], library, options))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    library: LibraryOption = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Articles of this day or later.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Articles of this day or earlier.")] = None,
    publisher: Annotated[str | None, typer.Option(metavar="NAME", help="Articles of this publisher.")] = None,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Who answers: quotes, or provider:model.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask a question; the answer quotes the articles, or says that they do not hold one."""
    filters = Filters(_parsed_date(since, "--since"), _parsed_date(until, "--until", last=True), publisher)
    if filters.since and filters.until and filters.since > filters.until:
        raise typer.BadParameter(f"{since} is later than --until {until}", param_hint="--since")
    if model and model != QUOTES and not is_model_name(model):
        raise typer.BadParameter(
            f"{model!r} is not a model; write it as provider:model, or quotes", param_hint="--model"
        )
    answer = ask_library(_library_there(library), question, filters=filters, model=model)
    if as_json:
        _print_json(answer.as_json())
    else:
        print_answer(_out, answer)


@app.command()
def chat(
    library: LibraryOption = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Its port (default: 8501, or the next free).")
    ] = None,
    samples: Annotated[bool, typer.Option("--samples", help="Fill an empty library with the sample articles.")] = False,
) -> None:
    """Open the chat in the browser (this computer only)."""
    raise typer.Exit(serve(library, port, samples=samples))


@app.command("eval")
def evaluate(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS.jsonl", help="One question a line.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write report.html and report.json there.")] = None,
    compare: Annotated[
        Path | None, typer.Option(metavar="REPORT.json", help="Show what changed since this earlier report.")
    ] = None,
) -> None:
    """Measure the answers against a file of golden questions."""
    golden = load_questions(questions)
    earlier = load_report(compare) if compare else None
    if earlier:
        common_questions(earlier, golden)  # where there are none it fails, before asking takes its minutes
    opened = _library_there(library)
    if report:
        prepare_folder(report)
    with progress_display("Asking") as tell:
        result = evaluate_library(opened, golden, lambda done, of: tell(done, of, None))
    told = about(opened, questions)
    comparison = compare_runs(earlier, result.questions, asdict(told)) if earlier else None
    if report:
        write_report(report, result, told, comparison)
    if as_json:
        return _print_json(result.as_json() | ({"comparison": comparison.as_json()} if comparison else {}))
    print_evaluation(_out, result, comparison)
    if report:
        _print_text(f"The report: {report / REPORT_HTML}")


@app.command()
def convert(
    layout: Annotated[Layout, typer.Argument(metavar="squad|clapnq|beir", help="How the question set is laid out.")],
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="Its file or folder.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where articles/ and questions.jsonl are written.")],
    split: Annotated[
        str | None, typer.Option(metavar="NAME", help="beir: which judgements (default: test, or the only ones).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Turn a public question set into articles and questions to measure with."""
    if split and layout is not Layout.BEIR:
        raise typer.BadParameter(f"{layout.value} has no judgements to choose from; leave it out", param_hint="--split")
    converted = convert_beir(source, split) if layout is Layout.BEIR else CONVERTERS[layout.value](source)
    write_converted(converted, folder)
    if as_json:
        counts = {"articles": len(converted.documents), "questions": len(converted.questions)}
        return _print_json(counts | {"left_out": converted.left_out})
    print_converted(_out, converted, folder)


@app.command("list")
def list_articles(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """List the articles."""
    opened = open_library(library)
    articles = opened.ledger.articles()
    if as_json:
        return _print_json([_summary_json(article) for article in articles])
    if not articles:
        return _print_text(f"No articles in {opened.folder} yet; add some with: footnote ingest PATH")
    table = Table("id", "title", "publisher", "published", "words")
    table.columns[0].justify = table.columns[4].justify = "right"
    for article in articles:
        m = article.metadata
        row = (str(article.id), m.title, m.publisher or "", str(m.published or ""), str(article.words))
        table.add_row(*map(Text, row))
    _out.print(table)


@app.command()
def show(
    article_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=_LARGEST_ID)],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an article."""
    article = open_library(library).ledger.article(article_id)
    if as_json:
        fields = {"id": article.id, "source": article.source} | article.metadata.as_json()
        return _print_json(fields | {"added": article.added.isoformat(), "text": article.text})
    _print_text(article.metadata.title, "bold")
    about = (
        article.metadata.author,
        article.metadata.publisher,
        article.metadata.published,
        article.metadata.url,
    )
    _print_text(" · ".join(str(item) for item in about if item), "dim")
    _print_text("\n" + article.text)


@app.command()
def remove(
    article_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=_LARGEST_ID)],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove an article from answers, index and disk. The file it came from stays."""
    removal = remove_article(open_library(library), article_id)
    if as_json:
        about = {"removed": article_id, "title": removal.title, "source": removal.source}
        return _print_json(about | ({"note": removal.note} if removal.note else {}))
    _print_text(f"Removed: {removal.title}")
    if removal.note:
        _print_text(f"note: {removal.note}")


@app.command()
def verify(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Check that ledger and index agree and that every passage finds itself."""
    with progress_display("Verifying") as tell:
        result = open_library(library).verify(lambda done, of: tell(done, of, None))
    if as_json:
        problems = [{"chunk_id": p.chunk_id, "what": p.what} for p in result.problems]
        facts = {"articles": result.articles, "chunks": result.chunks, "indexed": result.indexed}
        _print_json({"ok": result.ok} | facts | {"problems": problems})
    else:
        _out.print(f"{result.articles} articles, {result.chunks} passages, {result.indexed} in the index")
        for problem in result.problems:
            _out.print(f"passage {problem.chunk_id} {problem.what}", style="red")
        _out.print("All is well." if result.ok else "Mend it with: footnote rebuild")
    raise typer.Exit(0 if result.ok else 1)


@app.command()
def rebuild(
    library: LibraryOption = None,
    as_json: JsonOption = False,
    embed_again: Annotated[
        bool, typer.Option("--reembed", help="Also cut and embed every article again, for another model.")
    ] = False,
) -> None:
    """Make the index anew from the stored vectors."""
    opened = open_library(library)
    started = time.perf_counter()
    with progress_display("Embedding" if embed_again else "Indexing") as tell:
        chunks = (
            reembed(opened, lambda done, of: tell(done, of, None))
            if embed_again
            else opened.rebuild(lambda done, of: tell(done, of, None))
        )
    seconds = round(time.perf_counter() - started, 3)
    if as_json:
        return _print_json({"chunks": chunks, "seconds": seconds})
    _out.print(f"{chunks} passages indexed in {seconds:.1f} s")


def _library_there(given: Path | None) -> Library:
    """Open a library that is there: one whose name is mistyped would be made, and hold nothing.

    Raises:
        FootnoteError: there is none.
    """
    settings = load_settings()
    folder = given or settings.library
    try:
        gone = not settings.database_url and not folder.expanduser().exists()
    except (OSError, RuntimeError):
        gone = False  # what is wrong with the path `open_library` tells
    if gone:
        raise FootnoteError(
            f"there is no library in {folder}; add articles with `footnote ingest PATH`, or name another one with "
            "--library or FOOTNOTE_LIBRARY"
        )
    return open_library(given, settings)


def _parsed_date(given: str | None, option: str, *, last: bool = False) -> date | None:
    """A day, or the first (or last) day of a month or year."""
    if given is None:
        return None
    try:
        if not re.fullmatch(r"\d{4}(-\d{1,2}){0,2}", given.strip(), re.ASCII):
            raise ValueError(given)
        year, *rest = (int(part) for part in given.split("-"))
        month = rest[0] if rest else (12 if last else 1)
        first_or_last = monthrange(year, month)[1] if last else 1
        return date(year, month, rest[1] if len(rest) > 1 else first_or_last)
    except ValueError:  # monthrange's IllegalMonthError is one too
        raise typer.BadParameter(
            f"{given!r} is not a date; write it as 2025-03-31, 2025-03 or 2025", param_hint=option
        ) from None


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False))


def _print_text(text: str, style: str | None = None) -> None:
    print_verbatim(_out, text, style)


def _summary_json(article: ArticleSummary) -> dict[str, Any]:
    counts = {"words": article.words, "chunks": article.chunks, "added": article.added.isoformat()}
    return {"id": article.id, "source": article.source} | article.metadata.as_json() | counts
