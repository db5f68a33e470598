"""Beat and wake() run these; each reads the clock and calls one service."""

from celery import shared_task

from common import clock
from nurturing import services


@shared_task(name="nurturing.advance_due_enrollments")
def advance_due_enrollments() -> int:
    return services.advance_due_enrollments(now=clock.now())
