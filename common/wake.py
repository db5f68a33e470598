"""The doorbell: tells a worker that a row is due, after commit, and never costs the caller anything.

The row is the work and beat looks at it every 10 s anyway, so a lost ring changes nothing but latency.
"""

import logging
import os
import threading
import time
from collections.abc import Callable

from celery import current_app
from django.db import transaction
from kombu import Connection

logger = logging.getLogger(__name__)

COALESCE_SECONDS = 0.05
BROKER_TIMEOUT_SECONDS = 0.2
OPEN_CIRCUIT_SECONDS = 5.0
EXPIRES_SECONDS = 60


class Doorbell:
    """Rings for task names from one daemon thread per process; a name waiting to be rung is rung once."""

    def __init__(self, send: Callable[[str], None] | None = None) -> None:
        self._send = send or Line().send
        self._condition = threading.Condition()
        self._waiting: dict[str, None] = {}
        self._rung_at: dict[str, float] = {}
        self._closed_until = 0.0
        self._thread: threading.Thread | None = None

    @property
    def is_open_circuit(self) -> bool:
        """Whether the broker failed a moment ago, so that rings are dropped without trying it."""
        return time.monotonic() < self._closed_until

    def ring(self, task_name: str) -> None:
        """Note ``task_name`` and return at once."""
        # One that still waits is rung later than now, so it also rings for this caller; waking the thread again for
        # each of a thousand callers would cost more than their work.
        if task_name in self._waiting or self.is_open_circuit:
            return
        with self._condition:
            self._waiting[task_name] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
                self._thread.start()
            self._condition.notify()

    def _run(self) -> None:
        while True:
            name = self._next()
            self._rung_at[name] = time.monotonic()
            try:
                self._send(name)
            except Exception as exc:
                self._open_circuit(exc)

    def _next(self) -> str:
        """Wait for a name whose last ring is at least ``COALESCE_SECONDS`` old, and take it."""
        with self._condition:
            while True:
                now = time.monotonic()
                delays = {name: self._rung_at.get(name, 0.0) + COALESCE_SECONDS - now for name in self._waiting}
                soonest = min(delays, key=delays.__getitem__, default=None)
                if soonest is not None and delays[soonest] <= 0:
                    del self._waiting[soonest]
                    return soonest
                self._condition.wait(delays[soonest] if soonest is not None else None)

    def _open_circuit(self, exc: Exception) -> None:
        with self._condition:
            self._closed_until = time.monotonic() + OPEN_CIRCUIT_SECONDS
            self._waiting.clear()
        logger.warning("The broker does not answer (%s); due work waits for the next beat.", exc)


class Line:
    """A connection of its own with short time-outs; only the doorbell thread uses it."""

    def __init__(self, url: str | None = None) -> None:
        self.url = url
        self._connection: Connection | None = None

    def send(self, task_name: str) -> None:
        if self._connection is None:
            self._connection = current_app.connection_for_write(self.url, connect_timeout=BROKER_TIMEOUT_SECONDS)
            self._connection.transport_options = {
                **current_app.conf.broker_transport_options,
                "socket_connect_timeout": BROKER_TIMEOUT_SECONDS,
                "socket_timeout": BROKER_TIMEOUT_SECONDS,
                "max_retries": 0,
                "retry_on_timeout": False,
            }
        try:
            current_app.send_task(
                task_name, connection=self._connection, retry=False, ignore_result=True, expires=EXPIRES_SECONDS
            )
        except Exception:
            self._connection.release()
            self._connection = None
            raise


_bells: dict[int, Doorbell] = {}


def doorbell() -> Doorbell:
    """Return this process's doorbell: a forked child gets its own, since threads do not survive a fork."""
    pid = os.getpid()
    bell = _bells.get(pid)
    if bell is None:
        _bells.clear()
        bell = _bells[pid] = Doorbell()
    return bell


def wake(task_name: str) -> None:
    """Ring for ``task_name`` once the present transaction has committed (at once outside of one)."""
    transaction.on_commit(lambda: doorbell().ring(task_name), robust=True)
