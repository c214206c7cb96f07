"""Pages from the web: only public addresses, only what robots.txt allows, within limits of time and size."""

from __future__ import annotations

import email.utils
import math
import re
import socket
import ssl
import time
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from http import HTTPStatus
from importlib.metadata import version
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urljoin, urlsplit

import httpcore
import idna
from protego import Protego

from assistant.errors import FootnoteError

Resolver = Callable[[str, int], Iterable[str]]
"""Takes a host name and a port, returns the addresses; raises OSError where there are none."""

_AGENT = "Footnote"
_PORTS = {"http": 80, "https": 443}
_PAGES = frozenset({200, 203})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 503})
_GONE = frozenset({404, 410})
_BACK_OFF = 1.0  # seconds before the one retry, where the server names none
_KEEP_ALIVE = 15.0
_LONGEST_CRAWL_DELAY = 10.0  # seconds; who asks for more gets this
_MAX_URL_CHARACTERS = 8_000  # what RFC 9110 asks every server to bear
_MAX_ROBOTS_BYTES = 512_000  # RFC 9309: a crawler reads at least this much and may leave the rest


class FetchError(FootnoteError):
    """A web address could not be read. The message holds both: the address and the reason."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{_shown(url)}: {reason}")
        self.url = url
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave along with a page, and what it is asked with whether the page changed since."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it was sent, its compression undone."""

    url: str
    """Where it came from, after redirects; without a fragment."""
    data: bytes
    validators: Validators
    charset: str | None = None
    """What the server calls its encoding; not checked."""


