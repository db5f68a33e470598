"""The beat: ticks what is due into the broker, and says that it ticks."""

import time
from datetime import UTC, datetime
from typing import Any

import redis
from celery import bootsteps
from celery.beat import EmbeddedService, Scheduler
from celery.worker import WorkController

from common import heartbeat

SIGN_SECONDS = 5.0


class Beat(Scheduler):
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


class BeatInWorker(bootsteps.StartStopStep):
    """The clock as a thread of the worker, for an installation that runs one worker (``leadcrm/worker.py``).

    Celery's own ``--beat`` forks a process, which takes nearly as much memory as the worker once more.
    """

    def __init__(self, worker: WorkController, clock: bool = False, **options: Any) -> None:
        super().__init__(worker, **options)
        self.enabled = clock

    def create(self, worker: WorkController) -> Any:
        return EmbeddedService(worker.app, scheduler_cls=worker.app.conf.beat_scheduler, thread=True)

    def stop(self, worker: WorkController) -> None:
        """Let no further tick begin, without waiting: a tick may hang in a broker that does not answer."""
        if self.obj:
            self.obj.service.stop()

    terminate = stop
