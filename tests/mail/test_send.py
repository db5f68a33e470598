"""The way of a message through the ledger."""

from datetime import timedelta

import pytest

from common.models import Installation
from mail.models import Kind, Message, Relay, Status
from mail.selectors import ledger
from mail.services import cancel_messages, queue_message, send_due_messages, suppress
from tests.mail.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db


def test_a_due_message_is_sent_once_and_says_so(queue, smtp_sink, now):
    message = queue()

    first, second = send_due_messages(now=now), send_due_messages(now=now)

    message.refresh_from_db()
    assert (first, second) == (1, 0)
    assert message.status == Status.SENT
    assert message.sent_at >= now
    assert (message.smtp_code, message.smtp_reply, message.caught) == (250, "2.0.0 queued", False)
    assert smtp_sink.message_ids == [message.message_id]


def test_without_email_url_a_message_goes_the_same_way_and_is_caught(queue, settings, now):
    settings.EMAIL_URL = ""
    message = queue()

    sent = send_due_messages(now=now)

    message.refresh_from_db()
    assert (sent, message.status, message.caught) == (1, Status.SENT, True)


def test_one_connection_carries_a_whole_run_where_no_other_is_allowed(queue, settings, smtp_sink, now):
    settings.EMAIL_CONNECTIONS = 1
    for _ in range(70):
        queue()

    sent = send_due_messages(now=now)

    assert (sent, smtp_sink.connections) == (70, 1)


def test_a_few_messages_are_not_worth_a_second_connection(queue, smtp_sink, now):
    for _ in range(4):
        queue()

    sent = send_due_messages(now=now)

    assert (sent, smtp_sink.connections) == (4, 1)


def test_many_messages_share_the_connections_that_are_allowed(queue, settings, smtp_sink, now):
    settings.EMAIL_CONNECTIONS = 4
    for _ in range(70):
        queue()

    sent = send_due_messages(now=now)

    assert (sent, len(set(smtp_sink.message_ids)), smtp_sink.connections) == (70, 70, 4)
    assert ledger().sent == 70


def test_a_server_that_takes_fewer_connections_gets_all_mail_over_those(queue, settings, now):
    settings.EMAIL_CONNECTIONS = 4
    messages = [queue() for _ in range(70)]

    with SmtpSink(max_connections=2, delay_seconds=0.002) as sink:
        settings.EMAIL_URL = sink.url
        sent = send_due_messages(now=now)

    assert (sent, len(set(sink.message_ids)), sink.connections) == (70, 70, 4)
    assert not Message.objects.filter(pk__in=[message.pk for message in messages]).exclude(attempts=1).exists()
    assert not Relay.objects.filter(failures_in_row__gt=0).exists()


def test_a_message_is_not_sent_before_it_is_due(queue, smtp_sink, now):
    message = queue(due_at=now + timedelta(hours=1))

    early, late = send_due_messages(now=now), send_due_messages(now=now + timedelta(hours=1))

    message.refresh_from_db()
    assert (early, late) == (0, 1)


def test_mail_a_person_waits_for_goes_before_marketing_that_was_due_earlier(queue, smtp_sink, now):
    queue(kind=Kind.MARKETING, subject="News", due_at=now - timedelta(hours=1))
    queue(subject="Your guide")

    send_due_messages(now=now)

    assert [mail["Subject"] for mail in smtp_sink.messages] == ["Your guide", "News"]


def test_the_same_dedupe_key_plans_one_message(queue, now):
    first = queue(dedupe_key="nurture:7:2:1", subject="One")

    second = queue(dedupe_key="nurture:7:2:1", subject="Two")

    assert second.pk == first.pk
    assert second.subject == "One"
    assert Message.objects.count() == 1


def test_paused_sending_leaves_messages_waiting(queue, smtp_sink, now):
    Installation.objects.update_or_create(pk=1, defaults={"sending_paused": True})
    message = queue()

    sent = send_due_messages(now=now)

    message.refresh_from_db()
    assert (sent, message.status, smtp_sink.connections) == (0, Status.PENDING, 0)


def test_a_cancelled_message_is_not_sent_and_says_why(queue, smtp_sink, now):
    message = queue(kind=Kind.MARKETING, dedupe_key="nurture:7:3:1")
    other = queue(kind=Kind.MARKETING, dedupe_key="nurture:8:1:1")

    count = cancel_messages(dedupe_prefix="nurture:7:", reason="The sequence was stopped.", now=now)
    send_due_messages(now=now)

    message.refresh_from_db()
    other.refresh_from_db()
    assert count == 1
    assert (message.status, message.reason) == (Status.CANCELLED, "The sequence was stopped.")
    assert other.status == Status.SENT


def test_cancelling_spares_what_a_person_asked_for(queue, now):
    message = queue(kind=Kind.REQUESTED)

    count = cancel_messages(dedupe_prefix="test:", reason="The sequence was stopped.", now=now)

    message.refresh_from_db()
    assert (count, message.status) == (0, Status.PENDING)


def test_cancelling_without_naming_messages_is_refused(queue, now):
    message = queue()

    with pytest.raises(ValueError, match="dedupe_prefix or about"):
        cancel_messages(reason="all", now=now)

    message.refresh_from_db()
    assert message.status == Status.PENDING


def test_marketing_that_comes_two_days_late_is_not_sent(queue, smtp_sink, now):
    message = queue(kind=Kind.MARKETING)

    send_due_messages(now=now + timedelta(hours=48))

    message.refresh_from_db()
    assert (message.status, smtp_sink.messages) == (Status.FAILED, [])
    assert message.reason == "Not sent within 48 hours of its time."


def test_a_message_that_cannot_be_built_fails_alone(queue, smtp_sink, now):
    poison = queue()
    Message.objects.filter(pk=poison.pk).update(from_email="x@" + "ü" * 300)
    good = queue()

    send_due_messages(now=now)

    poison.refresh_from_db()
    good.refresh_from_db()
    assert (poison.status, good.status) == (Status.FAILED, Status.SENT)
    assert "could not be built" in poison.reason


def test_the_ledger_adds_up_over_every_status(queue, smtp_sink, now):
    queue()
    queue(due_at=now + timedelta(days=1))
    queue(kind=Kind.MARKETING, to_email="gone@buyer.example")
    queue(kind=Kind.MARKETING, dedupe_key="stopped:1")
    suppress(email="gone@buyer.example", topic="newsletter", reason="unsubscribed", now=now)
    cancel_messages(dedupe_prefix="stopped:", reason="stopped", now=now)

    send_due_messages(now=now)

    counts = ledger()
    assert counts.adds_up
    assert (counts.planned, counts.sent, counts.pending) == (4, 1, 1)
    assert (counts.suppressed, counts.cancelled) == (1, 1)


def test_a_marketing_mail_without_a_way_out_is_refused(now):
    with pytest.raises(ValueError, match="unsubscribe_url"):
        queue_message(
            dedupe_key="a", kind="marketing", to_email="a@b.example", subject="Hi", text="Hi", html="", now=now
        )

    assert not Message.objects.exists()
