"""What sales does with leads, as ways to narrow the list of them: by its acts, and by the promises of a handover."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db.models import F, OuterRef, Q, QuerySet

from common import clock
from leads.kinds import Kind
from leads.narrowing import Narrowing
from leads.selectors.lists import standing_acts
from sales.models import Handover, State


def _did(words: str, *kinds: Kind) -> Narrowing:
    return Narrowing(f"Sales: {words}", partial(standing_acts, *kinds), "occurred_at")


def _handed_over(words: str, which: Callable[[], Q]) -> Narrowing:
    return Narrowing(f"Handed over, {words}", lambda: _handovers(which()), "opened_at")


def _handovers(which: Q) -> QuerySet[Handover]:
    return Handover.objects.filter(which, lead=OuterRef("pk"))


def _is_contacted() -> Q:
    return Q(first_contact_at__isnull=False)


def contact_was_due(now: datetime) -> Q:
    """Return the handovers whose lead was contacted, or should have been by ``now``."""
    return _is_contacted() | Q(first_contact_due_at__lte=now)


def contact_is_overdue(now: datetime) -> Q:
    """Return the handovers that nobody has claimed although their first contact was due by ``now``."""
    return Q(state=State.QUEUED, closed_at=None, first_contact_due_at__lte=now)


def verdict_is_overdue(now: datetime) -> Q:
    """Return the handovers that are claimed and whose verdict was due by ``now``."""
    return Q(state=State.CLAIMED, closed_at=None, verdict_due_at__lte=now)


NARROWINGS = {
    "handed_over": _did("handed over", Kind.HANDOVER_OPENED),
    "accepted": _did("accepted", Kind.HANDOVER_ACCEPTED),
    "rejected": _did("rejected", Kind.HANDOVER_REJECTED),
    "decided": _did("accepted or rejected", Kind.HANDOVER_ACCEPTED, Kind.HANDOVER_REJECTED),
    "contacted": _did("contacted", Kind.CONTACT_LOGGED),
    "won": _did("won", Kind.OUTCOME_WON),
    "lost": _did("lost", Kind.OUTCOME_LOST),
    "handover": _handed_over("whatever came of it", Q),
    "first_contacted": _handed_over("contacted since", _is_contacted),
    "contact_due": _handed_over("first contact due by now", lambda: contact_was_due(clock.now())),
    "contact_in_time": _handed_over("contacted in time", lambda: Q(first_contact_at__lte=F("first_contact_due_at"))),
    "contact_overdue": _handed_over(
        "unclaimed past the promised first contact", lambda: contact_is_overdue(clock.now())
    ),
    "verdict_overdue": _handed_over("claimed without a verdict in time", lambda: verdict_is_overdue(clock.now())),
}
