"""Background work of accounts: webhooks, mails to people who forgot their password, the seals of the audit log."""

from celery import shared_task

from accounts import services
from common import clock


@shared_task(name="accounts.deliver_webhooks")
def deliver_webhooks() -> int:
    return services.deliver_webhooks(now=clock.now())


@shared_task(name="accounts.answer_reset_requests")
def answer_reset_requests() -> int:
    return services.answer_reset_requests(now=clock.now())


@shared_task(name="accounts.seal_audit_log")
def seal_audit_log() -> int:
    """Seal what was written since. Returns the number of entries."""
    return services.seal_audit_log()
