"""The product's own web application and Celery app, with what a fault needs to reach inside of them.

``CHAOS_DELIVER_TWICE``: every task is published twice, the second time up to so many seconds later, so out of order.
``CHAOS_CLOCK``: a file with seconds that have passed for the product, so that what is due in days is due now.
``CHAOS_WRONG_CLOCK``: a file with seconds by which the clock of the machine is wrong.
``CHAOS_DEADLY``: a lead and a mail of the name in ``chaos.settings`` kill the process that works on them.
``CHAOS_HASTE``: the lease and the time-outs of sending are that many times shorter, for runs that cannot wait minutes.
"""

import importlib
import os
import random
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import redis
from celery.signals import task_prerun
from django.conf import settings
from django.utils import timezone

from common import clock
from common.clock import Clock
from leadcrm.celery import app
from leadcrm.wsgi import application
from mail.services import claims, send_due_messages
from mail.smtp import Timeouts

__all__ = ["app", "application"]


def deliver_twice(spread_seconds: float) -> None:
    """Publish every task once more, after a while, and count what was published and what ran."""
    publish = app.send_task
    counts = redis.Redis.from_url(settings.REDIS_URL)

    def twice(*args: Any, **options: Any) -> Any:
        # A producer belongs to the thread that got it, a connection to the one that opened it.
        again = {name: value for name, value in options.items() if name not in ("producer", "connection", "task_id")}
        timer = threading.Timer(random.uniform(0, spread_seconds), publish, args, again)
        timer.daemon = True
        timer.start()
        counts.hincrby("chaos:published", args[0], 1)
        return publish(*args, **options)

    def count(task: Any, **_: Any) -> None:
        counts.hincrby("chaos:ran", task.name, 1)

    app.send_task = twice
    task_prerun.connect(count, weak=False)


def move_clock(passed: Path | None, wrong: Path | None) -> None:
    """Let time pass for the product, and let the machine be wrong, by what the files say at the moment of reading."""
    right, wall = clock.now, Clock.wall

    def now() -> datetime:
        return right() + timedelta(seconds=_seconds(passed))

    Clock.wall = lambda self: wall(self) + _seconds(wrong)  # type: ignore[method-assign]
    clock.now = now
    timezone.now = lambda: datetime.now(UTC) + timedelta(seconds=_seconds(passed) + _seconds(wrong))


def _seconds(path: Path | None) -> float:
    return float(path.read_text()) if path else 0.0


def make_haste(times: float) -> None:
    """Send with shorter lease and time-outs, in the same proportions."""
    usual = Timeouts()
    timeouts = Timeouts(usual.connect / times, usual.command / times, usual.final / times)

    def send() -> int:
        return send_due_messages(
            now=clock.now(),
            limit_seconds=60 / times,
            lease_seconds=claims.LEASE_SECONDS / times,
            timeouts=timeouts,
        )

    app.loader.import_default_modules()
    app.tasks["mail.send_due_messages"].run = send


if os.environ.get("CHAOS_DELIVER_TWICE"):
    deliver_twice(float(os.environ["CHAOS_DELIVER_TWICE"]))
if os.environ.get("CHAOS_CLOCK") or os.environ.get("CHAOS_WRONG_CLOCK"):
    move_clock(*(Path(name) if (name := os.environ.get(key)) else None for key in ("CHAOS_CLOCK", "CHAOS_WRONG_CLOCK")))
if os.environ.get("CHAOS_DEADLY"):
    # Only now: it reads the models.
    importlib.import_module("chaos.deadly").arm()
if os.environ.get("CHAOS_HASTE"):
    make_haste(float(os.environ["CHAOS_HASTE"]))
