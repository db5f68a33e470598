"""What the database itself says was written."""

from django.db import connection


def written() -> int:
    """Return how many rows this transaction has written so far, sessions aside."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables "
            "WHERE relname <> 'accounts_session'"
        )
        return int(cursor.fetchone()[0])
