"""A submission reads a handful of rows, however many came before it, also on the day the tables were made."""

from django.db import connection

READ_ROWS = "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)"
TABLES = ["capture_submission", "leads_lead", "leads_activity", "leads_mark", "leads_touch", "leads_consent"]


def rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute(READ_ROWS, [TABLES])
        return cursor.fetchone()[0] or 0


def test_the_two_hundredth_submission_reads_no_more_rows_than_the_twentieth(send, demo_form):
    costs = []
    for _ in range(200):
        before = rows_read()
        assert send(demo_form, consent="yes").status_code == 201
        costs.append(rows_read() - before)

    assert costs[199] == costs[19] <= 10
