"""``/api/v1/reports/…`` and ``/api/v1/messages``: the same numbers as the product shows, for whoever may see them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Role
from leads.models import Lead
from mail.models import Kind, Message
from mail.services import queue_message
from sales import services as sales
from tests.factories.leads import LeadFactory, SourceFactory
from tests.factories.sales import become_sql, make_lead, make_team, make_user

pytestmark = pytest.mark.django_db
REPORTS = ["funnel", "sources", "speed", "rejects", "alignment"]


@pytest.fixture
def story() -> None:
    """Four leads of one source handed over an hour ago: one won, one accepted, one rejected, one waiting."""
    now, team = timezone.now(), make_team()
    rep = make_user(Role.REP, team=team)
    source = SourceFactory(channel="paid", source="google", campaign="spring")
    at = max(now - timedelta(hours=1), now.replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    leads = [make_lead(at, source=source, team=team) for _ in range(4)]
    for lead in leads:
        become_sql(lead, at)
    handovers = [sales.hand_over(lead_ids=[lead.pk], now=at)[0] for lead in leads]
    for handover in handovers[:2]:
        sales.accept(handover=handover, by=rep, now=at, value_key=2)
    sales.win(handover=handovers[0], by=rep, now=at, amount=Decimal(900))
    sales.reject(handover=handovers[2], by=rep, now=at, reason=1)


def test_the_reports_count_what_happened(api, story):
    bodies = {name: api.get(f"reports/{name}").json() for name in REPORTS}

    steps = {step["step"]: step["leads"] for step in bodies["funnel"]["steps"]}
    assert (steps["new"], steps["sql"], steps["accepted"], steps["won"]) == (4, 4, 2, 1)
    row = bodies["sources"]["sources"][0]
    assert (row["source"], row["leads"], row["accepted"], row["decided"], row["customers"], row["revenue"]) == (
        "google", 4, 2, 3, 1, 900.0,
    )  # fmt: skip
    assert bodies["speed"]["first_contact"]["handovers"] == 4
    reason = bodies["rejects"]["reasons"][0]
    assert (reason["slug"], reason["handovers"], reason["sources"][0]["campaign"]) == ("not_our_market", 1, "spring")
    verdicts = bodies["alignment"]["verdicts"]
    assert verdicts == {"handovers": 4, "accepted": 2, "rejected": 1, "waiting": 1, "mean_value": 2.0}
    assert bodies["alignment"]["top_reject"]["text"] == "Not our market"


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_without_anything_to_count_is_empty_and_not_an_error(api, name):
    answer = api.get(f"reports/{name}", period="90d")

    assert answer.status_code == 200 and answer.json()["period"]["key"] == "90d"


@pytest.mark.parametrize("name", REPORTS)
def test_reports_are_for_who_sees_all_leads(api_as, name):
    assert api_as(Role.REP).get(f"reports/{name}").status_code == 403


@pytest.mark.parametrize("query", [{"period": "forever"}, {"sorce": "1"}, {"source": "x"}, {"source": str(2**70)}])
def test_an_odd_parameter_is_refused_with_what_is_allowed(api, query):
    answer = api.get("reports/funnel", **query)

    assert answer.status_code == 400 and next(iter(query)) in answer.json()["detail"]


def mail_to(lead: Lead, kind: Kind, key: str) -> Message:
    return queue_message(
        dedupe_key=key, kind=kind, topic="guides", to_email=lead.email, subject="Your guide", text="Hello",
        html="<p>Hello</p>", about=lead.pk, unsubscribe_url="https://crm.example/u/1", list_id="guides.crm.example",
        now=datetime(2026, 3, 2, tzinfo=UTC),
    )  # fmt: skip


def test_messages_of_a_lead_are_listed_with_their_state(api, api_as, team):
    mine, others = LeadFactory(team=team), LeadFactory()
    message = mail_to(mine, Kind.MARKETING, "a")
    mail_to(others, Kind.REQUESTED, "b")
    mail_to(mine, Kind.STAFF, "c")

    everything = api.get("messages").json()["results"]
    of_one = api.get("messages", lead=str(mine.pk), status="pending").json()["results"]
    of_a_rep = api_as(Role.REP).get("messages").json()["results"]

    assert len(everything) == 2
    assert [row["id"] for row in of_one] == [row["id"] for row in of_a_rep] == [str(message.pk)]
    assert of_one[0]["lead"] == str(mine.pk) and of_one[0]["subject"] == "Your guide" and "text" not in of_one[0]
    assert api.get("messages", state="sent").status_code == 400
