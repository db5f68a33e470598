"""Accept, contact, reject, win, lose, recycle: facts at once, consequences in ten minutes."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from leads.kinds import Kind
from leads.models import Activity, Mark
from leads.selectors import facts_of
from leads.services import edit_lead
from leads.verdicts import effective_at
from mail.services import is_suppressed
from sales import services
from sales.models import ContactAttempt, State
from tests.factories.sales import make_handover

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_accept_claims_and_keeps_the_first_contact_clock(rep, now):
    handover = make_handover(now)

    accepted = services.accept(handover=handover, by=rep, now=now + MINUTE, value_key=2, note="Knows us")

    assert (accepted.state, accepted.owner, accepted.value_key, accepted.note) == (State.ACCEPTED, rep, 2, "Knows us")
    assert accepted.first_contact_at is None
    fact = Activity.objects.get(kind=Kind.HANDOVER_ACCEPTED)
    assert (fact.payload["handover"], fact.payload["value_key"]) == (str(handover.pk), 2)
    assert Mark.objects.filter(activity=fact, urgent=True).exists()


def test_accepting_again_adds_the_value_but_no_second_accept(rep, now):
    handover = make_handover(now)
    services.accept(handover=handover, by=rep, now=now)

    again = services.accept(handover=handover, by=rep, now=now + MINUTE, value_key=3)

    assert (again.value_key, again.accepted_at) == (3, now)
    assert Activity.objects.filter(kind=Kind.HANDOVER_ACCEPTED).count() == 1
    services.accept(handover=handover, by=rep, now=now + 2 * MINUTE)
    assert AuditEntry.objects.filter(kind="handover").count() == 2


def test_the_first_contact_stops_the_clock_and_the_second_changes_nothing_of_it(rep, now):
    handover = make_handover(now)
    services.log_contact(handover=handover, result="no_answer", by=rep, now=now + 5 * MINUTE)
    services.log_contact(handover=handover, result="reached", by=rep, now=now + 9 * MINUTE, note="Call again Friday")

    handover.refresh_from_db()
    assert (handover.state, handover.first_contact_at, handover.return_at) == (State.CLAIMED, now + 5 * MINUTE, None)
    assert list(ContactAttempt.objects.order_by("at").values_list("result", flat=True)) == ["no_answer", "reached"]


def test_a_rejection_is_a_fact_with_all_the_lifecycle_reads(rep, now):
    handover = make_handover(now)

    rejected = services.reject(handover=handover, reason=5, by=rep, now=now, note="After the merger")

    (fact,) = [fact for fact in facts_of(handover.lead) if fact.kind == Kind.HANDOVER_REJECTED]
    assert effective_at(fact) == rejected.settles_at == now + 10 * MINUTE
    assert fact.payload | {"effective_at": ""} == {
        "handover": str(handover.pk),
        "reason": 5,
        "reason_text": "Bad timing",
        "reason_kind": "timing",
        "note": "After the merger",
        "channel": "",
        "effective_at": "",
        "recycle_on": "2026-05-31",
    }
    assert (rejected.is_open, rejected.recycle_on) == (True, date(2026, 5, 31))


def test_rejecting_again_for_the_same_reason_changes_nothing_another_reason_is_refused(rep, now):
    handover = make_handover(now)
    first = services.reject(handover=handover, reason=5, by=rep, now=now)

    again = services.reject(handover=handover, reason=5, by=rep, now=now + MINUTE)

    assert again.settles_at == first.settles_at
    assert Activity.objects.filter(kind=Kind.HANDOVER_REJECTED).count() == 1
    with pytest.raises(services.AlreadyDecided, match="rejected already"):
        services.reject(handover=handover, reason=6, by=rep, now=now + MINUTE)


@pytest.mark.parametrize("reason", [0, 9, -1])
def test_a_reason_that_does_not_exist_is_refused(rep, now, reason):
    with pytest.raises(services.InvalidVerdict, match="from 1 to 8"):
        services.reject(handover=make_handover(now), reason=reason, by=rep, now=now)


def test_wrong_data_blocks_the_address_when_the_ten_minutes_are_over(rep, now):
    handover = make_handover(now, email="maja@customer.example")
    services.reject(handover=handover, reason=6, by=rep, now=now)

    services.settle_handovers(now=now + 9 * MINUTE)
    before = is_suppressed("maja@customer.example", "address")
    services.settle_handovers(now=now + 10 * MINUTE)

    assert (before, is_suppressed("maja@customer.example", "address")) == (False, True)
    handover.refresh_from_db()
    assert handover.closed_at == now + 10 * MINUTE


def test_an_address_corrected_within_the_ten_minutes_is_not_blocked_and_the_wrong_one_is(rep, now):
    handover = make_handover(now, email="mja@customer.example")
    services.reject(handover=handover, reason=6, by=rep, now=now)
    edit_lead(lead=handover.lead, changes={"email": "maja@customer.example"}, by=rep, now=now + 2 * MINUTE)

    services.settle_handovers(now=now + 10 * MINUTE)

    assert is_suppressed("mja@customer.example", "address")
    assert not is_suppressed("maja@customer.example", "address")


def test_a_wrong_number_does_not_block_the_address(rep, now):
    handover = make_handover(now, email="maja@customer.example", phone="+49 30 9999")
    services.log_contact(handover=handover, result="wrong_data", means="phone", by=rep, now=now)
    rejected = services.reject(handover=handover, reason=6, by=rep, now=now)

    services.settle_handovers(now=now + 10 * MINUTE)

    assert rejected.blocked_channel == "phone"
    assert not is_suppressed("maja@customer.example", "address")


def test_already_in_contact_asks_the_owner_and_leaves_the_lead_theirs(rep, colleague, now):
    handover = make_handover(now, owner=colleague)

    services.reject(handover=handover, reason=7, by=rep, now=now)
    services.settle_handovers(now=now + 10 * MINUTE)

    note = Activity.objects.get(kind=Kind.NOTE_ADDED).payload["note"]
    assert note == "Rep 1 says sales is already in contact. Rep 2, is this your conversation?"
    handover.lead.refresh_from_db()
    assert handover.lead.owner == colleague


def test_a_settled_rejection_sets_the_lead_free_a_won_one_keeps_its_owner(rep, now):
    rejected, won = make_handover(now), make_handover(now)
    services.reject(handover=rejected, reason=4, by=rep, now=now)
    services.win(handover=won, by=rep, now=now, amount=Decimal("48200"), won_on=date(2026, 3, 17))

    services.settle_handovers(now=now + 10 * MINUTE)

    rejected.lead.refresh_from_db()
    won.lead.refresh_from_db()
    won.refresh_from_db()
    assert (rejected.lead.owner, won.lead.owner) == (None, rep)
    assert (won.amount, won.currency, won.won_on) == (Decimal("48200"), "EUR", date(2026, 3, 1))
    assert Activity.objects.get(kind=Kind.OUTCOME_WON).payload["amount"] == "48200.00"


def test_lost_and_recycle_carry_reason_and_day(rep, now):
    lost = services.lose(handover=make_handover(now), reason=2, by=rep, now=now)
    recycled = services.recycle(handover=make_handover(now), until=date(2026, 9, 1), by=rep, now=now)

    assert Activity.objects.get(kind=Kind.OUTCOME_LOST).payload["reason_text"] == "Chose a competitor"
    assert Activity.objects.get(kind=Kind.HANDOVER_RECYCLED).payload["recycle_on"] == "2026-09-01"
    assert (lost.state, recycled.state) == (State.LOST, State.RECYCLED)


def test_a_day_in_the_past_is_refused(rep, now):
    with pytest.raises(services.InvalidVerdict, match="in the past"):
        services.recycle(handover=make_handover(now), until=date(2026, 3, 1), by=rep, now=now)


def test_a_colleague_cannot_decide_what_another_holds(rep, colleague, now):
    handover = make_handover(now)
    services.claim(handover=handover, by=rep, now=now)

    for act in (
        lambda: services.accept(handover=handover, by=colleague, now=now),
        lambda: services.reject(handover=handover, reason=1, by=colleague, now=now),
        lambda: services.log_contact(handover=handover, result="reached", by=colleague, now=now),
        lambda: services.win(handover=handover, by=colleague, now=now),
        lambda: services.undo(handover=handover, by=colleague, now=now),
        lambda: services.add_note(handover=handover, text="Mine", by=colleague, now=now),
    ):
        with pytest.raises(services.AlreadyClaimed, match="Rep 1"):
            act()


def test_a_note_may_follow_the_verdict(rep, now):
    handover = make_handover(now)
    services.reject(handover=handover, reason=4, by=rep, now=now)

    services.add_note(handover=handover, text=" Writing a thesis ", by=rep, now=now + MINUTE)

    handover.refresh_from_db()
    assert handover.note == "Writing a thesis"
    with pytest.raises(services.InvalidVerdict):
        services.add_note(handover=handover, text="  ", by=rep, now=now)
