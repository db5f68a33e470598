"""What insights does in the background."""

from celery import shared_task

from common import clock
from insights import services


@shared_task(name="insights.roll_up")
def roll_up() -> int:
    return services.roll_up(now=clock.now())
