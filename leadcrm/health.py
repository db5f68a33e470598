"""``/healthz``: this process answers. ``/readyz``: what it needs answers too, and how it stands."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leadcrm.system.access import may_see_details
from leadcrm.system.checks import problems, system_checks
from leadcrm.system.measures import Health, measure


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process is alive, without asking anything else."""
    return JsonResponse({"status": "ok", "product": "leadcrm"}, headers={"Cache-Control": "no-store"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether requests can be served; the measurements are for admins and for holders of the metrics token."""
    health = measure(now=timezone.now())
    answer: dict[str, object] = {"status": "ready" if health.can_serve else "unavailable"}
    if health.can_read and may_see_details(request):
        answer |= details(health)
    headers = {} if health.can_serve else {"Retry-After": "5"}
    return JsonResponse(answer, status=200 if health.can_serve else 503, headers=headers)


def details(health: Health) -> dict[str, object]:
    """Return the measurements, ages in seconds, and what a person should look at."""
    workers = health.pulse.workers
    return {
        "database": health.database,
        "broker": health.broker,
        "last_beat_age": health.age(health.pulse.beat),
        "last_clock_age": health.age(health.pulse.clock),
        "worker_ages": {name: health.age(seen) for name, seen in sorted(workers.items())},
        "oldest_due_age": health.oldest_due_seconds,
        "due": {queue.name: {"count": queue.count, "oldest_age": queue.oldest_seconds} for queue in health.queues},
        "warnings": [check.text for check in problems(system_checks(health))],
    }
