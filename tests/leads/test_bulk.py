"""Many leads at once: who may be meant, what is counted before, what happens, and the one undo for all of it."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role, User
from leadcrm import pipeline
from leadcrm.bulk import owner_plan, stage_plan
from leads.forms_bulk import NotChosen, choice_of
from leads.kinds import Kind, Stage
from leads.models import Activity, Lead, LeadState, Mark
from leads.selectors import recent_acts
from leads.services import CannotUndo, MayNotOwn, change_owner, set_stages, undo_bulk
from sales.services import claim
from scoring.services import ensure_starter_rules
from tests.factories.sales import make_handover, make_lead, make_team, make_user

pytestmark = pytest.mark.django_db
OWNER, STAGE, LIST = reverse("bulk_owner"), reverse("bulk_stage"), reverse("leads:list")


@pytest.fixture
def me(now):
    ensure_starter_rules(now=now)
    return make_user(Role.ADMIN)


def owners(*leads: Lead) -> list[int | None]:
    return [Lead.objects.get(pk=lead.pk).owner_id for lead in leads]


def test_leads_get_a_new_owner_with_a_fact_and_an_audit_entry_each_and_nothing_is_judged_anew(me, now):
    anna, ben = make_user(name="Anna"), make_user(name="Ben")
    first, second, theirs = make_lead(now, owner=ben), make_lead(now), make_lead(now, owner=anna)

    done = change_owner(lead_ids=[first.pk, second.pk, theirs.pk], to=anna, by=me, now=now)

    assert owners(first, second, theirs) == [anna.pk] * 3
    assert set(done.lead_ids) == {first.pk, second.pk}
    assert set(Activity.objects.values_list("payload__old", "payload__new")) == {("Ben", "Anna"), ("", "Anna")}
    assert AuditEntry.objects.filter(action="change owner").count() == 2
    assert not Mark.objects.exists()


def test_repeating_it_changes_nothing(me, now):
    anna, lead = make_user(), make_lead(now)
    change_owner(lead_ids=[lead.pk], to=anna, by=me, now=now)

    again = change_owner(lead_ids=[lead.pk], to=anna, by=me, now=now)

    assert again.lead_ids == ()
    assert Activity.objects.count() == 1


def test_nobody_gets_leads_who_has_left_meanwhile(me, now):
    anna, lead = make_user(), make_lead(now)
    User.objects.filter(pk=anna.pk).update(is_active=False)

    with pytest.raises(MayNotOwn):
        change_owner(lead_ids=[lead.pk], to=anna, by=me, now=now)

    assert owners(lead) == [None]


def test_one_undo_gives_every_lead_back_to_whom_it_was_taken_from(me, now):
    anna, ben = make_user(), make_user()
    first, second = make_lead(now, owner=ben), make_lead(now)
    done = change_owner(lead_ids=[first.pk, second.pk], to=anna, by=me, now=now)

    taken = undo_bulk(bulk_id=done.id, by=me, now=now + timedelta(minutes=9))
    again = undo_bulk(bulk_id=done.id, by=me, now=now + timedelta(minutes=9))

    assert owners(first, second) == [ben.pk, None]
    assert (len(taken.lead_ids), taken.kept, again.lead_ids) == (2, 0, ())
    assert Activity.objects.filter(kind=Kind.UNDONE).count() == 2


def test_a_lead_that_was_given_away_again_stays_and_is_counted(me, now):
    anna, ben = make_user(), make_user()
    first, second = make_lead(now), make_lead(now)
    done = change_owner(lead_ids=[first.pk, second.pk], to=anna, by=me, now=now)
    change_owner(lead_ids=[second.pk], to=ben, by=make_user(Role.ADMIN), now=now)

    taken = undo_bulk(bulk_id=done.id, by=me, now=now)

    assert owners(first, second) == [None, ben.pk]
    assert (taken.lead_ids, taken.kept) == ((first.pk,), 1)


def test_too_late_by_somebody_else_or_on_top_of_a_later_change_nothing_is_undone(me, now):
    anna, lead = make_user(), make_lead(now)
    done = change_owner(lead_ids=[lead.pk], to=anna, by=me, now=now)

    with pytest.raises(CannotUndo, match="ten minutes"):
        undo_bulk(bulk_id=done.id, by=me, now=now + timedelta(minutes=10))
    with pytest.raises(CannotUndo, match="not done by you"):
        undo_bulk(bulk_id=done.id, by=anna, now=now)
    change_owner(lead_ids=[lead.pk], to=None, by=anna, now=now)
    with pytest.raises(CannotUndo, match="changed since"):
        undo_bulk(bulk_id=done.id, by=me, now=now)


def test_stages_are_set_and_one_undo_leaves_them_to_the_rules_again(me, now):
    leads = [make_lead(now, stage=Stage.MQL) for _ in range(3)]
    customer = make_lead(now, stage=Stage.CUSTOMER)
    ids = [lead.pk for lead in [*leads, customer]]
    done = set_stages(lead_ids=ids, to=Stage.DISQUALIFIED, reason="Fair", by=me, now=now)
    pipeline.advance(lead_ids=ids, now=now)
    after = dict(LeadState.objects.values_list("lead_id", "stage"))

    taken = undo_bulk(bulk_id=done.id, by=me, now=now)
    pipeline.advance(lead_ids=ids, now=now)

    assert sorted(after.values()) == ["customer", "disqualified", "disqualified", "disqualified"]
    assert len(taken.lead_ids) == 3
    assert list(LeadState.objects.exclude(lead=customer).values_list("stage", "is_pinned").distinct()) == [
        ("mql", False)
    ]


def test_stages_that_no_judgement_has_read_yet_are_taken_back_without_a_trace_in_the_history(me, now):
    lead = make_lead(now, stage=Stage.MQL)
    done = set_stages(lead_ids=[lead.pk], to=Stage.IQL, reason="Wrong", by=me, now=now)

    undo_bulk(bulk_id=done.id, by=me, now=now)
    pipeline.advance(lead_ids=[lead.pk], now=now)

    assert LeadState.objects.get(lead=lead).stage == Stage.MQL
    assert not lead.transitions.exists()


def test_the_menu_has_one_line_for_all_of_it(client, me):
    now = timezone.now()
    anna = make_user(name="Anna")
    leads = [make_lead(now) for _ in range(3)]
    done = change_owner(lead_ids=[lead.pk for lead in leads], to=anna, by=me, now=now)
    client.force_login(me)

    page = client.get(reverse("acts")).content.decode()
    answer = client.post(reverse("bulk_undo", args=[done.id]))

    assert page.count("Owner of 3 leads set to Anna") == 2  # the line, and the name of its button
    assert answer.status_code == 204
    assert recent_acts(me, now=now) == []


def test_the_plan_says_what_stays_and_why(me, now):
    team = make_team()
    anna, rep = make_user(team=team), make_user(team=team)
    claimed = make_handover(now, team=team)
    claim(handover=claimed, by=rep, now=now)
    make_lead(now, owner=anna)
    free = make_lead(now)

    plan = owner_plan(Lead.objects.all(), anna)

    assert (plan.chosen, plan.lead_ids) == (3, (free.pk,))
    assert [count for count, _ in plan.stays] == [1, 1]


def test_the_plan_of_a_stage_counts_customers_and_those_that_are_there(now):
    make_lead(now, stage=Stage.CUSTOMER)
    make_lead(now, stage=Stage.DISQUALIFIED)
    make_lead(now, stage=Stage.MQL)

    plan = stage_plan(Lead.objects.all(), Stage.DISQUALIFIED)

    assert plan.changes == 1
    assert [count for count, _ in plan.stays] == [1, 1]


def test_a_rep_changes_only_leads_they_see_and_gives_them_only_to_their_team(client, now):
    mine, other = make_team(), make_team()
    rep, colleague, stranger = make_user(team=mine), make_user(team=mine), make_user(team=other)
    own, foreign = make_lead(now, owner=rep), make_lead(now, owner=stranger)
    client.force_login(rep)

    refused = client.post(OWNER, {"ids": [own.pk], "owner": stranger.pk})
    client.post(OWNER, {"ids": [own.pk, foreign.pk], "owner": colleague.pk})

    assert refused.status_code == 422
    assert owners(own, foreign) == [colleague.pk, stranger.pk]


def test_all_that_match_means_the_filter_and_not_what_came_after_it(client, me, now):
    anna = make_user()
    client.force_login(me)
    matching = [make_lead(now, stage=Stage.IQL) for _ in range(60)]
    late, other = make_lead(now + timedelta(minutes=1), stage=Stage.IQL), make_lead(now, stage=Stage.MQL)
    sent = {"all": "yes", "filter": "stage=iql", "until": now.isoformat(), "owner": anna.pk}

    preview = client.post(reverse("bulk_owner_preview"), sent).content.decode()
    answer = client.post(OWNER, sent)

    assert "60 of 60 change." in preview
    assert answer.headers["Location"] == f"{LIST}?stage=iql"
    assert Lead.objects.filter(owner=anna).count() == len(matching)
    assert owners(late, other) == [None, None]


@pytest.mark.parametrize("sent", [{"all": "yes", "filter": "stage=nonsense"}, {}, {"ids": ["x"]}, {"ids": []}])
def test_what_cannot_be_read_never_means_all_leads(client, me, now, sent):
    make_lead(now)
    client.force_login(me)

    answer = client.post(STAGE, {**sent, "to": "iql", "reason": "Asked"})

    assert answer.status_code == 422
    assert not Activity.objects.exists()


def test_a_damaged_filter_is_refused_by_name(client, rf, now):
    with pytest.raises(NotChosen, match="Load the list again"):
        choice_of(rf.post("/", {"all": "yes", "filter": urlencode({"came_from": "yesterday"})}).POST, now=now)


def test_more_than_ten_thousand_are_refused_before_anything_is_done(client, me, now, monkeypatch):
    monkeypatch.setattr("leadcrm.bulk.MOST", 2)
    client.force_login(me)
    ids = [make_lead(now).pk for _ in range(3)]

    answer = client.post(OWNER, {"ids": ids, "owner": "nobody"})

    assert answer.status_code == 422 and "at a time" in answer.content.decode()


def test_the_list_costs_no_more_queries_with_boxes(client, me, now, django_assert_max_num_queries):
    for _ in range(5):
        make_lead(now)
    client.force_login(me)
    client.get(LIST)

    with django_assert_max_num_queries(10):
        page = client.get(LIST).content.decode()

    assert page.count("data-select ") == 5


def test_who_may_only_look_has_no_boxes(client, now):
    make_lead(now)
    client.force_login(make_user(Role.VIEWER))

    assert "data-select " not in client.get(LIST).content.decode()
