"""One lead, one owner."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import AuditEntry, Role
from leads.kinds import Kind
from leads.models import Activity
from sales import services
from sales.models import State
from tests.factories.sales import make_handover, make_user

MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_a_rep_claims_a_queued_lead_and_owns_it(rep, now):
    handover = make_handover(now)

    claimed = services.claim(handover=handover, by=rep, now=now + MINUTE)

    assert (claimed.state, claimed.owner, claimed.claimed_at) == (State.CLAIMED, rep, now + MINUTE)
    handover.lead.refresh_from_db()
    assert handover.lead.owner == rep
    assert Activity.objects.filter(kind=Kind.HANDOVER_CLAIMED, by=rep).count() == 1
    assert AuditEntry.objects.get(kind="handover").by == rep


@pytest.mark.django_db
def test_a_colleague_is_told_who_has_it(rep, colleague, now):
    handover = make_handover(now)
    services.claim(handover=handover, by=rep, now=now)

    with pytest.raises(services.AlreadyClaimed, match="Rep 1 has taken this lead") as refused:
        services.claim(handover=handover, by=colleague, now=now)

    assert refused.value.owner == rep


@pytest.mark.django_db
def test_claiming_again_changes_nothing(rep, now):
    handover = make_handover(now)
    services.claim(handover=handover, by=rep, now=now)

    again = services.claim(handover=handover, by=rep, now=now + MINUTE)

    assert again.claimed_at == now
    assert Activity.objects.filter(kind=Kind.HANDOVER_CLAIMED).count() == 1


@pytest.mark.django_db
def test_a_viewer_may_not_claim(team, rep, now):
    handover = make_handover(now)

    with pytest.raises(services.MayNotSell):
        services.claim(handover=handover, by=make_user(Role.VIEWER, team=team), now=now)


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_reps_at_once_exactly_one_gets_the_lead(team, rep, now):
    handover = make_handover(now)
    reps = [make_user(team=team) for _ in range(16)]

    def try_to_claim(one):
        try:
            return services.claim(handover=handover, by=one, now=now).owner_id
        except services.AlreadyClaimed as refused:
            return f"told: {refused.owner.pk}"
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(try_to_claim, reps))

    handover.refresh_from_db()
    assert [answer for answer in answers if isinstance(answer, int)] == [handover.owner_id]
    assert answers.count(f"told: {handover.owner_id}") == 15
    assert Activity.objects.filter(kind=Kind.HANDOVER_CLAIMED).count() == 1
