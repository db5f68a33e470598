"""Leads advanced per second by one process, 10 facts each: ``python -m benchmarks pipeline``.

The baseline, in the same run: reading the same leads and facts and writing one state row for each, with nothing decided.
"""

import argparse
import json
import random
import statistics
import time
from datetime import UTC, datetime, timedelta

from benchmarks.scratch import scratch_database

from django.db import connection  # noqa: E402  (the import above sets Django up)

from leadcrm import pipeline  # noqa: E402
from leads import selectors  # noqa: E402
from leads.models import Lead, LeadState, Mark  # noqa: E402

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
FACTS = 10
TARGET = 3000
KINDS = (
    ("page_viewed", {"path": "/pricing/"}),
    ("page_viewed", {"path": "/blog/"}),
    ("form_submitted", {"form_name": "Get the guide", "fields": {}}),
    ("email_clicked", {"subject": "Three questions"}),
    ("webinar_attended", {"subject": "Autumn webinar"}),
)
LEADS = """
INSERT INTO leads_lead (id, email, email_key, phone, first_name, last_name, company, job_title, country, time_zone,
    attributes, preference_key, is_sample, created_at, updated_at)
SELECT gen_random_uuid(), e, e, '', 'Ada', 'Example', 'Example GmbH', 'Head of Sales', '', '', '{}', 'k' || n, false,
    %(at)s, %(at)s
FROM (SELECT n, 'lead' || n || '@work.example' AS e FROM generate_series(1, %(count)s) AS n) AS numbered
"""
FACTS_SQL = """
INSERT INTO leads_activity (lead_id, kind, occurred_at, recorded_at, payload)
SELECT lead.id, fact.kind, fact.at, fact.at, fact.payload
FROM leads_lead AS lead, jsonb_to_recordset(%s::jsonb) AS fact (kind text, at timestamptz, payload jsonb)
"""
MARKS = "INSERT INTO leads_mark (lead_id, due_at, urgent, is_time, attempts, error) SELECT id, %s, false, false, 0, '' FROM leads_lead"


def fill(count: int) -> None:
    """Make the leads, each with the same ten kinds of facts at its own moments."""
    chance = random.Random(1)
    facts = [
        {"kind": kind, "payload": payload, "at": (NOW - timedelta(days=chance.uniform(0, 60))).isoformat()}
        for kind, payload in (KINDS[n % len(KINDS)] for n in range(FACTS))
    ]
    with connection.cursor() as cursor:
        cursor.execute(LEADS, {"count": count, "at": NOW - timedelta(days=61)})
        cursor.execute(FACTS_SQL, [json.dumps(facts)])
        cursor.execute("ANALYZE")


def mark_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM leads_mark")
        cursor.execute(MARKS, [NOW])


def advance_all(count: int) -> float:
    """Return leads per second of the pipeline, every step of it."""
    mark_all()
    started = time.perf_counter()
    while pipeline.advance_batch(now=NOW):
        pass
    spent = time.perf_counter() - started
    assert LeadState.objects.count() == count
    assert not Mark.objects.filter(is_time=False).exists()
    return count / spent


def floor(count: int) -> float:
    """Return leads per second when batches are only read and one row per lead is written."""
    ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True))
    started = time.perf_counter()
    for start in range(0, count, pipeline.BATCH_SIZE):
        batch = ids[start : start + pipeline.BATCH_SIZE]
        list(Lead.objects.filter(pk__in=batch))
        selectors.engine_facts(batch)
        Lead.objects.filter(pk__in=batch).update(updated_at=NOW)
    return count / (time.perf_counter() - started)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--leads", type=int, default=5000)
    options.add_argument("--rounds", type=int, default=5)
    given, _ = options.parse_known_args()
    with scratch_database():
        fill(given.leads)
        advance_all(given.leads)
        rates, ratios = [], []
        for _ in range(given.rounds):
            base, rate = floor(given.leads), advance_all(given.leads)
            rates.append(rate)
            ratios.append(rate / base)
    print(
        f"pipeline: {statistics.median(rates):,.0f} leads/s per process at {FACTS} facts (target {TARGET:,}), "
        f"{statistics.median(ratios):.2f} of reading and touching the same rows"
    )


if __name__ == "__main__":
    main()
