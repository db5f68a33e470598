"""Somebody leaves while they are taking leads: two real sessions, and neither waits for the other in a circle."""

import threading

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Role
from accounts.services import edit_user
from leadcrm.belongings import belongings, deactivate_person
from leads.kinds import Kind
from leads.services import lock_leads, record_activity
from sales.errors import MayNotSell
from sales.models import Handover, State
from sales.services import accept, claim
from tests.factories.sales import make_handover, make_lead
from tests.sessions import wait_until_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_leaves_may_be_named_in_a_fact_while_their_leads_are_waited_for(rep, heir, boss, now, beside):
    """Whoever holds the lead writes the name of the leaver, and must not wait for whom the lead keeps waiting."""
    lead = make_lead(now, owner=rep)
    leads_are_locked = threading.Event()

    def hold_a_lead() -> None:
        with transaction.atomic():
            lock_leads([lead.pk])
            leads_are_locked.set()
            wait_until_waiting()
            record_activity(lead_id=lead.pk, kind=Kind.NOTE_ADDED, by=rep, payload={"note": "Called"}, now=now)

    holding = beside(hold_a_lead)
    leads_are_locked.wait(20)
    leaving = beside(lambda: deactivate_person(person=rep, heir=heir, is_revoking_keys=False, by=boss, now=now))

    holding.result(30)
    assert leaving.result(30).leads == 1
    assert lead.activities.filter(by=rep).count() == 1


@pytest.mark.parametrize("act", [claim, accept])
def test_what_they_take_while_they_leave_is_passed_on_too(rep, heir, boss, now, *, beside, act):
    make_lead(now, owner=rep)
    queued = make_handover(now)
    Handover.objects.filter(pk=queued.pk).update(offered_to=heir)
    has_taken = threading.Event()

    def take_one() -> None:
        with transaction.atomic():
            act(handover=queued, by=rep, now=now)
            has_taken.set()
            wait_until_waiting()

    taking = beside(take_one)
    has_taken.wait(20)
    leaving = beside(lambda: deactivate_person(person=rep, heir=heir, is_revoking_keys=False, by=boss, now=now))

    taking.result(30)
    found = leaving.result(30)
    queued.refresh_from_db()
    assert (found.leads, found.handovers, queued.owner) == (2, 1, heir)
    assert belongings(rep).is_nothing


@pytest.mark.parametrize("act", [claim, accept])
def test_who_is_leaving_takes_nothing_more(rep, heir, boss, now, *, beside, act):
    queued = make_handover(now)
    Handover.objects.filter(pk=queued.pk).update(offered_to=heir)
    has_left = threading.Event()

    def leave() -> None:
        with transaction.atomic():
            deactivate_person(person=rep, heir=heir, is_revoking_keys=False, by=boss, now=now)
            has_left.set()
            wait_until_waiting()

    leaving = beside(leave)
    has_left.wait(20)
    taking = beside(lambda: act(handover=queued, by=rep, now=now))

    leaving.result(30)
    with pytest.raises(MayNotSell):
        taking.result(30)
    queued.refresh_from_db()
    assert (queued.state, queued.owner) == (State.QUEUED, None)


@pytest.mark.parametrize("act", [claim, accept])
def test_what_they_take_while_they_go_out_of_sales_is_asked_about(rep, heir, boss, now, *, beside, act):
    queued = make_handover(now)
    Handover.objects.filter(pk=queued.pk).update(offered_to=heir)
    has_taken = threading.Event()
    client = Client()
    client.force_login(boss)
    fields = {"name": rep.name, "email": rep.email, "role": Role.VIEWER, "team": rep.team_id}

    def take_one() -> None:
        with transaction.atomic():
            act(handover=queued, by=rep, now=now)
            has_taken.set()
            wait_until_waiting()

    taking = beside(take_one)
    has_taken.wait(20)
    moving = beside(lambda: client.post(f"/settings/people/{rep.pk}/", fields))

    taking.result(30)
    answer = moving.result(30)
    rep.refresh_from_db()
    assert (answer.status_code, rep.role) == (200, Role.REP)
    assert "<strong>1</strong> open handover" in answer.content.decode()


def test_an_heir_who_leaves_at_the_same_time_inherits_nothing(rep, heir, boss, now, beside):
    lead = make_lead(now, owner=rep)
    has_left = threading.Event()

    def heir_leaves() -> None:
        with transaction.atomic():
            edit_user(user=heir, changes={"is_active": False}, by=boss, now=now)
            has_left.set()
            wait_until_waiting()

    first = beside(heir_leaves)
    has_left.wait(20)
    second = beside(lambda: deactivate_person(person=rep, heir=heir, is_revoking_keys=False, by=boss, now=now))

    first.result(30)
    with pytest.raises(ValueError, match="active colleague"):
        second.result(30)
    lead.refresh_from_db()
    rep.refresh_from_db()
    assert (lead.owner, rep.is_active) == (rep, True)
