"""Twenty people at once, and connections that drop: `make quality` runs it (minutes; needs Chromium)."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, generate_xsrf_token_string
from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

from assistant.evaluation import load_questions, percentile
from assistant.library import Library, open_library
from assistant.settings import Settings
from tests.browser.conftest import start_app, stop_app
from tests.conftest import GOLDEN

pytestmark = [
    pytest.mark.quality,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium"),
]

PEOPLE = int(os.environ.get("LOAD_PEOPLE", "20"))
SECONDS = float(os.environ.get("LOAD_SECONDS", "300"))
DROPS = int(os.environ.get("LOAD_DROPS", "100"))
SECRET = "a secret of thirty-two characters"
SECRETS = f"""[auth]
redirect_uri = "http://localhost/oauth2callback"
cookie_secret = "{SECRET}"
client_id = "footnote"
client_secret = "none"
server_metadata_url = "http://localhost/.well-known/openid-configuration"
"""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PATIENCE = 120_000  # milliseconds
THINKING = 5.0  # seconds between an answer and the next question


@pytest.fixture
def folder(sample_library: Library, tmp_path: Path) -> Path:
    """A folder to run the app in: a copy of the sample library, and a login."""
    shutil.copytree(sample_library.folder, tmp_path / "library")
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(SECRETS)
    return tmp_path


def cookie(where: str, name: str) -> str:
    """What Streamlit gives somebody who has come back from the login."""
    person = {"origin": where, "is_logged_in": True, "iss": "http://localhost", "sub": name, "name": name}
    return create_signed_value(SECRET, "_streamlit_user", json.dumps(person)).decode()


async def page_of(browser: Browser, where: str, name: str) -> Page:
    """A page of somebody who is signed in."""
    context = await browser.new_context()
    await context.add_cookies([{"name": "_streamlit_user", "value": cookie(where, name), "url": where}])
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    await page.goto(where)
    await page.get_by_placeholder("Ask your articles").wait_for()
    return page


async def submit(page: Page, question: str) -> None:
    """Type a question and send it."""
    box = page.get_by_placeholder("Ask your articles")
    await box.fill(question)
    await box.press("Enter")


class Session:
    """A page as the server knows it: the messages a browser would send, without the drawing, which costs far more."""

    def __init__(self, where: str, name: str) -> None:
        self._address = where.replace("http://", "ws://") + "/_stcore/stream"
        self._origin, self._cookie = where, f"_streamlit_user={cookie(where, name)}"
        self._query = ""
        self._box = ""
        self._announced: set[str] = set()
        self._fragments: set[str] = set()
        self.said = ""
        """All that came from the server."""

    async def __aenter__(self) -> Session:
        token = generate_xsrf_token_string()
        self._socket = await connect(
            self._address,
            origin=Origin(self._origin),
            additional_headers={"Cookie": f"{self._cookie}; _streamlit_xsrf={token}"},
            subprotocols=[Subprotocol("streamlit"), Subprotocol(token)],
            max_size=None,
        )
        await self._run()
        while not self._box:
            await self._next()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()

    async def ask(self, question: str) -> None:
        """Ask, and wait until the answer is drawn with all that belongs to it."""
        asked = WidgetState(id=self._box)
        asked.chat_input_value.data = question
        await self._run(widget_states=WidgetStates(widgets=[asked]))
        async with asyncio.timeout(PATIENCE / 1000):
            while not await self._next(question):
                continue

    async def _run(self, **state: Any) -> None:
        await self._socket.send(
            BackMsg(rerun_script=ClientState(query_string=self._query, **state)).SerializeToString()
        )

    async def _next(self, question: str = "") -> bool:
        """Take the next message, or have the fragments drawn that are due; says whether the answer has come."""
        try:
            data = await asyncio.wait_for(self._socket.recv(), 0.5)
        except TimeoutError:
            for fragment in list(self._fragments):
                await self._run(fragment_id=fragment, is_auto_rerun=True)
            return False
        message = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
        match message.WhichOneof("type"):
            case "new_session":
                self._announced = set()
            case "auto_rerun":
                self._announced.add(message.auto_rerun.fragment_id)
                self._fragments.add(message.auto_rerun.fragment_id)
            case "script_finished" if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                self._fragments = set(self._announced)
            case "page_info_changed":
                self._query = message.page_info_changed.query_string
            case "delta":
                return self._taken(message.delta.new_element, question)
        return False

    def _taken(self, element: Any, question: str) -> bool:
        if element.WhichOneof("type") == "chat_input":
            self._box = element.chat_input.id
        if element.WhichOneof("type") != "bidi_component":
            self.said += str(element)
            return False
        held = element.bidi_component.json
        self.said += held
        data = json.loads(held) if held else None
        return bool(question) and isinstance(data, dict) and question in str(data.get("copied") or "")


async def one_person(where: str, name: str, questions: Sequence[str], until: float) -> tuple[list[float], str]:
    """Ask until the time is up; how long each answer took, in seconds, and all that the server said."""
    took: list[float] = []
    said = ""
    while time.monotonic() < until:
        async with Session(where, name) as session:
            for _ in range(5):  # a long conversation is not what is measured
                began = time.monotonic()
                await session.ask(f"{questions[len(took) % len(questions)]} ({name}, {len(took)})")
                took.append(time.monotonic() - began)
                await asyncio.sleep(THINKING)
                if time.monotonic() > until:
                    break
            said += session.said
    return took, said


async def with_browser(work: Any) -> Any:
    """Do something with a browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        return await work(browser)


