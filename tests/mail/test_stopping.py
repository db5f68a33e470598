"""A sender that is asked to end finishes the mail in hand, gives the others back, and leaves nothing uncertain."""

import pytest

from common.stopping import ask_to_stop
from mail.models import Message, Status
from mail.selectors import ledger
from mail.services import send_due_messages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stopping():
    yield ask_to_stop
    ask_to_stop(stop=False)


def test_a_sender_asked_to_end_gives_back_what_it_has_not_begun(queue, settings, smtp_sink, now, stopping):
    settings.EMAIL_CONNECTIONS = 1
    for _ in range(40):
        queue()
    smtp_sink.on_message = lambda: stopping() if len(smtp_sink.raw) == 3 else None

    send_due_messages(now=now)

    counts = ledger()
    assert (counts.sent, counts.pending, counts.sending, counts.uncertain) == (3, 37, 0, 0)
    assert set(Message.objects.filter(status=Status.PENDING).values_list("attempts", flat=True)) == {0}
    assert len(smtp_sink.raw) == 3


def test_a_sender_asked_to_end_finishes_what_its_connections_have_in_hand(queue, settings, smtp_sink, now, stopping):
    settings.EMAIL_CONNECTIONS = 4
    for _ in range(60):
        queue()
    smtp_sink.on_message = lambda: stopping() if len(smtp_sink.raw) == 20 else None

    send_due_messages(now=now)

    counts = ledger()
    assert (counts.sending, counts.uncertain, counts.sent + counts.pending) == (0, 0, 60)
    assert 20 <= counts.sent == len(smtp_sink.raw) <= 27
    assert set(Message.objects.filter(status=Status.PENDING).values_list("attempts", flat=True)) == {0}


def test_a_sender_asked_to_end_claims_nothing(queue, smtp_sink, now, stopping):
    queue()
    stopping()

    send_due_messages(now=now)

    assert ledger().pending == 1
    assert smtp_sink.connections == 0
