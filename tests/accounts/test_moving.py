"""A change of role or team asks where what a person holds goes, and moves it in the same commit."""

import pytest
from django.test import Client

from accounts.models import AuditEntry, Role, User
from leadcrm.belongings import WrongHeir, belongings, reassign
from leads.models import Lead
from sales.models import Handover, State
from sales.services import claim
from tests.factories.sales import make_handover, make_lead, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(rep, now) -> Handover:
    """A handover the rep has claimed, with its lead, and one more lead."""
    handover = make_handover(now)
    claim(handover=handover, by=rep, now=now)
    make_lead(now, owner=rep)
    return handover


@pytest.fixture
def as_boss(boss) -> Client:
    client = Client()
    client.force_login(boss)
    return client


def fields(person: User, **changes: object) -> dict[str, object]:
    return {"name": person.name, "email": person.email, "role": person.role, "team": person.team_id or "", **changes}


def test_a_role_outside_sales_shows_numbers_first_and_saves_nothing(as_boss, rep, held):
    answer = as_boss.post(f"/settings/people/{rep.pk}/", fields(rep, role="viewer"))

    page = answer.content.decode()
    rep.refresh_from_db()
    assert (answer.status_code, rep.role) == (200, Role.REP)
    assert "<strong>2</strong> leads" in page and "<strong>1</strong> open handover" in page
    assert "is not in sales any more" in page
    assert "They keep" not in page


def test_the_answer_moves_everything_and_changes_the_role_together(as_boss, rep, heir, held):
    as_boss.post(f"/settings/people/{rep.pk}/", fields(rep, role="viewer", decided="yes", heir=heir.pk))

    rep.refresh_from_db()
    held.refresh_from_db()
    entry = AuditEntry.objects.get(action="passed on the work of")
    assert (rep.role, rep.is_active, held.owner) == (Role.VIEWER, True, heir)
    assert Lead.objects.filter(owner=heir).count() == 2
    assert (entry.changes["leads"], entry.changes["handovers"], entry.changes["to"]) == (
        ["", 2],
        ["", 1],
        ["", "Rep 2"],
    )


def test_without_a_colleague_it_goes_back_to_the_queue(as_boss, rep, heir, held):
    as_boss.post(f"/settings/people/{rep.pk}/", fields(rep, role="marketer", decided="yes", heir=""))

    held.refresh_from_db()
    assert (held.state, held.owner, held.offered_to) == (State.QUEUED, None, heir)
    assert not Lead.objects.filter(owner=rep).exists()


def test_into_another_team_they_may_keep_what_they_hold(as_boss, rep, heir, held):
    south = make_team("South")

    asked = as_boss.post(f"/settings/people/{rep.pk}/", fields(rep, team=south.pk)).content.decode()
    as_boss.post(f"/settings/people/{rep.pk}/", fields(rep, team=south.pk, decided="yes", is_keeping="on"))

    rep.refresh_from_db()
    assert "They keep their leads and handovers" in asked and "is in another team" in asked
    assert (rep.team, belongings(rep).leads, belongings(rep).handovers) == (south, 2, 1)


def test_into_another_team_they_may_leave_it_to_a_colleague(as_boss, rep, heir, held):
    south = make_team("South")

    as_boss.post(f"/settings/people/{rep.pk}/", fields(rep, team=south.pk, decided="yes", heir=heir.pk))

    rep.refresh_from_db()
    assert (rep.team, belongings(rep).is_nothing, belongings(heir).leads) == (south, True, 2)


def test_nobody_is_asked_where_nothing_is_held_or_nothing_of_it_changes(as_boss, rep, heir, held):
    as_boss.post(f"/settings/people/{heir.pk}/", fields(heir, role="viewer"))
    as_boss.post(f"/settings/people/{rep.pk}/", fields(rep, role="manager", name="Rita"))

    heir.refresh_from_db()
    rep.refresh_from_db()
    assert (heir.role, rep.role, rep.name, belongings(rep).leads) == (Role.VIEWER, Role.MANAGER, "Rita", 2)


def test_the_only_admin_keeps_role_and_leads(as_boss, boss, heir, now):
    make_lead(now, owner=boss)

    answer = as_boss.post(f"/settings/people/{boss.pk}/", fields(boss, role="viewer", decided="yes", heir=heir.pk))

    boss.refresh_from_db()
    assert (answer.status_code, boss.role, belongings(boss).leads) == (422, Role.ADMIN, 1)
    assert "only admin" in answer.content.decode()


def test_who_does_not_sell_inherits_nothing(rep, boss, held, now):
    viewer = make_user(Role.VIEWER)

    with pytest.raises(WrongHeir):
        reassign(person=rep, heir=viewer, changes={"role": Role.VIEWER}, by=boss, now=now)

    rep.refresh_from_db()
    assert (rep.role, belongings(rep).leads) == (Role.REP, 2)
