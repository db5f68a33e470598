"""What nobody contacts goes back to the queue, in business time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from leads.kinds import Kind, Temperature
from leads.models import Activity
from sales import services
from sales.models import Handover, State
from tests.factories.sales import make_handover

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_at_one_and_a_half_times_the_allowance_the_next_rep_is_offered_it(rep, colleague, now):
    handover = make_handover(now, temperature=Temperature.HOT)
    services.accept(handover=handover, by=rep, now=now)

    early = services.watch_handovers(now=now + 22 * MINUTE)
    late = services.watch_handovers(now=now + 23 * MINUTE)

    handover.refresh_from_db()
    assert (early, late) == (0, 1)
    assert (handover.state, handover.owner, handover.offered_to, handover.returned_count) == (
        State.QUEUED,
        None,
        colleague,
        1,
    )
    assert handover.first_contact_due_at == now + 15 * MINUTE
    handover.lead.refresh_from_db()
    assert handover.lead.owner is None
    fact = Activity.objects.get(kind=Kind.HANDOVER_RETURNED)
    assert (fact.payload["from"], fact.payload["to"]) == ("Rep 1", "Rep 2")


def test_watching_twice_at_once_returns_it_once(rep, colleague, now):
    make_handover(now, temperature=Temperature.HOT)

    assert services.watch_handovers(now=now + 23 * MINUTE) == 1
    assert services.watch_handovers(now=now + 23 * MINUTE) == 0


def test_the_only_rep_is_not_offered_it_again_and_the_team_sees_it(rep, now):
    handover = make_handover(now, temperature=Temperature.HOT)

    services.watch_handovers(now=now + 23 * MINUTE)

    handover.refresh_from_db()
    assert (handover.offered_to, handover.return_at) == (None, None)
    assert services.watch_handovers(now=now + 600 * MINUTE) == 0


def test_a_contact_keeps_it_where_it_is(rep, colleague, now):
    handover = make_handover(now, temperature=Temperature.HOT)
    services.log_contact(handover=handover, result="left_message", by=rep, now=now + MINUTE)

    assert services.watch_handovers(now=now + timedelta(days=3)) == 0


def test_the_weekend_does_not_count(rep, colleague):
    friday = datetime(2026, 3, 27, 17, 50, tzinfo=UTC)
    handover = make_handover(friday, temperature=Temperature.HOT)

    assert services.watch_handovers(now=datetime(2026, 3, 30, 9, 12, tzinfo=UTC)) == 0
    assert services.watch_handovers(now=datetime(2026, 3, 30, 9, 13, tzinfo=UTC)) == 1
    assert handover.first_contact_due_at == datetime(2026, 3, 30, 9, 5, tzinfo=UTC)


def refuse_changes_of(handover) -> None:
    """Make the database refuse whatever is written to this handover."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'spoiled'; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON sales_handover
            FOR EACH ROW WHEN (OLD.id = '{handover.pk}') EXECUTE FUNCTION refuse();
            """
        )


def test_a_handover_that_cannot_go_back_keeps_none_of_the_others(rep, colleague, now):
    handovers = [make_handover(now, email=f"lead{n}@work.example", temperature=Temperature.HOT) for n in range(5)]
    refuse_changes_of(handovers[2])

    returned = services.watch_handovers(now=now + 23 * MINUTE)

    counts = Handover.objects.order_by("opened_at", "pk").values_list("pk", "returned_count")
    assert returned == 4
    assert dict(counts) == {handover.pk: int(handover != handovers[2]) for handover in handovers}


def test_a_verdict_that_cannot_settle_keeps_none_of_the_others(rep, now):
    handovers = [make_handover(now, email=f"lead{n}@work.example") for n in range(5)]
    for handover in handovers:
        services.reject(handover=handover, reason=1, by=rep, now=now)
    refuse_changes_of(handovers[0])

    settled = services.settle_handovers(now=now + 10 * MINUTE)

    assert settled == 4
    assert list(Handover.objects.filter(closed_at=None)) == [handovers[0]]
