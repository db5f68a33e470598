"""``/metrics`` in the format of Prometheus: what waits and what lives is measured now, what happened was counted."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import redis
from django.conf import settings
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from capture.models import Submission
from common.counters import SECONDS_BUCKETS, Series, totals
from leadcrm.system.access import may_see_details
from leadcrm.system.measures import MOST_COUNTED, Health, disks, measure
from mail.models import Message, Status

COUNTED = {
    "requests": ("Requests answered", ("area", "method", "status")),
    "submissions": ("Submissions of forms answered", ("status",)),
    "messages": ("Mails by what became of a try to send them", ("outcome",)),
    "tasks": ("Background tasks ended", ("task", "state")),
}
TIMED = {
    "request_seconds": ("Time to answer a request", ("area",)),
    "task_seconds": ("Time a background task took", ("task",)),
}


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all figures; strangers are told that a token is needed."""
    if not may_see_details(request):
        text = "Send METRICS_TOKEN as a bearer token, or sign in as an admin.\n"
        headers = {"WWW-Authenticate": 'Bearer realm="LeadCRM metrics"'}
        return HttpResponse(text, status=401, content_type="text/plain", headers=headers)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(measure(now=timezone.now())))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Figures(Collector):
    """All figures of one moment."""

    def __init__(self, health: Health) -> None:
        self.health = health

    def collect(self) -> Iterator[Metric]:
        yield from self._servers()
        yield from self._due()
        yield from self._signs()
        yield from self._backup()
        yield gauge("disk_free_bytes", "Room left on disk", "folder", ((str(d.folder), d.free) for d in disks()))
        if self.health.can_read:
            yield from waiting()
        if self.health.broker == "ok":
            yield from counted()

    def _servers(self) -> Iterator[Metric]:
        version = GaugeMetricFamily("leadcrm_info", "The version that answers", labels=["version"])
        version.add_metric([settings.VERSION], 1)
        yield version
        up = (("database", self.health.database == "ok"), ("broker", self.health.broker == "ok"))
        yield gauge("server_up", "Whether a server answers", "server", ((name, float(ok)) for name, ok in up))

    def _backup(self) -> Iterator[Metric]:
        age = self.health.age(self.health.backup_at)
        if age is not None:
            yield GaugeMetricFamily("leadcrm_backup_age_seconds", "Since the last backup was made", value=age)

    def _due(self) -> Iterator[Metric]:
        queues = self.health.queues
        counts = ((queue.name, queue.count) for queue in queues)
        ages = ((queue.name, queue.oldest_seconds or 0.0) for queue in queues)
        yield gauge("due_rows", f"Rows that are due (counted up to {MOST_COUNTED})", "queue", counts)
        yield gauge("oldest_due_seconds", "How long the oldest due row has waited", "queue", ages)

    def _signs(self) -> Iterator[Metric]:
        health, pulse = self.health, self.health.pulse
        ages = (("beat", health.age(pulse.beat)), ("clock", health.age(pulse.clock)))
        known = ((sign, age) for sign, age in ages if age is not None)
        yield gauge("sign_age_seconds", "Since the clock ticked, and a tick went through a worker", "sign", known)
        workers = ((name, health.age(seen) or 0.0) for name, seen in pulse.workers.items())
        yield gauge("worker_age_seconds", "Since a worker's last sign of life", "worker", workers)


def waiting() -> Iterator[Metric]:
    """Yield what lies in a state that can be counted by an index of few rows."""
    held = Submission.objects.filter(status=Submission.Status.HELD)
    messages = [(status.value, Message.objects.filter(status=status)) for status in (Status.PENDING, Status.SENDING)]
    try:
        submissions = [("held", number(held))]
        mails = [(name, number(rows)) for name, rows in messages]
    except DatabaseError:
        return
    yield gauge("submissions_waiting", "Submissions that wait for a person", "status", submissions)
    yield gauge("messages_waiting", "Mails in a state that is not final", "status", mails)


def counted() -> Iterator[Metric]:
    """Yield the sums of all processes."""
    try:
        sums = totals()
    except redis.RedisError:
        return
    for name, (text, labels) in COUNTED.items():
        family = CounterMetricFamily(f"leadcrm_{name}", text, labels=labels)
        for (found, values), amount in sorted(sums.items()):
            if found == name and len(values) == len(labels):
                family.add_metric(values, amount)
        yield family
    for name, (text, labels) in TIMED.items():
        yield timed(name, text, labels, sums)


def timed(name: str, text: str, labels: tuple[str, ...], sums: dict[Series, float]) -> Metric:
    """Return one histogram; Prometheus wants each bucket to hold the smaller ones too."""
    family = HistogramMetricFamily(f"leadcrm_{name}", text, labels=labels)
    bounds = [*map(str, SECONDS_BUCKETS), "+Inf"]
    buckets: dict[tuple[str, ...], dict[str, float]] = defaultdict(lambda: dict.fromkeys(bounds, 0.0))
    for (found, values), amount in sums.items():
        if found == f"{name}_bucket" and values[-1] in bounds:
            buckets[values[:-1]][values[-1]] += amount
    for values, found_in in sorted(buckets.items()):
        grown, total = [], 0.0
        for bound in bounds:
            total += found_in[bound]
            grown.append((bound, total))
        family.add_metric(values, grown, sums.get((f"{name}_sum", values), 0.0))
    return family


def gauge(name: str, text: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    """Return one family of present values."""
    family = GaugeMetricFamily(f"leadcrm_{name}", text, labels=[label])
    for value, amount in values:
        family.add_metric([value], amount)
    return family


def number(rows: QuerySet) -> int:
    """Return how many there are, as far as it is counted."""
    return rows.order_by()[:MOST_COUNTED].count()
