"""Where a request ends, however the network cuts it up."""

import pytest

from leadcrm.incoming import MAX_HEAD_BYTES, Incoming

GET = b"GET / HTTP/1.1\r\nHost: crm.example\r\n\r\n"
POST = b"POST /f/x/submit HTTP/1.1\r\nHost: crm.example\r\nCONTENT-LENGTH: 9\r\n\r\nemail=a@b"


def incoming(received: bytes = b"") -> Incoming:
    made = Incoming(max_body_bytes=1000)
    made.add(received)
    return made


@pytest.mark.parametrize("request_", [GET, POST])
def test_a_request_is_whole_with_its_last_byte_and_not_before(request_):
    for piece in range(1, len(request_) + 1):
        arriving = incoming()
        for at in range(0, len(request_), piece):
            assert not arriving.is_whole
            arriving.add(request_[at : at + piece])
        assert arriving.is_whole and b"".join(arriving.take()) == request_
        assert not arriving.is_whole and len(arriving) == 0


def test_what_comes_after_a_request_begins_the_next():
    arriving = incoming(GET + POST + GET[:10])

    taken = []
    while arriving.is_whole:
        taken.append(b"".join(arriving.take()))
    arriving.add(GET[10:])

    assert taken == [GET, POST]
    assert arriving.is_whole and arriving.take() == [GET]


@pytest.mark.parametrize(
    "line", [b"Content-Length: 1001", b"content-length:999999999999", b"Transfer-Encoding: chunked"]
)
def test_a_body_that_is_too_large_or_of_no_known_length_is_not_waited_for(line):
    head = b"POST / HTTP/1.1\r\nHost: crm.example\r\n" + line + b"\r\n\r\n"

    arriving = incoming(head + b"x" * 50)

    assert arriving.is_whole and arriving.is_last
    assert arriving.take() == [head]
    assert not arriving.is_whole and len(arriving) == 0


def test_a_head_without_end_is_handed_on_to_be_refused():
    arriving = incoming(b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * (MAX_HEAD_BYTES // 8))

    assert arriving.is_whole and arriving.is_last
    assert len(b"".join(arriving.take())) > MAX_HEAD_BYTES


def test_who_waits_for_a_sign_before_the_body_is_noticed_and_the_parser_is_not_told():
    head = POST.replace(b"Host", b"Expect: 100-Continue\r\nHost").partition(b"email")[0]

    arriving = incoming(head)
    assert arriving.waits_for_a_sign and not arriving.is_whole
    arriving.add(b"email=a@b")

    assert arriving.is_whole and b"".join(arriving.take()) == POST
    assert not arriving.waits_for_a_sign


@pytest.mark.parametrize("line", [b"X-Content-Length: 5", b"Content-Length: x", b"Content-Length: -5"])
def test_what_is_no_length_announces_no_body(line):
    head = b"POST / HTTP/1.1\r\n" + line + b"\r\n\r\n"

    assert incoming(head).take() == [head]
