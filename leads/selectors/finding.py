"""A few leads at once, for the palette: by a few letters, or those opened last."""

from collections.abc import Sequence
from uuid import UUID

from django.db import OperationalError, connection, transaction
from psycopg2.errors import QueryCanceled

from accounts.models import User
from leads.models import Lead
from leads.selectors.lists import NEWEST_FIRST
from leads.selectors.search import mentioning
from leads.selectors.visibility import visible_leads

FEW = 7
PATIENCE_MS = 120


def leads_found(user: User, text: str, *, limit: int = FEW) -> list[Lead] | None:
    """Return the newest leads this person may see that mention ``text``.

    None where that would take longer than somebody who types waits: few matches among very many leads.
    """
    wanted = mentioning(visible_leads(user), text).select_related("state").order_by(*NEWEST_FIRST)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [PATIENCE_MS])
            found = list(wanted[:limit])
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError as exc:
        if isinstance(exc.__cause__, QueryCanceled):
            return None
        raise
    return found


def leads_at_hand(user: User, *, ids: Sequence[UUID], limit: int = FEW) -> list[Lead]:
    """Return those of ``ids`` that this person may see, in that order, then the newest leads."""
    visible = visible_leads(user).select_related("state")
    known = {lead.pk: lead for lead in visible.filter(pk__in=ids)}
    recent = [known[pk] for pk in dict.fromkeys(ids) if pk in known]
    missing = limit - len(recent)
    newest = visible.exclude(pk__in=known).order_by(*NEWEST_FIRST)[:missing] if missing > 0 else []
    return [*recent[:limit], *newest]
