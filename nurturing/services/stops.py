"""Taking leads out of sequences, with a reason a person can read."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from leads.services import lock_leads
from mail.models import Kind as MailKind
from mail.services import cancel_messages
from nurturing.models import Enrollment, EnrollmentState, StopKind
from nurturing.rules import Stop


class EnrollmentEnded(ValueError):
    """The enrollment is no longer active; reload the page to see how it ended."""


@transaction.atomic
def stop_enrollment(*, enrollment: Enrollment, by: User, reason: str, now: datetime) -> Enrollment:
    """Take a lead out of a sequence by hand and cancel its waiting mails. Raises EnrollmentEnded."""
    lock_leads([enrollment.lead_id])
    locked = Enrollment.objects.select_for_update().filter(pk=enrollment.pk).first()
    if locked is None:
        raise EnrollmentEnded("This lead was removed, and its enrollments with it.")
    if not locked.is_active:
        raise EnrollmentEnded(f"This enrollment is already {locked.get_state_display().lower()}. Reload the page.")
    words = f"Stopped by {by}" + (f": {reason.strip()}" if reason.strip() else "")
    end_enrollment(locked, Stop(StopKind.PERSON, words), now=now)
    changes = {"state": [EnrollmentState.ACTIVE.value, EnrollmentState.STOPPED.value], "reason": ["", reason.strip()]}
    audit(by=by, action="stop", kind="enrollment", object_id=str(locked.pk), changes=changes, now=now)
    return locked


def end_enrollment(enrollment: Enrollment, stop: Stop, *, now: datetime) -> None:
    """Write the end of a locked enrollment and cancel what it has queued but not sent."""
    enrollment.state = EnrollmentState.STOPPED
    enrollment.stop_kind, enrollment.stop_reason = stop.kind, stop.reason[:300]
    enrollment.due_at, enrollment.ended_at = None, now
    enrollment.save(update_fields=["state", "stop_kind", "stop_reason", "due_at", "ended_at"])
    cancel_messages(
        dedupe_prefix=message_prefix(enrollment), kinds=(MailKind.MARKETING,), reason=enrollment.stop_reason, now=now
    )


def message_prefix(enrollment: Enrollment) -> str:
    """Return how the ``dedupe_key`` of every message of this enrollment begins."""
    return f"nurture:{enrollment.pk}:"
