"""Somebody of another team learns nothing of a lead, by no id, list, filter, search, count or fragment (S13)."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.ids import uuid7
from tests.accounts.test_role_matrix import BODIES, address, table
from tests.factories.world import World, build_world

pytestmark = pytest.mark.django_db

PERSON = {
    "email": "zaphodine@secret.example",
    "first_name": "Zaphodine",
    "last_name": "Beeblebroxa",
    "company": "Magrathea",
    "job_title": "Presidentess",
    "message": "Slartibartfast",
}
ROWS = ("lead", "handover", "enrollment", "submission", "held", "message")


@pytest.fixture
def world() -> World:
    return build_world(**PERSON)


def secrets_of(world: World) -> list[str]:
    return [*PERSON.values(), "secret.example", *(str(world.ids[row]) for row in ROWS)]


def questions(world: World) -> Iterator[str]:
    """Yield every page and list, plain and asked for the lead in each way there is."""
    for route, method in table():
        if method == "GET" and not route.startswith(("p/", "u/", "f/", "o/", "_ui", "admin/")):
            yield address(route, world)
    lead = world.lead.pk
    for path in ("leads/", "api/v1/leads"):
        for word in PERSON.values():
            yield f"/{path}?q={word}"
    owner = world.people["owner"]
    yield from (
        f"/api/v1/leads?email={PERSON['email']}",
        f"/api/v1/leads?owner={owner.email}",
        f"/leads/?owner={owner.pk}",
    )
    for name in ("submissions", "enrollments", "handovers"):
        yield f"/api/v1/{name}?lead={lead}"
    yield from (f"/api/v1/handovers?owner={owner.pk}", f"/api/v1/submissions?form={world.form.pk}")
    for tab in ("queue", "mine", "team", "done", "all"):
        yield f"/inbox/?tab={tab}"
        yield f"/inbox/rows?tab={tab}&focus={world.handover.pk}"
    for tab in ("submissions", "held", "embed", "preview"):
        yield f"/forms/{world.form.pk}/?tab={tab}"
    yield f"/try/{world.form.pk}/catch/?after=00000000-0000-0000-0000-000000000000"
    yield from (f"/nurture/{world.enrollment.sequence_id}/?state={state}" for state in ("", "active", "stopped"))
    yield from ("/settings/mail/?status=sent", "/?period=90", "/leads/?reached=sql", "/leads/?did=handed_over")


def test_a_stranger_reads_no_word_of_it_anywhere(world):
    client, found = world.client("stranger"), []

    for url in questions(world):
        answer = client.get(url)
        text = answer.content.decode(errors="replace")
        asked = [word for word in secrets_of(world) if word in url]
        found += [(url, word) for word in secrets_of(world) if word in text and word not in asked]
        assert answer.status_code < 500, url

    assert found == []


def test_the_owner_reads_it_in_the_same_places(world):
    """Guards the test above: what it looks for can be found."""
    client = world.client("owner")

    pages = [client.get(url).content.decode(errors="replace") for url in questions(world)]

    assert {word for word in PERSON.values() if not any(word in page for page in pages)} == set()


def acts(world: World) -> Iterator[tuple[str, str, str]]:
    """Yield every route that names a row of the lead: its method, the address of that row, and of one nobody has."""
    for route, method in table():
        if not re.search(r"<(uuid|pk|int|str)?:?(\w*)>", route) or route.startswith(("p/", "u/", "_ui", "settings/")):
            continue
        real = address(route, world)
        made_up = real
        for row in ROWS:
            made_up = made_up.replace(str(world.ids[row]), str(uuid7()))
        if made_up != real:
            yield method, real, made_up


def ask(client: Client, method: str, url: str) -> tuple[int, str, int]:
    """Return status, text without ids, and the number of queries; take back what was done."""
    is_api = url.startswith("/api/")
    body = BODIES.get(url.rstrip("/").rpartition("/")[2], {}) if method != "GET" else None
    options = {"content_type": "application/json"} if is_api and method != "GET" else {}
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        answer = getattr(client, method.lower())(url, body, **options)
        transaction.set_rollback(True)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[A-Za-z0-9]{64}", "", answer.content.decode(errors="replace"))
    return answer.status_code, text, len(queries)


def test_a_row_of_others_looks_like_one_that_does_not_exist(world, monkeypatch):
    monkeypatch.setattr("accounts.api.throttling.KeyThrottle.allow_request", lambda *_: True)
    client, different = world.client("stranger"), []

    looked_at = list(acts(world))
    for method, real, made_up in looked_at:
        there, nowhere = ask(client, method, real), ask(client, method, made_up)
        if there != nowhere:
            different.append((method, real, there[::2], nowhere[::2]))

    assert different == []
    assert len(looked_at) > 30


def test_a_request_names_no_row_of_others_in_its_body(world, monkeypatch):
    """What is one's own may be changed; pointing it at somebody else's lead, person or team may not (S15)."""
    client = world.client("stranger")
    made = client.post("/api/v1/leads", {"email": "own@work.example"}, "application/json").json()
    url, owner = f"/api/v1/leads/{made['id']}", world.people["owner"]

    for field, value in {
        "owner": owner.pk, "team": owner.team_id, "id": str(world.lead.pk), "stage": "customer", "score": 999,
        "fit": 100, "engagement": 100, "is_staff": True, "created_at": "2001-01-01T00:00:00Z", "consent": True,
        "preference_key": "x", "email_key": PERSON["email"], "attributes_": {}, "state": {"stage": "sql"},
    }.items():  # fmt: skip
        answer = client.patch(url, {field: value}, "application/json")
        assert answer.status_code == 422 and field in answer.json()["errors"], field

    answer = client.patch(url, {"email": PERSON["email"].upper()}, "application/json")
    assert answer.status_code == 409 and "Zaphodine" not in answer.content.decode()
    assert client.get(url).json()["email"] == "own@work.example"
