"""The bell: what needs a person is told them once, is theirs alone, and goes with what it was about."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Need, Notification, Role, User
from accounts.selectors.notifications import unread_count
from accounts.services import Note, choose_notifications, notify
from leadcrm.belongings import deactivate_person
from leadcrm.erasing import erase_leads
from leadcrm.retention import apply_retention
from leadcrm.system import telling
from leadcrm.system.checks import Check, State
from sales.services import claim, log_contact, reject, watch_handovers
from tests.factories.sales import make_handover, make_team, make_user

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def kinds_of(person: User) -> list[str]:
    return list(Notification.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def test_a_lead_that_is_handed_over_is_behind_the_bell_and_leads_to_it(rep, now):
    handover = make_handover(now)
    client = signed_in(rep)

    count = client.get("/inbox/count")
    page = client.get("/notifications/").content.decode()

    assert '"unread": 1' in count.headers["HX-Trigger"]
    assert f'href="/inbox/{handover.pk}/"' in page and handover.lead.name in page
    assert "1 unread" in page and "Handed over to you: " in page


def test_what_is_late_soon_is_told_once_to_who_holds_it(rep, now):
    handover = make_handover(now)
    claim(handover=handover, by=rep, now=now)

    for minute in (44, 46, 47, 50):
        watch_handovers(now=now + minute * MINUTE)

    assert kinds_of(rep) == [Need.HANDOVER, Need.LATE]


def test_what_was_contacted_is_never_late(rep, now):
    handover = make_handover(now)
    log_contact(handover=handover, by=rep, result="reached", now=now + MINUTE)

    watch_handovers(now=now + 50 * MINUTE)

    assert kinds_of(rep) == [Need.HANDOVER]


def test_what_a_colleague_leaves_behind_is_told_to_who_gets_it(team, rep, now):
    heir, boss = make_user(Role.MANAGER, team=team), make_user(Role.ADMIN)
    make_handover(now)

    deactivate_person(person=rep, heir=heir, is_revoking_keys=False, by=boss, now=now)

    assert kinds_of(heir) == [Need.HANDOVER]


def test_reading_one_and_reading_all(rep, now):
    for _ in range(3):
        make_handover(now)
    client = signed_in(rep)
    other = make_user(Role.REP)
    notify(notes=[Note(other.pk, Need.SYSTEM, "x", "x")], now=now)
    foreign = Notification.objects.get(person=other)

    client.post("/notifications/read", {"line": foreign.pk})
    client.post("/notifications/read", {"line": Notification.objects.filter(person=rep).first().pk})
    one = unread_count(rep)
    client.post("/notifications/read")

    assert (one, unread_count(rep), unread_count(other)) == (2, 0, 1)
    assert "All read" in client.get("/notifications/").content.decode()


def test_a_kind_that_is_switched_off_is_told_no_more(rep, now):
    signed_in(rep).post("/settings/notifications/", {"kinds": ["late"]})

    make_handover(now)

    rep.refresh_from_db()
    assert (rep.muted_kinds, kinds_of(rep)) == (["handover", "system"], [])


def test_only_admins_are_offered_the_state_of_the_system(rep):
    of_rep = signed_in(rep).get("/settings/notifications/").content.decode()
    of_admin = signed_in(make_user(Role.ADMIN)).get("/settings/notifications/").content.decode()

    assert "Something does not run" not in of_rep and "Something does not run" in of_admin


def test_the_same_is_told_once_and_nobody_who_left_is_told(rep, now):
    gone = make_user(Role.REP)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    notes = [Note(person.pk, Need.LATE, "1", "late:1") for person in (rep, gone)]

    told = [notify(notes=notes, now=now) for _ in range(2)]

    assert told == [1, 0]
    assert kinds_of(gone) == []


def test_admins_are_told_once_a_day_what_does_not_run(monkeypatch, rep, now):
    admin = make_user(Role.ADMIN)
    failing = [Check("Worker", State.FAIL, "No worker runs.")]
    monkeypatch.setattr(telling, "system_checks", lambda health: failing)

    told = [telling.tell_admins(now=now + hours * timedelta(hours=1)) for hours in (0, 1, 24)]

    assert told == [1, 0, 1]
    assert kinds_of(rep) == []
    assert "No worker runs." in signed_in(admin).get("/notifications/").content.decode()


def test_it_goes_with_the_lead_and_after_ninety_days(rep):
    now = timezone.now()
    erased, kept = make_handover(now), make_handover(now)

    erase_leads(lead_ids=[erased.lead_id])
    left = list(Notification.objects.values_list("about", flat=True))
    apply_retention(now=now + timedelta(days=91))

    assert left == [str(kept.pk)]
    assert not Notification.objects.exists()


def test_a_lead_of_others_is_not_named(rep, now):
    handover = make_handover(now)
    stranger = make_user(Role.REP, team=make_team("South"))
    notify(notes=[Note(stranger.pk, Need.HANDOVER, str(handover.pk), "x")], now=now)

    page = signed_in(stranger).get("/notifications/").content.decode()

    assert handover.lead.name not in page and "A lead that you do not see any more" in page


def test_choosing_keeps_what_was_told(rep, now):
    make_handover(now)

    choose_notifications(person=rep, kinds=[])

    assert unread_count(rep) == 1


def unread_kinds(person: User) -> list[str]:
    return list(Notification.objects.filter(person=person, read_at=None).order_by("pk").values_list("kind", flat=True))


def test_what_was_answered_needs_nobody_any_more(rep, now):
    handover = make_handover(now)
    watch_handovers(now=now + 46 * MINUTE)
    told = unread_kinds(rep)

    claim(handover=handover, by=rep, now=now + 47 * MINUTE)
    taken = unread_kinds(rep)
    log_contact(handover=handover, by=rep, result="reached", now=now + 48 * MINUTE)

    assert (told, taken) == ([Need.HANDOVER, Need.LATE], [Need.LATE])
    assert unread_kinds(rep) == []


def test_a_verdict_ends_what_the_bell_said_to_everybody(team, rep, now):
    handover = make_handover(now)
    watch_handovers(now=now + 46 * MINUTE)

    reject(handover=handover, reason=5, by=make_user(Role.MANAGER, team=team), now=now + 47 * MINUTE)

    assert unread_kinds(rep) == []
