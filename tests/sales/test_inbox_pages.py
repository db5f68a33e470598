"""The inbox through its addresses."""

import re
from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from common.models import Installation
from leads.models import LeadState
from sales import services
from sales.models import Handover, State
from tests.factories.sales import make_handover, make_lead, make_team, make_user

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now():
    return timezone.now()


def test_a_rep_finds_the_queue_with_the_first_brief_opened(client, rep, now):
    handover = make_handover(now, first_name="Maja", last_name="Example")
    client.force_login(rep)

    page = client.get(reverse("sales:inbox")).content.decode()

    assert f'id="handover-{handover.pk}"' in page
    assert "Given to you because: you are the only rep of the team" in page
    assert "Why now" in page


def test_an_empty_queue_says_how_leads_arrive(client, rep):
    client.force_login(rep)

    assert "Queue is empty" in client.get(reverse("sales:inbox")).content.decode()


def test_outside_business_hours_the_list_says_that_the_clocks_rest_and_when_each_lead_is_due(client, rep, now):
    closed_today = Installation.current()
    closed_today.work_days = [(timezone.localtime(now).weekday() + 2) % 7]
    closed_today.save()
    make_handover(now)
    client.force_login(rep)

    page = client.get(reverse("sales:inbox")).content.decode()

    opens = timezone.localtime(now) + timedelta(days=2)
    assert f"all clocks rest until {opens:%a} 09:00" in page
    assert re.search(rf"<span data-text>due {opens:%a} (09:15|10:00)</span>", page)
    assert "due in" not in page


def test_within_business_hours_no_clock_rests(client, rep, now):
    always = Installation.current()
    always.work_days, always.work_start, always.work_end = list(range(7)), time.min, time.max
    always.save()
    make_handover(now)
    client.force_login(rep)

    assert "clocks rest" not in client.get(reverse("sales:inbox")).content.decode()


def test_the_temperature_is_the_one_of_today_not_that_of_the_handover(client, rep, now):
    handover = make_handover(now, temperature="hot")
    LeadState.objects.filter(lead=handover.lead).update(temperature="cold")
    client.force_login(rep)

    page = client.get(reverse("sales:inbox")).content.decode()

    assert "badge-cold" in page and "badge-hot" not in page


def test_without_javascript_reject_leads_back_to_the_queue_with_the_consequence(client, rep, now):
    handover = make_handover(now)
    client.force_login(rep)

    answer = client.post(reverse("sales:reject", args=[handover.pk]), {"reason": 5, "tab": "queue"}, follow=True)

    handover.refresh_from_db()
    assert (handover.state, handover.reject_reason) == (State.REJECTED, 5)
    settles = timezone.localtime(handover.settles_at)
    assert (
        f"Rejected: bad timing. Back to nurture until the recycle date at {settles:%H:%M}." in answer.content.decode()
    )
    assert answer.request["PATH_INFO"] == reverse("sales:inbox")


def test_undo_through_its_address_brings_it_back(client, rep, now):
    handover = make_handover(now)
    client.force_login(rep)
    client.post(reverse("sales:reject", args=[handover.pk]), {"reason": 5, "tab": "queue"})

    answer = client.post(reverse("sales:undo", args=[handover.pk]), follow=True)

    handover.refresh_from_db()
    assert (handover.state, handover.owner) == (State.QUEUED, None)
    assert "is queued again" in answer.content.decode()


def test_a_lead_taken_meanwhile_is_refused_with_the_name(client, rep, colleague, now):
    handover = make_handover(now)
    services.accept(handover=handover, by=colleague, now=now)
    client.force_login(rep)

    bare = client.post(reverse("sales:accept", args=[handover.pk]))
    shown = client.post(reverse("sales:accept", args=[handover.pk]), headers={"accept": "text/html"})

    assert (bare.status_code, shown.status_code) == (409, 409)
    assert bare.content.decode().startswith("Rep 2 has taken this lead.")
    assert "Rep 2 accepted it" in shown.content.decode()


def test_a_handover_of_another_team_is_not_there(client, now):
    stranger = make_user(Role.REP, team=make_team("Nordics"))
    home = make_team("DACH")
    handover = make_handover(now, team=home)
    client.force_login(stranger)

    assert handover.team == home
    assert client.get(reverse("sales:item", args=[handover.pk])).status_code == 404
    assert client.post(reverse("sales:claim", args=[handover.pk])).status_code == 404


