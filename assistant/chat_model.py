"""Any chat model through LangChain: loaded by name, streamed, stopped, and its failures told in one line.

Requests run as tasks on an event loop in a thread of its own, so that each can be stopped at any moment: its task is
cancelled, and with it the connection is closed. All run on the same loop, since a client keeps connections open for
the next request, and those are of use only on the loop they were made on.
"""

from __future__ import annotations

import asyncio
import queue
import re
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from assistant.errors import FootnoteError
from assistant.once import once
from assistant.settings import Settings, load_settings
from assistant.types import TokenUse

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage

_NAME = re.compile(r"[\w-]+:\S+")
_CHOOSES_ITSELF = re.compile(r"openai:o\d")
"""Models that refuse a temperature; of their later ones the client knows it."""
_TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_PAYMENT_REQUIRED = 402
_NO_STREAM = "No generation chunks"
"""What LangChain says where a web page or the like comes in place of a stream."""
_LONGEST_WAIT = 8.0  # seconds between two tries
_POLL = 0.1  # seconds between two looks at whether the person stopped it
_LONGEST_REQUEST = 900.0  # seconds
_LONGEST_REASON = 200
_SAY_WHY = frozenset({"openai", "anthropic", "ollama"})
"""Providers that always say why a text ends; where they do not, the connection ended before it."""
_WHY = ("finish_reason", "stop_reason", "done_reason", "stopReason", "status")
"""Under which of these a provider says why it ends."""
_AT_A_LIMIT = frozenset({"length", "max_tokens", "max_output_tokens", "model_context_window_exceeded", "incomplete"})
_FILTERED = frozenset({"content_filter", "content_filtered", "guardrail_intervened", "safety", "refusal"})


class ModelError(FootnoteError):
    """A language model did not answer; the message says why and what to do."""


class StoppedError(Exception):
    """The person stopped the answer."""


class _BrokeOffConnectionError(Exception):
    """A text ended, and nobody said that it was the end."""


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A chat model, ready to be asked."""

    name: str
    """As "provider:model"."""
    model: BaseChatModel
    silence_seconds: float
    retries: int


def is_model_name(name: str) -> bool:
    """Whether a name is written as models' are: "provider:model"."""
    return bool(_NAME.fullmatch(name))


def load_chat_model(name: str, settings: Settings | None = None) -> ChatModel:
    """Make a chat model.

    Args:
        name: "provider:model", as `init_chat_model` takes it.
        settings: address, key, limits; those of the environment where None.

    Raises:
        ModelError: the name is not one, the provider's package is not installed, or it needs a key.
    """
    settings = settings or load_settings()
    if not is_model_name(name):
        raise ModelError(
            f"{name!r} is not a model; write it as provider:model, for example openai:gpt-5-mini, "
            "anthropic:claude-haiku-4-5 or ollama:llama3.2, or 'quotes' for none"
        )
    key = settings.model_api_key.get_secret_value() if settings.model_api_key else None
    return _loaded(name, settings.model_base_url, key, settings.model_silence_seconds, settings.model_retries)


@once
def _loaded(name: str, base_url: str | None, key: str | None, silence: float, retries: int) -> ChatModel:
    provider = name.partition(":")[0]
    try:
        from langchain.chat_models import init_chat_model
    except ImportError:
        raise ModelError(_missing(provider)) from None
    given: dict[str, Any] = {} if _CHOOSES_ITSELF.match(name) else {"temperature": 0}
    if base_url:
        given["base_url"] = base_url
    if key or (base_url and provider == "openai"):
        given["api_key"] = key or "none"  # servers of one's own seldom want a key, but the client does
    if provider in ("openai", "anthropic"):
        # Tried again here, and waited for here, alike for every provider; the client's own limit is the second line.
        given |= {"timeout": silence + 5, "max_retries": 0}
    if provider == "openai":
        given["stream_usage"] = True
    try:
        return ChatModel(name, init_chat_model(name, **given), silence, retries)
    except ImportError:
        raise ModelError(_missing(provider)) from None
    except Exception as error:  # each provider has errors of its own for a missing key
        raise ModelError(f"{name} cannot be used: {_first_line(error)}") from error


def _missing(provider: str) -> str:
    packages = f"langchain langchain-{provider}"
    return (
        f"the package for {provider} models is not installed; run `pip install {packages}` in the environment that "
        "Footnote runs in"
    )


