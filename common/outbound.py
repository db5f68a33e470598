"""Requests to addresses that people name: checked, pinned to what was checked, bounded in time and size.

A name is resolved once and the connection goes to that very address, so a name that answers differently the second
time (DNS rebinding) gains nothing. ``post`` follows no redirect; ``get`` follows a few, each checked like the first.
Into a private network it follows none but those of the host it was sent to: whoever else redirects is a stranger.
No proxy of the environment is asked.
"""

import http.client
import io
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings

from common.domains import ascii_domain
from common.ip_addresses import is_public

MAX_URL = 1000
MAX_ANSWER_BYTES = 64 * 1024
MAX_PAGE_BYTES = 300 * 1024
MAX_REDIRECTS = 5
TOTAL_SECONDS = 10.0
DEFAULT_PORTS = {"http": 80, "https": 443}
REDIRECTS = (301, 302, 303, 307, 308)
UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\\]")


class UnsafeUrl(ValueError):
    """The product does not call this address; the text says why and what would do."""


class CallFailed(OSError):
    """Nobody answered properly within the time; the text says how far it got."""


@dataclass(frozen=True)
class Target:
    """A checked address: what to say (``host``) and where to connect (``addresses``)."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True)
class Answer:
    """What came back; ``body`` is the first 64 KB of it."""

    status: int
    body: bytes
    seconds: float

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Page:
    """What stands at an address; ``url`` is where the redirects ended, ``body`` the first 300 KB."""

    url: str
    status: int
    headers: Message
    body: bytes


def check_url(url: str, *, seconds: float = TOTAL_SECONDS) -> Target:
    """Return where ``url`` leads, resolved once. Raises UnsafeUrl for what the product does not call."""
    scheme, host, port, path = _parts(url)
    addresses = resolve(host, port, seconds=seconds)
    if not addresses:
        raise UnsafeUrl(f"The name {host} cannot be found. Check the spelling, or the DNS of this server.")
    if not _is_named(host, port) and not all(map(is_public, addresses)):
        raise UnsafeUrl(
            f"{host} lies in a private network, which is not called. To allow it, add {host}:{port} to the setting "
            "OUTBOUND_PRIVATE_HOSTS."
        )
    return Target(scheme, host, port, path, addresses)


def post(url: str, *, body: bytes, headers: Mapping[str, str], seconds: float = TOTAL_SECONDS) -> Answer:
    """Send ``body`` and return the answer, all within ``seconds``. Raises UnsafeUrl, CallFailed."""
    began = time.monotonic()
    deadline = began + seconds
    target = check_url(url, seconds=seconds)
    with _answer("POST", target, body=body, headers=headers, deadline=deadline, seconds=seconds) as response:
        return Answer(response.status, response.read(MAX_ANSWER_BYTES), time.monotonic() - began)


def get(url: str, *, headers: Mapping[str, str], seconds: float = TOTAL_SECONDS) -> Page:
    """Return the page at an address, redirects and all within ``seconds``. Raises UnsafeUrl, CallFailed."""
    deadline = time.monotonic() + seconds
    named = ""
    for _ in range(MAX_REDIRECTS + 1):
        target = check_url(url, seconds=max(deadline - time.monotonic(), 0))
        named = named or target.host
        if target.host != named and not all(map(is_public, target.addresses)):
            raise UnsafeUrl(f"{named} leads on to {target.host}, which lies in a private network.")
        with _answer("GET", target, body=None, headers=headers, deadline=deadline, seconds=seconds) as response:
            further = response.headers.get("Location", "") if response.status in REDIRECTS else ""
            if not further:
                return Page(url, response.status, response.headers, _unpacked(response))
        url = _next(url, further)
    raise CallFailed(f"It leads on to another address more than {MAX_REDIRECTS} times.")


def _next(url: str, further: str) -> str:
    try:
        return urljoin(url, further)
    except ValueError as exc:
        raise CallFailed("It leads on to something that is no web address.") from exc


@contextmanager
def _answer(
    method: str, target: Target, *, body: bytes | None, headers: Mapping[str, str], deadline: float, seconds: float
) -> Iterator[http.client.HTTPResponse]:
    """Ask one address and yield its answer, to be read while the connection is open. Raises CallFailed."""
    connection = _Connection(target, deadline)
    try:
        connection.request(method, target.path, body=body, headers={"Host": target.host_header, **headers})
        yield connection.getresponse()
    except CallFailed:
        raise
    except TimeoutError as exc:
        raise CallFailed(f"No complete answer within {seconds:.0f} s.") from exc
    except (OSError, http.client.HTTPException) as exc:
        raise CallFailed(_words(exc)) from exc
    finally:
        connection.hang_up()


def _unpacked(response: http.client.HTTPResponse) -> bytes:
    """Return the beginning of the body; some servers compress it unasked."""
    body = response.read(MAX_PAGE_BYTES)
    if response.headers.get("Content-Encoding", "").lower() not in ("gzip", "deflate"):
        return body
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(body, MAX_PAGE_BYTES)
    except zlib.error as exc:
        raise CallFailed("The answer says that it is compressed, and is not.") from exc


def resolve(host: str, port: int, *, seconds: float) -> tuple[str, ...]:
    """Return the addresses of a name, none where it has none or nobody said within ``seconds``."""
    found: list[str] = []

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(dict.fromkeys(str(row[4][0]) for row in rows))

    # The system's resolver takes no time limit, so it is asked by a thread that may be left alone.
    asker = threading.Thread(target=ask, daemon=True)
    asker.start()
    asker.join(seconds)
    return tuple(found)


def _parts(url: str) -> tuple[str, str, int, str]:
    """Return (scheme, host, port, path with query). Raises UnsafeUrl."""
    if len(url) > MAX_URL or UNPRINTABLE.search(url):
        raise UnsafeUrl(f"This is no web address: use up to {MAX_URL} characters without spaces.")
    try:
        split = urlsplit(url)
        port = split.port
        host = ascii_domain(split.hostname or "")
    except ValueError as exc:
        raise UnsafeUrl("This is no web address. It looks like https://example.com/hook.") from exc
    if split.scheme not in DEFAULT_PORTS or not host:
        raise UnsafeUrl("The address has to start with https:// or http:// and name a host.")
    if split.username is not None or split.password is not None:
        raise UnsafeUrl("Leave user name and password out of the address.")
    port = DEFAULT_PORTS[split.scheme] if port is None else port
    if port not in settings.OUTBOUND_PORTS and not _is_named(host, port):
        allowed = ", ".join(map(str, settings.OUTBOUND_PORTS))
        raise UnsafeUrl(f"Port {port} is not called. Allowed are {allowed} (setting OUTBOUND_PORTS).")
    path = (split.path or "/") + (f"?{split.query}" if split.query else "")
    return split.scheme, host, port, path.encode("ascii", "backslashreplace").decode("ascii")


def _is_named(host: str, port: int) -> bool:
    """Whether the people who run this server have named the host, with this port or with any."""
    return host in settings.OUTBOUND_PRIVATE_HOSTS or f"{host}:{port}" in settings.OUTBOUND_PRIVATE_HOSTS


def _words(exc: Exception) -> str:
    if isinstance(exc, ConnectionRefusedError):
        return "The server there refused the connection."
    if isinstance(exc, ssl.SSLError):
        return f"The secure connection failed: {exc.reason or exc}."
    if isinstance(exc, http.client.RemoteDisconnected | ConnectionResetError | BrokenPipeError):
        return "The server there closed the connection without an answer."
    if isinstance(exc, http.client.HTTPException):
        return "The answer is not HTTP."
    return f"The connection failed: {getattr(exc, 'strerror', None) or exc}."


class _Connection(http.client.HTTPConnection):
    """Connects to the checked addresses only, and keeps the deadline in every single read and write."""

    def __init__(self, target: Target, deadline: float) -> None:
        super().__init__(target.host, target.port)
        self._target = target
        self._deadline = deadline
        self._plain: socket.socket | None = None

    def connect(self) -> None:
        self._plain = self._first_open()
        if self._target.scheme == "https":
            self._plain.settimeout(_left(self._deadline))
            context = ssl.create_default_context()
            self._plain = context.wrap_socket(self._plain, server_hostname=self._target.host)
        self.sock = _DeadlineSocket(self._plain, self._deadline)

    def hang_up(self) -> None:
        if self._plain is not None:
            self._plain.close()

    def _first_open(self) -> socket.socket:
        error: OSError = OSError("no address")
        for address in self._target.addresses:
            try:
                return socket.create_connection((address, self._target.port), timeout=_left(self._deadline))
            except OSError as exc:
                error = exc
        raise error


class _DeadlineSocket:
    """A socket whose reads and writes share one deadline; a socket's own time-out starts anew with every byte."""

    def __init__(self, plain: socket.socket, deadline: float) -> None:
        self._plain = plain
        self._deadline = deadline

    def sendall(self, content: bytes) -> None:
        self._plain.settimeout(_left(self._deadline))
        self._plain.sendall(content)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._plain, self._deadline))

    def close(self) -> None:
        """Leave the socket to ``hang_up``: the answer is still being read when the connection lets go of it."""


class _Reader(io.RawIOBase):
    def __init__(self, plain: socket.socket, deadline: float) -> None:
        self._plain = plain
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._plain.settimeout(_left(self._deadline))
        return self._plain.recv_into(buffer)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
