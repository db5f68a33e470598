"""Background work that belongs to no app."""

from celery import shared_task
from django.utils import timezone

from common import heartbeat


@shared_task(name="common.record_heartbeat")
def record_heartbeat() -> None:
    heartbeat.record_heartbeat(now=timezone.now())
