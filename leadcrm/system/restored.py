"""What becomes of mail and webhooks after a restore: one decision of a person about both."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.selectors import deliveries_due_before
from accounts.services import audit, give_up_deliveries
from mail.models import Restore
from mail.selectors import due_before, restore_hold
from mail.services import decide_after_restore


@dataclass(frozen=True)
class Held:
    """What waits for the decision since a restore."""

    restore: Restore
    mails: int
    deliveries: int


def held_since_restore() -> Held | None:
    """Return what is held back, None where nothing is."""
    hold = restore_hold()
    if hold is None:
        return None
    return Held(hold, due_before(hold).count(), deliveries_due_before(hold.restored_at).count())


@transaction.atomic
def decide(*, decision: str, by: User, now: datetime) -> None:
    """Let mail and webhooks leave again, with or without what was due before. Raises NothingToDecide."""
    held = held_since_restore()
    mails = decide_after_restore(decision=decision, now=now)
    if held is None:
        return
    if decision == Restore.Decision.UNCERTAIN:
        give_up_deliveries(due_before=held.restore.restored_at, reason=held.restore.reason, now=now)
    changes = {"due_before": ["held", decision], "messages": ["", mails], "webhook_events": ["", held.deliveries]}
    audit(by=by, action="decided", kind="restore", object_id="1", changes=changes, now=now)
