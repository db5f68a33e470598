"""Names of columns, orders and numbers come from closed lists; search takes words as words (S07, S08, S41)."""

import json
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.services import upsert_lead
from tests.accounts.test_role_matrix import table
from tests.factories.world import World, build_world

pytestmark = pytest.mark.django_db

NAMES = ["ordering", "order_by", "sort_dir", "_connector", "_negated", "email__regex", "owner__password__startswith",
         "id__in", "page_size", "offset", "include", "fields", "expand", "timeZone", "searchVector",
         "state__scored_at__gt", 'a"b.c', "email;--"]  # fmt: skip
SORTS = ["-id);drop table leads_lead;--", "owner__password", "asc,(select pg_sleep(9))", "email desc", "nextval",
         "-created_at,(select 1)"]  # fmt: skip
SIGNS = ["100%50", "50_2", "b\\c", "' OR 1=1--", "a:*&!(", "&|!<->"]


@pytest.fixture
def world() -> World:
    return build_world()


@pytest.fixture
def lists(world) -> list[str]:
    """All lists of the API that take parameters."""
    routes = [
        route for route, method in table() if method == "GET" and route.startswith("api/v1/") and "<" not in route
    ]
    return [f"/{route}" for route in routes if "/reports/" not in route]


def test_a_parameter_that_is_not_on_the_list_is_refused_with_the_list(world, lists):
    client, wrong = world.client("admin"), []

    for path in lists:
        for name in NAMES:
            answer = client.get(f"{path}?{urlencode({name: 'x'})}")
            if answer.status_code != 400 or "llowed are" not in answer.json()["detail"]:
                wrong.append((path, name, answer.status_code))

    assert len(lists) >= 6 and wrong == []


def test_an_order_that_is_not_on_the_list_is_refused_and_never_reaches_the_database(world, lists):
    client = world.client("admin")

    for path in lists:
        for sort in SORTS:
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(f"{path}?{urlencode({'sort': sort})}")
            assert answer.status_code == 400, (path, sort)
            assert not any(sort in query["sql"] for query in queries)


def test_a_field_is_no_expression(world):
    client, url = world.client("admin"), f"/api/v1/leads/{world.lead.pk}"

    for name in ("_connector", "email__startswith", "pk", "owner_id"):
        answer = client.patch(url, json.dumps({name: "OR"}), "application/json")
        assert answer.status_code == 422 and name in answer.json()["errors"]


def test_search_takes_signs_as_signs(world, now):
    client = world.client("admin")
    for number, text in enumerate(SIGNS):
        upsert_lead(fields={"email": f"odd{number}@work.example", "company": f"The {text} works"}, by=None, now=now)

    for number, text in enumerate(SIGNS):
        found = client.get(f"/api/v1/leads?{urlencode({'q': text})}").json()["results"]
        assert {lead["email"] for lead in found} == {f"odd{number}@work.example"}, text
        assert client.get(f"/leads/?{urlencode({'q': text})}").status_code == 200
    for text in ("x" * 3_000, "%", "_", "\\"):
        assert client.get(f"/api/v1/leads?{urlencode({'q': text})}").status_code == 200


def test_a_page_is_never_larger_than_200(world, now):
    for number in range(201):
        upsert_lead(fields={"email": f"a{number}@work.example"}, by=None, now=now)
    client = world.client("admin")

    for limit in ("1000000000", "201", "0", "-1", "1e9", "٣", "9" * 400):
        answer = client.get(f"/api/v1/leads?{urlencode({'limit': limit})}")
        assert answer.status_code == 400 or len(answer.json()["results"]) == 200, limit


def test_a_thousand_filters_cost_one_answer(world):
    query = "&".join(["stage=mql"] * 1000)

    assert world.client("admin").get(f"/api/v1/leads?{query}").status_code in (200, 400)
    assert world.client("admin").get(f"/leads/?{query}").status_code in (200, 400)


def test_a_time_zone_is_one_of_the_list(world):
    client = world.client("admin")

    for zone in ("UTC'; --", "../../etc/passwd", "Europe/Berlin\0", "x" * 5000):
        answer = client.post("/settings/profile/", {"name": "A", "theme": "auto", "time_zone": zone})
        assert answer.status_code == 422, zone


def test_a_moment_in_a_zone_that_is_none_is_no_fault(world):
    client = world.client("admin")

    for moment in ("1505-10-12T23:47:22+23:33", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01"):
        for name in ("created_from", "created_until"):
            assert client.get("/api/v1/leads", {name: moment}).status_code in (200, 400), moment


def test_every_statement_ends_by_itself(world):
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone()[0] in ("10s", "5s")