def run_async(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end, on a loop of its own: other tests may have one open in this thread."""
    with asyncio.Runner() as runner:
        return runner.run(work)


def test_many_people_ask_while_articles_come_in(folder: Path, tmp_path: Path) -> None:
    questions = [q.question for q in load_questions(GOLDEN) if q.answerable and not q.history][::7]
    articles = tmp_path / "more"
    articles.mkdir()
    for number in range(300):
        text = f"Ship {number} left the harbour of Nordby with {number + 3} barrels of tar. " * 12
        (articles / f"ship-{number}.txt").write_text(text + f"Her captain was number {number * 7}.")
    app, where = start_app(folder / "library", folder)

    async def work() -> list[tuple[list[float], str]]:
        command = (sys.executable, "-m", "ui", "ingest", str(articles), "--library", str(folder / "library"))
        ingest = await asyncio.create_subprocess_exec(*command, stdout=-3, stderr=-3)
        until = time.monotonic() + SECONDS
        people = [one_person(where, f"person{n:02}x", questions[n:], until) for n in range(PEOPLE)]
        told = await asyncio.gather(*people)
        assert await ingest.wait() == 0
        return told

    try:
        told = run_async(work())
    finally:
        stop_app(app)
    took = [seconds for mine, _ in told for seconds in mine]
    for number, (_, said) in enumerate(told):
        others = [f"person{n:02}x" for n in range(PEOPLE) if n != number]
        assert not [other for other in others if other in said], "nobody sees another's text"
        assert "did not work" not in said
    p50, p95 = (percentile(took, p) for p in (50, 95))
    print(f"\n{PEOPLE} people, {len(took)} answers in {SECONDS:.0f} s: p50 {p50:.1f} s, p95 {p95:.1f} s")
    assert len(took) >= PEOPLE


def test_dropped_connections_lose_nothing(folder: Path) -> None:
    app, where = start_app(folder / "library", folder)

    async def drop(browser: Browser, number: int, limit: asyncio.Semaphore) -> None:
        async with limit:
            page = await page_of(browser, where, f"dropper{number}")
            await submit(page, f"How many moons does Saturn have? ({number})")
            # As soon as the question is on its way, the connection is cut.
            await page.wait_for_url("**conversation=*", timeout=PATIENCE)
            await page.context.close()

    async def work(browser: Browser) -> None:
        limit = asyncio.Semaphore(8)
        await asyncio.gather(*(drop(browser, number, limit) for number in range(DROPS)))

    try:
        run_async(with_browser(work))
        time.sleep(20)  # the answers under way come to their end
    finally:
        stop_app(app)
    library = open_library(folder / "library", Settings())
    for number in range(DROPS):
        mine = library.ledger.conversations(f"http://localhost|dropper{number}")
        (conversation,) = mine.all()
        (turn,) = mine.turns(conversation.id)
        assert turn.question == f"How many moons does Saturn have? ({number})"
        assert turn.unfinished is None
    library.close()
    print(f"\n{DROPS} connections dropped, every question answered and kept")
