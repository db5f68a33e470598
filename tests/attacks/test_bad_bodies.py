"""Bad input F51 to F61 in every field of every form and at every endpoint that takes a body: answered, never a fault.

The routes come from the URL patterns (by way of the role matrix), the fields from the pages' own forms.
"""

import re
from itertools import product
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client

from tests.accounts.test_role_matrix import address, table
from tests.factories.world import World, build_world

pytestmark = pytest.mark.django_db

FORM, PARTS, JSON = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "application/json"
NAME = re.compile(r"<(?:input|select|textarea|button)\b[^>]*?\bname=\"([^\"]+)\"")
VALUES = {
    "NUL": "a\0b",
    "half a character": "\ud800",
    "not a number": "NaN",
    "beyond any number": "1e400",
    "a long number": "9" * 5000,
    "beyond 64 bits": str(2**70),
    "below 64 bits": str(-(2**70)),
    "digits of another script": "٣",
    "a direction override": "\u202eadA\u2066",
    "marks": "a" + "\u0301" * 1000,
    "controls": "\x07\x1b[31m\x0b\x85\u2028",
    "line ends": "a\r\nb",
    "a day that is none": "2026-02-30",
    "the last day": "9999-12-31T23:59:59",
    "the first day": "0001-01-01",
    "a long text": "x" * 100_000,
    "nothing": "",
    "markup": "\"><script>{{7*7}}</script>",
}  # fmt: skip
BODIES = {
    "empty": (FORM, b""),
    "a NUL in a name": (FORM, b"na%00me=1&%00"),
    "not UTF-8": (FORM, b"name=%FF&email=\xff\xfe"),
    "an odd charset": (FORM + "; charset=utf-7", b"name=+AGE-"),
    "a charset that is none": (FORM + "; charset=nope", b"name=1"),
    "a charset that is no text": (FORM + "; charset=base64", b"name=1"),
    "a charset that always fails": (FORM + "; charset=undefined", b"name=1"),
    "a charset for names of hosts": (FORM + "; charset=idna", b"name=" + b"a" * 70 + b".%FF"),
    "1,001 fields": (FORM, b"&".join(b"f%d=1" % number for number in range(1001))),
    "2.6 MB": (FORM, b"name=" + b"x" * 2_600_000),
    "parts cut off": (PARTS, b"--b\r\nContent-Disposition: form-data; name=\"na"),
    "parts without a boundary": ("multipart/form-data", b"--b--"),
    "parts of base64": (PARTS, b'--b\r\nContent-Disposition: form-data; name="name"\r\n'
                               b"Content-Transfer-Encoding: base64\r\n\r\n%%%\r\n--b--\r\n"),
    "a file with a path": (PARTS, b'--b\r\nContent-Disposition: form-data; name="name"; filename="../../x"\r\n\r\n'
                                  b"x\r\n--b--\r\n"),
    "JSON to a form": (JSON, b'{"name": "a"}'),
    "no type": ("", b"name=a"),
}  # fmt: skip
DOCUMENTS = {
    "empty": b"",
    "cut off": b'{"a":',
    "null": b"null",
    "a list": b"[1]",
    "a text": b'"a"',
    "a number": b"1",
    "a key twice": b'{"email": "a@b.example", "email": "c@d.example"}',
    "NaN": b'{"email": NaN}',
    "Infinity": b'{"amount": -Infinity}',
    "1e400": b'{"amount": 1e400}',
    "5,000 digits": b'{"amount": ' + b"9" * 5000 + b"}",
    "2^70": b'{"amount": 1180591620717411303424, "reason": 1180591620717411303424}',
    "100,000 levels": b"[" * 100_000,
    "900 levels": b'{"attributes":' * 900 + b"1" + b"}" * 900,
    "a NUL": b'{"email": "a\\u0000", "text": "\\u0000"}',
    "a NUL in a name": b'{"a\\u0000": 1}',
    "half a character": b'{"email": "\\ud800", "note": "\\udfff"}',
    "not UTF-8": b'{"email": "\xff"}',
    "UTF-16": '{"email": "a@b.example"}'.encode("utf-16"),
    "lists everywhere": b'{"email": [], "form": {}, "answers": [], "kind": {}, "reason": [], "url": [], "events": 1}',
    "1.1 MB": b'{"a": "' + b"x" * 1_100_000 + b'"}',
}


@pytest.fixture
def world() -> World:
    return build_world()


def send(client: Client, method: str, url: str, kind: str, body: bytes) -> int:
    with transaction.atomic():
        answer = client.generic(method, url, body, kind)
        transaction.set_rollback(True)
    return answer.status_code


def acts(*, of_api: bool) -> list[tuple[str, str]]:
    """Return the routes that take a body, of the API or of the pages."""
    return [(route, method) for route, method in table() if method != "GET" and route.startswith("api/v1/") is of_api]


def field_names(world: World) -> set[str]:
    """Return the name of every field on every page."""
    names: set[str] = set()
    for persona in ("admin", "owner", "anonymous"):
        client = world.client(persona)
        for route, method in table():
            if method == "GET" and not route.startswith("api/"):
                names.update(NAME.findall(client.get(address(route, world)).content.decode(errors="replace")))
    return names - {"csrfmiddlewaretoken"}


def test_no_value_in_any_field_of_a_page_breaks_it(world):
    names, broken = field_names(world), []
    clients = [world.client(persona) for persona in ("admin", "owner")]

    for (route, method), (name, value) in product(acts(of_api=False), VALUES.items()):
        body = urlencode(dict.fromkeys(names, value), errors="surrogatepass").encode()[:2_400_000]
        for client in clients:
            status = send(client, method, address(route, world), FORM, body)
            if status >= 500:
                broken.append((route, name, status))

    assert len(names) > 20 and broken == []


def test_no_body_breaks_a_page(world):
    client, broken = world.client("admin"), []

    for (route, method), (name, (kind, body)) in product(acts(of_api=False), BODIES.items()):
        status = send(client, method, address(route, world), kind, body)
        if status >= 500:
            broken.append((route, name, status))

    assert broken == []


def test_no_document_breaks_an_endpoint_and_none_that_cannot_be_read_is_taken(world, monkeypatch):
    monkeypatch.setattr("accounts.api.throttling.KeyThrottle.allow_request", lambda *_: True)
    client, broken = world.client("admin"), []

    for (route, method), (name, body) in product(acts(of_api=True), DOCUMENTS.items()):
        status = send(client, method, address(route, world), JSON, body)
        # An act without fields does not read its body.
        is_taken = status < 300 and name != "empty" and method != "DELETE" and not route.endswith("/test")
        if is_taken or status >= 500:
            broken.append((route, name, status))

    assert broken == []


def test_a_byte_order_mark_is_no_mistake(world):
    body = b'\xef\xbb\xbf{"email": "bom@work.example"}'

    assert send(world.client("admin"), "POST", "/api/v1/leads", JSON, body) == 201
