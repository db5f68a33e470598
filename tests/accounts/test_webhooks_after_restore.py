"""After a restore nobody knows which events went out meanwhile: they wait for the decision that mail waits for."""

from datetime import timedelta

import pytest

from accounts import services
from accounts.models import AuditEntry, Delivery, Event
from leadcrm.system.restored import decide, held_since_restore
from mail.models import Restore
from tests.accounts.receiver import receiving

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def hook(receiver, admin, settings, now):
    """A webhook with one event that was due before the restore, and one that is due after it."""
    settings.OUTBOUND_PRIVATE_HOSTS = [receiver.host]
    url = f"http://{receiver.host}/hook"
    hook = services.create_webhook(name="Chat", url=url, events=Event.values, by=admin, now=now - 2 * HOUR)
    for moment in (now - HOUR, now + HOUR):
        services.send_test_event(webhook=hook, by=admin, now=moment)
    Restore.objects.create(backup_at=now - timedelta(days=1), restored_at=now)
    return hook


def states() -> list[str]:
    return list(Delivery.objects.order_by("due_at").values_list("state", flat=True))


def test_nothing_is_sent_before_the_decision(hook, receiver, now):
    assert services.deliver_webhooks(now=now + 2 * HOUR) == 0
    assert (receiver.heard, states()) == ([], ["pending", "pending"])
    assert (held_since_restore().mails, held_since_restore().deliveries) == (0, 1)


def test_what_was_due_before_is_given_up_with_the_reason_and_can_be_sent_by_a_person(hook, receiver, admin, now):
    decide(decision="uncertain", by=admin, now=now + 2 * HOUR)

    assert services.deliver_webhooks(now=now + 2 * HOUR) == 1
    old = Delivery.objects.earliest("due_at")
    assert states() == ["dead", "delivered"] and "restored from the backup of" in old.reason
    assert services.redeliver(delivery=old, by=admin, now=now + 3 * HOUR)
    assert services.deliver_webhooks(now=now + 3 * HOUR) == 1
    assert receiver.heard[-1][0]["LeadCRM-Delivery"] == str(old.pk)


def test_all_is_sent_when_somebody_says_so_and_it_is_written_down(hook, receiver, admin, now):
    decide(decision="send", by=admin, now=now + 2 * HOUR)

    assert services.deliver_webhooks(now=now + 2 * HOUR) == 2
    assert AuditEntry.objects.get(kind="restore").changes == {
        "due_before": ["held", "send"], "messages": ["", 0], "webhook_events": ["", 1],
    }  # fmt: skip


def test_what_was_in_a_senders_hands_at_the_backup_is_given_up_too(hook, admin, now):
    lease = {"claim_token": hook.pk, "lease_until": now - HOUR}
    Delivery.objects.filter(due_at__lt=now).update(state=Delivery.State.SENDING, **lease)

    decide(decision="uncertain", by=admin, now=now + HOUR)

    assert states() == ["dead", "pending"]
