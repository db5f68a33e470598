"""Several sessions of one database at once: who waits for whom."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection

# Row locks are waited for as locks on a transaction, which name no database; the waiting session's other locks do.
# pg_stat_activity would show a transaction only what it saw there first.
WAITING = """
SELECT count(DISTINCT waiting.pid) FROM pg_locks AS waiting JOIN pg_locks AS held USING (pid)
WHERE NOT waiting.granted AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
PATIENCE_SECONDS = 20


class Sessions:
    """Runs functions in sessions of their own."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(4)

    def __call__(self, act: Callable[[], object]) -> Future:
        return self._pool.submit(self._closing, act)

    def _closing(self, act: Callable[[], object]) -> object:
        try:
            return act()
        finally:
            connection.close()

    def end(self) -> None:
        self._pool.shutdown()


def waiting_count() -> int:
    """Return how many sessions of this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0]


def wait_until_waiting(count: int = 1, *, or_done: Future | None = None) -> None:
    """Return once so many sessions of this database wait for a lock, or ``or_done`` waits for nothing any more."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends_at:
        if waiting_count() >= count or (or_done is not None and or_done.done()):
            return
        time.sleep(0.02)
    raise AssertionError(f"{waiting_count()} sessions wait for a lock, not {count}.")