class Reply:
    """What a model is asked, and what it writes: piece by piece to whoever goes through it, once."""

    def __init__(
        self, chat: ChatModel, prompt: Sequence[BaseMessage], cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        """Nothing is asked before somebody goes through it.

        Args:
            chat: from `load_chat_model`.
            prompt: the messages.
            cancelled: asked ten times a second; the request ends once it says True.
        """
        self.chat, self.prompt = chat, prompt
        self.written = ""
        """All of it so far."""
        self.tokens: TokenUse | None = None
        """How many it took, where the model says so; known at the end."""
        self.cut = ""
        """Why the model had to end before it was done, for people ("reached its limit of length"); else empty."""
        self._cancelled = cancelled

    def __iter__(self) -> Iterator[str]:
        """Ask, and tell what is written; whoever goes no further ends the request.

        Raises:
            ModelError: it is down, slow, out of quota, unknown, or broke off.
            StoppedError: `cancelled` said True.
        """
        request = _Request(self.chat, self.prompt)
        running = asyncio.run_coroutine_threadsafe(request.run(), _event_loop())
        try:
            for piece in self._pieces(request):
                self.written += piece
                yield piece
        finally:
            request.left = True
            running.cancel()
            self.tokens = request.use
        if request.error:
            raise ModelError(explain(self.chat.name, request.error)) from request.error
        self.cut = _cut(request.why)

    def _pieces(self, request: _Request) -> Iterator[str]:
        began = time.monotonic()
        while True:
            try:
                piece = request.pieces.get(timeout=_POLL)
            except queue.Empty:
                if self._cancelled():
                    raise StoppedError from None
                self._check_time(began, request.quiet_since)
                continue
            if piece is None:
                return
            if self._cancelled():
                raise StoppedError
            yield piece

    def _check_time(self, began: float, quiet_since: float) -> None:
        now, chat = time.monotonic(), self.chat
        if now - quiet_since > chat.silence_seconds:
            raise ModelError(
                f"{chat.name} wrote nothing for {chat.silence_seconds:g} s; "
                "FOOTNOTE_MODEL_SILENCE_SECONDS says how long to wait"
            )
        if now - began > _LONGEST_REQUEST:
            raise ModelError(f"{chat.name} did not finish within {_LONGEST_REQUEST / 60:g} minutes")


def _cut(why: str) -> str:
    """Why a model ended before it was done, for people; empty where it was done."""
    if why.lower() in _AT_A_LIMIT:
        return "reached its limit of length"
    return "was stopped by its provider's filter" if why.lower() in _FILTERED else ""


_loops: list[asyncio.AbstractEventLoop] = []
_loops_lock = threading.Lock()


def _event_loop() -> asyncio.AbstractEventLoop:
    """The one that all requests run on, begun with the first."""
    with _loops_lock:
        if not _loops:
            _loops.append(asyncio.new_event_loop())
            threading.Thread(target=_loops[0].run_forever, name="chat-models", daemon=True).start()
        return _loops[0]


class _Request:
    """One request, running on the event loop."""

    def __init__(self, chat: ChatModel, messages: Sequence[BaseMessage]) -> None:
        self.chat, self.messages = chat, list(messages)
        self.pieces: queue.Queue[str | None] = queue.Queue()
        """What was written; None at the end."""
        self.use: TokenUse | None = None
        self.why = ""
        """Why it ended, in the provider's word."""
        self.error: Exception | None = None
        self.quiet_since = time.monotonic()
        """When it last wrote or was asked again; in the future while we wait before asking again."""
        self.left = False
        """Nobody listens any more. Cancelling is not enough: `asyncio.wait_for`, which some providers' packages wait
        with, loses it in Python 3.11 where a piece comes at the same moment (python/cpython#86296)."""
        self._wrote = False

    async def run(self) -> None:
        """Ask, again where that may help, until all is written or the task is cancelled."""
        tries = AsyncRetrying(
            retry=retry_if_exception(lambda error: not self._wrote and is_transient(error)),
            stop=stop_after_attempt(self.chat.retries + 1),
            wait=_wait,
            before_sleep=self._not_quiet,
            reraise=True,
        )
        try:
            await tries(self._asked)
        except Exception as error:  # told by who waits for the pieces
            self.error = error
        finally:
            self.pieces.put(None)

    def _not_quiet(self, state: RetryCallState) -> None:
        self.quiet_since = time.monotonic() + state.upcoming_sleep

    async def _asked(self) -> None:
        """Ask, once more without a temperature where the model refuses it."""
        try:
            await self._once()
        except Exception as error:
            if not _refuses_temperature(self.chat, error):
                raise
            # From then on it is never sent: the model is kept.
            setattr(self.chat.model, "temperature", None)  # noqa: B010 - not every provider's class has one
            await self._once()

    async def _once(self) -> None:
        self.quiet_since = time.monotonic()
        # An async generator, though it is typed as an iterator; closed at once, so that the connection is too.
        async with aclosing(cast("AsyncGenerator[AIMessageChunk]", self.chat.model.astream(self.messages))) as chunks:
            async for chunk in chunks:
                # What a model thinks comes in pieces without text; it is not silent for that.
                self.quiet_since = time.monotonic()
                await asyncio.sleep(0)  # where pieces come without a pause, nothing else would get its turn: no stop
                if self.left:
                    return
                self.why = next((str(w) for key in _WHY if (w := chunk.response_metadata.get(key))), self.why)
                if chunk.usage_metadata:
                    used = TokenUse(chunk.usage_metadata["input_tokens"], chunk.usage_metadata["output_tokens"])
                    self.use = self.use + used if self.use else used
                if text := str(chunk.text):
                    self._wrote = True
                    self.pieces.put(text)
        if not self.why and self.chat.name.partition(":")[0] in _SAY_WHY:
            raise _BrokeOffConnectionError


_backoff = wait_exponential_jitter(multiplier=0.5, max=_LONGEST_WAIT)


def _wait(state: RetryCallState) -> float:
    """As long as the server asks for, within reason; else twice as long each time."""
    error = state.outcome.exception() if state.outcome else None
    asked = getattr(getattr(error, "response", None), "headers", {}).get("retry-after", "")
    return min(float(asked), _LONGEST_WAIT) if asked.replace(".", "", 1).isdigit() else _backoff(state)


def _refuses_temperature(chat: ChatModel, error: Exception) -> bool:
    sent = getattr(chat.model, "temperature", None) is not None
    return sent and _status(error) == 400 and "temperature" in str(error)


def is_transient(error: BaseException) -> bool:
    """Whether the same request may succeed a little later."""
    status = _status(error)
    if _has_no_quota(error):
        return False
    return status in _TRANSIENT if status else _kind(error) in ("down", "slow")


def _has_no_quota(error: BaseException) -> bool:
    """Whether it is about money: no later try helps."""
    return _status(error) == _PAYMENT_REQUIRED or "insufficient_quota" in str(error)


def explain(name: str, error: Exception) -> str:
    """What went wrong with a model, in one line that says what to do."""
    provider = name.partition(":")[0]
    if _has_no_quota(error):
        return f"{name} has no quota left ({_first_line(error)}); see to your account there, or choose another model"
    match _status(error):
        case 401 | 403:
            return (
                f"{name} refused the key; set FOOTNOTE_MODEL_API_KEY (or the provider's own variable, such as "
                f"{provider.upper()}_API_KEY)"
            )
        case 404:
            return f"{name} is not known there; check the name, and FOOTNOTE_MODEL_BASE_URL where you set it"
        case 429:
            return f"{name} has no quota left, or gets too many requests ({_first_line(error)}); try again later"
        case int(status) if status >= 500:
            return f"{name} is in trouble (status {status}); try again later"
        case int(status):
            return f"{name} did not accept the request (status {status}: {_first_line(error)})"
    match _kind(error):
        case "slow":
            return f"{name} took too long; FOOTNOTE_MODEL_SILENCE_SECONDS says how long to wait"
        case "down":
            return f"{name} cannot be reached, or broke off; is the server running, and FOOTNOTE_MODEL_BASE_URL right?"
    if _NO_STREAM in str(error):
        return f"{name} sent no answer that can be read; is FOOTNOTE_MODEL_BASE_URL right? It often ends in /v1"
    return f"{name} failed: {_first_line(error)}"


def check_connection(name: str, settings: Settings | None = None) -> str:
    """Ask a model for one word; says in a line that it answers, and how fast.

    Raises:
        ModelError: it does not; the message says why.
    """
    from langchain_core.messages import HumanMessage

    began = time.perf_counter()
    chat = load_chat_model(name, settings)
    said = "".join(Reply(chat, [HumanMessage("Answer with the one word: yes")]))
    seconds = time.perf_counter() - began
    if not said.strip():
        raise ModelError(f"{name} answered with nothing; choose another model")
    return f"{name} answers ({seconds:.1f} s)"


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) and status > 0 else None


def _kind(error: BaseException) -> str:
    """ "slow", "down" or "": by the names of the error and what caused it, since each provider has its own classes."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause and id(cause) not in seen:
        seen.add(id(cause))
        name = type(cause).__name__
        if "Timeout" in name:
            return "slow"
        if isinstance(cause, OSError) or re.search(r"Connect|Network|RemoteProtocol|ReadError|IncompleteRead", name):
            return "down"
        cause = cause.__cause__ or cause.__context__
    return ""


def _first_line(error: Exception) -> str:
    line = " ".join(str(error).split("\n")[0].split()).rstrip(".") or type(error).__name__
    return line if len(line) <= _LONGEST_REASON else line[:_LONGEST_REASON] + "…"
