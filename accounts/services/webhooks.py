"""Webhooks: made, changed, tried, switched off, removed."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import TEST_EVENT, Delivery, User, Webhook
from accounts.selectors import deliveries_due_before
from accounts.services.audit import audit, difference
from accounts.services.events import DELIVER, NewEvent, publish
from common.outbound import check_url
from common.wake import wake

SECRET_MARK = "whsec_"  # nosec B105: what each secret begins with
OVERLAP = timedelta(hours=24)


def new_secret() -> str:
    """Return a secret of 256 random bits."""
    return SECRET_MARK + secrets.token_urlsafe(32)


@transaction.atomic
def create_webhook(*, name: str, url: str, events: Sequence[str], by: User, now: datetime) -> Webhook:
    """Return the new webhook; its secret is shown once. Raises UnsafeUrl."""
    check_url(url)
    webhook = Webhook.objects.create(
        name=name, url=url, events=sorted(set(events)), secret=new_secret(), created_by=by, created_at=now
    )
    changes = {"name": ["", name], "url": ["", url], "events": ["", ", ".join(webhook.events)]}
    _note(webhook, "created", changes, by, now)
    return webhook


@transaction.atomic
def edit_webhook(*, webhook: Webhook, changes: dict[str, Any], by: User, now: datetime) -> Webhook:
    """Change name, url or events. Raises UnsafeUrl."""
    locked = Webhook.objects.select_for_update().get(pk=webhook.pk)
    if "events" in changes:
        changes = {**changes, "events": sorted(set(changes["events"]))}
    changed = difference(locked, changes)
    if "url" in changed:
        check_url(changes["url"])
    for name in changed:
        setattr(locked, name, changes[name])
    if changed:
        locked.save(update_fields=list(changed))
        words = {name: [_words(old), _words(new)] for name, (old, new) in changed.items()}
        _note(locked, "changed", words, by, now)
    return locked


@transaction.atomic
def set_webhook_active(*, webhook: Webhook, is_active: bool, by: User, now: datetime) -> None:
    """Switch a webhook on, with a clean slate, or off, which gives up what waits for it."""
    if is_active:
        found = Webhook.objects.filter(pk=webhook.pk, is_active=False)
        clean = {"off_because": "", "failing_since": None, "resting_until": None, "failures_in_row": 0}
        is_changed = found.update(is_active=True, **clean)
    else:
        is_changed = switch_off(webhook=webhook, reason=f"Switched off by {by}.", now=now)
    if is_changed:
        _note(webhook, "changed", {"active": [not is_active, is_active]}, by, now)


def switch_off(*, webhook: Webhook, reason: str, now: datetime) -> bool:
    """Switch a webhook off; what waits for it is given up, with the reason. False when it was off."""
    if not Webhook.objects.filter(pk=webhook.pk, is_active=True).update(is_active=False, off_because=reason[:300]):
        return False
    waiting = Delivery.objects.filter(webhook=webhook, state=Delivery.State.PENDING)
    waiting.update(state=Delivery.State.DEAD, reason=reason[:300], finished_at=now)
    return True


@transaction.atomic
def renew_secret(*, webhook: Webhook, by: User, now: datetime) -> str:
    """Return a new secret. For a day requests are signed with the former one too."""
    locked = Webhook.objects.select_for_update().get(pk=webhook.pk)
    locked.former_secret, locked.former_secret_until = locked.secret, now + OVERLAP
    locked.secret = new_secret()
    locked.save(update_fields=["secret", "former_secret", "former_secret_until"])
    _note(locked, "renewed the secret of", {}, by, now)
    return locked.secret


@transaction.atomic
def delete_webhook(*, webhook: Webhook, by: User, now: datetime) -> None:
    """Remove a webhook with its log."""
    # Before its deliveries, as whoever settles one does.
    Webhook.objects.select_for_update().filter(pk=webhook.pk).first()
    _note(webhook, "deleted", {"name": [webhook.name, ""], "url": [webhook.url, ""]}, by, now)
    Webhook.objects.filter(pk=webhook.pk).delete()


@transaction.atomic
def send_test_event(*, webhook: Webhook, by: User, now: datetime) -> Delivery:
    """Queue ``webhook.test`` for one webhook, and return its delivery."""
    content = {"webhook": str(webhook.pk), "name": webhook.name, "sent_by": str(by)}
    event = NewEvent(TEST_EVENT, now, content)
    publish(events=[event], now=now, only_to=webhook)
    _note(webhook, "tested", {}, by, now)
    return Delivery.objects.get(webhook=webhook, event_id=event.id)


@transaction.atomic
def redeliver(*, delivery: Delivery, by: User, now: datetime) -> bool:
    """Queue a delivery that ended once more, at once and with the same id; False while it is still on its way."""
    ended = [Delivery.State.DELIVERED, Delivery.State.DEAD]
    found = Delivery.objects.filter(pk=delivery.pk, state__in=ended)
    if not found.update(state=Delivery.State.PENDING, due_at=now, attempts=0, reason="", finished_at=None):
        return False
    Webhook.objects.filter(pk=delivery.webhook_id).update(resting_until=None)
    _note(delivery.webhook, "redelivered", {"delivery": ["", str(delivery.pk)]}, by, now)
    wake(DELIVER)
    return True


def give_up_deliveries(*, due_before: datetime, reason: str, now: datetime) -> int:
    """Send by itself nothing that was due by then; a person still can. Returns how many there were."""
    free = {"claim_token": None, "lease_until": None}  # nosec B105: no secret
    dead = {"state": Delivery.State.DEAD, "reason": reason[:300], "finished_at": now}
    return deliveries_due_before(due_before).update(**dead, **free)


def _note(webhook: Webhook, action: str, changes: dict[str, Any], by: User, now: datetime) -> None:
    audit(by=by, action=action, kind="webhook", object_id=str(webhook.pk), changes=changes, now=now)


def _words(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value
