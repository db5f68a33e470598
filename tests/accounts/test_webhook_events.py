"""Which events are told, when, and what they say: from a form to a customer, through the real pipeline."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts import services
from accounts.models import Delivery, Event
from capture.services import create_form
from capture.spam import TRAP
from leadcrm.erasing import erase_leads
from leadcrm.pipeline import advance_marked_leads
from leads.models import Lead
from leads.services import mark_as_sample, upsert_lead
from sales.models import Handover
from sales.services import accept, lose, reject, undo, win
from tests.factories.sales import ask_for_demo
from tests.factories.world import ANSWERS, send

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def hook(admin, now):
    return services.create_webhook(name="Chat", url="https://93.184.215.14/", events=Event.values, by=admin, now=now)


@pytest.fixture
def handover(hook, people, team, now) -> Handover:
    lead = new_lead(now)
    ask_for_demo(lead, now)
    advance_marked_leads(now=now)
    return Handover.objects.get()


def new_lead(now) -> Lead:
    lead, _ = upsert_lead(fields={"email": "maja@customer.example", "last_name": "Example"}, by=None, now=now)
    return lead


def told(**which) -> list[str]:
    return list(Delivery.objects.filter(**which).order_by("id").values_list("event", flat=True))


def test_a_new_lead_that_asks_for_a_demo_is_told_in_three_events_once(handover, now):
    advance_marked_leads(now=now + MINUTE)

    assert told() == ["lead.created", "lead.stage_changed", "handover.opened"]
    created, moved, opened = (row.content["data"] for row in Delivery.objects.order_by("id"))
    assert (created["lead"]["email"], created["lead"]["stage"]) == (handover.lead.email, "sql")
    assert (moved["from"], moved["to"]) == ("new", "sql")
    assert (opened["handover"]["id"], opened["handover"]["state"]) == (str(handover.pk), "queued")


@pytest.mark.parametrize(
    ("act", "event"),
    [
        (lambda h, **who: accept(handover=h, **who), "handover.accepted"),
        (lambda h, **who: reject(handover=h, reason=5, **who), "handover.rejected"),
        (lambda h, **who: win(handover=h, **who), "handover.won"),
        (lambda h, **who: lose(handover=h, reason=1, **who), "handover.lost"),
    ],
)
def test_what_can_be_undone_is_told_after_ten_minutes_and_not_at_all_once_it_is_undone(
    handover, people, now, act, event
):
    act(handover, by=people["rep"], now=now)
    row = Delivery.objects.get(event=event)
    assert (row.state, row.due_at) == ("pending", now + 10 * MINUTE)

    undo(handover=handover, by=people["rep"], now=now + 9 * MINUTE)

    row.refresh_from_db()
    assert (row.state, row.reason) == ("withdrawn", "It was undone in time.")


def test_a_held_submission_is_told_and_a_twin_of_it_is_not(hook, now):
    form = create_form(template="demo", name="Demo", by=None, now=now)
    answers = {**ANSWERS, TRAP: "x", "submission_key": "k"}
    send(form, answers, now=now, token="")
    assert Client().post(f"/f/{form.pk}/submit", answers, headers={"Accept": "application/json"}).status_code == 200

    assert told() == ["submission.held"]
    said = Delivery.objects.get().content["data"]["submission"]
    assert (said["form"], bool(said["reasons"]), Lead.objects.count()) == (form.pk, True, 0)


def test_nobody_hears_of_what_nobody_asked_for(hook, admin, people, team, now):
    services.edit_webhook(webhook=hook, changes={"events": ["handover.won"]}, by=admin, now=now)
    lead = new_lead(now)
    ask_for_demo(lead, now)

    advance_marked_leads(now=now)

    assert told() == []


def test_of_made_up_leads_nothing_is_told(hook, people, team, now):
    lead = new_lead(now)
    mark_as_sample(email_key=lead.email_key)
    ask_for_demo(lead, now)

    advance_marked_leads(now=now)

    assert told() == []


def test_an_erased_lead_is_erased_from_the_log(handover):
    erase_leads(lead_ids=[handover.lead_id])

    assert Delivery.objects.count() == 0
