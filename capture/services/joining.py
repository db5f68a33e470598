"""Submissions that are stored but have no lead yet: held until somebody shows that they are a person's, or unjoined."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, connection, transaction

from accounts.models import User
from accounts.services import audit
from capture.answers import Answers
from capture.attribution import Arrival
from capture.live import version
from capture.models import Submission
from capture.services.errors import NotHeld, NotJoined
from capture.services.facts import consents_of, facts_of, is_urgent, lead_of, origin_of
from capture.services.submissions import JOIN, Received
from common.failpoint import failpoint
from common.outages import is_outage
from common.wake import wake
from leads.services import CaptureRaced, capture_lead

logger = logging.getLogger(__name__)

BATCH = 100
MAX_DELAY = timedelta(minutes=10)


@transaction.atomic
def release_submission(*, submission: Submission, by: User | None, now: datetime) -> Submission:
    """Let a held submission become a lead, once. Raises NotHeld, NotJoined."""
    locked = Submission.objects.select_for_update().get(pk=submission.pk)
    if locked.released_at is not None:
        return locked
    if not locked.is_held:
        raise NotHeld("This submission is not held.")
    _join(locked)
    locked.released_at, locked.released_by = now, by
    locked.save(update_fields=["released_at", "released_by"])
    audit(by=by, action="submission_released", kind="submission", object_id=str(locked.pk), changes={}, now=now)
    return locked


@transaction.atomic
def let_through(*, submission_id: UUID, received: Received, now: datetime) -> bool:
    """Make a lead of a held submission that came again looking like a person's. False where it is not held (any more).

    Otherwise whoever sends somebody's answers first, as a machine, would keep that person from becoming a lead.
    Where, when and from what address it came is what the person's own request says.
    """
    held = Submission.objects.filter(pk=submission_id, status=Submission.Status.HELD, released_at=None)
    row = held.select_for_update().first()
    if row is None:
        return False
    row.page_url, row.ip, row.user_agent = received.page_url, received.ip or None, received.user_agent
    row.attribution = {"first": vars(received.first), "last": vars(received.last)}
    row.received_at = row.due_at = now
    row.status = Submission.Status.UNJOINED
    row.save(update_fields=["page_url", "ip", "user_agent", "attribution", "received_at", "due_at", "status"])
    wake(JOIN)
    return True


def join_unjoined_submissions(*, now: datetime) -> int:
    """Join every due unjoined submission to its lead; one that fails is put off. Returns how many were joined."""
    due = Submission.objects.filter(status=Submission.Status.UNJOINED, due_at__lte=now)
    return sum(_join_one(pk, now) for pk in due.order_by("due_at").values_list("pk", flat=True)[:BATCH])


def _join_one(pk: UUID, now: datetime) -> bool:
    try:
        with transaction.atomic():
            rows = Submission.objects.select_for_update(skip_locked=True)
            row = rows.filter(pk=pk, status=Submission.Status.UNJOINED).first()
            if row is None:
                return False
            failpoint("join.locked")
            _join(row)
            failpoint("join.joined")
    except Exception as exc:
        if is_outage(exc):
            raise
        # One that cannot be joined must not hold up the others; what is wrong with it stands in its row.
        if not isinstance(exc, NotJoined):
            logger.exception("submission %s put off", pk)
        _put_off(pk, str(exc) or type(exc).__name__, now)
        return False
    failpoint("join.committed")
    return True


def _join(row: Submission) -> None:
    """Find or add the lead within the caller's transaction. The facts count from when the visitor sent them."""
    seen = version(row.form_id, row.form_version.number)
    if seen is None:
        raise NotJoined("The version of the form it was sent with is gone.")
    answers = _answers(row)
    person = lead_of(seen, answers)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '1s'")
    try:
        with transaction.atomic():
            lead = capture_lead(
                lead=person,
                origin=origin_of(Arrival(**row.attribution["first"])),
                facts=facts_of(seen, answers, lead=person, submission=row.pk, page=row.page_url),
                consents=consents_of(seen, answers, row),
                now=row.received_at,
                urgent=is_urgent(seen),
            )
    except (CaptureRaced, OperationalError) as exc:
        raise NotJoined(f"The lead could not be written: {exc}".strip()[:500]) from exc
    row.lead_id, row.status, row.due_at, row.error = lead.lead_id, Submission.Status.ACCEPTED, None, ""
    row.save(update_fields=["lead", "status", "due_at", "error"])


def _answers(row: Submission) -> Answers:
    values = {name: value for name, value in row.answers.items() if isinstance(value, str)}
    return Answers(values, bool(row.answers.get("consent")), row.email_key, row.answers_hash)


@transaction.atomic
def _put_off(pk: UUID, error: str, now: datetime) -> None:
    row = Submission.objects.select_for_update().filter(pk=pk, status=Submission.Status.UNJOINED).first()
    if row is None:
        return  # joined by somebody else meanwhile, or erased
    row.attempts = min(row.attempts + 1, 1000)
    row.due_at = now + min(timedelta(seconds=5 * 2 ** min(row.attempts, 10)), MAX_DELAY)
    row.error = error[:500]
    row.save(update_fields=["attempts", "due_at", "error"])
