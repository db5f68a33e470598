"""Whatever is thrown at the public addresses, they answer with a clear 4xx (F51 to F64)."""

import json

import pytest

from capture.models import Submission
from capture.reading import MAX_BODY
from tests.capture.conftest import JSON, address

pytestmark = pytest.mark.django_db

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
APP_JSON = "application/json"


def part(name: str, value: bytes) -> bytes:
    return b'--b\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + value + b"\r\n--b--\r\n"


BODIES = {
    "NUL in text": (URLENCODED, b"email=a%40example.com&company=a%00b", 400),
    "NUL in a name": (URLENCODED, b"email=a%40example.com&comp%00any=a", 400),
    "NUL in a part": (MULTIPART, part("email", b"a@example.com\0"), 400),
    "NUL in JSON": (APP_JSON, b'{"email":"a@example.com","company":"a\\u0000"}', 400),
    "NUL in a JSON key": (APP_JSON, b'{"email":"a@example.com","a\\u0000":"b"}', 400),
    "half a character in JSON": (APP_JSON, b'{"email":"a@example.com","company":"\\ud800"}', 400),
    "half a character in a key": (APP_JSON, b'{"email":"a@example.com","\\udfff":"x"}', 400),
    "half a character, encoded": (URLENCODED, b"email=a%40example.com&company=%ED%A0%80", 400),
    "NaN": (APP_JSON, b'{"email":NaN}', 400),
    "Infinity": (APP_JSON, b'{"email":"a@example.com","company":Infinity}', 400),
    "a float too large": (APP_JSON, b'{"email":"a@example.com","company":1e400}', 400),
    "100,000 levels": (APP_JSON, b'{"email":' + b"[" * 30_000 + b"]" * 30_000 + b"}", 400),
    "900 levels": (APP_JSON, b'{"email":' + b"[" * 900 + b"]" * 900 + b"}", 400),
    "5,000 digits": (APP_JSON, b'{"email":' + b"9" * 5000 + b"}", 400),
    "2^70": (APP_JSON, b'{"email":"a@example.com","company":1180591620717411303424}', 400),
    "not UTF-8 in JSON": (APP_JSON, b'{"email":"\xff\xfe"}', 400),
    "not UTF-8 in a form": (URLENCODED, b"email=a%40example.com&company=%FF", 400),
    "not UTF-8 in a part": (MULTIPART, part("email", b"\xff"), 400),
    "UTF-16": (APP_JSON, '{"email":"a@example.com"}'.encode("utf-16"), 400),
    "another charset": (URLENCODED + "; charset=latin-1", b"email=a%40example.com", 400),
    "cut off JSON": (APP_JSON, b'{"email":"a@', 400),
    "nothing": (URLENCODED, b"", 400),
    "nothing as JSON": (APP_JSON, b"", 400),
    "an array": (APP_JSON, b'["a@example.com"]', 400),
    "null": (APP_JSON, b"null", 400),
    "a key twice": (APP_JSON, b'{"email":"a@example.com","email":"b@example.com"}', 400),
    "a field twice": (URLENCODED, b"email=a%40example.com&email=b%40example.com", 400),
    "a list as address": (APP_JSON, b'{"email":["a@example.com"]}', 400),
    "an object as address": (APP_JSON, b'{"email":{"a":1}}', 400),
    "a number as address": (APP_JSON, b'{"email":5}', 400),
    "51 fields": (URLENCODED, b"&".join(b"f%d=1" % n for n in range(51)), 400),
    "too large": (URLENCODED, b"email=a%40example.com&message=" + b"x" * MAX_BODY, 413),
    "a file too large": (MULTIPART, part("email", b"x" * MAX_BODY), 413),
    "damaged parts": ("multipart/form-data", b"--b", 400),
    "plain text": ("text/plain", b"email=a@example.com", 400),
    "XML": ("text/xml", b"<a/>", 400),
    "no type": ("", b"email=a%40example.com", 400),
    "10,000 letters": (URLENCODED, b"email=a%40example.com&first_name=" + b"x" * 10_000, 422),
    "a long address": (URLENCODED, b"email=" + b"a" * 300 + b"%40example.com", 422),
    "a line break in a name": (URLENCODED, b"email=a%40example.com&first_name=a%0D%0Ab", 422),
    "no address": (URLENCODED, b"company=x", 422),
    "a key too long": (URLENCODED, b"email=a%40example.com&submission_key=" + b"k" * 201, 400),
    "control characters in the key": (URLENCODED, b"email=a%40example.com&submission_key=a%07", 400),
    "a token of nonsense": (URLENCODED, b"email=a%40example.com&token=..%3A:", 201),
    "a byte order mark": (APP_JSON, b'\xef\xbb\xbf{"email":"bom@example.com"}', 201),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_body_is_refused_in_words_or_taken(client, guide_form, name, accept):
    kind, body, expected = BODIES[name]

    answer = client.generic(
        "POST", f"/f/{guide_form.pk}/submit", body, kind, HTTP_ACCEPT=accept, HTTP_X_FORWARDED_FOR=address()
    )

    assert answer.status_code == (200 if expected == 201 and accept == "text/html" else expected), answer.content
    if expected == 201:
        assert Submission.objects.count() == 1
        return
    assert not Submission.objects.exists()
    if accept == "application/json":
        said = json.loads(answer.content)
        assert said["status"] in ("unreadable", "invalid", "too_large") and (said.get("message") or said["errors"])
    else:
        assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize("form_id", ["%00", "9e99", "ab%00cd", "x" * 13, "..", "%ED%A0%80", "%FF", "ABC", "-1", "a b"])
@pytest.mark.parametrize("rest", ["", ".json", "/token", "/thanks", "/submit"])
def test_an_address_that_is_no_form_is_a_404(client, db, form_id, rest):
    method = "POST" if rest == "/submit" else "GET"

    answer = client.generic(method, f"/f/{form_id}{rest}", b"email=a%40example.com", URLENCODED, **JSON)

    assert answer.status_code == 404


@pytest.mark.parametrize("query", ["?a=%00", "?a=%ED%A0%80", "?utm_source=%FF", "?" + "a" * 5000, "?a[]=1&a=2"])
@pytest.mark.parametrize("path", ["", ".json", "/token", "/thanks"])
def test_a_query_of_nonsense_changes_nothing(client, guide_form, query, path):
    assert client.get(f"/f/{guide_form.pk}{path}{query}").status_code == 200


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada  ", "Ada"),
        ("A\u0308da", "\u00c4da"),
        ("A\u0007da", "Ada"),
        ("\u202eadA", "adA"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        ("\u0645\u0631\u062d\u0628\u0627", "\u0645\u0631\u062d\u0628\u0627"),
    ],
)
def test_text_is_stored_composed_and_without_controls(send, guide_form, typed, kept):
    assert send(guide_form, first_name=typed).status_code == 201

    assert Submission.objects.get().answers["first_name"] == kept


ADDRESSES = {
    "ada@example.com": True,
    "o'hara@example.ie": True,
    "first.last+tag@sub.example.co.uk": True,
    "j\u00fcrgen@m\u00fcller.de": True,
    "ada@localhost": False,
    "ada@[127.0.0.1]": False,
    "ada": False,
    "@example.com": False,
    "ada@example..com": False,
    "ada@-example.com": False,
    ".ada@example.com": False,
    "ada@exa mple.com": False,
    "a" * 65 + "@example.com": False,
    "ada@example.com, bob@example.com": False,
    "ada@example.com\r\nBcc: x@example.com": False,
    "ada@printer.local": False,
}


@pytest.mark.parametrize("address_text", ADDRESSES)
def test_addresses_follow_the_written_rule(send, guide_form, address_text):
    assert send(guide_form, email=address_text).status_code == (201 if ADDRESSES[address_text] else 422)
