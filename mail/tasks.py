"""Celery tasks of mail."""

from celery import shared_task

from common import clock
from mail import services


@shared_task(name="mail.send_due_messages")
def send_due_messages() -> int:
    return services.send_due_messages(now=clock.now())
