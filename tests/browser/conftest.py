"""The real app in a real browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from assistant.library import Library

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]

OpenPage = Callable[..., Page]
expect.set_options(timeout=20_000)  # the machine may be busy
_SERIOUS = ("serious", "critical")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not _CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no Chromium found; install it: apt-get install chromium"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        yield launched
        launched.close()


def start_app(folder: Path, directory: Path | None = None) -> tuple[subprocess.Popen[str], str]:
    """Start `footnote chat` and return it with the address it prints."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "ui", "chat", "--library", str(folder), "--port", str(port)]
    app = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ.copy(), cwd=directory)
    assert app.stdout
    line = app.stdout.readline()
    assert "http://localhost:" in line, line
    return app, line.split()[3]


def stop_app(app: subprocess.Popen[str]) -> None:
    app.terminate()
    app.wait(timeout=30)


@pytest.fixture(scope="session")
def address(sample_library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over a copy of the sample library."""
    folder = tmp_path_factory.mktemp("app") / "library"
    shutil.copytree(sample_library.folder, folder)
    app, where = start_app(folder)
    yield where
    stop_app(app)


@pytest.fixture
def start() -> Iterator[Callable[..., str]]:
    """Start the app over a library of the test's own; asked for before `open_page`, it outlives the pages."""
    apps = []

    def start_at(folder: Path, directory: Path | None = None) -> str:
        app, where = start_app(folder, directory)
        apps.append(app)
        return where

    yield start_at
    for app in apps:
        stop_app(app)


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Open the app; afterwards no console error and no request to elsewhere may have happened."""
    troubles: list[str] = []
    contexts = []

    def note_console(message: ConsoleMessage) -> None:
        # Loaded at an address below the root, Streamlit first looks for its server there.
        looked = message.location["url"].endswith(("/_stcore/health", "/_stcore/host-config"))
        if message.type == "error" and not looked:
            troubles.append(f"console: {message.text}")

    def note_request(request: Request) -> None:
        if not request.url.startswith(("http://localhost:", "http://127.0.0.1:", "ws://localhost:", "data:", "blob:")):
            troubles.append(f"request to {request.url}")

    def open_at(
        where: str = address,
        width: int = 1200,
        height: int = 850,
        scheme: str = "light",
        cookies: Sequence[Any] = (),
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.add_cookies(list(cookies))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", note_console)
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on("request", note_request)
        page.goto(where)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert not troubles


def assert_drawn(page: Page) -> None:
    """Nothing is being computed, and nothing shown is about to be replaced."""
    expect(page.locator('[data-test-script-state="running"], [data-stale="true"]')).to_have_count(0)


def assert_accessible(page: Page) -> None:
    """No serious finding of axe on what the page shows, once it is drawn: what is being replaced is shown faintly."""
    assert_drawn(page)
    found = Axe().run(page).response["violations"]
    serious = [
        f"{v['id']} ({v['impact']}): {[node['html'][:200] for node in v['nodes'][:3]]}"
        for v in found
        if v["impact"] in _SERIOUS
    ]
    assert not serious, "\n".join(serious)


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "something sticks out sideways"
