"""The clock of the sequences: a step that is due becomes a message, and the next step gets its due time."""

import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from common.failpoint import failpoint
from common.models import Installation
from common.outages import is_unavailable
from common.stopping import is_asked_to_stop
from leads.services import with_free_leads
from mail.models import Message
from mail.selectors import caught_up_to
from nurturing.letters import topic_footing, write_letter
from nurturing.models import Enrollment, EnrollmentState, Step, StepMessage
from nurturing.rules import Standing, reason_to_stop
from nurturing.selectors.standing import standings
from nurturing.services.posting import post_letter
from nurturing.services.stops import end_enrollment, message_prefix

logger = logging.getLogger(__name__)

# The leads of a batch are held meanwhile, and a lead that is held is not judged before the next beat.
BATCH = 50
PUT_OFF = timedelta(minutes=30)


def advance_due_enrollments(*, now: datetime, limit_seconds: float = 60) -> int:
    """Take every enrollment that is due one step on, batch by batch, and return how many were taken.

    Each batch commits by itself; what another worker holds is left to it.
    """
    ends = time.monotonic() + limit_seconds
    total = 0
    while taken := _advance_batch(now):
        failpoint("steps.committed")
        total += taken
        if time.monotonic() > ends or is_asked_to_stop():
            break
    return total


@transaction.atomic
def _advance_batch(now: datetime) -> int:
    waiting = (
        Enrollment.objects.filter(state=EnrollmentState.ACTIVE, due_at__lte=now, sequence__is_active=True)
        .select_related("sequence__topic", "lead__owner", "activity")
        .prefetch_related("sequence_version__steps")
    )
    due = list(with_free_leads(waiting).order_by("due_at", "id")[:BATCH])
    if due:
        known = standings({enrollment.lead_id for enrollment in due})
        installation = Installation.current()
        restored_at = caught_up_to()
        made = [_advance(row, known[row.lead_id], installation, now, restored_at) for row in due]
        failpoint("steps.queued")
        StepMessage.objects.bulk_create(filter(None, made), ignore_conflicts=True)
        Enrollment.objects.bulk_update(due, ["state", "next_position", "due_at", "ended_at", "problem"])
        failpoint("steps.moved_on")
    return len(due)


def _advance(
    enrollment: Enrollment,
    standing: Standing,
    installation: Installation,
    now: datetime,
    restored_at: datetime | None,
) -> StepMessage | None:
    """Move ``enrollment`` on in memory and return what its step made; None when it ended or was put off."""
    stop = reason_to_stop(standing, enrollment.sequence, started_at=enrollment.started_at, now=now)
    if stop:
        end_enrollment(enrollment, stop, now=now)
        return None
    steps = {step.position: step for step in enrollment.sequence_version.steps.all()}
    try:
        step = steps[enrollment.next_position]
        message = _queue_step(enrollment, step, standing, installation, now)
    except Exception as exc:
        if is_unavailable(exc):
            raise
        # One mail that cannot be written must not hold up the others; the page of the sequence shows it.
        logger.exception("enrollment %s put off", enrollment.pk)
        enrollment.problem, enrollment.due_at = f"{exc or type(exc).__name__}"[:300], now + PUT_OFF
        return None
    _move_on(enrollment, steps, now, restored_at)
    return StepMessage(enrollment=enrollment, step=step, message=message, queued_at=now)


def _move_on(enrollment: Enrollment, steps: Mapping[int, Step], now: datetime, restored_at: datetime | None) -> None:
    enrollment.problem = ""
    enrollment.next_position += 1
    following = steps.get(enrollment.next_position)
    if following:
        # Steps that may have been sent before a restore are gone through by the clock of then, so that the next one of
        # that time does not come as if it were new.
        is_old = restored_at and enrollment.due_at and enrollment.due_at <= restored_at
        since = enrollment.due_at if is_old and enrollment.due_at else now
        enrollment.due_at = since + timedelta(hours=following.delay_hours)
    else:
        enrollment.state = EnrollmentState.FINISHED
        enrollment.due_at, enrollment.ended_at = None, now


def _queue_step(
    enrollment: Enrollment, step: Step, standing: Standing, installation: Installation, now: datetime
) -> Message:
    lead, topic = enrollment.lead, enrollment.sequence.topic
    letter = write_letter(
        subject=step.subject,
        body=step.body,
        lead=lead,
        offer=enrollment.activity.payload if enrollment.activity else {},
        footing=topic_footing(lead, topic, standing.consents[topic.pk].at),
        installation=installation,
    )
    return post_letter(
        letter,
        lead=lead,
        dedupe_key=f"{message_prefix(enrollment)}{step.position}:{enrollment.run}",
        due_at=enrollment.due_at or now,
        now=now,
        topic=topic,
    )
