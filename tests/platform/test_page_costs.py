"""What a page reads does not grow with the number of leads: rows are counted by PostgreSQL itself.

Every bound is far below the number of leads made here, so a scan of a large table, an unbounded count and a page
reached by counting through those before it all break one. Where many leads match, up to 10,000 are counted.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from common.pages import keyset_page
from insights.selectors import home
from insights.services import roll_up
from leads.models import Lead
from leads.selectors.lists import COUNT_LIMIT, FOUND_LIMIT, NEWEST_FIRST
from sales.models import Handover
from tests.factories.leads import SourceFactory
from tests.factories.sales import make_team, make_user

LEADS = 40_000
FEW = 1_500
COUNTED = 2 * COUNT_LIMIT + FEW  # a lead and its state each
FOUND = 2 * FOUND_LIMIT + FEW
LARGE = ["leads_lead", "leads_leadstate", "leads_activity", "leads_transition", "leads_mark", "sales_handover"]
ROWS_READ = (
    "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)"
)
# Sixty days of leads, one in fifty hot and most of those disqualified, one in forty at sales: what each is comes from
# its number.
MAKE = """
INSERT INTO leads_lead (id, email, email_key, phone, first_name, last_name, company, job_title, country, time_zone,
    attributes, source_id, team_id, preference_key, is_sample, created_at, updated_at)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7000' || lpad(to_hex(n), 16, '8'))::uuid,
    'ada' || n || '@work.example', 'ada' || n || '@work.example', '', 'Ada', 'Number' || n, 'Engines', '', '', '', '{}',
    CASE WHEN n %% 10 = 0 THEN %(rare)s ELSE %(common)s END, %(team)s, 'k' || n, false, at, at
FROM (SELECT n, %(now)s - (%(leads)s - n) * interval '129 seconds' AS at
      FROM generate_series(1, %(leads)s) AS n) AS made;

INSERT INTO leads_leadstate (lead_id, fit, grade, engagement, level, stage, temperature, cause, decided_ids, is_pinned,
    pin_reason, candidate_stage, stage_since, last_signal, scored_at, rule_set_version)
SELECT id, 5000, 'B', 3000, 2,
    CASE WHEN n %% 40 = 0 THEN 'sql' WHEN n %% 40 = 1 THEN 'customer'
        WHEN n %% 50 = 0 THEN 'disqualified' WHEN n %% 4 = 2 THEN 'mql' ELSE 'iql' END,
    CASE WHEN n %% 50 = 0 THEN 'hot' WHEN n %% 5 = 1 THEN 'warm' ELSE 'cold' END,
    '', '{}', false, '', '', created_at, '', created_at, 1
FROM (SELECT id, created_at, substr(preference_key, 2)::int AS n FROM leads_lead) AS made;

INSERT INTO leads_activity (lead_id, kind, occurred_at, recorded_at, payload)
SELECT id, kind, created_at, created_at, '{}' FROM leads_lead, unnest(ARRAY['form_submitted', 'page_viewed']) AS kind;
INSERT INTO leads_activity (lead_id, kind, occurred_at, recorded_at, payload)
SELECT lead_id, kind, stage_since, stage_since, '{}'
FROM leads_leadstate, unnest(ARRAY['handover_opened', 'handover_accepted', 'outcome_won']) AS kind
WHERE stage = 'customer' OR (stage = 'sql' AND kind = 'handover_opened');

INSERT INTO leads_transition (lead_id, from_stage, to_stage, at, cause_kind, cause, rule_set_version)
SELECT lead_id, 'new', stage, stage_since, 'matrix', '', 1 FROM leads_leadstate;
INSERT INTO leads_mark (lead_id, due_at, urgent, is_time, attempts, error)
SELECT id, created_at + interval '100 days', false, true, 0, '' FROM leads_lead;

INSERT INTO sales_handover (id, lead_id, team_id, state, is_hot, cause_kind, cause, cause_at, offer_reason, owner_id,
    has_taken_lead, opened_at, claimed_at, first_contact_at, first_contact_due_at, verdict_due_at, returned_count, note,
    blocked_channel, currency, reject_reason, decided_at, settles_at, closed_at, changed_at)
SELECT gen_random_uuid(), lead_id, %(team)s, 'rejected', false, 'transition', '', at, '', %(rep)s,
    true, at, at, at, at, at, 0, '', '', '', 4, at, at, at, at
