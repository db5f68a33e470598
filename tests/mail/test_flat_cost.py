"""A moment of a send reads its own rows, however many mails came before it, also on the day the tables were made."""

import pytest
from django.db import connection

from mail.services import claims
from mail.services.moments import Acceptance, commit_moments
from mail.smtp import Reply

pytestmark = pytest.mark.django_db

READ_ROWS = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'mail_message'"


def rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute(READ_ROWS)
        return cursor.fetchone()[0]


def test_the_last_of_many_mails_reads_no_more_rows_than_the_tenth(queue, now):
    for number in range(60):
        queue(to_email=f"reader{number}@buyer.example")
    claimed = claims.claim_batch(now=now, lease_seconds=120, size=60)
    costs, accepted = [], []

    for message in claimed:
        before = rows_read()
        committed = commit_moments(bodies=[message], accepted=accepted, lease_seconds=120, is_caught=False)
        costs.append(rows_read() - before)
        assert committed.may_leave == {message.pk}
        accepted = [Acceptance(message, Reply(250, "ok"), now)]

    assert costs[-1] == costs[9] <= 4


def test_a_claim_reads_no_more_rows_when_many_were_sent_before(queue, now):
    costs = []

    for number in range(60):
        queue(to_email=f"reader{number}@buyer.example")
        before = rows_read()
        claims.claim_batch(now=now, lease_seconds=120)
        costs.append(rows_read() - before)

    assert costs[-1] == costs[9] <= 3
