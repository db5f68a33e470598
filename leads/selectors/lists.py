"""The list of leads: search, filters, keyset pages. Every number of a report links to one of these lists."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from accounts.models import Scope, User
from common.models import Installation
from common.pages import Page, keyset_page
from leads.kinds import OUT_OF_PLAY, STAGE_ORDER, Kind, Stage, Temperature
from leads.models import Activity, Lead, LeadState, Mark, Transition
from leads.narrowing import NARROWINGS
from leads.selectors.search import mentioning
from leads.selectors.visibility import visible_leads

NEWEST_FIRST = ("-created_at", "-id")
# Ids rise with time as well, and the indexes of what leads are judged to be have them in this order.
NEWEST_ID_FIRST = ("-id",)
SHOWN = ("state", "source", "owner")
COUNT_LIMIT = 10_000
FOUND_LIMIT = 1_000  # of a search: each match is looked at


@dataclass(frozen=True)
class LeadFilter:
    """What a list is narrowed to; empty values narrow nothing.

    ``reached`` is a stage, by now; ``did`` is one of NARROWINGS, from ``done_from`` to ``done_to``. Days are whole,
    both inclusive, in the installation's time zone. ``source`` is an id or "none".
    """

    q: str = ""
    stage: tuple[str, ...] = ()
    temperature: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    channel: str = ""
    source: str = ""
    owner: str = ""
    came_from: date | None = None
    came_to: date | None = None
    reached: str = ""
    did: str = ""
    done_from: date | None = None
    done_to: date | None = None
    in_play: bool = False
    put_off: bool = False


def lead_list(user: User, wanted: LeadFilter, *, cursor: str | None = None, size: int = 50) -> Page[Lead]:
    """Return one page of the leads this person may see, newest first. Raises BadCursor."""
    if user.scope == Scope.ALL and _is_of_states_alone(wanted):
        return _page_of_states(wanted, cursor=cursor, size=size)
    rows = filtered(visible_leads(user), wanted, user).select_related(*SHOWN)
    order = NEWEST_ID_FIRST if wanted.stage or wanted.temperature else NEWEST_FIRST
    return keyset_page(rows, order=order, cursor=cursor, size=size)


def _page_of_states(wanted: LeadFilter, *, cursor: str | None, size: int) -> Page[Lead]:
    """Find the page in an index of the states, then its leads; joined, it could be looked for among all leads."""
    states = LeadState.objects.filter(_standing(wanted, "")).only("pk")
    found = keyset_page(states, order=("-lead_id",), cursor=cursor, size=size)
    ids = [state.pk for state in found.items]
    leads = Lead.objects.filter(pk__in=ids).select_related(*SHOWN).order_by(*NEWEST_ID_FIRST)
    return Page(list(leads), found.next_cursor)


@dataclass(frozen=True)
class Listing:
    """One page of leads, and how many there are in all; ``is_more`` where they were counted up to a limit only."""

    page: Page[Lead]
    count: int
    is_more: bool


def lead_listing(user: User, wanted: LeadFilter, *, cursor: str | None = None) -> Listing:
    """Return a page of the leads this person may see with their count. Raises BadCursor."""
    page = lead_list(user, wanted, cursor=cursor)
    is_whole = not cursor and not page.next_cursor
    count = len(page.items) if is_whole else lead_count(user, wanted)
    limit = FOUND_LIMIT if wanted.q else COUNT_LIMIT
    return Listing(page, min(count, limit), count > limit)


def lead_count(user: User, wanted: LeadFilter) -> int:
    """Return how many leads match, counting no further than one beyond the limit."""
    if user.scope == Scope.ALL and _is_of_states_alone(wanted):
        rows: QuerySet = LeadState.objects.filter(_standing(wanted, ""))
    else:
        rows = filtered(visible_leads(user), wanted, user)
    return rows.order_by()[: (FOUND_LIMIT if wanted.q else COUNT_LIMIT) + 1].count()


def _is_of_states_alone(wanted: LeadFilter) -> bool:
    """Whether the states alone say which leads match: nothing else is asked, and none without a state would."""
    rest = replace(wanted, stage=(), temperature=(), grade=(), in_play=False)
    is_narrow = wanted.stage or wanted.temperature or wanted.grade
    has_unjudged = Stage.NEW in wanted.stage or Temperature.COLD in wanted.temperature
    return rest == LeadFilter() and bool(is_narrow) and not has_unjudged


def filtered(leads: QuerySet[Lead], wanted: LeadFilter, user: User) -> QuerySet[Lead]:
    """Narrow ``leads`` to what is wanted."""
    leads = leads.filter(_standing(wanted, "state__"))
    leads = _by_origin(leads, wanted)
    leads = _by_history(leads, wanted)
    if wanted.owner:
        leads = leads.filter(_owned_by(wanted.owner, user))
    if wanted.put_off:
        leads = leads.filter(Exists(Mark.objects.filter(lead=OuterRef("pk")).exclude(error="")))
    return mentioning(leads, wanted.q)


def _standing(wanted: LeadFilter, path: str) -> Q:
    """Return what is wanted of the state; ``path`` leads to it, and leads without one match where ``path`` does."""
    standing = Q()
    if wanted.stage:
        standing &= Q(**{f"{path}stage__in": wanted.stage}) | _unjudged(path, Stage.NEW in wanted.stage)
    if wanted.temperature:
        is_cold = Temperature.COLD in wanted.temperature
        standing &= Q(**{f"{path}temperature__in": wanted.temperature}) | _unjudged(path, is_cold)
    if wanted.grade:
        standing &= Q(**{f"{path}grade__in": wanted.grade})
    if wanted.in_play:
        standing &= ~Q(**{f"{path}stage__in": OUT_OF_PLAY})
    return standing


def in_stages(stages: Collection[str]) -> Q:
    """Return the leads that are in one of ``stages``; one not judged yet counts as new."""
    return _standing(LeadFilter(stage=tuple(stages)), "state__")


def in_temperatures(temperatures: Collection[str]) -> Q:
    """Return the leads that have one of ``temperatures``; one not judged yet counts as cold."""
    return _standing(LeadFilter(temperature=tuple(temperatures)), "state__")


def _unjudged(path: str, counts: bool) -> Q:
    return Q(state=None) if counts and path else Q(pk__in=[])


def _by_origin(leads: QuerySet[Lead], wanted: LeadFilter) -> QuerySet[Lead]:
    zone = ZoneInfo(Installation.current().time_zone)
    if wanted.came_from:
        leads = leads.filter(created_at__gte=_start(wanted.came_from, zone))
    if wanted.came_to:
        leads = leads.filter(created_at__lt=_start(wanted.came_to + timedelta(days=1), zone))
    if wanted.channel:
        leads = leads.filter(source__channel=wanted.channel)
    if wanted.source:
        leads = leads.filter(source=None if wanted.source == "none" else int(wanted.source))
    return leads


def _by_history(leads: QuerySet[Lead], wanted: LeadFilter) -> QuerySet[Lead]:
    if wanted.reached:
        least = STAGE_ORDER[Stage(wanted.reached)]
        stages = [stage for stage, order in STAGE_ORDER.items() if order >= least]
        leads = leads.filter(Exists(Transition.objects.filter(lead=OuterRef("pk"), to_stage__in=stages)))
    if wanted.did:
        zone = ZoneInfo(Installation.current().time_zone)
        since = _start(wanted.done_from, zone) if wanted.done_from else None
        until = _start(wanted.done_to + timedelta(days=1), zone) if wanted.done_to else None
        leads = leads.filter(NARROWINGS[wanted.did].within(since, until))
    return leads


def standing_acts(*kinds: Kind) -> QuerySet[Activity]:
    """Return the outer lead's facts of these kinds that were not undone; for use inside Exists."""
    undone_id = Cast(KeyTextTransform("undoes", "payload"), BigIntegerField())
    undo = (
        Activity.objects.filter(lead=OuterRef("lead"), kind=Kind.UNDONE)
        .annotate(undone_id=undone_id)
        .filter(undone_id=OuterRef("pk"))
    )
    return Activity.objects.filter(lead=OuterRef("pk"), kind__in=kinds).exclude(Exists(undo))


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)


def _owned_by(owner: str, user: User) -> Q:
    if owner == "me":
        return Q(owner=user)
    return Q(owner=None) if owner == "nobody" else Q(owner_id=int(owner))