FROM (SELECT lead_id, stage_since AS at FROM leads_leadstate WHERE stage IN ('sql', 'customer')) AS sold;
ANALYZE;
"""


@contextmanager
def cost() -> Iterator[dict[str, int]]:
    """Yield what will hold the rows of large tables that the block has read."""
    spent: dict[str, int] = {}
    before = rows_read()
    yield spent
    spent["rows"] = rows_read() - before


def rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute(ROWS_READ, [LARGE])
        return int(cursor.fetchone()[0])


def queued(count: int) -> None:
    """Let the newest handovers wait again."""
    newest = Handover.objects.order_by("-opened_at").values("pk")[:count]
    waiting = {"state": "queued", "closed_at": None, "decided_at": None, "settles_at": None, "reject_reason": None}
    Handover.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).update(
        **waiting, owner=None, claimed_at=None
    )


@pytest.fixture
def large(db) -> dict:
    """Return a large installation, looked at by somebody who sees all leads."""
    return made()


def made() -> dict:
    now = timezone.now()
    team = make_team()
    rep = make_user(Role.REP, team=team)
    common, rare = SourceFactory(source="google"), SourceFactory(source="fair")
    given = {"now": now, "leads": LEADS, "common": common.pk, "rare": rare.pk, "team": team.pk, "rep": rep.pk}
    with connection.cursor() as cursor:
        cursor.execute(MAKE, given)
    queued(60)
    roll_up(now=now, budget_seconds=600)
    middle = Lead.objects.order_by(*NEWEST_FIRST)[LEADS // 2]
    deep = keyset_page(Lead.objects.filter(created_at__lte=middle.created_at), order=NEWEST_FIRST, size=1)
    return {
        "viewer": make_user(Role.ADMIN),
        "lead": middle,
        "cursor": deep.next_cursor,
        "source": rare.pk,
    }


PAGES = {
    "/leads/": COUNTED,
    "/leads/?stage=sql": COUNTED,
    "/leads/?stage=iql": COUNTED,
    "/leads/?temperature=hot": COUNTED,
    "/leads/?temperature=hot&in_play=1": FEW,
    "/leads/?temperature=cold": COUNTED + COUNT_LIMIT,  # also looks for leads not judged yet
    "/leads/?grade=B": COUNTED,
    "/leads/?source={source}": COUNTED,
    "/leads/?owner=nobody": COUNTED,
    "/leads/?put_off=1": FEW,
    "/leads/?cursor={cursor}": COUNTED,
    "/leads/?q=number12345": FEW,
    "/leads/?q=ada31234@work.example": FEW,
    "/leads/?q=nobodyatall": FEW,
    "/leads/?q=engines": FOUND,
    "/leads/{lead.pk}/": FEW,
    "/leads/{lead.pk}/peek/": FEW,
    "/palette/?q=number12345": FEW,
    "/palette/?q=engines": FEW,
    "/inbox/": FEW,
    "/inbox/?tab=done": FEW,
    "/inbox/rows": FEW,
    "/inbox/count": FEW,
    "/?period=month": FEW,
    "/?period=90d": FEW,
    "/?period=month&source={source}": FEW,
    "/api/v1/leads/": FEW,
    "/api/v1/leads/?stage=sql": 3 * FEW,  # goes through the newest until the page is full
    "/api/v1/handovers/": FEW,
    "/api/v1/reports/funnel/?period=90d": FEW,
    "/api/v1/reports/sources/?period=90d": FEW,
    "/api/v1/reports/speed/?period=90d": FEW,
}


def test_pages_read_few_rows_however_many_leads_there_are(large, client) -> None:
    client.force_login(large["viewer"])
    read, offsets, answers = {}, [], {}

    for address in PAGES:
        with cost() as spent, CaptureQueriesContext(connection) as queries:
            answers[address] = client.get(address.format(**large)).status_code
        read[address] = spent["rows"]
        offsets += [query["sql"] for query in queries if " OFFSET " in query["sql"].upper()]

    assert {address: status for address, status in answers.items() if status != 200} == {}
    assert {address: rows for address, rows in read.items() if rows > PAGES[address]} == {}
    assert offsets == []
    assert home(period_key="month", source_id=None, now=timezone.now()).as_of is not None
    with cost() as spent:
        assert Lead.objects.count() == LEADS
    assert spent["rows"] >= LEADS > max(PAGES.values())
