"""Whether the database takes writes, asked without writing a row.

A commit of a few bytes may well succeed on a full disk, in a page and a log file that exist already. So the question
makes PostgreSQL spill a megabyte into a temporary file, which takes new room where the tables lie and gives it back.
"""

import threading
import time

from django.db import OperationalError, connection, transaction

from common.outages import DISK_FULL, sql_state

# However often the health of a process is asked for: about a millisecond's work once in so many seconds.
ASK_SECONDS = 5
OK, FULL, READ_ONLY = "ok", "full", "read_only"
LITTLE_MEMORY = "SET LOCAL work_mem = '64kB'"
ROOM = """
WITH room AS MATERIALIZED (SELECT repeat('x', 8000) AS filler FROM generate_series(1, 128))
SELECT count(filler), current_setting('transaction_read_only') = 'on' FROM room
"""


class Writes:
    """What was found last; asked again after a while, by one thread at a time."""

    def __init__(self) -> None:
        self._found = OK
        self._asked: float | None = None
        self._lock = threading.Lock()

    def state(self) -> str:
        """Return ``ok``, ``full`` or ``read_only``. Raises OperationalError where the database does not answer."""
        if self._is_due() and self._lock.acquire(blocking=False):
            try:
                self._found = ask()
                self._asked = time.monotonic()
            finally:
                self._lock.release()
        return self._found

    def _is_due(self) -> bool:
        return self._asked is None or time.monotonic() - self._asked >= ASK_SECONDS


def ask() -> str:
    """Ask the database now."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LITTLE_MEMORY)
            cursor.execute(ROOM)
            _, is_read_only = cursor.fetchone()
    except OperationalError as exc:
        if sql_state(exc) == DISK_FULL:
            return FULL
        raise
    return READ_ONLY if is_read_only else OK


writes = Writes()
