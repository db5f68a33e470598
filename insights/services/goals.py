"""Goals: the one thing people write here."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from insights.models import Goal


@transaction.atomic
def set_goal(*, month: date, accepted_sqls: int, by: User, now: datetime) -> Goal:
    """Set how many accepted SQLs the month of ``month`` is to bring."""
    first = month.replace(day=1)
    before = Goal.objects.select_for_update().filter(month=first).first()
    goal, _ = Goal.objects.update_or_create(
        month=first, defaults={"accepted_sqls": accepted_sqls, "set_by": by, "set_at": now}
    )
    changes = {"accepted_sqls": [before.accepted_sqls if before else None, accepted_sqls]}
    audit(by=by, action="set goal", kind="goal", object_id=first.isoformat(), changes=changes, now=now)
    return goal


def remove_sample_goals() -> int:
    """Delete the goals that people of the sample data set. Returns how many there were."""
    deleted, _ = Goal.objects.filter(set_by__is_sample=True).delete()
    return deleted
