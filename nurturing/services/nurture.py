"""What the pipeline asks for after judging: whatever should exist for these leads by now, exists afterwards."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from common.wake import wake
from mail.models import Status
from nurturing.models import Enrollment, EnrollmentState, Sequence, Step
from nurturing.rules import Standing, cause_to_enter, reason_to_stop
from nurturing.selectors.standing import standings
from nurturing.services.requested import send_requested_guides
from nurturing.services.stops import end_enrollment

ADVANCE = "nurturing.advance_due_enrollments"


@transaction.atomic
def nurture_leads(*, lead_ids: Collection[UUID], now: datetime) -> None:
    """Send the guides asked for, stop who must not be nurtured, enroll who may; a second call changes nothing."""
    send_requested_guides(lead_ids=lead_ids, now=now)
    known = standings(lead_ids)
    stop_where_due(known, now=now)
    enroll_where_due(known, now=now)


def stop_where_due(known: dict[UUID, Standing], *, now: datetime) -> None:
    """End every enrollment of these leads that something speaks against, also one whose last mail still waits."""
    running = (
        Enrollment.objects.filter(lead__in=known)
        .filter(
            Q(state=EnrollmentState.ACTIVE)
            | Q(state=EnrollmentState.FINISHED, step_messages__message__status=Status.PENDING)
        )
        .values("pk")
    )
    enrollments = (
        Enrollment.objects.filter(pk__in=running)
        .select_related("sequence__topic")
        .select_for_update(of=("self",))
        .order_by("id")
    )
    for enrollment in enrollments:
        standing = known[enrollment.lead_id]
        stop = reason_to_stop(standing, enrollment.sequence, started_at=enrollment.started_at, now=now)
        if stop:
            end_enrollment(enrollment, stop, now=now)


def enroll_where_due(known: dict[UUID, Standing], *, now: datetime) -> None:
    """Enroll each lead with cause into every active sequence it has not run yet."""
    sequences = list(Sequence.objects.filter(is_active=True).select_related("topic"))
    firsts = Step.objects.filter(version__in=[sequence.live_id for sequence in sequences], position=1)
    delays = dict(firsts.values_list("version", "delay_hours"))
    done = set(Enrollment.objects.filter(lead__in=known).values_list("sequence", "lead"))
    fresh = [
        Enrollment(
            sequence=sequence,
            sequence_version_id=version,
            lead_id=standing.lead_id,
            activity_id=cause.id,
            started_at=now,
            due_at=now + timedelta(hours=delays[version]),
        )
        for sequence in sequences
        if (version := sequence.live_id) is not None
        for standing in known.values()
        if (sequence.pk, standing.lead_id) not in done and (cause := cause_to_enter(standing, sequence, now=now))
    ]
    if fresh:
        Enrollment.objects.bulk_create(fresh, ignore_conflicts=True)
        if 0 in delays.values():
            wake(ADVANCE)
