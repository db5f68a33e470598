"""``If-Match``: who edits upon an older state is shown both values, and overwrites nothing."""

import json

import pytest

from accounts.models import Role
from leads.models import Activity, Lead, LeadState
from leads.services import edit_lead

pytestmark = pytest.mark.django_db


def read(api, lead: Lead) -> str:
    return api.get(f"leads/{lead.pk}").headers["ETag"]


def patch(api, lead: Lead, tag: str, **fields):
    return api.send("PATCH", f"leads/{lead.pk}", json.dumps(fields), If_Match=tag)


def test_a_change_upon_the_state_that_was_read_is_written_and_makes_a_new_version(api, add_lead):
    lead = add_lead(company="Analytical")
    tag = read(api, lead)

    answer = patch(api, lead, tag, company="Engines")

    assert answer.status_code == 200
    assert answer.headers["ETag"] == read(api, lead) != tag
    assert api.post("leads", {"email": lead.email}).headers["ETag"] == read(api, lead)


def test_who_comes_second_is_shown_both_values_and_writes_nothing(api, api_as, add_lead, now):
    lead = add_lead(company="Analytical", attributes={"plan": "free"})
    tag = read(api, lead)
    api_as(Role.ADMIN).patch(f"leads/{lead.pk}", {"company": "Theirs", "attributes": {"plan": "pro"}})
    facts = Activity.objects.count()

    answer = patch(api, lead, tag, company="Mine", attributes={"plan": "gold"}, first_name="")

    assert answer.status_code == 412
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["ETag"] == read(api, lead)
    assert answer.json()["status"] == 412
    assert answer.json()["conflicts"] == {
        "company": {"yours": "Mine", "theirs": "Theirs"},
        "plan": {"yours": "gold", "theirs": "pro"},
    }
    assert "admin key changed this lead" in answer.json()["detail"]
    assert Lead.objects.get().company == "Theirs" and Activity.objects.count() == facts
    assert patch(api, lead, answer.headers["ETag"], company="Mine").json()["company"] == "Mine"


def test_the_same_change_sent_again_after_a_lost_answer_is_no_conflict(api, add_lead):
    lead = add_lead(company="Analytical")
    tag = read(api, lead)
    patch(api, lead, tag, company="Engines")

    assert patch(api, lead, tag, company="Engines").status_code == 200


def test_what_the_rules_make_of_a_lead_is_no_new_version(api, add_lead, now):
    lead = add_lead(company="Analytical")
    tag = read(api, lead)
    LeadState.objects.create(lead=lead, stage="mql", stage_since=now, scored_at=now)

    assert read(api, lead) == tag
    assert patch(api, lead, tag, company="Engines").status_code == 200


@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_every_form_of_the_header_is_read(api, add_lead, form):
    lead = add_lead()

    assert patch(api, lead, form.format(tag=read(api, lead)), company="Engines").status_code == 200


@pytest.mark.parametrize("tag", ["abc", '"', '"a" "b"', "", '"a",', '"' + "x" * 3000 + '"'])
def test_a_header_that_is_no_tag_is_refused(api, add_lead, tag):
    lead = add_lead(company="Analytical")

    answer = patch(api, lead, tag, company="Engines")

    assert answer.status_code == 400 and "If-Match" in answer.json()["detail"]
    assert Lead.objects.get().company == "Analytical"


def test_without_the_header_the_last_one_wins(api, add_lead, now):
    lead = add_lead(company="Analytical")
    edit_lead(lead=lead, changes={"company": "Theirs"}, by=None, now=now)

    assert api.patch(f"leads/{lead.pk}", {"company": "Mine"}).json()["company"] == "Mine"
