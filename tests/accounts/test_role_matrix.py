"""Every route of the product, and what each person gets there. A route that is not in the table fails.

A cell is a status, or ``in`` for being sent to sign-in. 404 is how a lead of others looks; 422 and 409 mean that the
person may do it, and that this act is refused for its own sake. The lead is the owner's, in the team of all but the
stranger.
"""

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.attacks.written import written
from tests.factories.world import PERSONAS, World, build_world

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("role_matrix.txt")
BODIES = {
    "accept": {"value_key": 2},
    "reject": {"reason": 5},
    "contact": {"result": "reached"},
    "lost": {"reason": 1},
    "recycle": {"until": "2999-01-01"},
    "note": {"text": "Called"},
    "notes": {"text": "Called"},
    "stage": {"to": "iql", "reason": "Asked"},
    "leave": {"confirmed": "yes"},
    "after-restore": {"decision": "uncertain"},
    "theme": {"theme": "dark"},
    "cards": {"card": "first_steps", "hidden": "yes"},
    "build": {"step": "0", "heading": "Another"},
    "publish": {"step": "0"},
    "activities": {"kind": "page_viewed", "payload": {"path": "/"}},
}
PLACES = {
    "invite/": "invite",
    "settings/people": "person",
    "settings/api-keys": "key",
    "settings/mail": "message",
    "settings/invitations": "invitation",
    "settings/webhooks/deliveries": "delivery",
    "settings/webhooks": "webhook",
    "api/v1/webhooks": "webhook",
    "forms/submissions": "held",
    "api/v1/leads": "lead",
    "api/v1/forms": "form",
    "api/v1/submissions": "submission",
    "api/v1/handovers": "handover",
    "api/v1/sequences": "sequence",
    "api/v1/enrollments": "enrollment",
    "api/v1/messages": "message",
}


@pytest.fixture
def world() -> World:
    return build_world()


@pytest.fixture(autouse=True)
def unlimited(monkeypatch) -> None:
    """Ask as often as it takes."""
    monkeypatch.setattr("accounts.api.throttling.KeyThrottle.allow_request", lambda *_: True)


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Yield every route as one text; the read-only tables below admin/ have a test of their own."""
    for entry in (resolver or get_resolver()).url_patterns:
        text = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield re.sub(r"\(\?P<(\w+)>.*\)(?=/|$)", r"<\1>", text.replace("^", "").replace("/?$", ""))
        else:
            yield from routes(entry, text)


def table() -> dict[tuple[str, str], list[str]]:
    """Return ``(route, method) -> cells`` as they stand in the file."""
    lines = [line.split("|") for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return {(route.strip(), method.strip()): cells.split() for route, method, cells in lines}


def address(route: str, world: World) -> str:
    """Return the route with the world's own rows in its places."""
    ids = {**world.ids, "position": 1, "index": 0, "answer": "done", "slug": "welcome", "proposal": world.proposal.pk}
    for place in re.findall(r"<[^>]+>", route):
        name = place.strip("<>").split(":")[-1].removesuffix("_id")
        prefix = next((PLACES[start] for start in PLACES if route.startswith(start)), name)
        route = route.replace(place, str(ids[prefix if name in ("pk", "submission") or prefix == "invite" else name]))
    return f"/{route}"


def cell(cookies: SimpleCookie, route: str, method: str, world: World) -> str:
    """Ask once, in a browser of its own, and take back what it did."""
    client = Client(raise_request_exception=False)
    client.cookies.update(cookies)
    body = BODIES.get(route.rstrip("/").rpartition("/")[2], {})
    is_api = route.startswith("api/")
    with transaction.atomic():
        options = {"content_type": "application/json"} if is_api and method != "GET" else {}
        answer = getattr(client, method.lower())(address(route, world), body if method != "GET" else None, **options)
        transaction.set_rollback(True)
    goes_to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/login")
    return "in" if goes_to_sign_in else str(answer.status_code)


def test_every_route_is_in_the_table():
    listed = {route for route, _ in table()}

    assert {route for route in routes() if not route.startswith("admin/")} == listed


def test_everybody_gets_what_the_table_says(world):
    cookies, wrong = [world.client(persona).cookies for persona in PERSONAS], []

    for (route, method), cells in table().items():
        found = [cell(jar, route, method, world) for jar in cookies]
        if found != cells:
            wrong.append(f"{method} {route}: {' '.join(found)} instead of {' '.join(cells)}")

    assert wrong == []


def test_a_route_that_only_acts_refuses_to_be_looked_at(world):
    cookies = world.client("admin").cookies
    acts = {route for route, method in table() if method != "GET"} - {
        route for route, method in table() if method == "GET"
    }

    found = {route: cell(cookies, route, "GET", world) for route in acts}

    assert {route: status for route, status in found.items() if status != "405"} == {}


def test_a_method_that_is_not_in_the_table_changes_nothing(world):
    """A route is listed with each way to act on it: another one is refused, or only shows the page."""
    admin, listed, wrong = world.client("admin").cookies, set(table()), []

    for route in {route for route, _ in listed}:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            if (route, method) in listed or route == "api/":
                continue
            before = written()
            status = cell(admin, route, method, world)
            if written() != before or (method == "POST" and status != "405"):
                wrong.append((method, route, status, written() - before))

    assert wrong == []


def test_the_tables_below_admin_are_for_admins_and_can_only_be_read(world):
    pages = sorted({route for route in routes() if route.startswith("admin/") and "<" not in route})
    one = [f"admin/{app}/{pk}/change/" for app, pk in (("leads/lead", world.lead.pk), ("accounts/user", 1))]
    others = [world.client(persona).cookies for persona in PERSONAS[:-1]]
    admin = world.client("admin").cookies

    seen = {(page, cell(jar, page, "GET", world)) for page in [*pages, *one] for jar in others}
    written = {(page, cell(admin, page, "POST", world)) for page in pages if page.endswith(("/add/", "/autocomplete/"))}
    read = {(page, cell(admin, page, "GET", world)) for page in pages}

    assert {(page, status) for page, status in seen if status not in ("in", "302", "301")} == set()
    assert {(page, status) for page, status in written if status not in ("403", "405")} == set()
    assert {(page, status) for page, status in read if int(status) >= 500} == set()
