"""Visitors who send slowly, never end, or do not hang up take no thread from others (F59, F62).

The web server is the product's own, started as ``manage.py start`` starts it.
"""

import http.client
import re
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.db import connection

from leadcrm import launch
from tests.platform.test_start import free_port

pytestmark = pytest.mark.django_db

HOST, MANY, OTHERS = "127.0.0.1", 500, 20
REQUEST_SECONDS = 2
HEAD = b"POST /f/none/submit HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SLOW = {
    "says nothing": b"",
    "stops within the first line": b"G",
    "stops within the head": HEAD + b"X-A: b",
    "stops before the body": HEAD + b"Content-Length: 900\r\n\r\n",
    "stops within the body": HEAD + b"Content-Length: 900\r\n\r\nemail=",
    "stops before a body it waits to be asked for": HEAD + b"Expect: 100-continue\r\nContent-Length: 900\r\n\r\n",
    "stops within a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\nema",
    "stops within an endless body": HEAD + b"Content-Length: 1000000000\r\n\r\nemail=",
    "does not hang up": b"GET /healthz HTTP/1.0\r\n\r\n",
    "asks for more and more": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nG",
}  # fmt: skip


@pytest.fixture(scope="module")
def port(django_db_setup) -> Iterator[int]:
    """Yield the port of the web server, on the tests' database."""
    at, port = connection.settings_dict, free_port()
    server = f"{at['USER']}:{at['PASSWORD']}@" if at["PASSWORD"] else f"{at['USER']}@"
    is_socket = at["HOST"].startswith("/")
    address = f"/{at['NAME']}?host={at['HOST']}" if is_socket else f"{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"
    web = launch.children(HOST, port)[0]
    web.environment |= {
        "DATABASE_URL": f"postgresql://{server}{address}",
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "WEB_REQUEST_SECONDS": str(REQUEST_SECONDS),
        "WEB_WORKERS": "1",
        "LOG_LEVEL": "CRITICAL",
    }
    web.start()
    try:
        launch.wait_for_answer(HOST, port, web)
        yield port
    finally:
        web.stop()


def visitor(port: int, says: bytes = b"") -> socket.socket:
    opened = socket.create_connection((HOST, port), timeout=30)
    opened.sendall(says)
    return opened


def statuses(port: int, count: int = OTHERS) -> set[int]:
    """Ask for a page and send a form, each over a connection of its own; whoever waits 10 s was not served."""
    found = set()
    for _ in range(count):
        for method, path in (("GET", "/login"), ("POST", "/f/none/submit")):
            call = http.client.HTTPConnection(HOST, port, timeout=10)
            call.request(method, path, body=b"email=a%40work.example" if method == "POST" else None)
            found.add(call.getresponse().status)
            call.close()
    return found


def all_of(opened: socket.socket) -> bytes:
    """Return everything until the server hangs up."""
    with opened, opened.makefile("rb") as answers:
        return answers.read()


@pytest.fixture(scope="module")
def served(port) -> set[int]:
    """What the others are answered while nobody is slow."""
    return statuses(port, 1)


@pytest.mark.parametrize("kind", SLOW)
def test_others_are_served_while_500_are_slow(port, served, kind):
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > MANY + 100, "ulimit -n"
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(visitor(port, SLOW[kind]))

        assert statuses(port) == served

    assert max(served) < 500


def test_whoever_is_slow_is_hung_up_on(port):
    opened = [visitor(port, says) for says in SLOW.values()]

    answers = [all_of(each) for each in opened]

    assert not any(b"HTTP/1.1 5" in answer for answer in answers)


def test_a_byte_now_and_then_does_not_keep_a_connection_open(port):
    with visitor(port, HEAD) as opened:
        begun = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() < begun + 60:
                opened.sendall(b"X")
                time.sleep(REQUEST_SECONDS / 10)


@pytest.mark.parametrize(
    "head", [b"X-A: " + b"x" * 1_000_000 + b"\r\n", b"X-A: b\r\n" * 10_000, b"X-A: b\r\n" * 10_000 * 13],
    ids=["a line of 1 MB", "10,000 lines", "1 MB of lines"],
)  # fmt: skip
def test_an_endless_head_is_refused_and_the_next_visitor_served(port, served, head):
    opened = visitor(port)
    try:
        opened.sendall(HEAD + head + b"\r\n")
        answer = all_of(opened)
    except OSError:
        # Hung up on before everything was sent.
        answer = b""

    assert not answer or answer.split()[1] in (b"400", b"431")
    assert statuses(port, 1) == served


def test_100_who_do_not_read_the_answer_hold_no_thread(port, served):
    with ExitStack() as stack:
        for _ in range(100):
            opened = stack.enter_context(socket.socket())
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            opened.connect((HOST, port))
            opened.sendall(b"GET /static/css/app.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 3)

        assert statuses(port) == served


def test_the_answer_to_a_body_that_is_not_read_reaches_its_sender(port):
    for line, status in ((b"Content-Length: 20000000", b"413"), (b"Transfer-Encoding: chunked", b"411")):
        opened = visitor(port, HEAD + line + b"\r\n\r\n" + b"x" * 20_000)

        assert all_of(opened).split()[1] == status


def test_requests_in_a_row_on_one_connection_are_answered_in_their_order(port):
    health, other = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", HEAD + b"Content-Length: 7\r\n\r\nemail=a"
    last = health.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    opened = visitor(port)
    for byte in (health + other + health + other + last)[:-1]:
        opened.sendall(bytes([byte]))
    opened.sendall(b"\n")

    assert re.findall(rb"HTTP/1.1 (\d+)", all_of(opened)) == [b"200", b"404", b"200", b"404", b"200"]


def test_who_waits_to_be_asked_for_the_body_is_asked_once(port):
    with visitor(port, HEAD + b"Expect: 100-continue\r\nContent-Length: 7\r\nConnection: close\r\n\r\n") as opened:
        asked = opened.recv(1000)
        opened.sendall(b"email=a")

        assert asked == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert all_of(opened).startswith(b"HTTP/1.1 404")
