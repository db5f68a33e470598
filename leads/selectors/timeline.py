"""A lead's facts, transitions and mails as one list in human words, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby, takewhile
from typing import Any

from django.db.models.functions import Coalesce
from django.utils.timezone import localtime

from leads.kinds import Kind, Stage
from leads.models import Activity, Lead, Transition
from leads.words import fact_words
from mail.models import Kind as MailKind
from mail.models import Message, Status
from mail.selectors import messages_about

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
    "changes": (Kind.PROFILE_CHANGED, Kind.STAGE_SET, Kind.STAGE_RELEASED, Kind.OWNER_CHANGED),
}
GROUP_ICONS = {"web": "globe-alt", "email": "envelope", "sales": "briefcase", "changes": "arrow-path"}
QUOTED = ("message", "note")
PAGE = 50
# Things recorded in one commit have one moment: what follows from another stands above it.
RANKS = {"transition": 1, Kind.HANDOVER_OPENED: 2}
TIES = 20


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
    warning: str = ""

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
        return "Undone: counts for nothing." if self.is_undone else self.warning


def timeline(lead: Lead, *, group: str = "", before: datetime | None = None, limit: int = PAGE) -> list[TimelineItem]:
    """Return the newest ``limit`` items before ``before``, in one group or in all.

    Some more where things of the same moment would be torn apart, so that nothing is lost between two pages.
    """
    wanted = limit + TIES
    items = _facts(lead, group, before, wanted)
    if group in ("", "changes"):
        items += _transitions(lead, before, wanted)
    if group in ("", "email"):
        items += _mails(lead, before, wanted)
    items.sort(key=lambda item: (item.at, RANKS.get(item.kind, 0)), reverse=True)
    last_at = items[limit - 1].at if len(items) > limit else None
    return items[:limit] + list(takewhile(lambda item: item.at == last_at, items[limit:]))


def _facts(lead: Lead, group: str, before: datetime | None, wanted: int) -> list[TimelineItem]:
    activities = lead.activities.select_related("by").order_by("-occurred_at", "-id")
    if group:
        activities = activities.filter(kind__in=GROUPS.get(group, ()))
    if before:
        activities = activities.filter(occurred_at__lt=before)
    undone = _undone(lead)
    return [_of_activity(activity, undone) for activity in activities[:wanted]]


def _transitions(lead: Lead, before: datetime | None, wanted: int) -> list[TimelineItem]:
    transitions = lead.transitions.select_related("by").order_by("-at", "-id")
    if before:
        transitions = transitions.filter(at__lt=before)
    return [_of_transition(transition) for transition in transitions[:wanted]]


def _mails(lead: Lead, before: datetime | None, wanted: int) -> list[TimelineItem]:
    """The mails to the lead that went out, and those that never will."""
    to_lead = messages_about(lead.pk).exclude(kind=MailKind.STAFF)
    mails = to_lead.filter(status__in=MAIL_WORDS).annotate(at=Coalesce("sent_at", "due_at"))
    if before:
        mails = mails.filter(at__lt=before)
    return [_of_message(message) for message in mails.order_by("-at", "-id")[:wanted]]


@dataclass(frozen=True)
class Day:
    """The items of one day, in the zone of who looks."""

    on: date
    items: list[TimelineItem]


@dataclass(frozen=True)
class TimelinePage:
    """One page of the timeline by day, the newest day first; ``older_than`` begins the next page, if there is one."""

    days: list[Day]
    older_than: datetime | None


def timeline_page(lead: Lead, *, group: str = "", before: datetime | None = None, limit: int = PAGE) -> TimelinePage:
    """Return one page of the timeline, with neighbours that say the same folded into one."""
    items = timeline(lead, group=group, before=before, limit=limit)
    by_day = groupby(_folded(items), key=lambda item: localtime(item.at).date())
    days = [Day(on, list(of_day)) for on, of_day in by_day]
    return TimelinePage(days, items[-1].at if len(items) >= limit else None)


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


MAIL_WORDS = {
    Status.SENT: "Sent",
    Status.UNCERTAIN: "Perhaps sent",
    Status.FAILED: "Could not send",
    Status.SUPPRESSED: "Did not send",
    Status.CANCELLED: "Did not send",
}


def _of_message(message: Message) -> TimelineItem:
    return TimelineItem(
        id=f"mail-{message.pk}",
        at=message.sent_at or message.due_at,
        kind=Kind.EMAIL_SENT,
        group="email",
        text=f"{MAIL_WORDS[Status(message.status)]} “{message.subject}”",
        warning="Caught on this machine, not sent out." if message.caught else message.reason,
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
