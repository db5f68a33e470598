"""What becomes of a delivery and of its receiver after a try: delivered, tried again later, given up, switched off."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import Delivery, Role, User, Webhook
from accounts.services.audit import audit
from accounts.services.webhooks import switch_off
from mail.models import Kind
from mail.services import queue_message

# Ten tries within three days.
DELAYS = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 21600, 43200, 86400, 86400))
# How long a receiver in trouble is left alone, whatever waits for it.
RESTS = tuple(timedelta(seconds=s) for s in (10, 30, 60, 300, 900, 1800, 3600))
PATIENCE = timedelta(days=3)
KEPT_TRIES = 20
KEPT_ANSWER = 1000
BUSY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True)
class Outcome:
    """What one request came to: a status with the answer's text, or no answer and why."""

    status: int | None
    error: str
    answer: str
    ms: int

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def blames_receiver(self) -> bool:
        """Whether the receiver itself is in trouble, and not only with this one request."""
        return self.status is None or self.status >= 500 or self.status in BUSY

    @property
    def words(self) -> str:
        if self.status is None:
            return self.error
        phrase = HTTPStatus(self.status).phrase if self.status in HTTPStatus._value2member_map_ else ""
        return f"The receiver answered {self.status} {phrase}".rstrip() + "."


@transaction.atomic
def settle(*, delivery: Delivery, outcome: Outcome, now: datetime) -> bool:
    """Write down one try, and return whether the receiver said yes. A claim that was lost meanwhile changes nothing."""
    receiver = Webhook.objects.select_for_update(no_key=True).filter(pk=delivery.webhook_id).first()
    found = Delivery.objects.filter(pk=delivery.pk, claim_token=delivery.claim_token, state=Delivery.State.SENDING)
    one_try = {"at": now.isoformat(), "status": outcome.status, "error": outcome.error[:300], "ms": outcome.ms}
    values = {
        "tries": [*delivery.tries, one_try][-KEPT_TRIES:],
        "answer": outcome.answer[:KEPT_ANSWER],
        "claim_token": None,
        "lease_until": None,
    }
    if receiver is None or not found.update(**values, **_next(delivery, outcome, receiver, now)):
        return False
    if outcome.is_success:
        _note_success(receiver, now)
    else:
        _note_failure(receiver, outcome, now)
    if not outcome.is_success and Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.DEAD).exists():
        tell_admins(receiver, f"{delivery.event} was given up. {outcome.words}", now)
    return outcome.is_success


def _next(delivery: Delivery, outcome: Outcome, receiver: Webhook, now: datetime) -> dict[str, object]:
    if outcome.is_success:
        return {"state": Delivery.State.DELIVERED, "reason": "", "finished_at": now}
    if not receiver.is_active:
        return {"state": Delivery.State.DEAD, "reason": receiver.off_because, "finished_at": now}
    if delivery.attempts > len(DELAYS):
        reason = f"Given up after {delivery.attempts} tries. {outcome.words}"
        return {"state": Delivery.State.DEAD, "reason": reason[:300], "finished_at": now}
    due_at = now + DELAYS[delivery.attempts - 1]
    return {"state": Delivery.State.PENDING, "reason": outcome.words[:300], "due_at": due_at}


def _note_success(receiver: Webhook, now: datetime) -> None:
    clean = {"failing_since": None, "resting_until": None, "failures_in_row": 0}
    Webhook.objects.filter(pk=receiver.pk).update(delivered_at=now, **clean)


def _note_failure(receiver: Webhook, outcome: Outcome, now: datetime) -> None:
    since = receiver.failing_since or now
    rest = RESTS[min(receiver.failures_in_row, len(RESTS) - 1)]
    Webhook.objects.filter(pk=receiver.pk).update(
        failing_since=since,
        failures_in_row=receiver.failures_in_row + 1,
        resting_until=now + rest if outcome.blames_receiver else receiver.resting_until,
    )
    if outcome.status == HTTPStatus.GONE:
        _give_up(receiver, "The receiver answered 410 Gone: it wants no more.", now)
    elif now - since >= PATIENCE:
        _give_up(receiver, f"Every delivery failed for {PATIENCE.days} days. {outcome.words}", now)


def _give_up(receiver: Webhook, reason: str, now: datetime) -> None:
    if switch_off(webhook=receiver, reason=reason, now=now):
        changes = {"active": [True, False], "reason": ["", reason]}
        audit(by=None, action="changed", kind="webhook", object_id=str(receiver.pk), changes=changes, now=now)
        tell_admins(receiver, f"It is switched off. {reason}", now)


def tell_admins(receiver: Webhook, text: str, now: datetime) -> None:
    """Mail every admin, at most once a day for each receiver and cause."""
    address = f"{settings.PUBLIC_BASE_URL}{reverse('accounts:webhook', args=[receiver.pk])}"
    cause = "off" if text.startswith("It is switched off") else "given-up"
    for admin in User.objects.filter(role=Role.ADMIN, is_active=True, is_service=False):
        queue_message(
            dedupe_key=f"webhook-{cause}:{receiver.pk}:{now:%Y-%m-%d}:{admin.pk}",
            kind=Kind.STAFF,
            to_email=admin.email,
            subject=f"Webhook {receiver.name}: something was not delivered"[:200],
            text=f"{text}\n\nSee what waits, and send it again:\n{address}\n",
            html="",
            now=now,
        )
