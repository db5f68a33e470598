"""A delivering run: claim the next delivery of each receiver, send them side by side, write down what became of each.

One receiver has one request at a time in a run, and rests after a failure, so a dead one never holds up the others.
Claims are committed before anything leaves; a delivery whose sender died goes out again, with the same id.
"""

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import Delivery, Webhook
from accounts.services.outcomes import Outcome, settle
from accounts.signing import SIGNATURE_HEADER, signature
from common import outbound
from common.arrays import id_array
from common.models import Installation

SLOTS = 8
LEASE_SECONDS = 60

CLAIM = """
UPDATE accounts_delivery
SET state = 'sending', claim_token = %(token)s, attempts = attempts + 1,
    lease_until = statement_timestamp() + make_interval(secs => %(lease)s)
WHERE id IN (
    SELECT next.id
    FROM accounts_webhook AS receiver
    CROSS JOIN LATERAL (
        SELECT id, due_at FROM accounts_delivery
        WHERE webhook_id = receiver.id AND state = 'pending' AND due_at <= %(now)s
        ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) AS next
    WHERE receiver.is_active AND (receiver.resting_until IS NULL OR receiver.resting_until <= %(now)s)
      AND receiver.id <> ALL(%(busy)s::uuid[])
      AND NOT EXISTS (SELECT 1 FROM mail_restore WHERE decision = '')
    ORDER BY next.due_at LIMIT %(free)s)
RETURNING *
"""


def deliver_webhooks(*, now: datetime, limit_seconds: float = 60) -> int:
    """Send what is due and return how many receivers said yes. Claims nothing more after ``limit_seconds``.

    Must not run inside a transaction: claims are committed before anything leaves.
    """
    _free_expired_leases()
    began, accepted = time.monotonic(), 0
    running: dict[Future[Outcome], Delivery] = {}
    with ThreadPoolExecutor(SLOTS, thread_name_prefix="webhook") as pool:
        while True:
            clock = now + timedelta(seconds=time.monotonic() - began)
            if time.monotonic() - began < limit_seconds:
                for delivery in _claim(clock, running):
                    running[pool.submit(_send, delivery, clock)] = delivery
            if not running:
                return accepted
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                clock = now + timedelta(seconds=time.monotonic() - began)
                accepted += settle(delivery=running.pop(future), outcome=future.result(), now=clock)


def _claim(now: datetime, running: dict[Future[Outcome], Delivery]) -> list[Delivery]:
    """Claim one due delivery of each receiver that has none under way; none at all while sending is paused.

    Nor after a restore, in the statement itself, until a person has decided about what may have gone out before.
    """
    free = SLOTS - len(running)
    if not free or Installation.current().sending_paused:
        return []
    busy = id_array(delivery.webhook_id for delivery in running.values())
    params = {"token": uuid4(), "lease": LEASE_SECONDS, "now": now, "busy": busy, "free": free}
    with transaction.atomic(durable=True):
        claimed = list(Delivery.objects.raw(CLAIM, params))
    receivers = Webhook.objects.in_bulk([delivery.webhook_id for delivery in claimed])
    for delivery in claimed:
        delivery.webhook = receivers[delivery.webhook_id]
    return claimed


def _send(delivery: Delivery, now: datetime) -> Outcome:
    """Make the request; runs in a thread of its own and asks no database."""
    webhook, body, began = delivery.webhook, delivery.body.encode(), time.monotonic()
    is_overlap = webhook.former_secret and webhook.former_secret_until and webhook.former_secret_until > now
    secrets = [webhook.secret, webhook.former_secret] if is_overlap else [webhook.secret]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "LeadCRM-Webhook/1",
        "LeadCRM-Event": delivery.event,
        "LeadCRM-Delivery": str(delivery.pk),
        SIGNATURE_HEADER: signature(secrets=secrets, body=body, now=now),
        "Connection": "close",
    }
    try:
        answer = outbound.post(webhook.url, body=body, headers=headers)
    except (outbound.UnsafeUrl, outbound.CallFailed) as exc:
        return Outcome(None, str(exc), "", _ms(began))
    text = answer.body.decode("utf-8", "replace").replace("\0", "")
    return Outcome(answer.status, "", text, _ms(began))


def _ms(began: float) -> int:
    return round(1000 * (time.monotonic() - began))


def _free_expired_leases() -> None:
    """Give back what a sender that died had claimed. It may have arrived: receivers know a delivery by its id."""
    expired = Delivery.objects.filter(state=Delivery.State.SENDING, lease_until__lt=Now())
    expired.update(state=Delivery.State.PENDING, claim_token=None, lease_until=None)
