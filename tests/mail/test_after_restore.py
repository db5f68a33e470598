"""After a restore the ledger does not know what was sent meanwhile: nothing leaves before somebody has decided."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import AuditEntry, Role, User
from mail.models import Message, Restore, Status
from mail.services import NothingToDecide, decide_after_restore, send_due_messages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def restored(now) -> Restore:
    return Restore.objects.create(backup_at=now - timedelta(days=1), restored_at=now)


def statuses() -> list[str]:
    return list(Message.objects.order_by("id").values_list("status", flat=True))


def test_nothing_is_claimed_before_the_decision(queue, smtp_sink, restored, now):
    queue()

    assert send_due_messages(now=now + timedelta(minutes=1)) == 0
    assert smtp_sink.messages == []
    assert statuses() == [Status.PENDING]


def test_what_was_due_before_becomes_uncertain_and_what_is_due_after_is_sent(queue, smtp_sink, restored, now):
    queue(due_at=now - timedelta(hours=1))
    queue(now=now + timedelta(minutes=1))

    count = decide_after_restore(decision="uncertain", now=now + timedelta(minutes=2))
    send_due_messages(now=now + timedelta(minutes=3))

    assert count == 1
    assert statuses() == [Status.UNCERTAIN, Status.SENT]
    assert "restored from the backup of 2026-11-22" in Message.objects.order_by("id").first().reason
    assert len(smtp_sink.messages) == 1


def test_a_message_that_was_in_a_senders_hands_at_the_backup_is_uncertain_too(queue, restored, now):
    message = queue()
    free = {"lease_until": now - timedelta(hours=1), "claim_token": message.pk, "status": Status.SENDING}
    Message.objects.update(due_at=now - timedelta(hours=2), **free)

    decide_after_restore(decision="uncertain", now=now)

    assert statuses() == [Status.UNCERTAIN]


def test_what_is_planned_later_for_a_time_before_the_restore_is_not_sent_either(queue, smtp_sink, restored, now):
    decide_after_restore(decision="uncertain", now=now)

    queue(now=now + timedelta(hours=1), due_at=now - timedelta(hours=1))
    queue(now=now + timedelta(hours=1))
    send_due_messages(now=now + timedelta(hours=2))

    assert statuses() == [Status.UNCERTAIN, Status.SENT]


def test_who_decides_to_send_gets_it_sent(queue, smtp_sink, restored, now):
    queue(due_at=now - timedelta(hours=1))

    assert decide_after_restore(decision="send", now=now) == 1
    send_due_messages(now=now + timedelta(minutes=1))

    assert statuses() == [Status.SENT]


def test_a_second_decision_changes_nothing(queue, restored, now):
    decide_after_restore(decision="send", now=now)

    with pytest.raises(NothingToDecide):
        decide_after_restore(decision="uncertain", now=now)
    assert Restore.objects.get().decision == "send"


def test_an_admin_decides_on_the_system_page_and_it_is_written_down(queue, restored, now):
    queue(due_at=now - timedelta(hours=1))
    client = Client()
    client.force_login(User.objects.create_user("ada@crm.example", "a long password", name="Ada", role=Role.ADMIN))

    asked = client.get("/settings/system/").content.decode()
    refused = client.post("/settings/system/after-restore", {"decision": "both"})
    answer = client.post("/settings/system/after-restore", {"decision": "uncertain"}, follow=True).content.decode()

    assert "1 mail and 0 webhook events were due before the restore" in asked
    assert refused.status_code == 422
    assert "Mail and webhooks leave again." in answer and "Nothing leaves since" not in answer
    assert statuses() == [Status.UNCERTAIN]
    assert AuditEntry.objects.get(kind="restore").changes["due_before"] == ["held", "uncertain"]
