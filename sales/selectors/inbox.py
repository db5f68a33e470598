"""The inbox: what waits, what is mine, what the team works on, what is done."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db.models import Count, Max, Q, QuerySet

from accounts.models import Role, Scope, User
from accounts.permissions import can_sell
from common.pages import keyset_page
from common.ui import ago_text
from sales.business_time import BusinessHours
from sales.models import Handover, State
from sales.selectors.access import SHOWN, visible_handovers
from sales.selectors.hours import business_hours
from sales.sla import VERDICT_DAYS, Clock, clock, first_contact_allowance, opens_words

IN_WORK = (State.CLAIMED, State.ACCEPTED)
TABS = {"queue": "Queue", "mine": "Mine", "team": "Team", "done": "Done"}
ROWS = 200
PAGE = 50
LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """One handover as a list shows it."""

    handover: Handover
    clock: Clock
    whose: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class Tab:
    """One view of the inbox; Done has no count."""

    name: str
    label: str
    is_current: bool
    count: int | None = None

    @property
    def url(self) -> str:
        return f"?tab={self.name}"


@dataclass(frozen=True)
class Inbox:
    """One tab with its rows; ``version`` changes whenever anything in the inbox does.

    ``opens`` is when the clocks go on, empty while they run.
    """

    tab: str
    tabs: tuple[Tab, ...]
    rows: tuple[Row, ...]
    version: str
    queue_count: int
    next_cursor: str | None = None
    focus: str = ""
    opens: str = ""

    @property
    def more_count(self) -> int:
        """How many of the tab's handovers are beyond the rows shown."""
        total = next((tab.count for tab in self.tabs if tab.is_current), None)
        return max(0, total - len(self.rows)) if total is not None else 0

    def with_first_open(self) -> "Inbox":
        """Return the same inbox with its first row as the current one."""
        first = replace(self.rows[0], is_current=True)
        return replace(self, rows=(first, *self.rows[1:]))


def inbox(user: User, tab: str, *, now: datetime, focus: str = "", cursor: str | None = None) -> Inbox:
    """Return a tab of the inbox, due first (Done: newest first). An unknown tab is the first one."""
    names = tabs_of(user)
    tab = tab if tab in names else next(iter(names))
    counts = _counts(user)
    hours = business_hours()
    handovers, next_cursor = _rows(user, tab, cursor)
    rows = [_row(handover, user, now, hours, focus) for handover in handovers]
    if tab != "done":
        rows.sort(key=lambda row: (row.clock.due_at or LATEST, row.handover.opened_at))
    tabs = tuple(Tab(key, label, key == tab, counts.get(key)) for key, label in names.items())
    opens = "" if tab == "done" or hours.is_open(now) else opens_words(now, hours)
    return Inbox(tab, tabs, tuple(rows), _version(counts), counts["queue"], next_cursor, focus, opens)


def tabs_of(user: User) -> dict[str, str]:
    """Return the views this person has: sellers have Mine, whoever sees more than their own has Team."""
    hidden = set() if can_sell(user) else {"mine"}
    hidden |= {"team"} if user.scope == Scope.OWN else set()
    return {key: label for key, label in TABS.items() if key not in hidden}


def open_count(user: User) -> int:
    """Return how many handovers wait in the queue this person sees."""
    return visible_handovers(user).filter(state=State.QUEUED).count()


def is_newcomer(user: User) -> bool:
    """Whether this person is to be offered the practice queue: sells, has not put it away, and never held a lead."""
    is_seller = user.role in (Role.REP, Role.MANAGER)
    return is_seller and user.wants_practice and not Handover.objects.filter(owner=user).exists()


def version_of(user: User) -> str:
    """Return what changes whenever a handover this person sees does: one query."""
    return _version(_counts(user))


def clock_of(handover: Handover, *, now: datetime, hours: BusinessHours) -> Clock:
    """Return the clock that runs: first contact, then the verdict; a decided handover has none."""
    if not handover.is_working:
        return Clock("met", _decided_words(handover))
    if handover.first_contact_at is None:
        allowance = first_contact_allowance(is_hot=handover.is_hot)
        return clock(due_at=handover.first_contact_due_at, allowance=allowance, now=now, hours=hours)
    if handover.state != State.ACCEPTED:
        allowance = hours.day_length * VERDICT_DAYS
        return clock(due_at=handover.verdict_due_at, allowance=allowance, now=now, hours=hours, promise="verdict")
    return Clock("met", f"contacted {ago_text(handover.first_contact_at, now)}")


def _decided_words(handover: Handover) -> str:
    words = handover.get_state_display()
    return f"{words}: {handover.reason_text.lower()}" if handover.reason_text else words


def _rows(user: User, tab: str, cursor: str | None) -> tuple[list[Handover], str | None]:
    visible = visible_handovers(user).select_related(*SHOWN)
    if tab == "done":
        page = keyset_page(_done(user), order=("-decided_at", "-id"), cursor=cursor, size=PAGE)
        return list(page.items), page.next_cursor
    wanted = {
        "queue": Q(state=State.QUEUED),
        "mine": Q(state__in=IN_WORK, owner=user),
        "team": Q(state__in=IN_WORK) & ~Q(owner=user),
    }[tab]
    return list(visible.filter(wanted, closed_at=None).order_by("first_contact_due_at", "id")[:ROWS]), None


def _done(user: User) -> QuerySet[Handover]:
    mine = Handover.objects.filter(owner=user) if user.scope == Scope.OWN else visible_handovers(user)
    return mine.filter(decided_at__isnull=False).select_related(*SHOWN)


def _counts(user: User) -> dict[str, int]:
    rows = visible_handovers(user).filter(closed_at=None)
    return rows.aggregate(
        queue=Count("pk", filter=Q(state=State.QUEUED)),
        mine=Count("pk", filter=Q(state__in=IN_WORK, owner=user)),
        team=Count("pk", filter=Q(state__in=IN_WORK) & ~Q(owner=user)),
        changed=Max("changed_at"),
    )


def _version(counts: dict) -> str:
    changed = counts["changed"]
    return f"{counts['queue']}-{counts['mine']}-{counts['team']}-{changed.timestamp() if changed else 0:.6f}"


def _row(handover: Handover, user: User, now: datetime, hours: BusinessHours, focus: str) -> Row:
    is_current = str(handover.pk) == focus
    return Row(handover, clock_of(handover, now=now, hours=hours), _whose(handover, user), is_current)


def _whose(handover: Handover, user: User) -> str:
    """Whose turn or whose work it is, where it is not plainly this person's."""
    person = handover.owner if handover.owner_id else handover.offered_to
    if person is None:
        return "Anybody"
    return "" if person == user else str(person)
