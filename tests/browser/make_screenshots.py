"""Make the pictures of the README: `.venv/bin/python -m tests.browser.make_screenshots` (needs Chromium)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from assistant.library import open_library
from ingest.run import run
from ingest.samples import sample_articles
from tests.browser.conftest import start_app, stop_app

DOCS = Path(__file__).resolve().parents[2] / "docs"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
QUESTIONS = ("How many moons does Saturn have?", "Why is the mirror of the Webb telescope gold?")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        library = open_library(Path(name) / "library")
        run([sample_articles()], library)
        library.close()
        app, address = start_app(Path(name) / "library")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
                for scheme, width, height in (("light", 1200, 850), ("dark", 1200, 850), ("light", 390, 800)):
                    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                    suffix = "-phone" if width < 500 else "-dark" if scheme == "dark" else ""
                    draw(page, address, suffix)
        finally:
            stop_app(app)


def draw(page: Page, address: str, suffix: str) -> None:
    page.goto(address)
    for question in QUESTIONS:
        box = page.get_by_placeholder("Ask your articles")
        box.fill(question)
        box.press("Enter")
        expect(page.get_by_text(question, exact=True)).to_be_visible(timeout=30_000)
        page.wait_for_timeout(2000)
    page.screenshot(path=DOCS / f"chat{suffix}.png")
    page.get_by_role("button", name="Footnote 1").last.click()
    expect(page.locator("mark")).to_be_visible()
    page.wait_for_timeout(1500)
    page.screenshot(path=DOCS / f"footnote{suffix}.png")


if __name__ == "__main__":
    main()
