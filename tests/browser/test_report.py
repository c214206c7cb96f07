"""The report of an evaluation, opened from disk in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.evaluation import about, compare, evaluate, load_questions, load_report, write_report
from assistant.library import Library
from tests.conftest import GOLDEN

WIDTHS = pytest.mark.parametrize("width", [1200, 390], ids=["desktop", "phone"])
LONG = "Unbreakable" * 40
MARKUP = "<script>document.title = 'run'</script><img src=x onerror=alert(1)>"

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def report(sample_library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report over some golden questions, compared with an earlier one, with what could break a page."""
    folder = tmp_path_factory.mktemp("report")
    questions = [*load_questions(GOLDEN)[:8], *load_questions(GOLDEN)[-4:]]
    result = evaluate(sample_library, questions)
    told = about(sample_library, GOLDEN)
    write_report(folder / "earlier", result, told)
    earlier = load_report(folder / "earlier" / "report.json")
    odd = replace(result.questions[0], sentence_rank=None, citation_hits=(), abstained=False, answer=f"{MARKUP} {LONG}")
    result = replace(result, questions=(odd, *result.questions[1:]))
    write_report(folder, result, told, compare(earlier, result.questions))
    return folder / "report.html"


@pytest.fixture
def open_report(browser: Browser, report: Path) -> Iterator[Open]:
    """Open the report; afterwards nothing else may have been asked for, and the console is clean."""
    asked: list[str] = []
    troubles: list[str] = []
    contexts = []

    def open_at(width: int = 1200, scheme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 850}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(report.as_uri())
        page.wait_for_load_state("networkidle")
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert set(asked) == {report.as_uri()}
    assert not troubles


@WIDTHS
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_fits_and_has_its_parts(open_report: Open, width: int, scheme: str) -> None:
    page = open_report(width, scheme)
    expect(page.get_by_role("heading", level=1)).to_have_text("How good are the answers?")
    for name in ("Against the earlier report", "Figures", "Risk and coverage", "Speed", "Wrong refusals"):
        expect(page.get_by_role("heading", level=2, name=name, exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out sideways"
    assert page.locator("table").count() == page.locator("table > caption").count() == 6
    for caption in page.locator("caption").all():
        expect(caption).to_be_visible()


@WIDTHS
def test_plots_are_seen_and_told_in_words(open_report: Open, width: int) -> None:
    page = open_report(width)
    plots = page.get_by_role("img")
    expect(plots).to_have_count(4)
    for plot in plots.all():
        assert len(plot.get_attribute("aria-label") or "") > 50
        box = plot.locator("svg").bounding_box()
        assert box
        assert 150 < box["width"] <= width
        assert box["height"] > 80


def test_colours_follow_light_and_dark(open_report: Open) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        page = open_report(scheme=scheme)
        line = page.get_by_role("img").first.locator("path[stroke]").last
        colours[scheme] = (
            page.evaluate("getComputedStyle(document.body).backgroundColor"),
            line.evaluate("path => getComputedStyle(path).stroke"),
        )
    assert all(one != other for one, other in zip(colours["light"], colours["dark"], strict=True))
    assert "var(" not in str(colours)


def test_text_of_articles_stays_text(open_report: Open) -> None:
    page = open_report()
    expect(page.get_by_text(MARKUP).first).to_be_visible()
    assert page.locator("script, img").count() == 0
    assert page.title().startswith("How good are the answers?")


def test_wide_tables_scroll_by_keyboard(open_report: Open) -> None:
    page = open_report(390)
    table = page.get_by_role("region", name="Figures, overall and by category")
    table.focus()
    page.keyboard.press("ArrowRight")
    # Not wait_for_function: when it has to try again it evaluates inside the page, whose policy forbids that.
    for _ in range(50):
        if page.evaluate("document.activeElement.scrollLeft") > 0:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the table did not scroll")
