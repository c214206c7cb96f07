"""Pages from the web: what is read, and what is never opened.

No test leaves this machine: sockets open only to loopback addresses, and the system looks up only "localhost".
"""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from email.message import Message
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import httpcore
import pytest

from assistant.errors import FootnoteError
from ingest.fetch import Fetched, Fetcher, FetchError, Validators, is_public

PUBLIC = "93.184.216.34"
OTHER_PUBLIC = "2606:2800:220:1:248:1893:25c8:1946"
SAVE_IT = "open it in a browser, save the page and give the file"


class Request(BaseHTTPRequestHandler):
    """One request to a site, handed to what the test put at its path."""

    server: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers))
        answer = self.server.answers.get(self.path)
        if answer is None:
            self.reply(404)
        else:
            answer(self)

    def reply(self, status: int = 200, body: bytes = b"", **fields: str) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


Answer = Callable[[Request], None]


class Site(ThreadingHTTPServer):
    """A web site on a loopback address that notes who came by."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.answers: dict[str, Answer] = {}
        self.seen: list[tuple[str, Message]] = []
        self.connections = 0

    def get_request(self) -> tuple[socket.socket, Any]:
        accepted = super().get_request()
        self.connections += 1
        return accepted

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what some tests are about."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def host(self) -> frozenset[str]:
        """What opens this site, and no other on this machine."""
        return frozenset({f"127.0.0.1:{self.server_port}"})

    def paths(self) -> list[str]:
        return [path for path, _ in self.seen]


def answer(status: int = 200, body: bytes = b"", **fields: str) -> Answer:
    return lambda request: request.reply(status, body, **fields)


def redirect(location: str, status: int = 302) -> Answer:
    return answer(status, Location=location)


def in_turn(*answers: Answer) -> Answer:
    left = iter(answers)
    return lambda request: next(left)(request)


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving()


@pytest.fixture(scope="module")
def canary_server() -> Iterator[Site]:
    yield from serving()


@pytest.fixture
def canary(canary_server: Site) -> Iterator[Site]:
    """A site on this machine that no setting opens. Nobody may come by."""
    yield canary_server
    assert canary_server.connections == 0


def serving() -> Iterator[Site]:
    with Site() as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield served
        served.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Where connections were opened to, or would have been: outside this machine every one fails."""
    opened: list[tuple[str, int]] = []
    connect, look_up = socket.create_connection, socket.getaddrinfo

    def only_loopback(address: tuple[str, int], *arguments: Any, **options: Any) -> socket.socket:
        opened.append(address)
        if address[0] != "127.0.0.1":
            raise ConnectionRefusedError(111, "Connection refused")
        return connect(address, *arguments, **options)

    def only_localhost(host: str, *arguments: Any, **options: Any) -> Any:
        assert host in ("127.0.0.1", "localhost"), f"{host} was looked up by the system"
        return look_up(host, *arguments, **options)

    monkeypatch.setattr(socket, "create_connection", only_loopback)
    monkeypatch.setattr(socket, "getaddrinfo", only_localhost)
    return opened


@pytest.fixture(scope="session")
def authorities() -> ssl.SSLContext:
    return httpcore.default_ssl_context()


