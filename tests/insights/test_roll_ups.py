"""Numbers kept counted are those of the facts, follow them, and are asked for only where there are many leads."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Role
from common.models import Installation
from insights.models import CohortStep, RollUp
from insights.selectors import home, reports
from insights.services import roll_up
from insights.services.roll_ups import LEASE, REST
from leads.models import Lead
from sales import services as sales
from tests.factories.leads import SourceFactory
from tests.factories.sales import become_sql, make_lead, make_team, make_user

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
PERIODS = ("month", "last_month", "90d")


@pytest.fixture
def rep(db):
    return make_user(Role.REP, team=make_team())


@pytest.fixture
def leads(rep):
    """Sixty leads of 120 days from three sources or none; every third was handed over, every sixth won."""
    sources = [SourceFactory(source="google"), SourceFactory(source="bing"), SourceFactory(source="fair"), None]
    made = [make_lead(NOW - timedelta(days=2 * n, hours=n), source=sources[n % 4], team=rep.team) for n in range(60)]
    for n, lead in enumerate(made[::3]):
        at = lead.created_at + timedelta(hours=7 * n)
        if at < NOW - timedelta(days=1):
            sell(lead, rep, at, is_won=n % 2 == 0)
    return made


def sell(lead: Lead, rep, at: datetime, *, is_won: bool) -> None:
    become_sql(lead, at)
    (handover,) = sales.hand_over(lead_ids=[lead.pk], now=at)
    sales.accept(handover=handover, by=rep, now=at + timedelta(hours=1))
    if is_won:
        sales.win(handover=handover, by=rep, now=at + timedelta(hours=2), amount=Decimal("99.50"))
    else:
        sales.lose(handover=handover, by=rep, now=at + timedelta(hours=2), reason=1)


def numbers(now: datetime) -> list:
    """Everything that the home and the reports show, but for the medians, for every period and source."""
    found: list = []
    for key in PERIODS:
        for source in (None, *Lead.objects.values_list("source", flat=True).distinct()):
            page = home(period_key=key, source_id=source, now=now)
            found += [[step.count for step in page.funnel], page.sql_before, page.cohort_before]
        found += [page.temperature, page.goal, page.first_contact, page.sources]
        found += [reports.sources(reports.reported_period(key, now=now))]
    return found


def medians(now: datetime) -> dict[tuple[str, str], float]:
    periods = {key: reports.reported_period(key, now=now) for key in PERIODS}
    return {(key, row["step"]): row["median_days"] for key in PERIODS for row in reports.funnel(periods[key])}


def test_the_days_counted_say_what_the_facts_say(leads) -> None:
    by_facts, medians_by_facts = numbers(NOW), medians(NOW)

    assert roll_up(now=NOW, live_limit=0) > 100

    assert home(period_key="month", source_id=None, now=NOW).as_of == NOW
    assert numbers(NOW) == by_facts
    assert medians(NOW) == pytest.approx(medians_by_facts, abs=0.125)


def test_a_pass_counts_only_the_days_whose_leads_got_on_and_follows_the_facts(leads, rep) -> None:
    sell(leads[13], rep, NOW - timedelta(hours=2, minutes=3), is_won=True)
    roll_up(now=NOW, live_limit=0)
    sell(leads[10], rep, NOW + timedelta(minutes=1), is_won=True)
    sales.undo(handover=leads[13].handovers.get(), by=rep, now=NOW + timedelta(minutes=2))
    make_lead(NOW + timedelta(minutes=1))
    later = NOW + timedelta(hours=3)

    counted = roll_up(now=later, live_limit=0)

    by_days = numbers(later)
    RollUp.objects.update(as_of=None)
    assert counted == 3
    assert by_days == numbers(later)


def test_the_next_day_everything_is_counted_again(leads) -> None:
    roll_up(now=NOW, live_limit=0)
    Lead.objects.filter(pk=leads[20].pk).delete()

    assert roll_up(now=NOW + timedelta(days=1), live_limit=0) > 100

    assert CohortStep.objects.get(is_total=True, step="new", day=leads[21].created_at.date()).leads == 1
    assert not CohortStep.objects.filter(is_total=True, step="new", day=leads[20].created_at.date()).exists()


def test_a_long_pass_goes_on_where_it_stopped_and_counts_only_when_whole(leads) -> None:
    runs = 0
    while not RollUp.objects.filter(as_of__isnull=False).exists():
        assert roll_up(now=NOW + runs * REST, live_limit=0, budget_seconds=0.02) > 0
        runs += 1

    assert runs > 1
    assert RollUp.objects.get().as_of == NOW


def test_it_is_done_when_due_and_by_one_worker(leads) -> None:
    assert roll_up(now=NOW, live_limit=0) > 0
    assert roll_up(now=NOW, live_limit=0) == 0

    RollUp.objects.update(due_at=NOW + LEASE)  # as a worker that died has left it

    assert roll_up(now=NOW + LEASE - REST, live_limit=0) == 0
    assert roll_up(now=NOW + LEASE, live_limit=0) >= 0
    assert RollUp.objects.get().as_of == NOW + LEASE


def test_with_few_leads_the_facts_are_asked(leads) -> None:
    roll_up(now=NOW, live_limit=0)

    roll_up(now=NOW + timedelta(hours=1), live_limit=60)

    assert home(period_key="month", source_id=None, now=NOW).as_of is None


def test_numbers_counted_in_another_time_zone_are_not_shown(leads) -> None:
    roll_up(now=NOW, live_limit=0)
    Installation.objects.update_or_create(pk=1, defaults={"time_zone": "America/New_York"})

    assert home(period_key="month", source_id=None, now=NOW).as_of is None

    roll_up(now=NOW + timedelta(hours=1), live_limit=0)
    assert home(period_key="month", source_id=None, now=NOW).as_of is not None
