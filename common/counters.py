"""Counts what happened, for ``/metrics``: in memory first, and every two seconds added up in Redis by a thread.

So the numbers are those of all processes on all hosts, whichever of them is asked, and counting costs nobody a wait.
A process that is killed takes at most two seconds of counts with it; a Redis that was emptied starts again from 0,
which Prometheus expects of a counter.
"""

import json
import logging
import threading
import time
from bisect import bisect_left
from collections import defaultdict
from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

KEY = "leadcrm:counters"
SHARE_SECONDS = 2.0
OPEN_CIRCUIT_SECONDS = 10.0
TIMEOUT_SECONDS = 0.5
SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)

Series = tuple[str, tuple[str, ...]]


class Counters:
    """Sums by name and label values. Label values come from short closed lists, so there are never many."""

    def __init__(self) -> None:
        self._sums: defaultdict[Series, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._is_due = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, name: str, *labels: str, amount: float = 1.0) -> None:
        """Add ``amount`` to one sum."""
        with self._lock:
            self._sums[name, labels] += amount
            # A thread does not survive a fork: what is not alive here is started here.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="counters", daemon=True)
                self._thread.start()
        self._is_due.set()

    def observe(self, name: str, *labels: str, seconds: float) -> None:
        """Count one duration in its bucket, and add it to the sum of all."""
        place = bisect_left(SECONDS_BUCKETS, seconds)
        bound = str(SECONDS_BUCKETS[place]) if place < len(SECONDS_BUCKETS) else "+Inf"
        self.add(f"{name}_bucket", *labels, bound)
        self.add(f"{name}_sum", *labels, amount=seconds)

    def share(self) -> None:
        """Add what was counted here to Redis. Raises redis.RedisError, and then keeps it for the next time."""
        with self._lock:
            sums, self._sums = self._sums, defaultdict(float)
        try:
            with _client().pipeline(transaction=True) as ask:
                for series, amount in sums.items():
                    ask.hincrbyfloat(KEY, json.dumps(series), amount)
                ask.execute()
        except redis.RedisError:
            with self._lock:
                for series, amount in sums.items():
                    self._sums[series] += amount
            raise

    def _run(self) -> None:
        while True:
            self._is_due.wait()
            self._is_due.clear()
            time.sleep(SHARE_SECONDS)
            try:
                self.share()
            except (redis.RedisError, OSError) as exc:
                logger.info("Redis takes no counts (%s); they are kept for later.", exc)
                self._is_due.set()
                time.sleep(OPEN_CIRCUIT_SECONDS)


counters = Counters()


def totals() -> dict[Series, float]:
    """Return the sums of all processes. Raises redis.RedisError when the broker is down."""
    found = {}
    for field, amount in _client().hgetall(KEY).items():
        name, labels = json.loads(field)
        found[name, tuple(labels)] = float(amount)
    return found


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
