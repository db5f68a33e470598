"""Ten minutes to take anything back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from leads.kinds import Kind
from leads.lifecycle import undone_ids
from leads.models import Activity
from leads.selectors import facts_of
from sales import selectors, services
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


def is_taken_back(handover, by, now) -> bool:
    try:
        services.undo(handover=handover, by=by, now=now)
    except services.SalesError:
        return False
    return True


@pytest.mark.parametrize(
    ("steps", "minutes", "is_possible"),
    [
        (["claim"], 5, True),
        (["claim", "contact"], 5, False),
        (["accept"], 5, True),
        (["accept", "contact"], 5, False),
        (["claim", "contact", "accept"], 5, True),
        (["contact", "reject"], 5, True),
        (["claim"], 30, False),
        (["reject"], 30, False),
    ],
)
def test_an_undo_is_offered_exactly_where_it_is_done(rep, colleague, steps, minutes, is_possible):
    now = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    handover = make_handover(now)
    acts = {
        **VERDICTS,
        "claim": lambda handover, by, now: services.claim(handover=handover, by=by, now=now),
        "accept": lambda handover, by, now: services.accept(handover=handover, by=by, now=now),
        "contact": lambda handover, by, now: services.log_contact(handover=handover, result="reached", by=by, now=now),
    }
    for number, step in enumerate(steps):
        acts[step](handover, rep, now + number * MINUTE)

    then = now + minutes * MINUTE
    offered = [selectors.undoable_ids([handover.pk], by, now=then) == {handover.pk} for by in (rep, colleague)]

    assert offered == [is_possible, False]
    assert is_taken_back(handover, colleague, then) is False
    assert is_taken_back(handover, rep, then) == is_possible


def test_the_menu_of_acts_offers_no_undo_of_a_claim_after_a_contact(client, rep):
    now = timezone.now()
    handover = make_handover(now)
    services.claim(handover=handover, by=rep, now=now)
    client.force_login(rep)
    before = client.get("/acts/").content.decode()

    services.log_contact(handover=handover, result="reached", by=rep, now=now)

    assert f"/inbox/{handover.pk}/undo" in before
    assert f"/inbox/{handover.pk}/undo" not in client.get("/acts/").content.decode()


@pytest.mark.parametrize("verdict", ["reject", "win", "lose", "recycle"])
def test_undoing_a_verdict_brings_back_the_note_that_was_there_before(rep, now, verdict):
    handover = make_handover(now)
    services.accept(handover=handover, by=rep, now=now, note="Asked for a call in spring.")
    more = {
        "reject": {"reason": 6},
        "win": {},
        "lose": {"reason": 1},
        "recycle": {"until": (now + timedelta(days=9)).date()},
    }
    act = getattr(services, verdict)

    act(handover=handover, by=rep, now=now + MINUTE, note="Gone to a competitor.", **more[verdict])
    during = Handover.objects.get().note
    services.undo(handover=handover, by=rep, now=now + 2 * MINUTE)

    assert (during, Handover.objects.get().note) == ("Gone to a competitor.", "Asked for a call in spring.")


def test_a_note_added_after_the_verdict_outlives_its_undo(rep, now):
    handover = make_handover(now)
    services.reject(handover=handover, reason=5, by=rep, now=now, note="Not before summer.")
    services.add_note(handover=handover, text="Her colleague Ada decides.", by=rep, now=now)

    services.undo(handover=handover, by=rep, now=now + MINUTE)

    assert Handover.objects.get().note == "Her colleague Ada decides."
