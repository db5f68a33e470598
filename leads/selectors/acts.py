"""What a person did a moment ago, for the menu that undoes it."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Count
from django.db.models.fields.json import KeyTextTransform

from accounts.models import User
from leads.kinds import Kind
from leads.models import Activity
from leads.selectors.visibility import visible_leads
from leads.verdicts import VERDICT_DELAY

UNDO_WINDOW: timedelta = VERDICT_DELAY
MOST = 20
OWN_KINDS = (Kind.STAGE_SET, Kind.STAGE_RELEASED, Kind.NOTE_ADDED, Kind.PROFILE_CHANGED)
BULK_KINDS = (Kind.OWNER_CHANGED, Kind.STAGE_SET)


def undo_key(act_id: int) -> str:
    """Return the external id of the fact that takes an act back, so that there is never a second one."""
    return f"undo:{act_id}"


def undone_acts(act_ids: Collection[int]) -> set[int]:
    """Return those of the acts that their author took back; verdicts of sales, which end in ten minutes, are others."""
    if not act_ids:
        return set()
    taken = Activity.objects.filter(external_id__in=[undo_key(act_id) for act_id in act_ids])
    return set(taken.values_list("payload__undoes", flat=True))


def recent_acts(user: User, *, now: datetime) -> list[Activity]:
    """Return the facts this person made in the last ten minutes that nobody has taken back, the newest first.

    What was done to many leads at once is there once, with ``size``: how many they were. Also where a lead went out of
    the person's sight by it: it can be taken back all the same.
    """
    own = Activity.objects.filter(by=user, recorded_at__gt=now - UNDO_WINDOW).select_related("lead")
    singly = (
        own.filter(lead__in=visible_leads(user)).exclude(payload__has_key="bulk").exclude(payload__has_key="restores")
    )
    acts = list(singly.order_by("-id")[: MOST * 2])
    undone = {act.payload.get("undoes") for act in acts if act.kind == Kind.UNDONE}
    acts = [act for act in acts if act.kind != Kind.UNDONE and act.pk not in undone]
    return sorted([*acts, *_bulks(user, now)], key=lambda act: -act.pk)[:MOST]


def _bulks(user: User, now: datetime) -> list[Activity]:
    """The first fact of each act on many leads, unless it was taken back."""
    since = now - UNDO_WINDOW
    own = Activity.objects.filter(by=user, recorded_at__gt=since, payload__has_key="bulk")
    own = own.annotate(bulk=KeyTextTransform("bulk", "payload"))
    undone = set(own.filter(kind=Kind.UNDONE).values_list("bulk", flat=True).distinct()[:MOST])
    done = own.filter(kind__in=BULK_KINDS).exclude(payload__has_key="restores").exclude(bulk__in=undone)
    sizes = dict(done.values_list("bulk").annotate(size=Count("pk")).order_by()[:MOST])
    firsts = done.filter(bulk__in=sizes).select_related("lead").order_by("bulk", "pk").distinct("bulk")
    found: list[Activity] = list(firsts)
    for act in found:
        act.size = sizes[act.payload["bulk"]]  # type: ignore[attr-defined]
    return found