_NOTHING_KNOWN = Validators()


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses the operating system has for a name."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Fetcher:
    """Reads web pages; made once for a run, so that connections and each site's robots.txt serve for all its pages.

    Args:
        max_megabytes: the limit of one page, counted after its compression is undone.
        seconds: the limit of one `get`: names, connections, robots.txt, redirects and the page together.
        redirects: how many are followed.
        allowed_hosts: hosts that may have addresses that are not public: "name" or "name:port" in lower case,
            an IPv6 address in brackets.
        resolve: finds the addresses of a name; called once for each connection.
    """

    def __init__(
        self,
        *,
        max_megabytes: float,
        seconds: float = 30,
        redirects: int = 5,
        allowed_hosts: frozenset[str] = frozenset(),
        resolve: Resolver = system_resolver,
    ) -> None:
        self._max_megabytes = max_megabytes
        self._seconds = seconds
        self._redirects = redirects
        self._robots: dict[str, Protego | str] = {}
        self._answered: dict[str, float] = {}  # by origin: the moment of its latest page
        # A bare pool: no proxies, no .netrc, no cookies, no redirects of its own.
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpcore.default_ssl_context(),
            network_backend=_PinnedBackend(resolve, allowed_hosts),
            keepalive_expiry=_KEEP_ALIVE,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections still open."""
        self._pool.close()

    def get(self, url: str, known: Validators = _NOTHING_KNOWN) -> Fetched | None:
        """Read one page, or None where it is still as the validators know it.

        Raises:
            FetchError: it may not be opened, does not answer, answers with an error, or takes too long or too much.
        """
        deadline = time.monotonic() + self._seconds
        visited: set[str] = set()
        try:
            final, answer = self._follow(_parse(url), lambda here: self._ask_page(here, known, deadline, visited))
        except FootnoteError as error:
            raise FetchError(url, str(error)) from error
        finally:
            self._answered |= dict.fromkeys(visited, time.monotonic())
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return None
        validators = Validators(answer.fields.get("etag"), answer.fields.get("last-modified"))
        return Fetched(str(final), answer.body, validators, _charset(answer.fields.get("content-type", "")))

    def _follow(self, start: _Url, ask: Callable[[_Url], _Answer]) -> tuple[_Url, _Answer]:
        """The first answer that is no redirect, and who gave it. Every address on the way is parsed and asked anew."""
        here = start
        for _ in range(self._redirects + 1):
            try:
                answer = ask(here)
                if answer.status not in _REDIRECTS:
                    return here, answer
                here = _redirected(here, answer)
            except FootnoteError as error:
                if here is start:
                    raise
                raise FootnoteError(f"it leads to {here}: {error}") from error
        raise FootnoteError(f"it redirects more than {self._redirects} times")

    def _ask_page(self, url: _Url, known: Validators, deadline: float, visited: set[str]) -> _Answer:
        delay = self._check_robots(url, deadline)
        if url.origin not in visited:  # a redirect within a site is still the same page
            self._take_turn(url.origin, delay, deadline)
            visited.add(url.origin)
        conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        answer = self._ask(url, headers, deadline, int(self._max_megabytes * 1_000_000))
        if answer.status in _REDIRECTS or (answer.status == HTTPStatus.NOT_MODIFIED and headers):
            return answer
        if answer.status not in _PAGES:
            raise FootnoteError(_problem(answer))
        if not answer.whole:
            raise FootnoteError(
                f"the page has more than {self._max_megabytes:g} MB; raise FOOTNOTE_MAX_FILE_MEGABYTES to read it"
            )
        return answer

    def _take_turn(self, origin: str, delay: float, deadline: float) -> None:
        """Wait until a site's latest page is as long ago as it asks for."""
        pause = self._answered.get(origin, -math.inf) + delay - time.monotonic()
        if pause <= 0:
            return
        if time.monotonic() + pause >= deadline:
            raise FootnoteError(
                f"the site's robots.txt asks for {delay:g} seconds between pages, the limit for one page is "
                f"{self._seconds:g}; raise FOOTNOTE_FETCH_SECONDS"
            )
        time.sleep(pause)

    def _check_robots(self, url: _Url, deadline: float) -> float:
        """The seconds that the site wants between two pages; raises where it does not want this one read by programs.

        A site that could not be asked is not asked again: a dead one costs one time limit, not one for every page.
        """
        rules = self._robots.get(url.origin)
        if rules is None:
            rules = self._robots[url.origin] = self._read_robots(url, deadline)
        if isinstance(rules, str):
            raise FootnoteError(rules)
        if not rules.can_fetch(str(url), _AGENT):
            raise FootnoteError(f"the site's robots.txt does not let {_AGENT} read it")
        delay = rules.crawl_delay(_AGENT)
        # Compared this way round, because "nan" is a number too.
        return min(delay, _LONGEST_CRAWL_DELAY) if delay is not None and delay > 0 else 0.0

    def _read_robots(self, url: _Url, deadline: float) -> Protego | str:
        """A site's rules, or why there are none to go by."""
        try:
            _, answer = self._follow(
                replace(url, target="/robots.txt"), lambda here: self._ask(here, {}, deadline, _MAX_ROBOTS_BYTES)
            )
        except FootnoteError as error:
            return str(error)
        if answer.status in _PAGES:
            # A line cut in two could say something else: "Disallow: /private" is not "Disallow: /".
            body = answer.body if answer.whole else answer.body.rpartition(b"\n")[0]
            return Protego.parse(_rules_for_us(body.decode("utf-8-sig", "replace")))
        if 400 <= answer.status < 500:
            return Protego.parse("")
        return f"the site's robots.txt cannot be read: {_problem(answer)}"

    def _ask(self, url: _Url, headers: dict[str, str], deadline: float, limit: int) -> _Answer:
        """The server's answer; one that is too busy is asked once more, should the time allow it."""
        answer = self._ask_once(url, headers, deadline, limit)
        if answer.status in _BUSY:
            pause = _retry_after(answer)
            pause = _BACK_OFF if pause is None else pause
            if time.monotonic() + pause < deadline:
                time.sleep(pause)
                answer = self._ask_once(url, headers, deadline, limit)
        return answer

    def _ask_once(self, url: _Url, headers: dict[str, str], deadline: float, limit: int) -> _Answer:
        sent = {
            "Host": url.authority,
            "User-Agent": f"{_AGENT}/{version('footnote')}",
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
        } | headers
        # The pool hands these on to our backend and streams without a look at them. So they can be the moment at
        # which everything ends; durations would begin anew with every read.
        moments = dict.fromkeys(("connect", "read", "write"), deadline)
        try:
            with self._pool.stream(
                "GET",
                httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target),
                headers=[(name, value.encode("latin-1", "replace")) for name, value in sent.items()],
                extensions={"timeout": moments},
            ) as response:
                fields = _fields(response.headers)
                if response.status not in _PAGES:
                    return _Answer(response.status, fields, b"", True)
                body, whole = _read_body(response.iter_stream(), fields.get("content-encoding", ""), limit)
                return _Answer(response.status, fields, body, whole)
        except httpcore.TimeoutException:
            raise FootnoteError(f"there was no complete answer within {self._seconds:g} seconds") from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise FootnoteError(f"the connection failed ({_shown(str(error))})") from error


# Addresses of pages


@dataclass(frozen=True, slots=True)
class _Url:
    """A web address taken apart once; what is checked and what is connected to come from the same parts."""

    scheme: str
    host: str
    """ASCII, lower case; an IPv6 address without its brackets."""
    port: int
    target: str
    """Path and query, percent-encoded."""

    @property
    def authority(self) -> str:
        host = _bracketed(self.host)
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    def __str__(self) -> str:
        return self.origin + self.target


_AUTHORITY = re.compile(r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:]+))(?::(?P<port>[0-9]{0,5}))?")
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")


