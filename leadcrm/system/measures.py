"""What the product needs and what waits, measured at one moment. Judging it is ``checks``' part."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from capture.models import Submission
from common import heartbeat
from common.heartbeat import Pulse
from common.models import Installation
from common.outages import is_unavailable
from leadcrm.system.writes import writes
from leads.models import Mark
from leads.selectors import put_aside
from mail.models import Message
from mail.models import Status as MailStatus
from nurturing.models import Enrollment, EnrollmentState
from sales.models import WORKING_STATES, Handover

# Counting stops here: what is more is as bad, and would take the database long.
MOST_COUNTED = 100_000


@dataclass(frozen=True)
class Queue:
    """One kind of due row: what it is called, how many are due, and the seconds the oldest has waited."""

    name: str
    what: str
    count: int = 0
    oldest_seconds: float | None = None


@dataclass(frozen=True)
class Disk:
    """The room on one file system the product writes to."""

    folder: Path
    free: int
    total: int


@dataclass(frozen=True)
class Health:
    """What was found. ``queues`` are empty while the database does not answer, ``pulse`` while the broker does not.

    ``database`` is ``ok``, ``down``, or what keeps it from writing: ``full`` or ``read_only``.
    """

    at: datetime
    database: str
    broker: str
    queues: tuple[Queue, ...] = ()
    pulse: Pulse = field(default_factory=Pulse)
    backup_at: datetime | None = None

    @property
    def can_serve(self) -> bool:
        """Whether requests can be answered and forms taken; the broker only wakes, so it may be down."""
        return self.database == "ok"

    @property
    def can_read(self) -> bool:
        """Whether the database answers, even if it takes nothing new."""
        return self.database != "down"

    @property
    def oldest_due_seconds(self) -> float | None:
        """How long the oldest due row of all kinds has waited."""
        return max((queue.oldest_seconds for queue in self.queues if queue.oldest_seconds is not None), default=None)

    def age(self, moment: datetime | None) -> float | None:
        """Return the seconds from ``moment`` to the measurement; clocks of two machines may differ a little."""
        return round(max((self.at - moment).total_seconds(), 0.0), 1) if moment else None


def measure(*, now: datetime) -> Health:
    """Ask the database and the broker, each with a short time-out."""
    database, queues, backup_at = _ask_database(now)
    try:
        return Health(now, database, "ok", queues, heartbeat.pulse(), backup_at)
    except redis.RedisError:
        return Health(now, database, "down", queues, backup_at=backup_at)


def _ask_database(now: datetime) -> tuple[str, tuple[Queue, ...], datetime | None]:
    try:
        connection.ensure_connection()
        with transaction.atomic():
            queues = tuple(_queue(name, *kind[:2], kind[2](now), now) for name, kind in KINDS_OF_WORK.items())
            return writes.state(), queues, Installation.current().last_backup_at
    except (DatabaseError, InterfaceError) as exc:
        if is_unavailable(exc):
            connection.close()
            return "down", (), None
        # It answers, but has not the tables of this version: the migrations say so.
        return "ok", (), None


def _queue(name: str, what: str, column: str, rows: tuple[QuerySet, ...], now: datetime) -> Queue:
    """Add up the sets of one kind; each is counted and ordered by an index of its own."""
    oldest = [moment for due in rows if (moment := due.order_by(column).values_list(column, flat=True).first())]
    count = sum(due.order_by()[:MOST_COUNTED].count() for due in rows) if oldest else 0
    return Queue(name, what, count, round((now - min(oldest)).total_seconds(), 1) if oldest else None)


def _marks(now: datetime) -> tuple[QuerySet, ...]:
    waiting = Mark.objects.filter(~Exists(put_aside().filter(lead=OuterRef("lead"))), due_at__lte=now)
    return tuple(waiting.filter(urgent=urgent) for urgent in (True, False))


def _messages(now: datetime) -> tuple[QuerySet, ...]:
    return (Message.objects.filter(status=MailStatus.PENDING, due_at__lte=now),)


def _enrollments(now: datetime) -> tuple[QuerySet, ...]:
    return (Enrollment.objects.filter(state=EnrollmentState.ACTIVE, due_at__lte=now, sequence__is_active=True),)


def _verdicts(now: datetime) -> tuple[QuerySet, ...]:
    return (Handover.objects.filter(closed_at=None, settles_at__lte=now),)


def _returns(now: datetime) -> tuple[QuerySet, ...]:
    late = Handover.objects.filter(return_at__lte=now, closed_at=None, state__in=WORKING_STATES, first_contact_at=None)
    return (late,)


def _unjoined(now: datetime) -> tuple[QuerySet, ...]:
    return (Submission.objects.filter(status=Submission.Status.UNJOINED, due_at__lte=now),)


KINDS_OF_WORK: dict[str, tuple[str, str, Callable[[datetime], tuple[QuerySet, ...]]]] = {
    "marks": ("lead to be judged", "due_at", _marks),
    "messages": ("mail to be sent", "due_at", _messages),
    "enrollments": ("step of a sequence", "due_at", _enrollments),
    "verdicts": ("verdict to be settled", "settles_at", _verdicts),
    "returns": ("handover to go back to the queue", "return_at", _returns),
    "unjoined": ("submission without its lead", "due_at", _unjoined),
}


def disks() -> list[Disk]:
    """Return the file systems of data and uploads, each once."""
    found: dict[int, Disk] = {}
    for folder in (settings.DATA_DIR, settings.MEDIA_ROOT):
        there = next(path for path in (Path(folder), *Path(folder).parents) if path.exists())
        usage = shutil.disk_usage(there)
        found.setdefault(os.stat(there).st_dev, Disk(there, usage.free, usage.total))
    return list(found.values())
