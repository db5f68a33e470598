"""``/api/v1/leads`` as an integration sees it."""

import uuid

import pytest

from accounts.models import User
from leads.models import Activity, Lead, LeadState, Mark, Source, Transition

pytestmark = pytest.mark.django_db
SHAPE = [
    "id", "email", "phone", "first_name", "last_name", "company", "job_title", "country", "stage", "temperature",
    "fit", "grade", "engagement", "level", "probability", "owner", "source", "created_at", "updated_at", "attributes",
]  # fmt: skip


def test_a_lead_has_exactly_the_promised_shape(api, add_lead, now):
    lead = add_lead(first_name="Ada", company="Analytical", attributes={"plan": "pro"})
    source = Source.objects.create(channel="paid", source="google", medium="cpc", campaign="spring")
    Lead.objects.filter(pk=lead.pk).update(source=source)
    LeadState.objects.create(
        lead=lead, fit=6000, grade="A", engagement=1250, level=2, stage="mql", temperature="warm",
        stage_since=now, scored_at=now,
    )  # fmt: skip

    body = api.get(f"leads/{lead.pk}").json()

    assert list(body) == SHAPE
    assert body["source"] == {"channel": "paid", "source": "google", "medium": "cpc", "campaign": "spring"}
    assert (body["fit"], body["engagement"], body["level"], body["grade"]) == (60, 12.5, 2, "A")
    assert (body["stage"], body["temperature"], body["probability"], body["owner"]) == ("mql", "warm", None, None)
    assert body["attributes"] == {"plan": "pro"}
    assert body["created_at"] == "2026-03-02T10:00:00Z"


def test_a_lead_not_judged_yet_is_new_and_cold(api, add_lead):
    lead = add_lead()

    body = api.get(f"leads/{lead.pk}").json()

    found = {name: body[name] for name in ("stage", "temperature", "fit", "grade", "engagement", "level", "source")}
    assert found == {
        "stage": "new", "temperature": "cold", "fit": 0, "grade": "?", "engagement": 0, "level": 3, "source": None,
    }  # fmt: skip


def test_create_adds_a_lead_once_and_edits_it_the_next_time(api):
    first = api.post("leads", {"email": "Ada@Shop.example", "first_name": "Ada"})
    second = api.post("leads", {"email": "ada@shop.example", "company": "Analytical"})

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]
    assert (second.json()["first_name"], second.json()["company"]) == ("Ada", "Analytical")
    assert Lead.objects.count() == 1


def test_a_lead_needs_an_address(api):
    answer = api.post("leads", {"first_name": "Ada"})

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"]["email"] == ["Give an e-mail address or a phone number."]


@pytest.mark.parametrize("field", ["id", "owner", "stage", "fit", "team", "consent", "is_staff", "created_at"])
def test_what_cannot_be_written_is_refused_by_name(api, add_lead, field):
    lead = add_lead()

    answer = api.patch(f"leads/{lead.pk}", {field: "1", "company": "Changed"})

    assert answer.status_code == 422
    assert field in answer.json()["errors"]
    lead.refresh_from_db()
    assert lead.company == ""


def test_patch_changes_only_what_is_sent_and_records_it(api, add_lead):
    lead = add_lead(first_name="Ada", attributes={"plan": "free"})

    answer = api.patch(f"leads/{lead.pk}", {"attributes": {"plan": "pro", "seats": 5, "vip": True}, "country": "de"})

    assert answer.status_code == 200
    body = answer.json()
    assert body["attributes"] == {"plan": "pro", "seats": "5", "vip": "true"}
    assert (body["first_name"], body["country"]) == ("Ada", "DE")
    changed = set(Activity.objects.filter(lead=lead, by=api.user).values_list("payload__field", flat=True))
    assert changed == {"plan", "seats", "vip", "country"}


