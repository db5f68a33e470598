"""``/healthz``: this process answers. ``/readyz``: what it needs answers too, and nothing due has been waiting long."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import redis
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import can_administer
from common import heartbeat
from leads.models import Mark
from mail.models import Message, Status

# Twelve ticks: with a worker at work nothing due stands this long.
OVERDUE_AFTER = timedelta(seconds=120)


@dataclass(frozen=True)
class Health:
    """What the product needs, measured at one moment. Ages are in seconds, None where there is nothing to measure."""

    database: str
    broker: str
    last_beat_age: float | None
    oldest_mark_age: float | None
    oldest_message_age: float | None

    @property
    def can_serve(self) -> bool:
        """Whether requests can be answered; the broker only wakes, so it may be down."""
        return self.database == "ok"

    @property
    def warnings(self) -> list[str]:
        """What a person should look at, in sentences."""
        found = []
        if self.broker != "ok":
            found.append("The broker does not answer: work is done when it is back. Check REDIS_URL.")
        elif self.last_beat_age is None or self.last_beat_age > heartbeat.LATE_AFTER.total_seconds():
            found.append("No heartbeat: the worker or its clock (beat) is not running.")
        for name, age in (("lead to be judged", self.oldest_mark_age), ("mail to be sent", self.oldest_message_age)):
            if age is not None and age > OVERDUE_AFTER.total_seconds():
                found.append(f"The oldest {name} has been due for {age:.0f} s.")
        return found


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process is alive, without asking anything else."""
    return JsonResponse({"status": "ok", "product": "leadcrm"}, headers={"Cache-Control": "no-store"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether requests can be served; the measurements are for admins."""
    health = measure(now=timezone.now())
    status = 200 if health.can_serve else 503
    answer: dict[str, object] = {"status": "ready" if health.can_serve else "unavailable"}
    if health.can_serve and can_administer(reader(request)):
        answer |= {**asdict(health), "warnings": health.warnings}
    return JsonResponse(answer, status=status, headers={} if health.can_serve else {"Retry-After": "5"})


def reader(request: HttpRequest) -> User | AnonymousUser:
    """Return who is signed in; without a session cookie nobody, and no query is made to find out."""
    return getattr(request, "user", None) or AnonymousUser()


def measure(*, now: datetime) -> Health:
    """Ask the database and the broker, each with a short time-out."""
    database, mark_age, message_age = _ask_database(now)
    broker, beat_age = _ask_broker(now)
    return Health(database, broker, beat_age, mark_age, message_age)


def _ask_database(now: datetime) -> tuple[str, float | None, float | None]:
    try:
        connection.ensure_connection()
        due = Mark.objects.filter(due_at__lte=now).order_by("due_at").values_list("due_at", flat=True)
        marks = [moment for is_urgent in (True, False) if (moment := due.filter(urgent=is_urgent).first())]
        pending = Message.objects.filter(status=Status.PENDING, due_at__lte=now).order_by("due_at")
        message = pending.values_list("due_at", flat=True).first()
    except DatabaseError:
        connection.close()
        return "down", None, None
    return "ok", _age(min(marks, default=None), now), _age(message, now)


def _ask_broker(now: datetime) -> tuple[str, float | None]:
    try:
        return "ok", _age(heartbeat.last_heartbeat(), now)
    except redis.RedisError:
        return "down", None


def _age(moment: datetime | None, now: datetime) -> float | None:
    return round((now - moment).total_seconds(), 1) if moment else None
