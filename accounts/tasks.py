"""Background work of accounts: webhooks, mails to people who forgot their password."""

from celery import shared_task
from django.utils import timezone

from accounts import services


@shared_task(name="accounts.deliver_webhooks")
def deliver_webhooks() -> int:
    return services.deliver_webhooks(now=timezone.now())


@shared_task(name="accounts.answer_reset_requests")
def answer_reset_requests() -> int:
    return services.answer_reset_requests(now=timezone.now())
