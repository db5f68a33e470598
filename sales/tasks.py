"""What the clock and the wake-up call."""

from celery import shared_task

from common import clock
from sales import services


@shared_task(name="sales.watch_handovers")
def watch_handovers() -> int:
    return services.watch_handovers(now=clock.now())
