"""``POST /api/v1/leads/bulk``: a thousand leads in one request, each answered for itself."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Role
from leads.models import Activity, Lead, Mark

pytestmark = pytest.mark.django_db


def test_each_row_is_answered_at_its_place(api, add_lead):
    known = add_lead("ada@shop.example", company="Old")
    add_lead("same@shop.example", first_name="Sam")

    answer = api.post("leads/bulk", {"leads": [
        {"email": "new@shop.example", "first_name": "Nora"},
        {"email": "Ada@Shop.example", "company": "New"},
        {"email": "same@shop.example", "first_name": "Sam"},
        {"email": "no address"},
        {"first_name": "Nobody"},
        {"phone": "+49 30 1", "first_name": "Phil"},
        {"email": "x@shop.example", "stage": "sql"},
        "text",
    ]})  # fmt: skip

    body = answer.json()
    assert answer.status_code == 200
    assert [row["outcome"] for row in body["results"]] == [
        "added", "edited", "unchanged", "refused", "refused", "added", "refused", "refused",
    ]  # fmt: skip
    assert {name: body[name] for name in ("added", "edited", "unchanged", "refused")} == {
        "added": 2, "edited": 1, "unchanged": 1, "refused": 4,
    }  # fmt: skip
    assert body["results"][1]["id"] == str(known.pk)
    assert body["results"][4]["errors"] == {"email": ["Give an e-mail address or a phone number."]}
    assert "stage" in body["results"][6]["errors"]
    known.refresh_from_db()
    assert known.company == "New" and Lead.objects.count() == 4


def test_two_rows_of_one_address_act_in_their_order(api):
    answer = api.post("leads/bulk", {"leads": [
        {"email": "ada@shop.example", "company": "First"}, {"email": "ADA@shop.example", "company": "Second"},
    ]})  # fmt: skip

    assert [row["outcome"] for row in answer.json()["results"]] == ["added", "edited"]
    assert Lead.objects.get().company == "Second"


def test_what_changed_is_a_fact_a_mark_and_an_audit_entry(api, add_lead):
    lead = add_lead("ada@shop.example", company="Old", attributes={"plan": "free"})
    Activity.objects.all().delete()

    api.post("leads/bulk", {"leads": [{"email": "ada@shop.example", "company": "New", "attributes": {"plan": "pro"}}]})

    facts = {fact.payload["field"]: (fact.payload["old"], fact.payload["new"]) for fact in Activity.objects.all()}
    assert facts == {"company": ("Old", "New"), "plan": ("free", "pro")}
    assert Mark.objects.filter(lead=lead).exists()
    assert AuditEntry.objects.get(kind="lead", action="edit").changes == {
        "company": ["Old", "New"], "plan": ["free", "pro"],
    }  # fmt: skip


def test_a_rep_enters_own_leads_and_touches_none_of_others(api_as, add_lead, team):
    add_lead("others@shop.example", company="Old")
    rep = api_as(Role.REP)

    answer = rep.post("leads/bulk", {"leads": [{"email": "others@shop.example", "company": "Mine"},
                                               {"email": "mine@shop.example"}]})  # fmt: skip

    assert [row["outcome"] for row in answer.json()["results"]] == ["refused", "added"]
    assert Lead.objects.get(email="others@shop.example").company == "Old"
    assert Lead.objects.get(email="mine@shop.example").team == team


def test_the_same_key_enters_them_once(api):
    rows = {"leads": [{"phone": "+49 30 1"}]}

    first = api.post("leads/bulk", rows, Idempotency_Key="night-1")
    again = api.post("leads/bulk", rows, Idempotency_Key="night-1")

    assert first.json() == again.json() and again.headers["Idempotency-Replayed"] == "true"
    assert Lead.objects.count() == 1


def test_a_thousand_rows_cost_hardly_more_statements_than_ten(api):
    def statements(count: int, prefix: str) -> int:
        rows = [{"email": f"{prefix}{n}@shop.example", "company": "Shop"} for n in range(count)]
        with CaptureQueriesContext(connection) as queries:
            assert api.post("leads/bulk", {"leads": rows}).json()["added"] == count
        return len(queries)

    assert statements(1000, "many") <= statements(10, "few") + 5


@pytest.mark.parametrize("rows", [[], [{"email": "a@shop.example"}] * 1001, "text", None])
def test_too_few_and_too_many_rows_are_refused(api, rows):
    answer = api.post("leads/bulk", {"leads": rows})

    assert answer.status_code == 422 and "leads" in answer.json()["errors"]


def test_a_viewer_may_not(api_as):
    assert api_as(Role.VIEWER).post("leads/bulk", {"leads": [{"email": "a@shop.example"}]}).status_code == 403
