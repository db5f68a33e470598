"""What a form on a website is promised: every status of the contract."""

import uuid

import pytest

from capture.models import Submission
from leads.kinds import Kind
from leads.models import Activity, Consent, Lead, Mark

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_form_makes_a_submission_a_lead_its_facts_and_a_mark(send, demo_form):
    answer = send(
        demo_form,
        email="Ada@Example.com",
        first_name="Ada",
        company="Engines",
        message="Show me reports",
        consent="yes",
    )

    assert answer.status_code == 201
    body = answer.json()
    submission = Submission.objects.get(pk=uuid.UUID(body["submission"]))
    lead = Lead.objects.get(email_key="ada@example.com")
    assert body["status"] == "accepted" and body["redirect"] is None and body["message"]
    assert submission.status == "accepted" and submission.lead == lead and submission.answers["company"] == "Engines"
    assert (lead.first_name, lead.company) == ("Ada", "Engines")
    facts = dict(Activity.objects.filter(lead=lead).values_list("kind", "payload"))
    assert set(facts) == {Kind.FORM_SUBMITTED, Kind.DEMO_REQUESTED}
    assert facts[Kind.DEMO_REQUESTED]["message"] == "Show me reports"
    assert facts[Kind.FORM_SUBMITTED]["submission"] == body["submission"]
    assert facts[Kind.FORM_SUBMITTED]["fields"] == {"first_name": "Ada", "company": "Engines"}
    assert Mark.objects.get(lead=lead).urgent is True
    consent = Consent.objects.get(lead=lead)
    assert consent.given and consent.wording == demo_form.live_version.definition["consent"]["wording"]
    assert consent.form_version == f"{demo_form.pk} v1"


def test_an_unticked_box_records_no_consent(send, guide_form):
    send(guide_form, email="quiet@example.com")

    assert Lead.objects.filter(email_key="quiet@example.com").exists()
    assert not Consent.objects.exists()


def test_the_same_key_and_answers_get_the_same_answer_with_200(send, guide_form):
    first = send(guide_form, email="a@example.com", submission_key="k-1")
    second = send(guide_form, email="a@example.com", submission_key="k-1")

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Submission.objects.count() == 1 and Activity.objects.count() == 1
