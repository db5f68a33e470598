"""Makes a generated database ready to be looked at, and prints as JSON who looks and which pages: see ``pages.py``.

Somebody signed in, a queue of the same size however many leads there are, fresh roll-ups, and the addresses.
"""

import json
import sys

from benchmarks.scratch import scratch_database  # noqa: F401  (sets Django up, so it comes first)

# isort: split
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from common.pages import keyset_page
from insights.services import roll_up
from leadcrm import pipeline
from leads.kinds import Kind
from leads.models import Lead
from leads.selectors.lists import NEWEST_FIRST
from leads.services import record_activity
from sales.models import Handover

QUEUE = 60
LEADS = 20


def main() -> None:
    user = User.objects.filter(role=Role.ADMIN).first()
    fill_queue()
    roll_up(now=timezone.now(), budget_seconds=3600)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    json.dump({"cookie": f"{settings.SESSION_COOKIE_NAME}={signed_in(user)}", "pages": pages()}, sys.stdout)


def signed_in(user: User) -> str:
    """Return the key of a new session of ``user``."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def fill_queue() -> None:
    """Let as many leads ask for a demo as sales has waiting on a busy day."""
    now = timezone.now()
    missing = QUEUE - Handover.objects.filter(state="queued").count()
    asking = Lead.objects.filter(handovers=None, state__stage="iql").order_by("-created_at")[: max(missing, 0)]
    ids = list(asking.values_list("pk", flat=True))
    for lead_id in ids:
        record_activity(lead_id=lead_id, kind=Kind.DEMO_REQUESTED, payload={"form_name": "Demo"}, now=now)
    pipeline.advance(lead_ids=ids, now=now)


def pages() -> dict[str, list[str]]:
    """Return the addresses of each page; where several, they are taken in turn."""
    count = Lead.objects.count()
    middle = Lead.objects.order_by(*NEWEST_FIRST)[count // 2]
    deep = keyset_page(Lead.objects.filter(created_at__lte=middle.created_at), order=NEWEST_FIRST, size=1)
    spread = [Lead.objects.order_by(*NEWEST_FIRST)[count * n // LEADS] for n in range(LEADS)]
    return {
        "list": ["/leads/"],
        "list, stage": ["/leads/?stage=sql"],
        "list, temperature": ["/leads/?temperature=hot&in_play=1"],
        "list, deep page": [f"/leads/?cursor={deep.next_cursor}"],
        "search, one person": [f"/leads/?q={lead.email}" for lead in spread],
        "search, a first name": ["/leads/?q=lotte"],
        "lead page": [f"/leads/{lead.pk}/" for lead in spread],
        "inbox": ["/inbox/?tab=queue"],
        "inbox, done": ["/inbox/?tab=done"],
        "home": ["/"],
    }


if __name__ == "__main__":
    main()
