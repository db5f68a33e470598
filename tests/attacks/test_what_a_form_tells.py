"""A form tells nobody who is known, and takes nobody's word for who somebody else is (S21, S33, S34, F42)."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from capture.models import Form, Submission
from leadcrm.pipeline import advance_marked_leads
from leads.models import Lead
from tests.capture.conftest import address, token_of
from tests.factories.world import World, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings) -> World:
    settings.TRUSTED_PROXIES = 1
    return build_world()


def post(form: Form, email: str, accept: str = "application/json", **answers: str):
    headers = {"X-Forwarded-For": address(), "Accept": accept, "User-Agent": "Firefox"}
    said = {"email": email, "token": token_of(form), "first_name": "Eve", "consent": "yes", **answers}
    return Client().post(f"/f/{form.pk}/submit", said, headers=headers)


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_known_address_gets_the_answer_of_an_unknown_one(world, accept):
    known, unknown = (post(world.form, mail, accept, company=mail) for mail in (world.lead.email, "new@work.example"))

    def said(answer) -> tuple:
        text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", answer.content.decode())
        return (
            answer.status_code,
            text,
            {name: value for name, value in answer.headers.items() if name != "X-Request-ID"},
        )

    assert said(known) == said(unknown)
    assert not known.cookies and not unknown.cookies


def test_a_hosted_form_knows_nobody(world):
    for query in ("", f"?email={world.lead.email}", f"?lead={world.lead.pk}", f"?token={world.lead.preference_key}"):
        text = Client().get(f"/f/{world.form.pk}{query}").content.decode()
        assert "Lovelace" not in text and 'value="ada@work.example"' not in text


def test_whoever_types_a_known_address_changes_nothing_that_is_known(world):
    before = (world.lead.first_name, world.lead.last_name, world.lead.company, world.lead.job_title)

    post(
        world.form, world.lead.email.upper(), first_name="Eve", last_name="Evil", company="Evil Ltd", job_title="Thief"
    )
    advance_marked_leads(now=timezone.now())

    lead = Lead.objects.get(pk=world.lead.pk)
    assert (lead.first_name, lead.last_name, lead.company, lead.job_title) == before
    assert set(lead.proposals.values_list("value", flat=True)) >= {"Eve", "Evil", "Evil Ltd", "Thief"}


def test_two_people_at_one_browser_are_two_leads(world):
    for mail in ("a@work.example", "b@work.example"):
        post(world.form, mail, company=mail)
    advance_marked_leads(now=timezone.now())

    assert Lead.objects.filter(email__in=["a@work.example", "b@work.example"]).count() == 2


def test_what_the_form_did_not_ask_is_no_answer(world):
    extras = {"owner": "1", "score": "999", "stage": "customer", "status": "accepted", "consent_at": "2001-01-01",
              "lead": str(world.lead.pk), "is_staff": "1", "email_key": "x", "spam_points": "0"}  # fmt: skip

    post(world.form, "new@work.example", **extras)
    advance_marked_leads(now=timezone.now())

    row = Submission.objects.get(email_key="new@work.example")
    assert not set(extras) & set(row.answers)
    assert row.lead.owner is None and not set(extras) & set(row.lead.attributes)


@pytest.mark.parametrize("spelled", ["ADA@work.example", "ada@WORK.example", " ada@work.example ", "Ada@Work.Example"])
def test_one_address_is_one_lead_however_it_is_written(world, spelled):
    post(world.form, spelled)

    assert Submission.objects.order_by("-pk").first().lead_id == world.lead.pk


@pytest.mark.parametrize("spelled", ["a.da@work.example", "ada+news@work.example", "ada@work.examp1e"])
def test_what_may_be_another_mailbox_is_another_lead(world, spelled):
    post(world.form, spelled)

    assert Submission.objects.order_by("-pk").first().lead_id != world.lead.pk
