"""Leads advanced per second by one process, 10 facts each: ``python -m benchmarks.pipeline``.

The baseline, in the same run: reading the same leads and facts and touching one row of each, with nothing decided.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from benchmarks.results import Result, hand_over
from benchmarks.scratch import scratch_database
from common.arrays import AnyOf
from leadcrm import pipeline
from leadcrm.celery import settle_memory
from leads import selectors
from leads.models import Lead, LeadState, Mark

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
FACTS = 10
MUST = 3000
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
MARKS = """
INSERT INTO leads_mark (lead_id, due_at, urgent, is_time, attempts, error)
SELECT id, %s, false, false, 0, '' FROM leads_lead
"""


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


class Spent(NamedTuple):
    """Microseconds: by the clock, by this process and by its database process (0 where that is out of sight)."""

    wall: float
    python: float
    database: float

    @property
    def processor(self) -> float:
        return self.python + self.database


def spent_by(work: Callable[[], None]) -> Spent:
    before = _clocks()
    work()
    return Spent(*((after - start) * 1e6 for after, start in zip(_clocks(), before, strict=True)))


def _clocks() -> tuple[float, float, float]:
    connection.ensure_connection()
    schedule = Path(f"/proc/{connection.connection.get_backend_pid()}/schedstat")
    database = int(schedule.read_text().split()[0]) / 1e9 if schedule.exists() else 0.0
    return time.perf_counter(), time.process_time(), database


def advance_all(count: int, now: datetime) -> Spent:
    """Return what the pipeline spends, every step of it; each round is an hour later, so that scores do fade."""
    mark_all()

    def work() -> None:
        while pipeline.advance_batch(now=now):
            pass

    spent = spent_by(work)
    assert LeadState.objects.filter(scored_at=now).count() == count
    assert not Mark.objects.filter(is_time=False).exists()
    return spent


def floor(count: int) -> Spent:
    """Return what it costs to only read the batches and write one row per lead."""
    ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True))

    def work() -> None:
        for start in range(0, count, pipeline.BATCH_SIZE):
            batch = ids[start : start + pipeline.BATCH_SIZE]
            list(Lead.objects.filter(AnyOf("pk", batch)))
            selectors.engine_facts(batch)
            Lead.objects.filter(AnyOf("pk", batch)).update(updated_at=NOW)

    return spent_by(work)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--leads", type=int, default=5000)
    options.add_argument("--rounds", type=int, default=5)
    given, _ = options.parse_known_args()
    with scratch_database():
        fill(given.leads)
        advance_all(given.leads, NOW)
        settle_memory()
        rounds = []
        for number in range(1, given.rounds + 1):
            rounds.append((floor(given.leads), advance_all(given.leads, NOW + timedelta(hours=number))))
    report(rounds, given.leads)


def report(rounds: Sequence[tuple[Spent, Spent]], count: int) -> None:
    """Print the medians. On a busy machine only the processor's time and the ratios tell anything."""
    median = statistics.median
    by_clock = count / median(spent.wall for _, spent in rounds) * 1e6
    by_processor = count / median(spent.processor for _, spent in rounds) * 1e6
    python = median(spent.python for _, spent in rounds) / count
    database = median(spent.database for _, spent in rounds) / count
    print(
        f"pipeline at {FACTS} facts: {by_clock:,.0f} leads/s by the clock, {by_processor:,.0f} by processor time; "
        f"a lead costs {python:.0f} us of Python and {database:.0f} us of PostgreSQL"
    )
    hand_over(
        Result(
            name="pipeline: leads advanced, by processor time",
            figure=by_processor,
            unit="/s",
            bound="at least",
            must=MUST,
        ),
        Result(
            name="pipeline: the same, and its floor",
            figure=by_processor,
            unit="/s",
            baseline=count / median(base.processor for base, _ in rounds) * 1e6,
            baseline_name="only read and touch the rows",
            ratio=median(base.processor / spent.processor for base, spent in rounds),
            bound="at least",
        ),
    )


if __name__ == "__main__":
    main()