def test_an_attribute_cannot_pass_for_a_field_of_the_lead(api, add_lead):
    lead = add_lead()

    answer = api.patch(f"leads/{lead.pk}", {"attributes": {"email": "thief@evil.example"}})

    assert answer.status_code == 422
    lead.refresh_from_db()
    assert lead.email == "ada@shop.example"


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ([], 'Send a JSON object, such as {"plan": "pro"}.'),
        ("x", 'Send a JSON object, such as {"plan": "pro"}.'),
        ({"Plan": "pro"}, "“Plan” cannot be a name"),
        ({"{x}": "pro"}, "“{x}” cannot be a name"),
        ({"plan": {"name": "pro"}}, "“plan” has to be text"),
        ({"plan": "x" * 1001}, "“plan” has to be text"),
        ({f"field{number}": "x" * 1000 for number in range(40)}, "larger than 32 kB"),
    ],
)
def test_attributes_that_cannot_be_kept_are_refused_in_words(api, add_lead, attributes, reason):
    lead = add_lead()

    answer = api.patch(f"leads/{lead.pk}", {"attributes": attributes})

    assert answer.status_code == 422
    assert reason in answer.json()["errors"]["attributes"][0]


def test_an_address_of_another_lead_is_a_conflict(api, add_lead):
    add_lead("ada@shop.example")
    other = add_lead("bob@shop.example")

    answer = api.patch(f"leads/{other.pk}", {"email": "ADA@shop.example"})

    assert answer.status_code == 409
    assert "another lead" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, {"ada", "bob", "eve"}),
        ({"email": "ADA@shop.example"}, {"ada"}),
        ({"stage": "sql"}, {"ada"}),
        ({"stage": "new"}, {"bob", "eve"}),
        ({"stage": "new,sql"}, {"ada", "bob", "eve"}),
        ({"temperature": "hot"}, {"ada"}),
        ({"temperature": "cold"}, {"bob", "eve"}),
        ({"owner": "nobody"}, {"ada", "eve"}),
        ({"owner": "rep@crm.example"}, {"bob"}),
        ({"owner": "99999999999999999999"}, set()),
        ({"source": "paid"}, {"eve"}),
        ({"source": "Google"}, {"eve"}),
        ({"q": "analy lovelace"}, {"ada"}),
        ({"q": "%"}, set()),
        ({"q": "x" * 10_000}, set()),
    ],
)
def test_filters(api, add_lead, now, params, expected):
    ada = add_lead("ada@shop.example", last_name="Lovelace", company="Analytical")
    bob, eve = add_lead("bob@shop.example"), add_lead("eve@shop.example")
    rep = User.objects.create_user("rep@crm.example", name="Rep", role="rep")
    LeadState.objects.create(lead=ada, stage="sql", temperature="hot", stage_since=now, scored_at=now)
    Lead.objects.filter(pk=bob.pk).update(owner=rep)
    Lead.objects.filter(pk=eve.pk).update(source=Source.objects.create(channel="paid", source="google"))

    answer = api.get("leads", **params)

    assert {row["email"].partition("@")[0] for row in answer.json()["results"]} == expected


@pytest.mark.parametrize(
    ("params", "named"),
    [
        (
            {"stge": "sql"},
            "Allowed are: email, stage, temperature, owner, source, created_from, created_until, q, cursor, limit",
        ),
        ({"owner__password__startswith": "p"}, "Allowed are: email"),
        ({"_connector": "OR"}, "Allowed are: email"),
        ({"stage": "lost"}, "Allowed are: new, iql, mql, sql, customer, disqualified"),
        ({"sort": "-id);drop table leads_lead"}, "Allowed are: -created_at, created_at"),
        ({"sort": "owner__password"}, "Allowed are: -created_at, created_at"),
        ({"limit": "0"}, "1 to 200"),
        ({"limit": "1e9"}, "1 to 200"),
        ({"limit": "²"}, "1 to 200"),
        ({"cursor": "nonsense"}, "first page"),
        ({"cursor": "WzEsMl0"}, "first page"),
        ({"q": "\x00"}, "cannot be stored"),
    ],
)
def test_an_unknown_filter_or_sort_is_refused_with_the_allowed_ones(api, params, named):
    answer = api.get("leads", **params)

    assert answer.status_code == 400
    assert named in answer.json()["detail"]
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_pages_lead_through_all_leads_once(api, add_lead, django_assert_max_num_queries):
    for number in range(7):
        add_lead(f"lead{number}@shop.example")

    seen, url = [], "/api/v1/leads?limit=3"
    while url:
        with django_assert_max_num_queries(4):
            body = api.get(url).json()
        seen += [row["email"] for row in body["results"]]
        url = body["next"]

    assert sorted(seen) == [f"lead{number}@shop.example" for number in range(7)]


