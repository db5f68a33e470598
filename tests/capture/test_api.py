"""Forms and submissions over the API."""

import pytest
from django.utils import timezone

from accounts.services import create_api_key
from capture.models import Submission
from leads.models import Lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client, db):
    """Return a function from method, path and body to the answer, with a marketer's key."""
    _, key = create_api_key(name="Integration", role="marketer", by=None, now=timezone.now())
    headers = {"Authorization": f"Bearer {key}"}

    def call(method: str, path: str, body: object = None):
        if method == "get":
            return client.get(f"/api/v1/{path}", headers=headers)
        return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)

    return call


def test_forms_are_listed_by_the_id_of_their_address(api, guide_form):
    body = api("get", "forms").json()

    assert body["next"] is None
    row = body["results"][0]
    assert (row["id"], row["name"], row["template"], row["state"]) == (guide_form.pk, "Guide", "guide", "live")


def test_a_server_sends_a_form_for_somebody(api, guide_form):
    sent = {"form": guide_form.pk, "answers": {"email": "ada@example.com", "company": "Engines"}, "submission_key": "k"}
    first, again = api("post", "submissions", sent), api("post", "submissions", sent)

    assert (first.status_code, again.status_code) == (201, 200)
    lead = Lead.objects.get(email_key="ada@example.com")
    assert first.json()["lead"] == str(lead.pk) and first.json()["status"] == "accepted"
    assert lead.company == "Engines" and Submission.objects.count() == 1
    assert api("get", f"submissions?form={guide_form.pk}").json()["results"][0]["id"] == first.json()["id"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"form": "zzzzz"}, 404),
        ({"answers": {"email": "nobody"}}, 422),
        ({"answers": {"email": ["a@example.com"]}}, 422),
        ({"answers": {"email": "a@example.com", "company": "a\u0000"}}, 400),
        ({"answers": "email"}, 422),
        ({"form": None}, 422),
    ],
)
def test_what_is_wrong_is_said(api, guide_form, change, status):
    answer = api("post", "submissions", {"form": guide_form.pk, "answers": {"email": "a@example.com"}, **change})

    assert answer.status_code == status, answer.content
    assert not Submission.objects.exists()
