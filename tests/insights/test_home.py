"""Every number of the home is right, and opens exactly the leads it counts."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from insights.models import RollUp
from insights.periods import before, month_end, period, working_days
from insights.selectors import home
from insights.selectors.home import GoalLine
from insights.services import roll_up, set_goal
from leads.kinds import Kind
from leads.models import Lead, LeadState
from leads.selectors import LeadFilter, lead_count
from leads.services import record_activity
from mail.models import Message
from mail.services import queue_message
from sales import services as sales
from sales.models import Handover
from tests.factories.leads import LeadFactory, SourceFactory
from tests.factories.sales import become_sql, make_lead, make_team, make_user

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
MONTH_START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def marketer(db):
    return make_user(Role.MARKETER)


@pytest.fixture(params=["from the facts", "from the days counted"])
def story(db, request):
    """Thirty leads of March from two sources and five of February; eight handed over, four accepted, two won."""
    team = make_team()
    rep = make_user(Role.REP, team=team)
    webinar, ads = SourceFactory(channel="other", source="webinar"), SourceFactory(channel="paid", source="google")
    leads = [
        make_lead(MONTH_START + timedelta(hours=10 * n), source=webinar if n % 3 == 0 else ads, team=team)
        for n in range(30)
    ]
    for n in range(5):
        make_lead(MONTH_START - timedelta(days=3 + n), source=ads)
    for number, lead in enumerate(leads[:8]):
        at = lead.created_at + timedelta(days=1)
        become_sql(lead, at)
        handover = sales.hand_over(lead_ids=[lead.pk], now=at)[0]
        if number < 6:
            sales.log_contact(
                handover=handover, result="reached", by=rep, now=at + timedelta(minutes=10 * (number + 1))
            )
        if number < 4:
            sales.accept(handover=handover, by=rep, now=at + timedelta(hours=2))
        if number < 2:
            sales.win(handover=handover, by=rep, now=at + timedelta(days=1), amount=Decimal(1000 * (number + 1)))
    undone = Handover.objects.get(lead=leads[3])
    sales.undo(handover=undone, by=rep, now=undone.accepted_at + timedelta(minutes=1))
    set_goal(month=NOW.date(), accepted_sqls=10, by=rep, now=NOW)
    if request.param == "from the days counted":
        roll_up(now=NOW, live_limit=0)
    return leads


def count_again() -> None:
    """Bring numbers that are kept counted up to what the test has added."""
    if RollUp.objects.filter(as_of__isnull=False).exists():
        roll_up(now=NOW + timedelta(hours=1), live_limit=0)


def test_the_funnel_equals_what_sql_counts(story) -> None:
    page = home(period_key="month", source_id=None, now=NOW)

    counts = {step.name: step.count for step in page.funnel}
    assert counts == {"New": 30, "IQL": 8, "MQL": 8, "SQL": 8, "Accepted": 3, "Won": 2}
    assert counts["New"] == sql("SELECT count(*) FROM leads_lead WHERE created_at >= '2026-03-01'")
    assert counts["SQL"] == sql("SELECT count(DISTINCT lead_id) FROM leads_transition WHERE to_stage = 'sql'")
    assert (page.reached_sql, page.cohort, page.sql_before, page.cohort_before) == (8, 30, 0, 5)


def test_the_goal_counts_accepted_leads_of_the_month_without_the_undone(story) -> None:
    goal = home(period_key="month", source_id=None, now=NOW).goal

    assert (goal.target, goal.accepted, goal.customers, goal.revenue) == (10, 3, 2, 3000)
    assert goal.accepted == sql(
        "SELECT count(DISTINCT lead_id) FROM leads_activity a WHERE kind = 'handover_accepted' AND NOT EXISTS "
        "(SELECT 1 FROM leads_activity u WHERE u.kind = 'undone' AND (u.payload->>'undoes')::bigint = a.id)"
    )
    assert goal.days_left == working_days(NOW.date() + timedelta(days=1), month_end(NOW.date()), [0, 1, 2, 3, 4])
    assert goal.text.endswith("At this rate you miss the goal by 6.")


@pytest.mark.parametrize(
    ("gone", "accepted", "words"),
    [
        (2, 1, "20 working days left. Too early in the month to tell the pace."),
        (2, 10, "20 working days left. Pace: 110. At this rate you reach the goal."),
        (3, 1, "20 working days left. Pace: 7. At this rate you miss the goal by 3."),
    ],
)
def test_the_first_days_of_a_month_tell_no_pace(gone, accepted, words) -> None:
    numbers = {"target": 10, "accepted": accepted, "customers": 0, "revenue": 0, "currency": "EUR", "expected": 1}
    pace = round(accepted * 22 / gone)
    goal = GoalLine(**numbers, accepted_url="", customers_url="", pace=pace, days_gone=gone, days_left=20)

    assert goal.text == words


def test_sources_are_ranked_by_customers_then_accepted_leads(story) -> None:
    rows = home(period_key="month", source_id=None, now=NOW).sources

    assert [(row.name, row.customers, row.accepted, row.leads) for row in rows] == [
        ("google", 1, 2, 20),
        ("webinar", 1, 1, 10),
    ]
    assert sum(row.revenue for row in rows) == 3000


def test_a_source_is_credited_in_the_month_in_which_its_lead_was_won_and_the_columns_add_up_to_the_goal(story) -> None:
    old = SourceFactory(channel="referral", source="old-talk")
    lead = make_lead(MONTH_START - timedelta(days=40), source=old, team=story[0].team)
    become_sql(lead, MONTH_START - timedelta(days=1))
    handover = sales.hand_over(lead_ids=[lead.pk], now=MONTH_START - timedelta(days=1))[0]
    rep = Handover.objects.get(lead=story[0]).owner
    sales.accept(handover=handover, by=rep, now=MONTH_START + timedelta(hours=1))
    sales.win(handover=handover, by=rep, now=MONTH_START + timedelta(days=2), amount=Decimal(500))
    count_again()

    page = home(period_key="month", source_id=None, now=NOW)

    row = next(row for row in page.sources if row.name == "old-talk")
    assert (row.customers, row.accepted, row.decided, row.leads, row.revenue) == (1, 1, 1, 0, 500)
    assert sum(row.customers for row in page.sources) == page.goal.customers == 3
    assert sum(row.accepted for row in page.sources) == page.goal.accepted == 4
    assert sum(row.revenue for row in page.sources) == page.goal.revenue == 3500


def test_time_to_first_contact_is_that_of_the_handovers(story) -> None:
    contact = home(period_key="month", source_id=None, now=NOW).first_contact

    assert (contact.handovers, contact.contacted) == (8, 6)
    assert contact.median_minutes == 35
    assert contact.in_time == sql("SELECT count(*) FROM sales_handover WHERE first_contact_at <= first_contact_due_at")


def test_every_number_opens_exactly_its_leads(story, marketer, client) -> None:
    client.force_login(marketer)
    page = home(period_key="month", source_id=None, now=NOW)
    numbers = [(step.name, step.count, step.url) for step in page.funnel]
    numbers += [("accepted", page.goal.accepted, page.goal.accepted_url)]
    numbers += [("customers", page.goal.customers, page.goal.customers_url)]
    numbers += [(name, page.temperature[name], page.temperature_urls[name]) for name in page.temperature]
    numbers += [(row.name, row.leads, row.leads_url) for row in page.sources]
    numbers += [(row.name, row.customers, row.customers_url) for row in page.sources]
    numbers += [(row.name, row.accepted, row.accepted_url) for row in page.sources]
    numbers += [(row.name, row.decided, row.decided_url) for row in page.sources]
    numbers += [("cohort", page.cohort, page.cohort_url), ("before", page.cohort_before, page.cohort_before_url)]
    numbers += [(name, getattr(page.first_contact, name), url) for name, url in page.first_contact.urls.items()]

    opened = [(name, client.get(url).context["count"], url) for name, _, url in numbers]

    assert opened == numbers


def test_the_promise_of_a_first_contact_is_counted_one_by_one(story) -> None:
    contact = home(period_key="month", source_id=None, now=NOW).first_contact

    assert (contact.handovers, contact.contacted, contact.due, contact.in_time) == (8, 6, 8, 6)
    Handover.objects.filter(lead__in=story[:2]).update(first_contact_due_at=F("opened_at") + timedelta(minutes=5))
    Handover.objects.filter(lead=story[7]).update(first_contact_due_at=timezone.now() + timedelta(days=1))
    count_again()

    contact = home(period_key="month", source_id=None, now=NOW).first_contact

    assert (contact.handovers, contact.contacted, contact.due, contact.in_time) == (8, 6, 7, 4)


def test_what_needs_attention_opens_exactly_what_it_counts(story, marketer, client) -> None:
    client.force_login(marketer)
    Handover.objects.filter(lead=story[6]).update(first_contact_due_at=timezone.now() + timedelta(days=1))
    for number, status in enumerate(("failed", "uncertain", "uncertain")):
        message = queue_message(
            dedupe_key=f"test {number}",
            kind="requested",
            to_email="a@b.example",
            subject="A",
            text="A",
            html="",
            now=NOW,
        )
        Message.objects.filter(pk=message.pk).update(status=status, reason="The server said no.")

    items = home(period_key="month", source_id=None, now=NOW).attention

    assert [(item.text, behind(client, item)) for item in items] == [
        ("1 handover unclaimed past the promised first contact", 1),
        ("3 claimed leads without a verdict for more than 2 business days", 3),
        ("1 mail failed for good", 1),
        ("2 mails may or may not have arrived", 2),
    ]


def behind(client, item) -> int:
    """Return how many rows the link of a count opens."""
    context = client.get(item.behind or item.url).context
    return context["count"] if item.behind else len(context["page"].items)


def test_temperature_leaves_customers_and_disqualified_leads_out(story) -> None:
    LeadState.objects.filter(lead=story[9]).update(stage="customer", temperature="hot")
    LeadFactory(created_at=NOW)
    count_again()

    temperature = home(period_key="month", source_id=None, now=NOW).temperature

    assert temperature == {"hot": 0, "warm": 34, "cold": 1}


def test_the_page_shows_the_numbers_and_their_links(db, marketer, client) -> None:
    make_lead(timezone.now())
    client.force_login(marketer)

    html = client.get(reverse("home"), {"period": "90d"}).content.decode()

    assert "Sources, by the customers they brought" in html
    assert "too few to say" in html
    assert 'href="/leads/?came_from=' in html


def test_contact_in_time_says_of_which_period_it_is(db, marketer, client) -> None:
    make_lead(timezone.now())
    client.force_login(marketer)

    html = client.get(reverse("home"), {"period": "last_month"}).content.decode()

    assert "Contact in time, last month" in html


def test_a_fresh_installation_says_what_to_do_first(marketer, client) -> None:
    client.force_login(marketer)

    html = client.get(reverse("home")).content.decode()

    assert "Numbers appear with the first lead" in html


def test_people_of_sales_start_at_the_inbox(db, client) -> None:
    client.force_login(make_user(Role.REP, team=make_team()))

    assert client.get(reverse("home")).url == reverse("sales:inbox")


def test_the_home_needs_few_queries_however_many_leads(story, marketer, client, django_assert_max_num_queries) -> None:
    client.force_login(marketer)

    with django_assert_max_num_queries(24):
        client.get(reverse("home"))


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("month", "2026-03-01", "2026-03-31"),
        ("last_month", "2026-02-01", "2026-02-28"),
        ("90d", "2025-12-21", "2026-03-20"),
    ],
)
def test_periods_are_whole_days_of_the_installation(key, first, last) -> None:
    chosen = period(key, now=NOW, zone=ZoneInfo("Europe/Berlin"))

    assert (chosen.first.isoformat(), chosen.last.isoformat()) == (first, last)
    assert chosen.since.isoformat().startswith(first)
    assert before(chosen).last == chosen.first - timedelta(days=1)


def test_an_undone_act_is_not_counted_in_lists(story, marketer) -> None:
    assert lead_count(marketer, LeadFilter(did="accepted")) == 3
    record_activity(lead_id=story[10].pk, kind=Kind.HANDOVER_ACCEPTED, now=NOW)
    assert lead_count(marketer, LeadFilter(did="accepted")) == 4
    assert Lead.objects.count() == 35


def sql(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def test_the_goal_that_is_set_stands_in_its_form(client, marketer) -> None:
    set_goal(month=timezone.localdate(), accepted_sqls=37, by=marketer, now=timezone.now())
    client.force_login(marketer)

    page = client.get(reverse("insights:goal"))

    assert page.context["form"]["accepted_sqls"].value() == 37