def test_a_limit_beyond_measure_is_capped(api):
    assert api.get("leads", limit="999999999").status_code == 200


def test_paths_work_with_and_without_the_last_slash(api, add_lead):
    lead = add_lead()

    assert [api.get(path).status_code for path in ("leads", "leads/", f"leads/{lead.pk}/")] == [200, 200, 200]
    assert api.post("leads/", {"phone": "+49 30 1"}).status_code == 201


def test_a_fact_is_recorded_and_marks_the_lead(api, add_lead):
    lead = add_lead()
    Mark.objects.all().delete()

    answer = api.post(f"leads/{lead.pk}/activities", {"kind": "demo_requested", "payload": {"message": "Please call"}})

    assert answer.status_code == 201
    assert answer.json()["kind"] == "demo_requested"
    assert answer.json()["by"] == "marketer key"
    assert Mark.objects.get(lead=lead).urgent


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "outcome_won"},
        {"kind": "stage_set", "payload": {}},
        {"kind": "page_viewed", "occurred_at": "2999-01-01T00:00:00Z"},
        {"kind": "page_viewed", "occurred_at": "1999-01-01T00:00:00Z"},
        {"kind": "page_viewed", "payload": {"effective_at": "2026-01-01"}},
        {"kind": "page_viewed", "payload": "x"},
        {"kind": "page_viewed", "lead": "x"},
        {},
    ],
)
def test_a_fact_that_cannot_come_from_outside_is_refused(api, add_lead, body):
    lead = add_lead()

    answer = api.post(f"leads/{lead.pk}/activities", body)

    assert answer.status_code == 422
    assert not Activity.objects.filter(lead=lead).exclude(kind="profile_changed").exists()


def test_an_external_id_sent_twice_is_one_fact_and_belongs_to_one_lead(api, add_lead):
    lead, other = add_lead("ada@shop.example"), add_lead("bob@shop.example")
    fact = {"kind": "call_logged", "external_id": "call-7"}

    first = api.post(f"leads/{lead.pk}/activities", fact).json()
    again = api.post(f"leads/{lead.pk}/activities", fact).json()
    stolen = api.post(f"leads/{other.pk}/activities", fact)

    assert again["id"] == first["id"]
    assert stolen.status_code == 409
    assert Activity.objects.filter(kind="call_logged").count() == 1


def test_the_timeline_pages_through_facts_and_stages_once(api, add_lead, now):
    lead = add_lead()
    for hour in range(5):
        api.post(f"leads/{lead.pk}/activities", {"kind": "note_added", "occurred_at": f"2026-01-01T0{hour}:00:00Z"})
    for hour, stages in ((2, ("new", "iql")), (4, ("iql", "mql"))):
        at = now.replace(year=2026, month=1, day=1, hour=hour, minute=0)
        Transition.objects.create(
            lead=lead, from_stage=stages[0], to_stage=stages[1], at=at, cause_kind="matrix", cause="Scores"
        )

    items, url = [], f"/api/v1/leads/{lead.pk}/timeline?limit=2"
    while url:
        body = api.get(url).json()
        items += body["results"]
        url = body["next"]

    assert len({item["id"] for item in items}) == len(items) == 8
    assert [item["kind"] for item in items].count("transition") == 2
    assert items == sorted(items, key=lambda item: item["occurred_at"], reverse=True)


def test_what_does_not_exist_is_a_problem_document(api):
    for path in (f"leads/{uuid.uuid4()}", "leads/7", "nothing", "/api/nowhere"):
        answer = api.get(path)
        assert answer.status_code == 404, path
        assert answer.headers["Content-Type"] == "application/problem+json", path
