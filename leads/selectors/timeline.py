"""A lead's facts and transitions as one list in human words, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils.timezone import localtime

from leads.kinds import Kind, Stage
from leads.models import Activity, Lead, Transition
from leads.words import fact_words

GROUPS = {
    "web": (Kind.FORM_SUBMITTED, Kind.PAGE_VIEWED, Kind.DEMO_REQUESTED, Kind.CONTACT_REQUESTED, Kind.WEBINAR_ATTENDED),
    "email": (
        Kind.EMAIL_SENT,
        Kind.EMAIL_CLICKED,
        Kind.EMAIL_REPLIED,
        Kind.EMAIL_BOUNCED,
        Kind.UNSUBSCRIBED,
        Kind.RESUBSCRIBED,
    ),
    "sales": (
        *(kind for kind in Kind if kind.startswith(("handover_", "outcome_", "contact_logged"))),
        Kind.CALL_LOGGED,
        Kind.NOTE_ADDED,
        Kind.UNDONE,
    ),
    "changes": (Kind.PROFILE_CHANGED, Kind.STAGE_SET, Kind.STAGE_RELEASED),
}
GROUP_ICONS = {"web": "globe-alt", "email": "envelope", "sales": "briefcase", "changes": "arrow-path"}
QUOTED = ("message", "note")


@dataclass(frozen=True)
class TimelineItem:
    """One line of the timeline; ``count`` > 1 where the same thing happened several times in a row that day."""

    id: str
    at: datetime
    kind: str
    group: str
    text: str
    by: str = ""
    quote: str = ""
    count: int = 1
    is_undone: bool = False
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def icon(self) -> str:
        """The heroicon of its group."""
        return GROUP_ICONS[self.group]

    @property
    def tone(self) -> str:
        """How the line is tinted: stage moves and sales' acts stand out."""
        return "stage" if self.kind == "transition" else "sales" if self.group == "sales" else ""

    @property
    def words(self) -> str:
        """The text, with the count where it stands for several."""
        return f"{self.text}, {self.count} times" if self.count > 1 else self.text

    @property
    def remark(self) -> str:
        """What is to be known about the line itself."""
        return "Undone: counts for nothing." if self.is_undone else ""


def timeline(lead: Lead, *, group: str = "", before: datetime | None = None, limit: int = 50) -> list[TimelineItem]:
    """Return the newest ``limit`` items before ``before``, in one group or in all."""
    activities = lead.activities.select_related("by").order_by("-occurred_at", "-id")
    transitions = lead.transitions.select_related("by").order_by("-at", "-id")
    if group:
        activities = activities.filter(kind__in=GROUPS.get(group, ()))
    if before:
        activities = activities.filter(occurred_at__lt=before)
        transitions = transitions.filter(at__lt=before)
    undone = _undone(lead)
    items = [_of_activity(activity, undone) for activity in activities[:limit]]
    if group in ("", "changes"):
        items += [_of_transition(transition) for transition in transitions[:limit]]
    items.sort(key=lambda item: item.at, reverse=True)
    return _folded(items[:limit])


@dataclass(frozen=True)
class Day:
    """The items of one day, in the zone of who looks."""

    on: date
    items: list[TimelineItem]


def timeline_days(lead: Lead, *, group: str = "", before: datetime | None = None, limit: int = 50) -> list[Day]:
    """Return the timeline by day, the newest day first."""
    items = timeline(lead, group=group, before=before, limit=limit)
    return [Day(on, list(of_day)) for on, of_day in groupby(items, key=lambda item: localtime(item.at).date())]


def _undone(lead: Lead) -> set[int]:
    return set(lead.activities.filter(kind=Kind.UNDONE).values_list("payload__undoes", flat=True))


def _group_of(kind: str) -> str:
    return next((name for name, kinds in GROUPS.items() if kind in kinds), "changes")


def _of_activity(activity: Activity, undone: set[int]) -> TimelineItem:
    quote = next((str(activity.payload[key]) for key in QUOTED if activity.payload.get(key)), "")
    return TimelineItem(
        id=f"activity-{activity.pk}",
        at=activity.occurred_at,
        kind=activity.kind,
        group=_group_of(activity.kind),
        text=fact_words(activity.kind, activity.payload),
        by=str(activity.by) if activity.by else "",
        quote=quote,
        is_undone=activity.pk in undone,
        details=activity.payload,
    )


def _of_transition(transition: Transition) -> TimelineItem:
    text = f"Stage {Stage(transition.from_stage).label} → {Stage(transition.to_stage).label}"
    return TimelineItem(
        id=f"transition-{transition.pk}",
        at=transition.at,
        kind="transition",
        group="changes",
        text=text,
        by=str(transition.by) if transition.by else "",
        quote=transition.cause,
        details={"rule_set_version": transition.rule_set_version},
    )


def _folded(items: Sequence[TimelineItem]) -> list[TimelineItem]:
    """Fold neighbours that say the same on the same day into one with a count."""
    folded: list[TimelineItem] = []
    for item in items:
        if folded and _says_the_same(folded[-1], item):
            folded[-1] = replace(folded[-1], count=folded[-1].count + 1)
        else:
            folded.append(item)
    return folded


def _says_the_same(one: TimelineItem, other: TimelineItem) -> bool:
    same_words = (one.text, one.by, one.quote, one.is_undone) == (other.text, other.by, other.quote, other.is_undone)
    return same_words and one.at.date() == other.at.date()
