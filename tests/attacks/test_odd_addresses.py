"""Whatever stands in an address, a page answers with a status it means: never 500 (P14, F51, F56, F63, S07, S08)."""

import base64
import json
from collections.abc import Iterator
from itertools import product
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client

from tests.factories.world import World, build_world

pytestmark = pytest.mark.django_db

DEEP = "[" * 100_000
TEXTS = ["\0", "\ud800", "%", "' OR 1=1--", "9" * 20, "9" * 5000, "-1", "1e999", "٣", "²", "0000-00-00",
         "9999-12-31", "0001-01-01", "{{7*7}}", "x" * 3000, "\r\nSet-Cookie: a=b", "nan", "⑦",
         "//evil.example"]  # fmt: skip
VALUES = ["x", "\0", "9" * 30, 10**30, 1e308, -1, None, True, [], [[1]], {}, {"a": 1}, "9999-12-31T23:59:59+23:59",
          "0001-01-01T00:00:00-23:59", "2026-01-01", "2026-01-01T00:00:00Z", "\ud800",
          "00000000-0000-0000-0000-000000000000"]  # fmt: skip
LISTS = {
    "/leads/": ["q", "stage", "temperature", "grade", "channel", "source", "owner", "came_from", "came_to", "reached",
                "did", "done_from", "done_to", "in_play", "put_off", "cursor"],
    "/": ["period", "source"],
    "/inbox/": ["tab", "cursor", "focus"],
    "/inbox/?tab=done": ["cursor"],
    "/inbox/rows": ["v", "tab", "focus"],
    "/leads/{lead}/": ["timeline"],
    "/leads/{lead}/timeline/": ["timeline"],
    "/forms/": ["tab"],
    "/forms/{form}/": ["tab", "cursor"],
    "/forms/{form}/?tab=held": ["cursor"],
    "/try/{form}": ["after"],
    "/try/{form}/catch/": ["after"],
    "/nurture/{sequence}/": ["state", "cursor"],
    "/settings/mail/": ["status", "cursor"],
    "/settings/audit-log/": ["kind", "cursor"],
    "/login": ["next"],
    "/setup": ["token"],
    "/admin/login/": ["next"],
    "/p/{token}": ["was", "topic", "done"],
    "/f/{form}": ["utm_source", "next", "page"],
    "/f/{form}/thanks": ["next"],
}  # fmt: skip
PLACES = [
    "/leads/{x}/", "/p/{x}", "/u/{x}", "/f/{x}", "/f/{x}.json", "/f/{x}/token", "/o/{x}", "/forms/{x}/", "/try/{x}",
    "/nurture/{x}/", "/nurture/{sequence}/steps/{x}/", "/settings/people/{x}/", "/settings/mail/{x}/", "/_ui/brief/{x}",
    "/inbox/{x}/", "/api/v1/leads/{x}", "/api/v1/sequences/{x}", "/api/v1/forms/{x}", "/u/{token}-{x}", "/static/{x}",
    "/leads/{lead}/proposals/{x}/", "/settings/api-keys/{x}/revoke", "/nurture/{x}/start/",
    "/admin/leads/lead/{x}/change/",
]  # fmt: skip


@pytest.fixture
def world() -> World:
    return build_world()


def cursors() -> Iterator[str]:
    """Yield page links nobody made: odd values, in the number each list has, and what is no list at all."""
    lists = [[value] for value in VALUES] + [[value, VALUES[-1]] for value in VALUES]
    for text in [*map(json.dumps, [*lists, {}, 1, None, [1, 2, 3]]), DEEP, "[NaN]", "[1e999]", "\ud800", ""]:
        yield base64.urlsafe_b64encode(text.encode(errors="surrogatepass")).decode().rstrip("=")
    yield from ["%", "é", "=", "A", "AAAAA"]


def status_of(client: Client, method: str, url: str) -> int:
    """Ask, and take back what it did: one broken query must not hide the next."""
    with transaction.atomic():
        answer = client.generic(method, url)
        transaction.set_rollback(True)
    return answer.status_code


def encoded(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


@pytest.mark.parametrize("persona", ["admin", "owner"])
def test_no_parameter_of_a_page_breaks_it(world, persona):
    client, broken = world.client(persona), []

    for path, names in LISTS.items():
        url = path.format(**world.ids)
        for name in names:
            for text in TEXTS + (list(cursors()) if name == "cursor" else []):
                asked = f"{url}{'&' if '?' in url else '?'}{name}={encoded(text)}"
                if status_of(client, "GET", asked) >= 500:
                    broken.append(asked[:120])

    assert broken == []


def test_no_cursor_breaks_a_list_of_the_api(world):
    client, broken = world.client("admin"), []

    for path in ("leads", "submissions", "handovers", "enrollments", f"leads/{world.lead.pk}/timeline"):
        for cursor in cursors():
            if status_of(client, "GET", f"/api/v1/{path}?cursor={encoded(cursor)}") >= 500:
                broken.append((path, cursor[:60]))

    assert broken == []


def test_no_place_in_an_address_breaks_it(world):
    client, broken = world.client("admin"), []

    for path, text in product(PLACES, [*TEXTS, "a%00b", "..%2f..%2fetc%2fpasswd"]):
        url = path.format(x=encoded(text), **world.ids)
        answers = [status_of(client, method, url) for method in ("GET", "POST")]
        if max(answers) >= 500:
            broken.append((url[:120], answers))

    assert broken == []