@pytest.fixture(autouse=True)
def _authorities_read_once(
    request: pytest.FixtureRequest, authorities: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading them takes a tenth of a second; the tests about certificates still do."""
    if "certificate" not in request.fixturenames:
        monkeypatch.setattr(httpcore, "default_ssl_context", lambda: authorities)


def fetch(url: str, known: Validators = Validators(), **options: Any) -> Fetched | None:  # noqa: B008
    with Fetcher(**{"max_megabytes": 1, "seconds": 10} | options) as fetcher:
        return fetcher.get(url, known)


def fetched(url: str, **options: Any) -> Fetched:
    page = fetch(url, **options)
    assert page is not None
    return page


def failure(url: str, **options: Any) -> str:
    """Why an address is not read."""
    with pytest.raises(FetchError) as raised:
        fetch(url, **options)
    assert raised.value.url == url
    assert str(raised.value).endswith(f": {raised.value.reason}")
    assert str(raised.value).isprintable()
    return raised.value.reason


def names(**addresses: list[str]) -> Callable[[str, int], list[str]]:
    """A resolver that knows `a_example` as a.example."""
    table = {name.replace("_", "."): found for name, found in addresses.items()}

    def resolve(host: str, port: int) -> list[str]:
        if host not in table:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return table[host]

    return resolve


# Pages


def test_a_page(site: Site) -> None:
    site.answers["/a?b=c"] = answer(
        body=b"<p>Text", Content_Type="text/html; charset=utf-8", ETag='"1"', Last_Modified="yesterday"
    )
    page = fetch(f"{site.url}/a?b=c#part", allowed_hosts=site.host)
    assert page == Fetched(f"{site.url}/a?b=c", b"<p>Text", Validators('"1"', "yesterday"), "utf-8")
    assert site.paths() == ["/robots.txt", "/a?b=c"]


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/html; charset=ISO-8859-2", "ISO-8859-2"),
        ('text/plain;format=flowed ; Charset="windows-1250"', "windows-1250"),
        ("text/html", None),
        ("text/html; charset=", None),
        ("text/html; charset=../../x", None),
    ],
)
def test_the_charset_a_server_names(site: Site, content_type: str, charset: str | None) -> None:
    site.answers["/"] = answer(body=b"Text", Content_Type=content_type)
    assert fetched(site.url, allowed_hosts=site.host).charset == charset


def test_a_page_without_any_fields(site: Site) -> None:
    site.answers["/"] = answer()
    assert fetch(site.url, allowed_hosts=site.host) == Fetched(f"{site.url}/", b"", Validators())


def test_what_is_sent(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login name password secret")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:3128")
    monkeypatch.setenv("ALL_PROXY", "http://192.0.2.1:3128")
    site.answers["/"] = answer(Set_Cookie="session=1")
    with Fetcher(max_megabytes=1, allowed_hosts=site.host) as fetcher:
        fetcher.get(site.url)
        fetcher.get(site.url)
    _, headers = site.seen[-1]
    assert dict(headers) == {
        "Host": f"127.0.0.1:{site.server_port}",
        "User-Agent": f"Footnote/{version('footnote')}",
        "Accept": "*/*",
        "Accept-Encoding": "gzip",
    }


def test_one_connection_serves_a_whole_run(site: Site) -> None:
    site.answers |= {"/a": answer(body=b"a"), "/b": answer(body=b"b"), "/robots.txt": answer()}
    with Fetcher(max_megabytes=1, allowed_hosts=site.host) as fetcher:
        assert [fetcher.get(f"{site.url}/{name}").data for name in "ab"] == [b"a", b"b"]  # type: ignore[union-attr]
    assert site.connections == 1


def test_a_page_that_did_not_change_is_none(site: Site) -> None:
    site.answers["/"] = answer(304)
    assert fetch(site.url, Validators('"1"', "yesterday"), allowed_hosts=site.host) is None
    _, headers = site.seen[-1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"1"', "yesterday")


def test_not_modified_without_a_question_is_an_error(site: Site) -> None:
    site.answers["/"] = answer(304)
    assert failure(site.url, allowed_hosts=site.host) == f"HTTP 304 (not modified); {SAVE_IT}"


def test_other_validators_than_one_can_send_are_an_error(site: Site) -> None:
    with pytest.raises(FetchError, match="the connection failed"):
        fetch(site.url, Validators("1\r\nX: y"), allowed_hosts=site.host)
    assert site.paths() == ["/robots.txt"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, "HTTP 404 (not found); check the address"),
        (410, "HTTP 410 (gone); check the address"),
        (500, "HTTP 500 (internal server error); try again later"),
        (401, f"HTTP 401 (unauthorized); {SAVE_IT}"),
        (403, f"HTTP 403 (forbidden); {SAVE_IT}"),
        (202, f"HTTP 202 (accepted); {SAVE_IT}"),
        (206, f"HTTP 206 (partial content); {SAVE_IT}"),
        (300, f"HTTP 300 (multiple choices); {SAVE_IT}"),
        (599, "HTTP 599; try again later"),
    ],
)
def test_an_http_error(site: Site, status: int, reason: str) -> None:
    site.answers["/"] = answer(status, b"body", Location="/elsewhere")
    assert failure(site.url, allowed_hosts=site.host) == reason


def test_an_error_names_the_address_and_the_reason(site: Site) -> None:
    with pytest.raises(FootnoteError) as raised:
        fetch(f"{site.url}/none", allowed_hosts=site.host)
    assert str(raised.value) == f"{site.url}/none: HTTP 404 (not found); check the address"


def test_a_server_that_is_not_there(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "Connection refused" in failure(f"http://127.0.0.1:{port}/", allowed_hosts=frozenset({f"127.0.0.1:{port}"}))


def test_a_body_that_breaks_off(site: Site) -> None:
    def break_off(request: Request) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100")
        request.end_headers()
        request.wfile.write(b"half")
        request.close_connection = True

    site.answers["/"] = break_off
    assert "the connection failed" in failure(site.url, allowed_hosts=site.host)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("/ä ü".replace(" ", "%20"), "/%C3%A4%20%C3%BC"),
        ("/100%?q=a[]=ж&b", "/100%?q=a[]=%D0%B6&b"),
        ('/<">', "/%3C%22%3E"),
        ("?q", "/?q"),
    ],
)
def test_a_path_is_sent_percent_encoded(site: Site, url: str, target: str) -> None:
    site.answers[target] = answer(body=b"text")
    assert fetched(site.url + url, allowed_hosts=site.host).url == site.url + target


# Names


def test_a_name_is_sent_while_its_address_is_connected_to(site: Site, connected: list[tuple[str, int]]) -> None:
    site.answers["/"] = answer(body=b"text")
    url = f"http://Site.EXAMPLE.:{site.server_port}/"
    options = {"resolve": names(site_example=["127.0.0.1"]), "allowed_hosts": frozenset({"site.example"})}
    assert fetched(url, **options).url == f"http://site.example:{site.server_port}/"
    assert {headers["Host"] for _, headers in site.seen} == {f"site.example:{site.server_port}"}
    assert set(connected) == {("127.0.0.1", site.server_port)}


@pytest.mark.parametrize("name", ["bücher.example", "BÜCHER.example", "xn--bcher-kva.example", "bücher。example"])
def test_an_international_name(site: Site, name: str) -> None:
    site.answers["/"] = answer(body=b"text")
    known = {"xn--bcher-kva.example": ["127.0.0.1"]}
    page = fetched(
        f"http://{name}:{site.server_port}/",
        resolve=lambda host, port: known[host],
        allowed_hosts=frozenset({f"xn--bcher-kva.example:{site.server_port}"}),
    )
    assert page.url == f"http://xn--bcher-kva.example:{site.server_port}/"


def test_the_next_address_is_tried_where_one_does_not_answer(site: Site, connected: list[tuple[str, int]]) -> None:
    site.answers["/"] = answer(body=b"text")
    page = fetched(
        f"http://site.example:{site.server_port}/",
        resolve=names(site_example=["192.0.2.1", "192.0.2.1", "127.0.0.1"]),
        allowed_hosts=frozenset({"site.example"}),
    )
    assert page.data == b"text"
    assert connected[:2] == [("192.0.2.1", site.server_port), ("127.0.0.1", site.server_port)]


def test_a_silent_address_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float] = []

    def silent(address: tuple[str, int], timeout: float, **options: Any) -> socket.socket:
        limits.append(timeout)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", silent)
    reason = failure("http://slow.example/", resolve=names(slow_example=[PUBLIC, OTHER_PUBLIC]), seconds=60)
    assert reason == "there was no complete answer within 60 seconds"
    assert limits == pytest.approx([30, 60], rel=0.1)


def test_a_name_that_is_not_there() -> None:
    assert failure("http://none.example/", resolve=names()) == (
        "the name none.example cannot be looked up (Name or service not known)"
    )
    assert failure("http://none.example/", resolve=names(none_example=[])) == "the name none.example has no address"


def test_a_public_name_is_connected_to_at_the_address_that_was_checked(connected: list[tuple[str, int]]) -> None:
    asked: list[tuple[str, int]] = []

    def rebind(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return [PUBLIC, OTHER_PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    assert "Connection refused" in failure("https://rebind.example/", resolve=rebind)
    assert asked == [("rebind.example", 443)]
    assert connected == [(PUBLIC, 443), (OTHER_PUBLIC, 443)]


def test_each_new_connection_is_checked_anew(
    site: Site, canary: Site, monkeypatch: pytest.MonkeyPatch, connected: list[tuple[str, int]]
) -> None:
    """The name turns to this machine after the first connection, which the server closed."""
    loopback_only = socket.create_connection

    def as_if_public(address: tuple[str, int], *arguments: Any, **options: Any) -> socket.socket:
        outside = address[0] == PUBLIC
        return loopback_only(("127.0.0.1", site.server_port) if outside else address, *arguments, **options)

    monkeypatch.setattr(socket, "create_connection", as_if_public)
    site.answers["/robots.txt"] = answer(Connection="close")
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    reason = failure(f"http://rebind.example:{canary.server_port}/", resolve=lambda host, port: next(answers))
    assert reason.startswith("the address 127.0.0.1 is not public")
    assert site.paths() == ["/robots.txt"]
    assert len(connected) == 1


# TLS


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for secure.example with its key, signed by itself."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    made, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    subject = ["-subj", "/CN=secure.example", "-addext", "subjectAltName=DNS:secure.example"]
    subprocess.run([*command.split(), *subject, "-keyout", key, "-out", made], check=True, capture_output=True)
    made.write_bytes(made.read_bytes() + key.read_bytes())
    return made


@pytest.fixture
def secure_site(site: Site, certificate: Path) -> Site:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    site.socket = context.wrap_socket(site.socket, server_side=True, do_handshake_on_connect=False)
    return site


SECURE: dict[str, Any] = {
    "resolve": names(secure_example=["127.0.0.1"], other_example=["127.0.0.1"]),
    "allowed_hosts": frozenset({"secure.example", "other.example"}),
}


def test_a_certificate_is_checked_against_the_name(
    secure_site: Site, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    secure_site.answers["/"] = answer(body=b"text")
    assert fetched(f"https://secure.example:{secure_site.server_port}/", **SECURE).data == b"text"
    assert "Hostname mismatch" in failure(f"https://other.example:{secure_site.server_port}/", **SECURE)


def test_an_unknown_certificate_is_refused(secure_site: Site) -> None:
    assert "self-signed certificate" in failure(f"https://secure.example:{secure_site.server_port}/", **SECURE)
    assert secure_site.seen == []


@pytest.mark.parametrize("location", ["http://secure.example/", "http://other.example/"])
def test_a_redirect_from_https_to_http_is_refused(
    secure_site: Site, certificate: Path, monkeypatch: pytest.MonkeyPatch, location: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    secure_site.answers["/"] = redirect(location)
    reason = failure(f"https://secure.example:{secure_site.server_port}/", **SECURE)
    assert reason == f"it redirects to {location}: from https to http is not followed"


# Limits


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
def test_gzip_is_undone(site: Site, encoding: str) -> None:
    site.answers["/"] = answer(body=gzip.compress(b"text" * 1000) + b"\0\0", Content_Encoding=encoding)
    assert fetched(site.url, allowed_hosts=site.host).data == b"text" * 1000


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (b"no gzip", "gzip", "the server's gzip is damaged"),
        (gzip.compress(b"text" * 1000)[:-9], "gzip", "the server's gzip breaks off"),
        (b"", "gzip", "the server's gzip breaks off"),
        (b"text", "br", "the server packs its answer as br"),
        (gzip.compress(gzip.compress(b"text")), "gzip, gzip", "the server packs its answer as gzip, gzip"),
    ],
)
def test_other_packing_is_an_error(site: Site, body: bytes, encoding: str, reason: str) -> None:
    site.answers["/"] = answer(body=body, Content_Encoding=encoding)
    assert failure(site.url, allowed_hosts=site.host).startswith(reason)


TOO_LARGE = "the page has more than 0.05 MB; raise FOOTNOTE_MAX_FILE_MEGABYTES to read it"


def test_a_page_of_just_the_limit(site: Site) -> None:
    site.answers |= {"/a": answer(body=b"x" * 50_000), "/b": answer(body=b"x" * 50_001)}
    packed = [gzip.compress(b"x" * size) for size in (50_000, 50_001)]
    site.answers |= {
        f"/{name}.gz": answer(body=body, Content_Encoding="gzip") for name, body in zip("ab", packed, strict=True)
    }
    options = {"allowed_hosts": site.host, "max_megabytes": 0.05}
    assert len(fetched(f"{site.url}/a", **options).data) == 50_000
    assert len(fetched(f"{site.url}/a.gz", **options).data) == 50_000
    assert failure(f"{site.url}/b", **options) == TOO_LARGE
    assert failure(f"{site.url}/b.gz", **options) == TOO_LARGE


def test_a_page_without_end_is_cut_off(site: Site) -> None:
    sent = 0

    def endless(request: Request) -> None:
        nonlocal sent
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        while sent < 100_000_000:
            request.wfile.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            sent += 65_536

    site.answers["/"] = endless
    assert failure(site.url, allowed_hosts=site.host, max_megabytes=0.05) == TOO_LARGE
    assert sent < 50_000_000


def test_a_gzip_bomb_is_cut_off_before_it_is_unpacked(site: Site) -> None:
    site.answers["/"] = answer(body=gzip.compress(bytes(200_000_000)), Content_Encoding="gzip")
    tracemalloc.start()
    try:
        assert failure(site.url, allowed_hosts=site.host, max_megabytes=0.05) == TOO_LARGE
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


def test_a_header_without_end_is_cut_off(site: Site) -> None:
    def endless(request: Request) -> None:
        request.send_response(200)
        for number in range(100_000):
            request.send_header(f"X-{number}", "x" * 1000)
            request.flush_headers()

    site.answers["/"] = endless
    assert "the connection failed" in failure(site.url, allowed_hosts=site.host)


def drip_body(request: Request) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    for _ in range(200):
        request.wfile.write(b"x")
        time.sleep(0.05)


def drip_header(request: Request) -> None:
    for letter in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200:
        request.wfile.write(bytes([letter]))
        time.sleep(0.05)


def drip_empty_gzip(request: Request) -> None:
    """Blocks of no length: bytes come, and nothing is ever unpacked from them."""
    request.send_response(200)
    request.send_header("Content-Encoding", "gzip")
    request.end_headers()
    request.wfile.write(gzip.compress(b"")[:10])
    for _ in range(200):
        request.wfile.write(b"\x00\x00\x00\xff\xff" * 100)
        time.sleep(0.05)


def drip_information(request: Request) -> None:
    """Answers that only announce the answer."""
    for _ in range(200):
        request.wfile.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        time.sleep(0.05)


SLOW = "there was no complete answer within 0.5 seconds"


@pytest.mark.parametrize("path", ["/", "/robots.txt"])
@pytest.mark.parametrize("drip", [drip_body, drip_header, drip_empty_gzip, drip_information])
def test_a_slow_drip_is_cut_off(site: Site, path: str, drip: Answer) -> None:
    site.answers[path] = drip
    began = time.monotonic()
    assert failure(site.url, allowed_hosts=site.host, seconds=0.5) == SLOW
    assert time.monotonic() - began < 3


def test_the_time_limit_is_one_for_all_redirects(site: Site) -> None:
    def slow_redirect(request: Request) -> None:
        time.sleep(0.2)
        request.reply(302, Location=f"{request.path}x")

    site.answers |= {"/" + "x" * length: slow_redirect for length in range(6)}
    began = time.monotonic()
    assert failure(site.url, allowed_hosts=site.host, seconds=0.5, redirects=100).endswith(SLOW)
    assert time.monotonic() - began < 3


def test_a_slow_lookup_is_cut_off() -> None:
    done = threading.Event()

    def never(host: str, port: int) -> list[str]:
        done.wait(10)
        return [PUBLIC]

    assert failure("http://slow.example/", resolve=never, seconds=0.3) == SLOW.replace("0.5", "0.3")
    done.set()


def test_a_server_that_is_silent_in_the_handshake_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        reason = failure(f"https://127.0.0.1:{port}/", allowed_hosts=frozenset({"127.0.0.1"}), seconds=0.5)
    assert reason == SLOW


# Busy servers


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited; nobody really waits."""
    waited: list[float] = []
    monkeypatch.setattr("ingest.fetch.time.sleep", waited.append)
    return waited


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which stands still."""
    now = [1000.0]
    monkeypatch.setattr("ingest.fetch.time", Mock(wraps=time, monotonic=lambda: now[0]))
    return now


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("fields", "pause"), [({}, 1.0), ({"Retry-After": "3"}, 3.0), ({"Retry-After": "soon"}, 1.0)])
def test_a_busy_server_is_asked_once_more(
    site: Site, pauses: list[float], status: int, fields: dict[str, str], pause: float
) -> None:
    site.answers["/"] = in_turn(answer(status, **fields), answer(body=b"text"))
    assert fetched(site.url, allowed_hosts=site.host).data == b"text"
    assert pauses == [pause]


def test_a_server_that_stays_busy(site: Site, pauses: list[float]) -> None:
    site.answers["/"] = answer(429)
    assert failure(site.url, allowed_hosts=site.host) == "HTTP 429 (too many requests); try again later"
    assert site.paths().count("/") == 2


def test_a_server_that_asks_for_more_time_than_there_is(site: Site, pauses: list[float]) -> None:
    site.answers["/"] = answer(503, Retry_After="3600")
    assert failure(site.url, allowed_hosts=site.host) == (
        "HTTP 503 (service unavailable); try again in 3,600 seconds, as the server asks"
    )
    assert pauses == []
    assert site.paths().count("/") == 1


def test_a_time_to_try_again_may_be_a_date(site: Site, pauses: list[float]) -> None:
    site.answers["/a"] = in_turn(answer(503, Retry_After=formatdate(usegmt=True)), answer(body=b"text"))
    site.answers["/b"] = answer(503, Retry_After=formatdate(time.time() + 7200.5, usegmt=True))
    assert fetched(f"{site.url}/a", allowed_hosts=site.host).data == b"text"
    assert pauses == [0.0]
    assert "try again in 7," in failure(f"{site.url}/b", allowed_hosts=site.host)


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/b", "b", "./b", "//{host}/b", "http://{host}/b", "/b#part"])
def test_a_redirect(site: Site, status: int, location: str) -> None:
    site.answers["/a"] = redirect(location.format(host=f"127.0.0.1:{site.server_port}"), status)
    site.answers["/b"] = answer(body=b"text")
    assert fetched(f"{site.url}/a", allowed_hosts=site.host).url == f"{site.url}/b"


def test_a_redirect_to_a_path_that_is_not_ascii(site: Site) -> None:
    def raw(request: Request) -> None:
        request.wfile.write("HTTP/1.1 302 Found\r\nLocation: /é\r\nContent-Length: 0\r\n\r\n".encode())

    site.answers |= {"/": raw, "/%C3%A9": answer(body=b"text")}
    assert fetched(site.url, allowed_hosts=site.host).data == b"text"


def test_redirects_are_counted(site: Site) -> None:
    site.answers |= {f"/{number}": redirect(f"/{number + 1}") for number in range(5)}
    site.answers["/5"] = answer(body=b"text")
    assert fetched(f"{site.url}/0", allowed_hosts=site.host, redirects=5).data == b"text"
    assert failure(f"{site.url}/0", allowed_hosts=site.host, redirects=4) == "it redirects more than 4 times"


def test_a_redirect_in_a_circle(site: Site) -> None:
    site.answers |= {"/a": redirect("/b"), "/b": redirect("/a")}
    assert failure(f"{site.url}/a", allowed_hosts=site.host) == "it redirects more than 5 times"
    assert len(site.seen) == 7


def test_a_redirect_to_nowhere(site: Site) -> None:
    site.answers["/"] = answer(302)
    assert failure(site.url, allowed_hosts=site.host) == "it redirects (HTTP 302) without saying where to"


def test_an_error_after_a_redirect_says_where(site: Site) -> None:
    site.answers["/a"] = redirect("/b")
    reason = failure(f"{site.url}/a", allowed_hosts=site.host)
    assert reason == f"it leads to {site.url}/b: HTTP 404 (not found); check the address"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_this_machine_is_not_followed(site: Site, canary: Site, status: int) -> None:
    site.answers["/"] = redirect(f"{canary.url}/secret", status)
    assert failure(site.url, allowed_hosts=site.host) == (
        f"it leads to {canary.url}/secret: "
        "the address 127.0.0.1 is not public; to open this host add it to FOOTNOTE_ALLOWED_HOSTS"
    )


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "//127.0.0.1:{port}/",
        "//localhost:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://2130706433:{port}/",
        "http://127.1:{port}/",
        "http://private.example:{port}/",
        "//127.0.0.1:{site_port}@127.0.0.1:{port}/",
        "\\\\127.0.0.1:{port}\\",
        "/\\127.0.0.1:{port}/",
        "http:\\\\127.0.0.1:{port}/",
        "/\t/127.0.0.1:{port}/",
        "ht\ttp://127.0.0.1:{port}/",
        "file:///etc/passwd",
        "ftp://127.0.0.1:{port}/",
        "gopher://127.0.0.1:{port}/_GET",
        "data:text/html,text",
        "javascript:alert(1)",
        "http://[",
        "http://",
        "http:///",
        "/\t/elsewhere",
        "/else\twhere",
        "/else where",
        "/else\\where",
        "http:///elsewhere",
        "https://127.0.0.1:{port}/",
        "x" * 9000,
        "/\udcff",
    ],
)
def test_a_redirect_to_where_nobody_may_go(site: Site, canary: Site, location: str) -> None:
    location = location.format(port=canary.server_port, site_port=site.server_port)

    def raw(request: Request) -> None:
        head = f"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: {location}\r\n\r\n"
        request.wfile.write(head.encode("utf-8", "surrogateescape"))

    site.answers |= {"/": raw, "/elsewhere": answer(body=b"text")}
    reason = failure(site.url, allowed_hosts=site.host, resolve=hostile_resolver)
    assert reason.startswith(("it redirects to ", "it leads to "))
    assert set(site.paths()) == {"/robots.txt", "/"}


# robots.txt


def test_a_page_that_robots_txt_denies(site: Site) -> None:
    site.answers["/robots.txt"] = answer(body=b"User-agent: *\nDisallow: /private\nAllow: /private/but-this")
    site.answers |= {path: answer(body=b"text") for path in ("/private/a", "/private/but-this", "/a")}
    options = {"allowed_hosts": site.host}
    assert failure(f"{site.url}/private/a", **options) == "the site's robots.txt does not let Footnote read it"
    assert "/private/a" not in site.paths()
    assert fetched(f"{site.url}/private/but-this", **options).data == b"text"
    assert fetched(f"{site.url}/a", **options).data == b"text"


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("User-agent: footnote\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Footnote # us\nAllow: /", True),
        ("User-agent: Other\nUser-agent: Footnote\nDisallow: /", False),
        ("User-agent: Other\nDisallow: /", True),
        ("User-agent: Foot\nDisallow: /", True),
        ("User agent *\nDisallow: /", False),
        ("\ufeffUser-agent: *\nDisallow: /", False),
        ("User-agent:*\r\nDisallow:/\r\n", False),
        ("User-agent: *\nDisallow:", True),
        ("<html>Not found</html>", True),
        ("", True),
        ("User-agent: *\nDisallow: /" + "x" * 10 + "\n" + "#" * 600_000 + "\nDisallow: /", True),
    ],
)
def test_whom_robots_txt_means(site: Site, rules: str, allowed: bool) -> None:
    site.answers |= {"/robots.txt": answer(body=rules.encode()), "/": answer(body=b"text")}
    if allowed:
        assert fetched(site.url, allowed_hosts=site.host).data == b"text"
    else:
        assert "robots.txt" in failure(site.url, allowed_hosts=site.host)


def test_a_line_of_robots_txt_cut_by_the_limit_is_left_out(site: Site) -> None:
    rules = "User-agent: *\n# " + "x" * (512_000 - 16 - 12) + "\nDisallow: /private"
    assert rules.encode()[:512_000].endswith(b"Disallow: /")
    site.answers |= {"/robots.txt": answer(body=rules.encode()), "/": answer(body=b"text")}
    assert fetched(site.url, allowed_hosts=site.host).data == b"text"


def test_a_robots_txt_made_to_take_long_does_not(site: Site) -> None:
    rules = "".join(f"User-agent: a{n}\n" for n in range(15_000)) + "".join(f"Allow: /{n}\n" for n in range(18_000))
    site.answers |= {"/robots.txt": answer(body=rules.encode()), "/": answer(body=b"text")}
    began = time.monotonic()
    assert fetched(site.url, allowed_hosts=site.host).data == b"text"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_without_robots_txt_everything_is_allowed(site: Site, status: int) -> None:
    site.answers |= {"/robots.txt": answer(status), "/": answer(body=b"text")}
    assert fetched(site.url, allowed_hosts=site.host).data == b"text"


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_site_whose_robots_txt_fails_is_left_alone(site: Site, pauses: list[float], status: int) -> None:
    site.answers |= {"/robots.txt": answer(status), "/": answer(body=b"text")}
    reason = failure(site.url, allowed_hosts=site.host)
    assert reason.startswith(f"the site's robots.txt cannot be read: HTTP {status} (")
    assert "/" not in site.paths()


def test_robots_txt_is_read_once_in_a_run_and_for_each_origin(site: Site) -> None:
    site.answers |= {"/a": answer(), "/b": redirect(f"http://site.example:{site.server_port}/a")}
    allowed = site.host | {"site.example"}
    with Fetcher(max_megabytes=1, allowed_hosts=allowed, resolve=names(site_example=["127.0.0.1"])) as fetcher:
        for path in ("/a", "/a", "/b", "/b"):
            fetcher.get(site.url + path)
    asked = [headers["Host"].partition(":")[0] for path, headers in site.seen if path == "/robots.txt"]
    assert asked == ["127.0.0.1", "site.example"]


@pytest.mark.parametrize(
    ("delay", "pause"),
    [("3", 3.0), ("0.5", 0.5), ("86400", 10.0), ("0", 0.0), ("-5", 0.0), ("nan", 0.0), ("soon", 0.0)],
)
def test_a_site_may_ask_for_time_between_pages(
    site: Site, clock: list[float], pauses: list[float], delay: str, pause: float
) -> None:
    site.answers["/robots.txt"] = answer(body=f"User-agent: *\nCrawl-delay: {delay}".encode())
    site.answers |= {"/a": redirect("/b"), "/b": answer(body=b"text")}
    with Fetcher(max_megabytes=1, allowed_hosts=site.host) as fetcher:
        fetcher.get(f"{site.url}/a")  # the first page needs no wait, and a redirect within the site is the same page
        assert pauses == []
        fetcher.get(f"{site.url}/b")
        assert pauses == [pause] * bool(pause)
        clock[0] += 100
        fetcher.get(f"{site.url}/b")
    assert len(pauses) == bool(pause)


def test_time_between_pages_is_that_of_one_site_and_program(site: Site, pauses: list[float]) -> None:
    rules = b"User-agent: OtherBot\nCrawl-delay: 9\n\nUser-agent: Footnote\nCrawl-delay: 2"
    site.answers |= {"/robots.txt": answer(body=rules), "/a": answer(body=b"text")}
    allowed = site.host | {"site.example"}
    with Fetcher(max_megabytes=1, allowed_hosts=allowed, resolve=names(site_example=["127.0.0.1"])) as fetcher:
        fetcher.get(f"{site.url}/a")
        fetcher.get(f"http://site.example:{site.server_port}/a")
        assert pauses == []
        fetcher.get(f"{site.url}/a")
    (pause,) = pauses
    assert 1 < pause <= 2


def test_a_failed_page_counts_as_one_too(site: Site, clock: list[float], pauses: list[float]) -> None:
    site.answers |= {"/robots.txt": answer(body=b"User-agent: *\nCrawl-delay: 2"), "/b": answer(body=b"text")}
    with Fetcher(max_megabytes=1, allowed_hosts=site.host) as fetcher:
        with pytest.raises(FetchError):
            fetcher.get(f"{site.url}/gone")
        fetcher.get(f"{site.url}/b")
    assert pauses == [2.0]


def test_a_site_that_asks_for_more_time_than_there_is(site: Site, clock: list[float], pauses: list[float]) -> None:
    site.answers |= {"/robots.txt": answer(body=b"User-agent: *\nCrawl-delay: 8"), "/a": answer(body=b"text")}
    with Fetcher(max_megabytes=1, seconds=5, allowed_hosts=site.host) as fetcher:
        fetcher.get(f"{site.url}/a")
        with pytest.raises(FetchError, match=r"asks for 8 seconds between pages, .*FOOTNOTE_FETCH_SECONDS"):
            fetcher.get(f"{site.url}/a")
    assert pauses == []


def test_robots_txt_of_the_place_a_redirect_leads_to_counts(site: Site) -> None:
    site.answers |= {"/a": redirect("/private"), "/robots.txt": answer(body=b"User-agent: *\nDisallow: /private")}
    reason = failure(f"{site.url}/a", allowed_hosts=site.host)
    assert reason == f"it leads to {site.url}/private: the site's robots.txt does not let Footnote read it"


def test_a_dead_site_is_asked_once_in_a_run() -> None:
    asked: list[str] = []

    def dead(host: str, port: int) -> list[str]:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with Fetcher(max_megabytes=1, resolve=dead) as fetcher:
        for path in "ab":
            with pytest.raises(FetchError, match="cannot be looked up"):
                fetcher.get(f"http://dead.example/{path}")
    assert asked == ["dead.example"]


def test_robots_txt_may_redirect(site: Site) -> None:
    site.answers |= {"/robots.txt": redirect("/rules"), "/rules": answer(body=b"User-agent: *\nDisallow: /")}
    assert "robots.txt does not let" in failure(site.url, allowed_hosts=site.host)


def test_robots_txt_that_redirects_to_this_machine_is_not_read(site: Site, canary: Site) -> None:
    site.answers |= {"/robots.txt": redirect(f"{canary.url}/robots.txt"), "/": answer(body=b"text")}
    assert "127.0.0.1 is not public" in failure(site.url, allowed_hosts=site.host)
    assert site.paths() == ["/robots.txt"]


# Addresses that are never opened


def hostile_resolver(host: str, port: int) -> list[str]:
    """Names whose addresses are not public, or not all of them. No other name exists."""
    known = {
        "localhost": ["127.0.0.1"],
        "private.example": ["127.0.0.1"],
        "mixed.example": [PUBLIC, "127.0.0.1"],
        "mixed6.example": [OTHER_PUBLIC, "::1"],
        "mapped.example": ["::ffff:127.0.0.1"],
        "zone.example": ["fe80::1%1"],
        "public-zone.example": [f"{OTHER_PUBLIC}%1"],
        "odd.example": ["127.1"],
        "documentation.example": ["192.0.2.1", "2001:db8::1"],
        "xn--lcalhost-ncb.example": ["127.0.0.1"],
        "under_score.example": ["10.0.0.1"],
    }
    if host not in known:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return known[host]


HOSTILE = [
    # other schemes
    "file:///etc/passwd",
    "file://127.0.0.1:{port}/",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_GET%20/",
    "data:text/html,text",
    "javascript:alert(1)",
    "ws://127.0.0.1:{port}/",
    "dict://127.0.0.1:{port}/",
    "ldap://127.0.0.1:{port}/",
    "unix:/run/a.sock",
    "http+unix://%2Frun%2Fa.sock/",
    "jar:http://127.0.0.1:{port}/!/",
    "view-source:http://127.0.0.1:{port}/",
    "httpx://127.0.0.1:{port}/",
    "h\u0442tp://127.0.0.1:{port}/",
    "127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "/etc/passwd",
    "",
    # user names
    "http://example.com@127.0.0.1:{port}/",
    "http://example.com:80@127.0.0.1:{port}/",
    "http://example.com:80#@127.0.0.1:{port}/",
    "http://example.com?@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@example.com/",
    "http://127.0.0.1:{port}?@example.com/",
    "http://user:secret@127.0.0.1:{port}/",
    "http://@127.0.0.1:{port}/",
    "http://a@b@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}@example.com/",
    "http://example.com%40127.0.0.1:{port}/",
    "http://example.com\uff20127.0.0.1:{port}/",
    # this machine, spelled in all ways
    "http://127.0.0.1",
    "http://127.0.0.1:{port}",
    "HTTP://127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://127.0.0.2:{port}/",
    "http://127.255.255.254:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://127:{port}/",
    "http://2130706433:{port}/",
    "http://02130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0X7F000001:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0x7f.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0177.0.0.0x1:{port}/",
    "http://017700000001:{port}/",
    "http://127.0.0.01:{port}/",
    "http://127.00.00.1:{port}/",
    "http://127.0.0.0x:{port}/",
    "http://127.0.0.257:{port}/",
    "http://4294967297:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0.1.2.3:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http://127%2e0%2e0%2e1:{port}/",
    "http://127.0.0.1%00.example.com:{port}/",
    "http://127.0.0.1%09:{port}/",
    "http://localhost:{port}/",
    "http://localhost.:{port}/",
    "http://LOCALHOST:{port}/",
    "http://lOcAlHoSt:{port}/",
    "http://localhost..:{port}/",
    "http://.localhost:{port}/",
    "http://%6cocalhost:{port}/",
    # letters, digits and dots beyond ASCII
    "http://\uff11\uff12\uff17.\uff10.\uff10.\uff11:{port}/",
    "http://127\u30020\u30020\u30021:{port}/",
    "http://127\uff0e0\uff0e0\uff0e1:{port}/",
    "http://127\uff610\uff610\uff611:{port}/",
    "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460:{port}/",
    "http://\u0661\u0662\u0667.0.0.1:{port}/",
    "http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3:{port}/",
    "http://\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54:{port}/",
    "http://local\u00adhost:{port}/",
    "http://local\u200bhost:{port}/",
    "http://loc\u0430lhost:{port}/",
    "http://127.0.0.1\uff0fexample.com:{port}/",
    "http://127.0.0.1\uff1a{port}/",
    "http://127.0.0.1:\uff18\uff10/",
    "http://\u2100.example:{port}/",
    # IPv6
    "http://[::1]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[0000:0000:0000:0000:0000:0000:0000:0001]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::FFFF:7F00:0001]:{port}/",
    "http://[::ffff:10.0.0.1]:{port}/",
    "http://[::ffff:0:127.0.0.1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[::7f00:1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[64:ff9b::127.0.0.1]:{port}/",
    "http://[64:ff9b::169.254.169.254]:{port}/",
    "http://[64:ff9b:1::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[2002:a9fe:a9fe::]:{port}/",
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]:{port}/",
    "http://[2001::1]:{port}/",
    "http://[2001:db8::1]:{port}/",
    "http://[3fff::1]:{port}/",
    "http://[fe80::1]:{port}/",
    "http://[fe80::1%25eth0]:{port}/",
    "http://[fe80::1%eth0]:{port}/",
    "http://[::1%25lo]:{port}/",
    "http://[fec0::1]:{port}/",
    "http://[fc00::1]:{port}/",
    "http://[fd00:ec2::254]:{port}/",
    "http://[ff02::1]:{port}/",
    "http://[100::1]:{port}/",
    "http://[::1:{port}/",
    "http://::1:{port}/",
    "http://[127.0.0.1]:{port}/",
    "http://[localhost]:{port}/",
    "http://[v1.::1]:{port}/",
    "http://[::1]example.com:{port}/",
    "http://example.com[::1]:{port}/",
    # networks that are not the Internet
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://100.100.100.200/latest/meta-data/",
    "http://169.254.169.254/latest/meta-data/",
    "http://192.0.0.192/opc/v2/",
    "http://168.63.129.16/machine/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250:1900/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    # names
    "http://private.example:{port}/",
    "http://PRIVATE.example.:{port}/",
    "http://mixed.example:{port}/",
    "http://mixed6.example:{port}/",
    "http://mapped.example:{port}/",
    "http://zone.example/",
    "http://public-zone.example/",
    "http://odd.example:{port}/",
    "http://documentation.example/",
    "http://lo\u0441alhost.example:{port}/",
    "http://under_score.example/",
    "http://metadata.google.internal/",
    "http://" + "a" * 64 + ".example/",
    "http://" + "a." * 200 + "example/",
    "http://a..example/",
    "http://exa mple.example/",
    "http://exa'mple.example/",
    "http://a,b.example/",
    "http://*.example/",
    "http://a%2fb.example/",
    "http://xn--\u00e9.example/",
    # no host
    "http://",
    "http:///",
    "http:///127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/",
    "http://:{port}/",
    "http://./",
    "http://?127.0.0.1:{port}",
    "http://#127.0.0.1:{port}",
    # backslashes and white space
    "http:\\\\127.0.0.1:{port}\\",
    "http:/\\127.0.0.1:{port}/",
    "http://example.com\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@example.com/",
    "http://127.0.0.1:{port}/\\",
    " http://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}/ ",
    "\thttp://127.0.0.1:{port}/",
    "ht\ntp://127.0.0.1:{port}/",
    "http:\n//127.0.0.1:{port}/",
    "http://127.0.\t0.1:{port}/",
    "http://127.0.0.1\t:{port}/",
    "http://127.0.0.1:{port}/\r\nX-Header: value",
    "http://127.0.0.1:{port}/ HTTP/1.1\r\nHost: other\r\n\r\nGET /",
    "http://127.0.0.1:{port}/\0",
    "\0http://127.0.0.1:{port}/",
    "http://127.0.0.1\u00a0:{port}/",
    "http://127.0.0.1:{port}/\u2028",
    "http://127.0.0.1:{port}/\x85",
    "http://127.0.0.1:{port}/\x1b[2J",
    "http://127.0.0.1:{port}/\ud800",
    # ports
    "http://127.0.0.1:0{port}/",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:65536/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:000080/",
    "http://127.0.0.1:-1/",
    "http://127.0.0.1:+80/",
    "http://127.0.0.1:8_0/",
    "http://127.0.0.1:0x50/",
    "http://127.0.0.1:80:{port}/",
    "http://example.com:80:127.0.0.1:{port}/",
    "http://127.0.0.1:http/",
    "http://127.0.0.1:/",
    # long ones
    "http://127.0.0.1:{port}/" + "x" * 9000,
    "http://" + "127.0.0.1." * 1000 + ":{port}/",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_an_address_that_is_never_opened(url: str, canary: Site, connected: list[tuple[str, int]]) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return hostile_resolver(host, port)

    failure(url.replace("{port}", str(canary.server_port)), resolve=resolve)
    assert connected == []
    assert len(asked) <= 1
    assert all(name.isascii() and not name[-1].isdigit() for name in asked)


@pytest.mark.parametrize("host", ["localhost", "localhost.", "LOCALHOST", "127.0.0.1"])
def test_this_machine_as_the_system_looks_it_up(host: str, canary: Site, connected: list[tuple[str, int]]) -> None:
    assert "is not public" in failure(f"http://{host}:{canary.server_port}/")
    assert connected == []


def test_a_refused_address_says_how_to_open_it(canary: Site) -> None:
    assert failure(canary.url) == (
        "the address 127.0.0.1 is not public; to open this host add it to FOOTNOTE_ALLOWED_HOSTS"
    )


@pytest.mark.parametrize(
    "allowed", ["site.example", "127.0.0.1:1", "127.0.0.2", "0.0.1", "localhost", "http://127.0.0.1", "", "*", "::1"]
)
def test_an_opened_host_opens_no_other(canary: Site, allowed: str) -> None:
    assert "is not public" in failure(canary.url, allowed_hosts=frozenset({allowed}))


def test_an_opened_ipv6_host_is_named_in_brackets(connected: list[tuple[str, int]]) -> None:
    for allowed in ("[::1]", "[::1]:81"):
        assert "Connection refused" in failure("http://[0::0:1]:81/", allowed_hosts=frozenset({allowed}))
    assert connected == [("::1", 81)] * 2


@pytest.mark.parametrize("user", ["user", "user:secret", ""])
def test_a_user_name_is_said_to_be_one(site: Site, user: str) -> None:
    reason = failure(f"http://{user}@127.0.0.1:{site.server_port}/", allowed_hosts=site.host)
    assert reason == "an address with a user name or password is not opened; leave out what is before the @"


def test_an_opened_host_opens_nothing_but_its_address(site: Site) -> None:
    for url in ("http://user@127.0.0.1:{port}/", "ftp://127.0.0.1:{port}/", "http://127.1:{port}/"):
        failure(url.format(port=site.server_port), allowed_hosts=site.host | {"127.1", "user@127.0.0.1"})
    assert site.seen == []


@pytest.mark.parametrize(
    "address",
    [PUBLIC, OTHER_PUBLIC, "8.8.8.8", "1.1.1.1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2a00:1450:4001:830::200e"],
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", ["", "localhost", "127.1", "::ffff:8.8.8.8%1", "64:ff9b::8.8.8.8%1", "8.8.8.8/32"])
def test_what_is_no_public_address(address: str) -> None:
    assert not is_public(address)


def test_the_pool_hands_its_time_limits_on_as_they_are(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole time limit rests on this: see `Fetcher._ask_once`."""
    given: list[float | None] = []
    connect = httpcore.SyncBackend.connect_tcp

    class Noting(httpcore.SyncBackend):
        def connect_tcp(self, *arguments: Any, **options: Any) -> httpcore.NetworkStream:
            given.append(options["timeout"])
            return connect(self, *arguments, **options)

    with (
        httpcore.ConnectionPool(network_backend=Noting()) as pool,
        pool.stream("GET", f"{site.url}/", extensions={"timeout": {"connect": 12345.678}}),
    ):
        assert given == [12345.678]
