"""What the pipeline asks for after judging: whatever should exist for these leads by now, exists afterwards."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from common.arrays import AnyOf
from common.halving import SetAside, blame, work_in_halves
from common.wake import wake
from leads.lifecycle import FactRow
from leads.selectors import engine_facts
from mail.models import Status
from nurturing.models import Enrollment, EnrollmentState, Sequence, Step
from nurturing.rules import Standing, asks_for_guide, cause_to_enter, reason_to_stop, starts, submissions
from nurturing.selectors.standing import standings
from nurturing.services.requested import send_requested_guides
from nurturing.services.stops import end_enrollment

ADVANCE = "nurturing.advance_due_enrollments"


def nurture_leads(
    *,
    lead_ids: Collection[UUID],
    now: datetime,
    facts: Mapping[UUID, Iterable[FactRow]] | None = None,
    set_aside: SetAside[UUID] = blame,
) -> None:
    """Send the guides asked for, stop who must not be nurtured, enroll who may; a second call changes nothing.

    ``facts`` are those of the leads, where the caller has read them. They, the enrollments and the sequences say which
    leads this can concern; of a large batch that is a few, and only of those more is read.
    """
    facts = engine_facts(lead_ids) if facts is None else facts
    sequences = list(Sequence.objects.filter(is_active=True).select_related("topic"))
    submitted = {lead_id: sent for lead_id in lead_ids if (sent := submissions(facts.get(lead_id, ())))}
    asking = {lead_id for lead_id, sent in submitted.items() if any(map(asks_for_guide, sent))}
    entering = {lead_id for lead_id, sent in submitted.items() if _may_enter(sent, sequences, now)}
    concerned = entering.union(_running(lead_ids).values_list("lead_id", flat=True))
    work_in_halves(
        sorted(asking | concerned),
        work=lambda ids: _nurture(asking.intersection(ids), concerned.intersection(ids), sequences, now),
        set_aside=set_aside,
    )


def _may_enter(facts: Iterable[FactRow], sequences: Collection[Sequence], now: datetime) -> bool:
    return any(starts(sequence, fact, now=now) for sequence in sequences for fact in facts)


def _running(lead_ids: Collection[UUID]) -> QuerySet[Enrollment]:
    """Return the enrollments that can still be stopped, also one whose last mail waits."""
    is_waiting = Q(state=EnrollmentState.FINISHED, step_messages__message__status=Status.PENDING)
    return Enrollment.objects.filter(AnyOf("lead", lead_ids)).filter(Q(state=EnrollmentState.ACTIVE) | is_waiting)


def _nurture(
    asking: Collection[UUID], concerned: Collection[UUID], sequences: Collection[Sequence], now: datetime
) -> int:
    send_requested_guides(lead_ids=asking, now=now)
    known = standings(concerned)
    _stop_where_due(known, now)
    _enroll_where_due(known, sequences, now)
    return len(known)


def _stop_where_due(known: dict[UUID, Standing], now: datetime) -> None:
    """End every enrollment of these leads that something speaks against.

    Of a row that was waited for only its own columns are looked at again: one that a person stopped meanwhile stays so.
    """
    enrollments = (
        Enrollment.objects.exclude(state=EnrollmentState.STOPPED)
        .filter(pk__in=_running(known).values("pk"))
        .select_related("sequence__topic")
        .select_for_update(of=("self",))
        .order_by("id")
    )
    for enrollment in enrollments:
        standing = known[enrollment.lead_id]
        stop = reason_to_stop(standing, enrollment.sequence, started_at=enrollment.started_at, now=now)
        if stop:
            end_enrollment(enrollment, stop, now=now)


def _enroll_where_due(known: dict[UUID, Standing], sequences: Collection[Sequence], now: datetime) -> None:
    """Enroll each lead with cause into every active sequence it has not run yet."""
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
