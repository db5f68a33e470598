"""Steps that may have been sent between a backup and its restore are gone through by the clock of then."""

from datetime import timedelta

import pytest

from mail.models import Message, Restore, Status
from mail.services import decide_after_restore
from nurturing.models import Enrollment, EnrollmentState
from nurturing.services import advance_due_enrollments, nurture_leads

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_decided_first", [True, False])
def test_no_step_of_the_unknown_time_comes_later_as_if_it_were_new(ask, now, is_decided_first: bool):
    # given: a sequence of two steps, after two and after five days, and a backup of its first day
    nurture_leads(lead_ids=[ask().pk], now=now)
    Message.objects.update(status=Status.SENT, sent_at=now)
    restored_at = now + timedelta(days=6)
    Restore.objects.create(backup_at=now + timedelta(days=1), restored_at=restored_at)

    # when
    if is_decided_first:
        decide_after_restore(decision="uncertain", now=restored_at)
    advance_due_enrollments(now=restored_at + timedelta(minutes=1))
    if not is_decided_first:
        decide_after_restore(decision="uncertain", now=restored_at + timedelta(minutes=2))

    # then
    steps = Message.objects.filter(kind="marketing").order_by("due_at")
    assert [message.due_at - now for message in steps] == [timedelta(days=2), timedelta(days=5)]
    assert {message.status for message in steps} == {Status.UNCERTAIN}
    assert Enrollment.objects.get().state == EnrollmentState.FINISHED


def test_a_step_that_is_due_after_the_restore_waits_its_time(ask, now):
    nurture_leads(lead_ids=[ask().pk], now=now)
    Restore.objects.create(backup_at=now, restored_at=now + timedelta(days=3))

    advance_due_enrollments(now=now + timedelta(days=3, minutes=1))

    assert Message.objects.filter(kind="marketing").count() == 1
    assert Enrollment.objects.get().due_at == now + timedelta(days=5)
