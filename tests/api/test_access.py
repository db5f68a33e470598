"""Who may use the API, and what of it."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import ApiKey, Role, Team
from accounts.services import create_api_key, revoke_api_key
from leads.models import Lead
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db
ROLES = ["admin", "marketer", "manager", "rep", "viewer"]
READ = ["leads", "leads/{lead}", "leads/{lead}/timeline", "leads/{lead}/receipt", "forms", "submissions", "handovers"]


@pytest.fixture
def lead(add_lead, team) -> Lead:
    """A lead in the queue of the team North."""
    lead = add_lead()
    Lead.objects.filter(pk=lead.pk).update(team=team)
    return lead


def test_strangers_get_401_everywhere(lead):
    stranger = Api("")

    for path in [*READ, "/api/schema/"]:
        answer = stranger.get(path.format(lead=lead.pk))
        assert answer.status_code == 401, path
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="LeadCRM API"'
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert stranger.post("leads", {"email": "x@y.example"}).status_code == 401
    assert stranger.get("/api/docs/").status_code == 302


@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_what_it_sees(api_as, lead, role):
    api = api_as(role)

    for path in [*READ, "/api/schema/"]:
        assert api.get(path.format(lead=lead.pk)).status_code == 200, path


@pytest.mark.parametrize(("role", "status"), [(role, 403 if role == "viewer" else 200) for role in ROLES])
def test_everybody_but_viewers_writes(api_as, lead, role, status):
    api = api_as(role)

    edited = api.patch(f"leads/{lead.pk}", {"company": "Analytical"})
    noted = api.post(f"leads/{lead.pk}/activities", {"kind": "note_added", "payload": {"note": "Hello"}})
    added = api.post("leads", {"email": f"{role}@shop.example"})

    assert edited.status_code == status
    assert noted.status_code == added.status_code == (403 if status == 403 else 201)
    if status == 403:
        assert "Ask an admin" in edited.json()["detail"]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.REP])
def test_leads_of_others_do_not_exist(api_as, lead, role):
    stranger = api_as(role, Team.objects.create(name="South"))
    bodies = {"company": "Stolen"}

    for path in [path for path in READ if "{lead}" in path]:
        assert stranger.get(path.format(lead=lead.pk)).status_code == 404, path
    assert stranger.patch(f"leads/{lead.pk}", bodies).status_code == 404
    assert stranger.post(f"leads/{lead.pk}/activities", {"kind": "note_added"}).status_code == 404
    assert stranger.get("leads").json()["results"] == []
    assert stranger.get("leads", email="ada@shop.example").json()["results"] == []


def test_a_lead_of_others_is_not_edited_by_its_address(api_as, lead):
    stranger = api_as(Role.REP, Team.objects.create(name="South"))

    answer = stranger.post("leads", {"email": "ada@shop.example", "company": "Stolen"})

    assert answer.status_code == 409
    lead.refresh_from_db()
    assert lead.company == ""


@pytest.mark.parametrize("role", [Role.MANAGER, Role.REP])
def test_who_sees_some_leads_only_sees_the_one_just_added(api_as, role):
    api = api_as(role)

    added = api.post("leads", {"email": "new@shop.example"}).json()

    assert api.get(f"leads/{added['id']}").status_code == 200


def test_a_colleague_sees_the_queue_but_not_the_leads_a_rep_owns(api_as, lead):
    owner, colleague, manager = api_as(Role.REP), api_as(Role.REP), api_as(Role.MANAGER)
    Lead.objects.filter(pk=lead.pk).update(owner=owner.user)

    found = [api.get(f"leads/{lead.pk}").status_code for api in (owner, colleague, manager)]

    assert found == [200, 404, 200]


@pytest.mark.parametrize("key", ["wrong", "lcrm_" + "x" * 43, "é", ""])
def test_a_wrong_key_is_refused(lead, key):
    answer = Api("").client.get("/api/v1/leads", headers={"Authorization": f"Bearer {key}"})

    assert answer.status_code == 401


def test_a_revoked_key_is_refused_at_once(api_as, lead, now):
    api = api_as(Role.ADMIN)
    row = ApiKey.objects.get(user=api.user)

    assert api.get("leads").status_code == 200
    revoke_api_key(api_key=row, by=api.user, now=now)

    assert api.get("leads").status_code == 401


def test_a_key_in_the_address_is_no_key(now):
    _, key = create_api_key(name="k", role=Role.ADMIN, by=None, now=now)

    assert Api("").get("leads", key=key).status_code == 401
    assert Api("").get("leads", Authorization=f"Bearer {key}").status_code == 401


def test_a_key_is_stored_as_a_hash_and_its_use_noted_once_a_minute(api_as, django_assert_num_queries):
    api = api_as(Role.VIEWER)
    row = ApiKey.objects.get(user=api.user)
    key = api.headers["Authorization"].partition(" ")[2]
    assert key not in str(ApiKey.objects.values())

    api.get("forms")
    first = ApiKey.objects.get(pk=row.pk).last_used_at
    api.get("forms")

    assert ApiKey.objects.get(pk=row.pk).last_used_at == first
    ApiKey.objects.filter(pk=row.pk).update(last_used_at=timezone.now() - timedelta(minutes=2))
    api.get("forms")
    assert ApiKey.objects.get(pk=row.pk).last_used_at >= first


def test_a_person_signed_in_writes_only_with_the_token_of_a_page(client, api_as):
    user = api_as(Role.ADMIN).user
    client.force_login(user)
    client.handler.enforce_csrf_checks = True

    assert client.get("/api/v1/leads").status_code == 200
    assert client.post("/api/v1/leads", {"email": "x@y.example"}, "application/json").status_code == 403


def test_too_many_requests_say_when_to_come_back(api, settings, monkeypatch):
    cache.clear()
    monkeypatch.setattr("accounts.api.throttling.KeyThrottle.rate", "2/min", raising=False)

    answers = [api.get("forms") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 61
    cache.clear()
