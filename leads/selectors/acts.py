"""What a person did a moment ago, for the menu that undoes it."""

from datetime import datetime, timedelta

from accounts.models import User
from leads.kinds import Kind
from leads.lifecycle import VERDICT_DELAY
from leads.models import Activity
from leads.selectors.visibility import visible_leads

UNDO_WINDOW: timedelta = VERDICT_DELAY
MOST = 20
OWN_KINDS = (Kind.STAGE_SET, Kind.STAGE_RELEASED, Kind.NOTE_ADDED, Kind.PROFILE_CHANGED)


def recent_acts(user: User, *, now: datetime) -> list[Activity]:
    """Return the facts this person made in the last ten minutes that nobody has taken back, the newest first."""
    since = now - UNDO_WINDOW
    own = Activity.objects.filter(by=user, recorded_at__gt=since, lead__in=visible_leads(user))
    acts = list(own.select_related("lead").order_by("-id")[: MOST * 2])
    undone = {act.payload.get("undoes") for act in acts if act.kind == Kind.UNDONE}
    return [act for act in acts if act.kind != Kind.UNDONE and act.pk not in undone][:MOST]
