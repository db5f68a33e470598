"""The clock (beat): ticks what is due into the broker, and says that it ticks."""

import time
from datetime import UTC, datetime
from typing import Any

import redis
from celery.beat import Scheduler

from common import heartbeat

SIGN_SECONDS = 5.0


class Clock(Scheduler):
    """Celery's plain scheduler: the schedule stands in the settings, and nothing is kept on disk."""

    _signed_at = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Do what is due, leave a sign of life, and return the seconds until the next tick."""
        seconds = super().tick(*args, **kwargs)
        if time.monotonic() - self._signed_at >= SIGN_SECONDS:
            self._signed_at = time.monotonic()
            try:
                heartbeat.record_clock(now=datetime.now(UTC))
            except redis.RedisError:
                self.logger.warning("The broker does not answer; the clock goes on.")
        return seconds
