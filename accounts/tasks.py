"""Background work of accounts: webhooks."""

from celery import shared_task
from django.utils import timezone

from accounts import services


@shared_task(name="accounts.deliver_webhooks")
def deliver_webhooks() -> int:
    return services.deliver_webhooks(now=timezone.now())