def _parse(url: str) -> _Url:
    """Take a web address apart.

    Raises:
        FootnoteError: it is none that is read, or one that programs read in different ways.
    """
    _check_characters(url)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise FootnoteError(f"this is no web address ({_shown(str(error))})") from error
    if parts.scheme not in _PORTS:
        raise FootnoteError("only addresses that begin with http:// or https:// are read")
    if "@" in parts.netloc:
        raise FootnoteError("an address with a user name or password is not opened; leave out what is before the @")
    authority = _AUTHORITY.fullmatch(parts.netloc)
    if authority is None:
        raise FootnoteError("the address names no host, or its host or port is not valid")
    port = int(authority["port"] or _PORTS[parts.scheme])
    if not 0 < port < 65_536:
        raise FootnoteError(f"there is no port {port}")
    host = _parse_ipv6(authority["ipv6"]) if authority["ipv6"] else _parse_name(authority["name"])
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=?[]")
    return _Url(parts.scheme, host, port, target)


def _check_characters(url: str) -> None:
    """Refuse what programs silently drop or turn into something else. This has to come before any of them has a go."""
    if len(url) > _MAX_URL_CHARACTERS:
        raise FootnoteError(f"the address has more than {_MAX_URL_CHARACTERS:,} characters")
    if any(c == "\\" or c.isspace() or unicodedata.category(c) in ("Cc", "Cs") for c in url):
        raise FootnoteError("the address holds white space, a control character or a backslash")


def _parse_ipv6(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except ValueError:
        raise FootnoteError(f"the host [{text}] is no IPv6 address") from None


def _parse_name(text: str) -> str:
    """A host name in ASCII, or an IPv4 address in its one usual form."""
    name = text.lower()
    try:
        if not name.isascii():
            name = idna.encode(name, uts46=True).decode("ascii")
    except UnicodeError as error:  # idna's errors are such
        raise FootnoteError(f"the host {_shown(text)} is no valid name ({_shown(str(error))})") from error
    name = name.removesuffix(".")
    if not _HOST_NAME.fullmatch(name):
        raise FootnoteError(f"the host {_shown(text)} is no valid name")
    if _ENDS_IN_NUMBER.fullmatch(name):
        # Systems read 127.1, 0x7f000001, 2130706433 and 0177.0.0.1 as addresses, each in its own way.
        try:
            return str(IPv4Address(name))
        except ValueError:
            raise FootnoteError(
                f"the host {name} is an IPv4 address in an unusual form; write it as four decimal numbers"
            ) from None
    return name


def _redirected(here: _Url, answer: _Answer) -> _Url:
    """Where an answer sends to."""
    # Bytes that are not UTF-8 become surrogates, which are refused.
    location = answer.fields.get("location", "").encode("latin-1").decode("utf-8", "surrogateescape")
    if not location:
        raise FootnoteError(f"it redirects (HTTP {answer.status}) without saying where to")
    try:
        _check_characters(location)
        # With a scheme it stands alone; urljoin would read "http:///x" as a path of the site that sent it.
        target = _parse(location if urlsplit(location).scheme else urljoin(str(here), location))
        if (here.scheme, target.scheme) == ("https", "http"):
            raise FootnoteError("from https to http is not followed")
    except (FootnoteError, ValueError) as error:
        raise FootnoteError(f"it redirects to {_shown(location)}: {error}") from error
    return target


def _shown(text: str) -> str:
    """Foreign text fit for a message: on one line, without control characters, not too long."""
    printable = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:300])
    return printable + "..." * (len(text) > 300)


# Addresses of machines

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# What `is_global` lets pass, or lets pass in some versions of Python.
_NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments; one cloud has its metadata service there
        "192.88.99.0/24",  # 6to4 relays
        "168.63.129.16/32",  # Azure's own services, seen from inside
        "2001::/23",  # protocol assignments; Teredo, which wraps an IPv4 address
        "2002::/16",  # 6to4, which wraps an IPv4 address
        "3fff::/20",  # documentation
    )
)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public Internet, and not of this machine, its network or its cloud."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        wrapped = parsed.ipv4_mapped or (IPv4Address(int(parsed) & 0xFFFFFFFF) if parsed in _NAT64 else None)
        if wrapped:
            return parsed.scope_id is None and is_public(str(wrapped))
        if parsed.scope_id is not None or parsed not in _GLOBAL_UNICAST:
            return False
    return parsed.is_global and not parsed.is_multicast and not any(parsed in network for network in _NOT_PUBLIC)


