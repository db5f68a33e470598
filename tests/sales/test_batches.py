"""What is done with many handovers at once costs as many queries as with one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from leads.kinds import Kind
from leads.models import Activity, Lead
from mail.models import ADDRESS, Suppression
from sales.models import Handover, State
from sales.reasons import WRONG_DATA
from sales.services import claim, pass_on_handovers, reject, settle_handovers, watch_handovers
from tests.factories.sales import make_handover, make_user

pytestmark = pytest.mark.django_db
MANY = 7


def claimed(count: int, rep, now) -> list[Handover]:
    """Return handovers that ``rep`` has claimed, and their leads with them."""
    return [claim(handover=make_handover(now), by=rep, now=now) for _ in range(count)]


def queries(act) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_verdicts_settle_together(rep, colleague, now):
    def settle(count: int, at) -> int:
        for handover in claimed(count, rep, at):
            reject(handover=handover, reason=WRONG_DATA, by=rep, now=at)
        return queries(lambda: settle_handovers(now=at + timedelta(minutes=11)))

    one = settle(1, now)

    assert settle(MANY, now + timedelta(hours=1)) == one
    assert Handover.objects.filter(closed_at=None).count() == 0
    assert Suppression.objects.filter(topic=ADDRESS).count() == 1 + MANY
    assert not Lead.objects.exclude(owner=None).exists()


def test_what_nobody_contacts_goes_back_together(rep, colleague, now):
    def go_back(count: int, at) -> int:
        Handover.objects.update(return_at=None)
        claimed(count, rep, at)
        return queries(lambda: watch_handovers(now=at + timedelta(minutes=91)))

    one = go_back(1, now)

    assert go_back(MANY, now + timedelta(hours=2)) == one
    assert set(Handover.objects.values_list("state", "owner", "offered_to")) == {(State.QUEUED, None, colleague.pk)}
    facts = Activity.objects.filter(kind=Kind.HANDOVER_RETURNED)
    assert {(fact.payload["from"], fact.payload["to"]) for fact in facts} == {("Rep 1", "Rep 2")}
    assert facts.count() == 1 + MANY
    assert not Lead.objects.exclude(owner=None).exists()


@pytest.mark.parametrize("is_to_colleague", [True, False])
def test_what_somebody_held_goes_on_together(rep, colleague, now, is_to_colleague):
    boss, heir = make_user(Role.ADMIN), colleague if is_to_colleague else None

    def pass_on(count: int, at) -> int:
        ids = [handover.lead_id for handover in claimed(count, rep, at)]
        words = {"why": "has left", "by": boss, "now": at}
        return queries(lambda: pass_on_handovers(person=rep, to=heir, lead_ids=ids, **words))

    one = pass_on(1, now)

    assert pass_on(MANY, now) == one
    holder = "owner" if is_to_colleague else "offered_to"
    assert Handover.objects.filter(**{holder: colleague}).count() == 1 + MANY
    assert Activity.objects.filter(kind=Kind.NOTE_ADDED, payload__note__startswith="Rep 1 has left").count() == 1 + MANY
