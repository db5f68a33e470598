"""Sequences and enrollments through the API."""

import pytest

from accounts.models import Role
from accounts.services import create_api_key
from nurturing.models import Enrollment
from nurturing.services import nurture_leads

pytestmark = pytest.mark.django_db


@pytest.fixture
def get(client, now):
    """Return a function that reads a path with a key of a role."""

    def read(path: str, role: str = Role.MARKETER):
        _, key = create_api_key(name=f"{role} key", role=role, by=None, now=now)
        return client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})

    return read


def test_a_sequence_comes_with_its_mails(get, sequence):
    (found,) = get("sequences").json()["results"]

    assert (found["name"], found["topic"], found["is_active"], found["version"]) == (
        "After the guide",
        "guides",
        True,
        1,
    )
    assert [(step["position"], step["delay_hours"]) for step in found["steps"]] == [(1, 48), (2, 72)]


def test_enrollments_are_found_by_lead_and_state(get, ask, now):
    ada, bo = ask("ada@buyer.example"), ask("bo@buyer.example")
    nurture_leads(lead_ids=[ada.pk, bo.pk], now=now)

    (found,) = get(f"enrollments?lead={ada.pk}&state=active").json()["results"]

    assert found["lead"] == str(ada.pk)
    assert (found["state"], found["next_position"], found["due_at"]) == ("active", 1, "2026-03-04T10:00:00Z")
    assert get(f"enrollments/{found['id']}").json() == found
    assert get("enrollments?state=finished").json()["results"] == []


def test_a_reps_key_sees_no_enrollments_of_others(get, ask, now):
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)

    assert get("enrollments", Role.REP).json()["results"] == []
    assert get(f"enrollments/{Enrollment.objects.get().pk}", Role.REP).status_code == 404


def test_an_unknown_filter_is_refused_with_the_known_ones(get, sequence):
    answer = get("enrollments?stage=mql")

    assert answer.status_code == 400
    assert "lead, sequence, state" in answer.json()["detail"]
