"""A rep who leaves orphans nothing: what they hold is shown, passed on in one commit, and written down."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.models import AuditEntry, Role, User
from leadcrm.belongings import belongings, deactivate_person
from leads.models import Lead
from sales.models import Handover, State
from sales.services import accept, claim, reject
from tests.factories.sales import make_handover, make_lead, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(rep, boss, now) -> dict[str, Handover]:
    """One handover of each kind that waits for the rep, one they decided, and two more leads and a key of theirs."""
    rows = {name: make_handover(now) for name in ("offered", "claimed", "accepted", "rejected")}
    claim(handover=rows["claimed"], by=rep, now=now)
    accept(handover=rows["accepted"], by=rep, now=now)
    reject(handover=rows["rejected"], by=rep, reason=5, now=now)
    for _ in range(2):
        make_lead(now, owner=rep)
    services.create_api_key(name="Sheet", role="rep", by=rep, now=now)
    return rows


def state_of(rows: dict[str, Handover]) -> dict[str, tuple]:
    for row in rows.values():
        row.refresh_from_db()
    return {name: (row.state, row.owner, row.offered_to) for name, row in rows.items()}


def test_all_goes_to_a_colleague_and_what_was_decided_stays(held, rep, heir, boss, now):
    counts = belongings(rep)
    assert (counts.leads, counts.handovers, counts.keys) == (5, 3, 1)

    deactivate_person(person=rep, heir=heir, is_revoking_keys=True, by=boss, now=now + timedelta(minutes=1))

    after = state_of(held)
    assert after["offered"] == (State.QUEUED, None, heir)
    assert after["claimed"][:2] == (State.CLAIMED, heir)
    assert after["accepted"][:2] == (State.ACCEPTED, heir)
    assert after["rejected"][:2] == (State.REJECTED, rep)
    assert belongings(rep).is_nothing
    assert Lead.objects.filter(owner=heir).count() == 5
    entry = AuditEntry.objects.get(action="passed on the work of")
    assert {name: new for name, (_, new) in entry.changes.items()} == {
        "leads": 5, "handovers": 3, "keys": 1, "to": "Rep 2"
    }  # fmt: skip


def test_without_a_colleague_handovers_go_back_to_the_queue_and_keys_may_stay(held, rep, heir, boss, now):
    deactivate_person(person=rep, heir=None, is_revoking_keys=False, by=boss, now=now + timedelta(minutes=1))

    after = state_of(held)
    assert {after[name] for name in ("offered", "claimed", "accepted")} == {(State.QUEUED, None, heir)}
    assert Lead.objects.filter(owner=rep).count() == 0
    assert belongings(rep).keys == 1
    due = Handover.objects.filter(closed_at=None, state=State.QUEUED)
    assert all(row.first_contact_due_at == now + timedelta(hours=1) for row in due)


def test_the_page_shows_what_they_hold_and_closes_the_account(held, rep, heir, boss, now):
    admin, other = Client(), Client()
    admin.force_login(boss)
    other.force_login(rep)

    page = admin.get(f"/settings/people/{rep.pk}/leave").content.decode()
    answer = admin.post(f"/settings/people/{rep.pk}/leave", {"heir": heir.pk, "is_revoking_keys": "on"})

    rep.refresh_from_db()
    assert "<strong>5</strong> leads" in page and "<strong>3</strong> open handovers" in page
    assert (answer.status_code, rep.is_active, other.get("/inbox/").status_code) == (302, False, 302)
    assert belongings(rep).is_nothing


@pytest.mark.parametrize("wrong", ["self", "inactive", "viewer"])
def test_who_cannot_take_over_is_refused_and_nothing_changes(held, rep, heir, boss, wrong):
    admin = Client()
    admin.force_login(boss)
    viewer = make_user(Role.VIEWER)
    User.objects.filter(pk=heir.pk).update(is_active=wrong != "inactive")
    to = {"self": rep, "inactive": heir, "viewer": viewer}[wrong]

    answer = admin.post(f"/settings/people/{rep.pk}/leave", {"heir": to.pk})

    rep.refresh_from_db()
    assert (answer.status_code, rep.is_active, belongings(rep).leads) == (422, True, 5)


def test_the_only_admin_cannot_leave(boss):
    admin = Client()
    admin.force_login(boss)

    answer = admin.post(f"/settings/people/{boss.pk}/leave", {"confirmed": "yes"})

    boss.refresh_from_db()
    assert (answer.status_code, boss.is_active) == (422, True)
    assert "only admin" in answer.content.decode()


def test_a_fault_on_the_way_leaves_everything_as_it_was(held, rep, heir, boss, monkeypatch):
    def fail(**_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("leadcrm.belongings.audit", fail)
    with pytest.raises(RuntimeError):
        deactivate_person(person=rep, heir=heir, is_revoking_keys=True, by=boss, now=timezone.now())

    rep.refresh_from_db()
    assert (rep.is_active, belongings(rep).leads, belongings(rep).handovers) == (True, 5, 3)