def test_a_viewer_reads_but_has_no_buttons_and_cannot_act(client, rep, now):
    handover = make_handover(now)
    client.force_login(make_user(Role.VIEWER))

    page = client.get(reverse("sales:item", args=[handover.pk])).content.decode()
    refused = client.post(reverse("sales:claim", args=[handover.pk]))

    assert "You can read this handover" in page
    assert reverse("sales:accept", args=[handover.pk]) not in page
    assert refused.status_code == 403
    assert Handover.objects.get().state == State.QUEUED


def test_the_list_answers_204_until_something_changes(client, rep, now):
    client.force_login(rep)
    first = client.get(reverse("sales:rows"), {"tab": "queue"})
    version = first.content.decode().split('data-version="')[1].split('"')[0]

    unchanged = client.get(reverse("sales:rows"), {"tab": "queue", "v": version})
    make_handover(now)
    fresh = client.get(reverse("sales:rows"), {"tab": "queue", "v": version})

    assert (first.status_code, unchanged.status_code, fresh.status_code) == (200, 204, 200)
    assert "data-item" in fresh.content.decode()


def test_the_count_is_the_bare_number_and_nothing_for_none(client, rep, now):
    client.force_login(rep)
    assert client.get(reverse("sales:count")).content == b""

    make_handover(now)

    assert client.get(reverse("sales:count")).content == b"1"


def test_a_get_changes_nothing(client, rep, now):
    handover = make_handover(now)
    client.force_login(rep)

    for verb in ("claim", "accept", "reject", "contact", "won", "lost", "recycle", "note", "undo"):
        assert client.get(reverse(f"sales:{verb}", args=[handover.pk])).status_code == 405
    assert Handover.objects.get().state == State.QUEUED


@pytest.mark.parametrize("tab", ["queue", "mine", "done"])
def test_a_longer_list_costs_no_more_queries(client, rep, now, tab, django_assert_max_num_queries):
    client.force_login(rep)

    def queries() -> int:
        with django_assert_max_num_queries(40) as captured:
            client.get(reverse("sales:inbox"), {"tab": tab})
        return len(captured)

    def fill(count: int) -> None:
        for _ in range(count):
            handover = make_handover(now)
            if tab == "mine":
                services.accept(handover=handover, by=rep, now=now)
            if tab == "done":
                services.reject(handover=handover, reason=1, by=rep, now=now)

    fill(2)
    few = queries()
    fill(10)
    assert queries() == few


def test_the_lead_page_panel_lists_the_handovers(client, rep, now):
    lead = make_lead(now)
    make_handover(now, lead=lead)
    client.force_login(rep)

    panel = client.get(reverse("sales:lead_panel", args=[lead.pk])).content.decode()

    assert "Queued" in panel
    assert "offered to Rep 1" in panel


SALES_KEYS = {"a", "r", "c", "l", "m", "w", "q", "b", "n"}


@pytest.mark.parametrize("state", ["queued", "claimed", "accepted", "rejected"])
@pytest.mark.parametrize("email", ["maja@customer.example", ""])
def test_every_key_of_sales_acts_or_says_why_not(client, rep, now, state, email):
    handover = make_handover(now, email=email, phone="+49 30 9999")
    if state != "queued":
        services.claim(handover=handover, by=rep, now=now)
    if state == "accepted":
        services.accept(handover=handover, by=rep, now=now)
    if state == "rejected":
        services.reject(handover=handover, reason=5, by=rep, now=now)
    client.force_login(rep)

    page = client.get(reverse("sales:brief", args=[handover.pk])).content.decode()

    acting, idle = (set(re.findall(rf'data-{kind}="(\w)"', page)) & SALES_KEYS for kind in ("key", "idle"))
    assert acting | idle == SALES_KEYS
    assert acting & idle == set()


def test_a_key_that_is_dead_names_the_key_to_press_first_as_the_person_has_it(client, rep, now):
    handover = make_handover(now)
    rep.own_keys = {"accept": "y"}
    rep.save()
    client.force_login(rep)

    page = client.get(reverse("sales:brief", args=[handover.pk])).content.decode()

    assert '<p hidden data-idle="w">Accept it first (Y).</p>' in page


def test_the_keys_of_a_lead_that_a_colleague_has_name_the_colleague(client, rep, colleague, now):
    handover = make_handover(now)
    services.accept(handover=handover, by=colleague, now=now)
    client.force_login(rep)

    page = client.get(reverse("sales:brief", args=[handover.pk])).content.decode()

    assert '<p hidden data-idle="w">Rep 2 has this lead. Open the next (J).</p>' in page
