"""Ten minutes to take anything back."""

from datetime import timedelta

import pytest

from leads.kinds import Kind
from leads.lifecycle import undone_ids
from leads.models import Activity
from leads.selectors import facts_of
from sales import services
from sales.models import Handover, State
from tests.factories.sales import make_handover

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
VERDICTS = {
    "reject": lambda handover, by, now: services.reject(handover=handover, reason=6, by=by, now=now),
    "win": lambda handover, by, now: services.win(handover=handover, amount=5, by=by, now=now),
    "lose": lambda handover, by, now: services.lose(handover=handover, reason=1, by=by, now=now),
    "recycle": lambda handover, by, now: services.recycle(
        handover=handover, until=(now + timedelta(days=30)).date(), by=by, now=now
    ),
}


def columns(handover: Handover) -> dict:
    return Handover.objects.filter(pk=handover.pk).values().get() | {"changed_at": None}


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("before", ["queued", "claimed", "accepted"])
def test_undoing_a_verdict_restores_every_column(rep, now, verdict, before):
    handover = make_handover(now)
    if before == "claimed":
        services.claim(handover=handover, by=rep, now=now)
    if before == "accepted":
        services.accept(handover=handover, by=rep, now=now)
    was = columns(handover)

    VERDICTS[verdict](handover, rep, now + MINUTE)
    services.undo(handover=handover, by=rep, now=now + 10 * MINUTE)

    assert columns(handover) == was
    fact = Activity.objects.get(
        kind__in=[Kind.HANDOVER_REJECTED, Kind.OUTCOME_WON, Kind.OUTCOME_LOST, Kind.HANDOVER_RECYCLED]
    )
    assert undone_ids(facts_of(handover.lead)) == {fact.pk}
    handover.lead.refresh_from_db()
    assert handover.lead.owner == (None if before == "queued" else rep)


def test_after_ten_minutes_it_is_too_late(rep, now):
    handover = make_handover(now)
    services.reject(handover=handover, reason=5, by=rep, now=now)

    with pytest.raises(services.NothingToUndo, match="It took effect at 10:10"):
        services.undo(handover=handover, by=rep, now=now + 10 * MINUTE)


def test_undo_steps_back_from_verdict_to_accept_to_claim_to_the_queue(rep, now):
    handover = make_handover(now)
    services.claim(handover=handover, by=rep, now=now)
    services.accept(handover=handover, by=rep, now=now + MINUTE)
    services.lose(handover=handover, reason=1, by=rep, now=now + 2 * MINUTE)

    states = [services.undo(handover=handover, by=rep, now=now + 3 * MINUTE).state for _ in range(3)]

    assert states == [State.ACCEPTED, State.CLAIMED, State.QUEUED]
    with pytest.raises(services.NothingToUndo):
        services.undo(handover=handover, by=rep, now=now + 3 * MINUTE)
    undone = Activity.objects.filter(kind=Kind.UNDONE).order_by("id").values_list("payload__what", flat=True)
    assert list(undone) == ["Lost: Price too high", "Accept", "Claim"]


def test_an_undone_handover_can_be_claimed_by_a_colleague(rep, colleague, now):
    handover = make_handover(now)
    services.accept(handover=handover, by=rep, now=now)
    services.undo(handover=handover, by=rep, now=now + MINUTE)

    assert services.claim(handover=handover, by=colleague, now=now + 2 * MINUTE).owner == colleague


def test_an_undone_verdict_does_not_settle(rep, now):
    handover = make_handover(now)
    services.reject(handover=handover, reason=1, by=rep, now=now)
    services.undo(handover=handover, by=rep, now=now + MINUTE)

    assert services.settle_handovers(now=now + 20 * MINUTE) == 0
    handover.refresh_from_db()
    assert handover.closed_at is None


def test_an_act_is_taken_back_once_and_only_while_it_is_the_last(rep, now):
    handover = make_handover(now)
    services.claim(handover=handover, by=rep, now=now)
    claimed = Activity.objects.get(kind=Kind.HANDOVER_CLAIMED).pk
    services.accept(handover=handover, by=rep, now=now + MINUTE)
    accepted = Activity.objects.get(kind=Kind.HANDOVER_ACCEPTED).pk

    with pytest.raises(services.NothingToUndo, match="Another act on this handover came later"):
        services.undo(handover=handover, by=rep, now=now + 2 * MINUTE, act_id=claimed)
    states = [services.undo(handover=handover, by=rep, now=now + 2 * MINUTE, act_id=accepted).state for _ in range(2)]

    assert states == [State.CLAIMED, State.CLAIMED]
    assert Activity.objects.filter(kind=Kind.UNDONE).count() == 1


@pytest.mark.parametrize("take", [services.claim, services.accept])
def test_a_lead_that_was_spoken_with_does_not_go_back_to_the_queue(rep, now, take):
    handover = make_handover(now)
    take(handover=handover, by=rep, now=now)
    services.log_contact(handover=handover, result="reached", by=rep, now=now + MINUTE)

    with pytest.raises(services.NothingToUndo, match="A contact with the lead came later"):
        services.undo(handover=handover, by=rep, now=now + 2 * MINUTE)

    handover.refresh_from_db()
    assert handover.owner == rep
