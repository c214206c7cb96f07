"""Make the pictures of the docs: `.venv/bin/python -m tests.browser.make_screenshots` (needs Chromium)."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from assistant.library import open_library
from ingest.run import run
from ingest.samples import golden_questions, sample_articles
from tests.browser.conftest import start_app, stop_app

DOCS = Path(__file__).resolve().parents[2] / "docs"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
QUESTIONS = (
    "Why has solar power become so cheap?",
    "How long did it take to send Queen Victoria's message across the Atlantic?",
)
LOOKS = (("", "light", 1200, 850), ("-dark", "dark", 1200, 850), ("-phone", "light", 390, 800))
_GOLDEN = 12


def main() -> None:
    """Draw every page in every look."""
    with tempfile.TemporaryDirectory() as name:
        library = open_library(Path(name) / "library")
        run([sample_articles()], library)
        library.close()
        golden = Path(name) / "golden.jsonl"
        lines = golden_questions().read_text(encoding="utf-8").splitlines()
        golden.write_text("\n".join(lines[:: len(lines) // _GOLDEN]), encoding="utf-8")
        app, address = start_app(Path(name) / "library")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
                expect.set_options(timeout=240_000)
                for suffix, scheme, width, height in LOOKS:
                    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
                    draw(page, address, suffix, golden)
        finally:
            stop_app(app)


def draw(page: Page, address: str, suffix: str, golden: Path) -> None:
    """Draw every page in one look."""
    page.goto(address)
    expect(page.get_by_role("list", name="Suggested questions")).to_be_visible()
    shoot(page, f"start{suffix}")
    for question in QUESTIONS:
        box = page.get_by_placeholder("Ask your articles")
        box.fill(question)
        box.press("Enter")
        message = page.get_by_test_id("stChatMessage")
        expect(message.get_by_text(question, exact=True)).to_be_visible()
        expect(message.last.get_by_role("button", name="Footnote 1").first).to_be_enabled()
    shoot(page, f"chat{suffix}")
    page.get_by_role("button", name="Footnote 1").last.click()
    expect(page.locator("mark")).to_be_visible()
    shoot(page, f"footnote{suffix}")
    page.goto(f"{address}/library")
    expect(page.locator("td.title").first).to_be_visible()
    shoot(page, f"library{suffix}")
    page.goto(f"{address}/quality")
    if not suffix:
        for _ in range(2):
            run_golden(page, golden)
    expect(page.get_by_role("graphics-document").or_(page.locator("canvas.marks, svg.marks")).nth(1)).to_be_visible()
    shoot(page, f"quality{suffix}")
    page.goto(f"{address}/settings")
    expect(page.get_by_role("button", name="System")).to_be_visible()
    shoot(page, f"settings{suffix}")


def run_golden(page: Page, golden: Path) -> None:
    """Run a file of golden questions to its end."""
    page.get_by_text("A file", exact=True).click()
    page.locator('input[type="file"]').set_input_files(golden)
    asked = len(golden.read_text(encoding="utf-8").splitlines())
    assert json.loads(golden.read_text(encoding="utf-8").splitlines()[0])["question"]
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Asking the golden questions")).to_be_visible()
    expect(page.get_by_text("Asking the golden questions")).to_have_count(0)
    expect(page.get_by_text(f"{asked} questions").first).to_be_visible()


def shoot(page: Page, name: str) -> None:
    """Take a picture once all has come to rest."""
    page.wait_for_timeout(1500)
    page.screenshot(path=DOCS / f"{name}.png")


if __name__ == "__main__":
    main()
