"""What becomes of mail after a restore: held until a person says what to do with what was due before it."""

from datetime import datetime

from django.db import transaction

from common.wake import wake
from mail.models import Phase, Restore, Status
from mail.selectors import due_before
from mail.services.queue import TASK


class NothingToDecide(ValueError):
    """No restore waits for a decision."""


@transaction.atomic
def decide_after_restore(*, decision: str, now: datetime) -> int:
    """Let mail leave again and return how many messages the decision was about. Raises NothingToDecide.

    ``uncertain``: what was due before the restore is not sent by itself, also what is planned for that time later on.
    ``send``: it is sent, and some people may get it twice.
    """
    row = Restore.objects.select_for_update().filter(decision=Restore.Decision.NONE).first()
    if row is None:
        raise NothingToDecide("Mail is not held back: somebody has decided already.")
    row.decision, row.decided_at = Restore.Decision(decision), now
    row.save(update_fields=["decision", "decided_at"])
    before = due_before(row)
    wake(TASK)
    if row.decision == Restore.Decision.SEND:
        return before.count()
    free = {"claim_token": None, "lease_until": None, "phase": Phase.NONE}  # nosec B105: no secret
    return before.update(status=Status.UNCERTAIN, reason=row.reason, **free)
