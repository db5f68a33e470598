"""A submission reads a handful of rows, however many came before it, also on the day the tables were made."""

from django.db import connection

READ_ROWS = "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)"
TABLES = ["capture_submission", "leads_lead", "leads_activity", "leads_mark", "leads_touch", "leads_consent"]


def rows_read() -> int:
    """Also by the checks that would otherwise come with the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(READ_ROWS, [TABLES])
        return cursor.fetchone()[0] or 0


def test_the_two_hundredth_submission_reads_no_more_rows_than_the_twentieth(send, demo_form):
    costs = []
    for _ in range(200):
        before = rows_read()
        assert send(demo_form, consent="yes").status_code == 201
        costs.append(rows_read() - before)

    assert costs[199] == costs[19] <= 10


def test_checks_read_one_lead_each_also_where_the_table_was_counted_while_empty(send, demo_form):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE leads_lead")

    costs = []
    for _ in range(40):
        before = rows_read()
        assert send(demo_form, consent="yes").status_code == 201
        costs.append(rows_read() - before)

    assert costs[39] == costs[9] <= 10
