"""The guarded client: what it refuses to call, and how it stays within time and size when a receiver is hostile."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from common import outbound
from common.ip_addresses import is_public

INTO_THE_HOUSE = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "[::1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001::1]", "100.64.0.1", "169.254.169.254", "[fd00:ec2::254]", 
    "[fe80::1]", "10.1.2.3", "192.168.1.1", "172.16.0.1", "224.0.0.1", "[ff02::1]", "255.255.255.255",
    "240.0.0.1", "192.0.0.192", "192.0.0.8", "168.63.129.16", "localhost",
    "①②⑦.⓪.⓪.①", "127。0。0。1",
]  # fmt: skip
NO_WEB_ADDRESS = [
    "file:///etc/passwd", "gopher://example.com/", "ftp://example.com/", "javascript:alert(1)", "//example.com/x", "",
    "https://", "http://user@127.0.0.1/", "http://user:word@example.com/", "http://exa mple.com/", "http://a\\@b.com/",
    "http://example.com\r\nX: y/", "http://example.com:99999/", "http://[::1/", "http://example.com/" + "a" * 1000,
    "http://a..b/", "http://" + "a" * 70 + ".com/",
]  # fmt: skip


@contextmanager
def listener(answer: Callable[[socket.socket], None] | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """Listen on a local port; yields it with what arrived. ``answer`` talks to each caller."""
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                caller, _ = server.accept()
            except OSError:
                return
            with caller:
                heard.append(caller.recv(65536))
                with suppress(OSError):  # the caller had heard enough
                    (answer or say("200 OK"))(caller)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1], heard
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def say(status: str, *, headers: str = "", body: bytes = b"") -> Callable[[socket.socket], None]:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return lambda caller: caller.sendall(head.encode() + body)


def call(port: int, *, seconds: float = 5) -> outbound.Answer:
    return outbound.post(f"http://127.0.0.1:{port}/hook?x=1", body=b"{}", headers={"X-Own": "1"}, seconds=seconds)


@pytest.mark.parametrize("host", INTO_THE_HOUSE)
def test_nothing_inside_is_called_however_it_is_written(host, settings):
    with listener() as (port, heard):
        settings.OUTBOUND_PORTS = [80, port]
        for address in (f"http://{host}/", f"http://{host}:{port}/"):
            with pytest.raises(outbound.UnsafeUrl):
                outbound.check_url(address)
            with pytest.raises(outbound.UnsafeUrl):
                outbound.post(address, body=b"{}", headers={})

    assert heard == []


@pytest.mark.parametrize("url", NO_WEB_ADDRESS)
def test_what_is_no_plain_web_address_is_refused(url):
    with pytest.raises(outbound.UnsafeUrl):
        outbound.check_url(url)


@pytest.mark.parametrize("port", [22, 25, 5432, 6379, 0, 65535])
def test_ports_of_other_services_are_refused_before_anybody_is_asked(port):
    with pytest.raises(outbound.UnsafeUrl, match=r"not called|no web address"):
        outbound.check_url(f"https://93.184.215.14:{port}/")


def test_public_addresses_pass():
    assert outbound.check_url("https://93.184.215.14/hook?a=1").path == "/hook?a=1"
    assert [is_public(text) for text in ("1.1.1.1", "2606:4700::1111", "nonsense")] == [True, True, False]


def test_a_named_private_host_is_called_with_what_was_asked_and_nothing_else(settings):
    with listener(say("200 OK", body=b"thanks")) as (port, heard):
        settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]

        answer = call(port)

        assert (answer.status, answer.body, answer.is_success) == (200, b"thanks", True)
        with pytest.raises(outbound.UnsafeUrl):
            outbound.check_url(f"http://127.0.0.1:{port + 1}/")
    head = heard[0].decode()
    assert head.startswith("POST /hook?x=1 HTTP/1.1\r\n") and f"Host: 127.0.0.1:{port}\r\n" in head


def test_a_name_that_answers_differently_the_second_time_gains_nothing(settings, monkeypatch):
    with listener() as (inside, heard), listener() as (port, _):
        settings.OUTBOUND_PORTS = [inside, port]
        answers = iter([("93.184.215.14",), ("127.0.0.1",)])
        monkeypatch.setattr(outbound, "resolve", lambda *_, **__: next(answers))
        called: list[tuple] = []

        def refuse(address, timeout):
            called.append(address)
            raise OSError("unreachable")

        monkeypatch.setattr(socket, "create_connection", refuse)
        with pytest.raises(outbound.CallFailed):
            outbound.post(f"http://rebind.example:{inside}/", body=b"{}", headers={})
        with pytest.raises(outbound.UnsafeUrl):
            outbound.post(f"http://rebind.example:{inside}/", body=b"{}", headers={})

    assert called == [("93.184.215.14", inside)]
    assert heard == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(settings, monkeypatch):
    monkeypatch.setattr(outbound, "resolve", lambda *_, **__: ("93.184.215.14", "127.0.0.1"))

    with pytest.raises(outbound.UnsafeUrl):
        outbound.check_url("https://both.example/")


def test_a_redirect_is_an_answer_and_is_not_followed(settings):
    with (
        listener() as (inside, heard),
        listener(say("302 Found", headers=f"Location: http://127.0.0.1:{inside}/\r\n")) as (port, _),
    ):
        settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]

        answer = call(port)

    assert (answer.status, answer.is_success) == (302, False)
    assert heard == []


def test_of_an_endless_answer_64_kb_are_read(settings):
    def pour(caller: socket.socket) -> None:
        caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
        while True:
            caller.sendall(b"x" * 65536)

    with listener(pour) as (port, _):
        settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]

        answer = call(port)

    assert len(answer.body) == outbound.MAX_ANSWER_BYTES
    assert answer.seconds < 5


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b"HTTP/1.1 200", b""])
def test_an_answer_that_drips_ends_with_the_deadline(settings, first):
    def drip(caller: socket.socket) -> None:
        caller.sendall(first)
        for _ in range(100):
            caller.sendall(b"x")
            threading.Event().wait(0.1)

    with listener(drip) as (port, _):
        settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]
        began = time.monotonic()
        with pytest.raises(outbound.CallFailed, match="No complete answer within 1 s"):
            call(port, seconds=1)

    assert 0.9 < time.monotonic() - began < 2


@pytest.mark.parametrize(("answer", "words"), [(lambda caller: None, "without an answer"), (say("oops"), "not HTTP")])
def test_a_failure_is_told_in_words(settings, answer, words):
    with listener(answer) as (port, _):
        settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]
        with pytest.raises(outbound.CallFailed, match=words):
            call(port)


def test_nobody_listening_is_told_in_words(settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]

    with pytest.raises(outbound.CallFailed, match="refused the connection"):
        call(port)
