"""What a person did in the last ten minutes, and taking it back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from leadcrm import pipeline
from leads.kinds import Kind, Stage
from leads.models import Activity, LeadState
from leads.selectors import recent_acts, timeline
from leads.services import CannotUndo, add_note, edit_lead, release_stage, set_stage, undo_act
from scoring.services import ensure_starter_rules
from tests.factories.sales import make_handover, make_lead, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(now):
    ensure_starter_rules(now=now)
    return make_user(Role.ADMIN)


def stand(lead) -> tuple[str, bool, str]:
    state = LeadState.objects.get(lead=lead)
    return state.stage, state.is_pinned, state.pin_reason


def pin(lead, to: str, reason: str, by, now) -> Activity:
    act = set_stage(lead=lead, to=to, reason=reason, by=by, now=now)
    pipeline.advance(lead_ids=[lead.pk], now=now)
    return act


def take_back(act: Activity, by, now) -> None:
    undo_act(act=act, by=by, now=now)
    pipeline.advance(lead_ids=[act.lead_id], now=now)


def test_an_undone_pin_gives_the_stage_back_to_the_rules(me, now):
    lead = make_lead(now, stage=Stage.MQL)
    act = pin(lead, Stage.DISQUALIFIED, "Wrong click", me, now)

    take_back(act, me, now + timedelta(minutes=9))

    assert stand(lead) == (Stage.MQL, False, "")


def test_an_undone_release_pins_again_for_the_old_reason(me, now):
    lead = make_lead(now, stage=Stage.MQL)
    pin(lead, Stage.IQL, "Asked us to wait", me, now)
    act = release_stage(lead=lead, by=me, now=now)
    pipeline.advance(lead_ids=[lead.pk], now=now)

    take_back(act, me, now)

    assert stand(lead) == (Stage.IQL, True, "Asked us to wait")


def test_an_undone_second_pin_brings_the_first_one_back(me, now):
    lead = make_lead(now, stage=Stage.MQL)
    pin(lead, Stage.IQL, "Asked us to wait", me, now)
    act = pin(lead, Stage.DISQUALIFIED, "Wrong click", me, now)

    take_back(act, me, now)

    assert stand(lead) == (Stage.IQL, True, "Asked us to wait")


def test_an_undone_note_stays_on_the_timeline_and_counts_for_nothing(me, now):
    lead = make_lead(now)
    note = add_note(lead=lead, text="Met at the fair.", by=me, now=now)

    undo_act(act=note, by=me, now=now)
    undo_act(act=note, by=me, now=now)

    assert Activity.objects.filter(kind=Kind.UNDONE).count() == 1
    assert next(item for item in timeline(lead) if item.kind == Kind.NOTE_ADDED).is_undone
    assert recent_acts(me, now=now) == []


def test_an_undone_edit_restores_the_field(me, now):
    lead = make_lead(now, company="Acme")
    edit_lead(lead=lead, changes={"company": "Acme GmbH"}, by=me, now=now)
    (act,) = recent_acts(me, now=now)

    undo_act(act=act, by=me, now=now)

    lead.refresh_from_db()
    assert lead.company == "Acme"


def test_nothing_is_undone_that_others_built_on(me, now):
    lead = make_lead(now, company="Acme", stage=Stage.MQL)
    edit_lead(lead=lead, changes={"company": "Acme GmbH"}, by=me, now=now)
    (edit,) = recent_acts(me, now=now)
    stage = pin(lead, Stage.IQL, "Asked us to wait", me, now)
    edit_lead(lead=lead, changes={"company": "Acme AG"}, by=make_user(), now=now)
    pin(lead, Stage.DISQUALIFIED, "Spam", make_user(Role.ADMIN), now)

    for act in (edit, stage):
        with pytest.raises(CannotUndo, match="Not undone"):
            undo_act(act=act, by=me, now=now)

    lead.refresh_from_db()
    assert (lead.company, stand(lead)[0]) == ("Acme AG", Stage.DISQUALIFIED)


def test_only_ones_own_act_within_ten_minutes(me, now):
    note = add_note(lead=make_lead(now), text="Met.", by=me, now=now)

    with pytest.raises(CannotUndo, match="yourself"):
        undo_act(act=note, by=make_user(Role.ADMIN), now=now)
    with pytest.raises(CannotUndo, match="ten minutes"):
        undo_act(act=note, by=me, now=now + timedelta(minutes=10))


def test_the_menu_lists_only_my_own_acts_on_leads_i_see(client, me):
    now = timezone.now()
    team = make_team()
    add_note(lead=make_lead(now, first_name="Nora", team=team), text="Met.", by=me, now=now)
    rep = make_user(Role.REP, team=team)
    client.force_login(rep)

    assert "Nothing yet" in client.get("/acts/").content.decode()
    assert client.post(f"/acts/{Activity.objects.get().pk}/undo").status_code == 409
    client.force_login(make_user(Role.REP, team=make_team()))
    assert client.post(f"/acts/{Activity.objects.get().pk}/undo").status_code == 404


def test_of_the_acts_on_a_handover_the_last_one_has_its_undo(client, now):
    rep, handover = make_user(Role.REP, team=make_team()), make_handover(timezone.now())
    client.force_login(rep)
    for verb, entered in (("claim", {}), ("reject", {"reason": 5})):
        client.post(f"/inbox/{handover.pk}/{verb}", entered)

    html = client.get("/acts/").content.decode()

    assert html.count("data-act-done") == 2
    last = Activity.objects.get(kind=Kind.HANDOVER_REJECTED)
    assert html.count(f'action="/inbox/{handover.pk}/undo') == 1
    assert f'action="/inbox/{handover.pk}/undo?act_id={last.pk}"' in html


def test_what_sales_noted_on_a_handover_is_not_undone_as_a_note(client, now):
    rep, handover = make_user(Role.REP, team=make_team()), make_handover(timezone.now())
    client.force_login(rep)
    client.post(f"/inbox/{handover.pk}/note", {"text": "Call in May."})
    note = Activity.objects.get(kind=Kind.NOTE_ADDED)

    assert f"/acts/{note.pk}/undo" not in client.get("/acts/").content.decode()
    assert client.post(f"/acts/{note.pk}/undo").status_code == 409
