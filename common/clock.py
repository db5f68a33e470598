"""The one clock of an installation is the database's: what it says is when things happen and are due.

A machine whose own clock is wrong would date submissions into next week and send tomorrow's mail today. The database
is asked once per process, and again whenever this machine's clock was set: then it moves against the monotonic one.
"""

import time
from datetime import UTC, datetime

import psycopg2
from django.db import DatabaseError, connection

# Less than this is what a round trip and two well-kept clocks differ by.
TOLERATED_SECONDS = 1.0


class Clock:
    """Reads this machine's clock and knows how wrong it is."""

    def __init__(self) -> None:
        self._off_seconds = 0.0
        self._base: float | None = None

    def now(self) -> datetime:
        """Return the database's time, from this machine's clock as long as that one runs evenly."""
        base = self.wall() - time.monotonic()
        if self._base is None or abs(base - self._base) > TOLERATED_SECONDS:
            self._compare(base)
        return datetime.fromtimestamp(self.wall() + self._off_seconds, UTC)

    @property
    def off_seconds(self) -> float:
        """How far the database is ahead of this machine, as last compared; 0 where they agree."""
        return self._off_seconds

    def wall(self) -> float:
        return time.time()

    def _compare(self, base: float) -> None:
        """Ask the database. Where it does not answer, what was known stays, and it is asked again next time."""
        try:
            connection.ensure_connection()
            with connection.connection.cursor() as cursor:
                cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
                off = cursor.fetchone()[0] - self.wall()
        except (DatabaseError, psycopg2.Error):
            return
        self._off_seconds = off if abs(off) > TOLERATED_SECONDS else 0.0
        self._base = base


_clock = Clock()


def now() -> datetime:
    """Return the present moment of the installation, as every service takes it."""
    return _clock.now()