class _PinnedBackend(httpcore.NetworkBackend):
    """Connects to the very addresses that were checked, so that a name cannot change its answer in between.

    The pool goes on to use the name: in the request, and for TLS and its certificate.
    """

    def __init__(self, resolve: Resolver, allowed_hosts: frozenset[str]) -> None:
        self._resolve = resolve
        self._allowed_hosts = allowed_hosts
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _look_up(self._resolve, host, port, timeout)
        name = _bracketed(host)
        if not self._allowed_hosts & {name, f"{name}:{port}"}:
            for address in addresses:
                if not is_public(address):
                    raise FootnoteError(
                        f"the address {_shown(address)} is not public; "
                        "to open this host add it to FOOTNOTE_ALLOWED_HOSTS"
                    )
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for untried, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            try:
                # Each address gets its share of the time, so that one that is silent leaves some for the next.
                stream = self._sockets.connect_tcp(
                    address, port, _left(timeout) / untried, local_address, socket_options
                )
                return _DeadlineStream(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or FootnoteError(f"the name {host} has no address")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _look_up(resolve: Resolver, host: str, port: int, deadline: float | None) -> Sequence[str]:
    """The addresses of a host. A lookup cannot be broken off, so a thread waits for it."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    found: Future[list[str]] = Future()

    def work() -> None:
        try:
            found.set_result(list(dict.fromkeys(resolve(host, port))))
        except Exception as error:
            found.set_exception(error)

    Thread(target=work, daemon=True).start()
    try:
        return found.result(_left(deadline))
    except TimeoutError as error:
        raise httpcore.ConnectTimeout from error
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FootnoteError(f"the name {host} cannot be looked up ({reason})") from error


class _DeadlineStream(httpcore.NetworkStream):
    """Another stream whose time limits are moments, not durations."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float | None) -> float:
    """The seconds until a moment, more than none. Without one there is no time at all: nothing here waits for ever."""
    seconds = (deadline or 0.0) - time.monotonic()
    if seconds <= 0:
        raise httpcore.TimeoutException
    return seconds


# Answers


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    fields: Mapping[str, str]
    """The header, names in lower case."""
    body: bytes
    whole: bool
    """Whether this is all of the body."""


def _fields(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        fields[key] = f"{fields[key]}, {text}" if key in fields else text
    return fields


_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([a-z0-9][a-z0-9_.:+-]{0,39})", re.IGNORECASE)


def _charset(content_type: str) -> str | None:
    match = _CHARSET.search(content_type)
    return match[1] if match else None


def _read_body(chunks: Iterable[bytes], encoding: str, limit: int) -> tuple[bytes, bool]:
    """A body up to a limit, and whether that is all. What is packed is never unpacked by more than the limit."""
    body = bytearray()
    if encoding.strip().lower() in ("", "identity"):
        for chunk in chunks:
            body += chunk
            if len(body) > limit:
                return bytes(body[:limit]), False
        return bytes(body), True
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        raise FootnoteError(f"the server packs its answer as {_shown(encoding)}, which it was not asked to")
    gunzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for chunk in chunks:
            body += gunzip.decompress(chunk, limit + 1 - len(body))
            if len(body) > limit:
                return bytes(body[:limit]), False
            if gunzip.eof:  # what comes after its end is ignored, as browsers do
                return bytes(body), True
    except zlib.error as error:
        raise FootnoteError(f"the server's gzip is damaged ({error})") from error
    raise FootnoteError("the server's gzip breaks off")


def _problem(answer: _Answer) -> str:
    """What an answer that is no page says, and what to do."""
    try:
        problem = f"HTTP {answer.status} ({HTTPStatus(answer.status).phrase.lower()})"
    except ValueError:
        problem = f"HTTP {answer.status}"
    if answer.status in _GONE:
        return f"{problem}; check the address"
    if answer.status not in _BUSY and answer.status < 500:
        return f"{problem}; open it in a browser, save the page and give the file"
    pause = _retry_after(answer)
    return f"{problem}; try again " + ("later" if pause is None else f"in {pause:,.0f} seconds, as the server asks")


def _retry_after(answer: _Answer) -> float | None:
    """The seconds the server asks to wait, which it gives as a number or as a date."""
    value = answer.fields.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


_AGENT_LINE = re.compile(r"\s*user[-\s]*agent\b[\s:]*([^#]*)", re.IGNORECASE)


def _rules_for_us(robots: str) -> str:
    """A robots.txt in which every other program has the same name.

    Protego keeps each rule for each program it is meant for. 120 kB that name 3,000 programs and then 6,000 rules
    for all of them took it 44 s and 1.4 GB.
    """
    return "\n".join(
        "User-agent: other"
        if (agent := _AGENT_LINE.match(line)) and agent[1].strip().lower() not in ("*", _AGENT.lower())
        else line
        for line in robots.splitlines()
    )
